package org.ferry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  private static final String MISTAKEN =
      """
      homeserver:
        adress: "http://127.0.0.1:8008"
        domain: https://new.example.org
        admin: {token_file: admin.token, token: "${ADMIN}"}
      appservice:
        listen: 127.0.0.1:99999
        bot: Ferry Bot
        bot: other
      database: {url: "mysql://db/ferry", pool_size: many}
      langauge: en
      space: village
      create_space: yes
      identities: {mode: ghosts, username_template: "old_{name}", overrides: {bob: "@r:new.example.org"}}
      rooms: {match: id, reuse: apend, domain: x}
      replay:
        concurrency: 0
        provenance: [true]
      sources:
        old: {type: synapse-dump, address: "http://old:8008"}
      accounts:
        - {user: me, password_file: none.txt, token_file: none.txt}
      webhooks:
        - {name: shop, url: ftp://shop}
      retention: {messages: a month}
      logging: 3
      """;

  private static final String LEAST =
      "homeserver: {address: 'http://hs:8008/', domain: new.example.org}\n";

  @TempDir Path folder;

  private Config load(Map<String, String> environment, String yaml) {
    return new ConfigLoader(environment, folder).load("config.yaml", yaml, folder);
  }

  private List<String> problems(Map<String, String> environment, String yaml) {
    try {
      Config config = load(environment, yaml);
      throw new AssertionError("accepted: " + config);
    } catch (ConfigException e) {
      return e.problems().stream().map(Problem::toString).toList();
    }
  }

  @Test
  void reportsEveryMistakeAtOnceWithItsLine() {
    assertThat(problems(Map.of(), MISTAKEN)).containsExactlyElementsOf(mistakes());
  }

  /** What is said of {@link #MISTAKEN}. */
  private List<String> mistakes() {
    return List.of(
        "config.yaml:1: homeserver.address: is missing: where its client API answers, as Ferry"
            + " reaches it; for example \"http://127.0.0.1:8008\"",
        "config.yaml:2: homeserver.adress: unknown key; did you mean address?",
        "config.yaml:3: homeserver.domain: expected a server name, such as example.org, found"
            + " \"https://new.example.org\"",
        "config.yaml:4: homeserver.admin.token: the environment variable ADMIN is not set; set"
            + " it, or write ${ADMIN:-default}",
        "config.yaml:4: homeserver.admin.token_file: and token are both given; keep one of"
            + " them",
        "config.yaml:6: appservice.listen: port 99999 is above 65535",
        "config.yaml:7: appservice.bot: expected a localpart of a-z, 0-9 and . _ = / + -, found"
            + " \"Ferry Bot\"",
        "config.yaml:8: appservice.bot: is given twice, first in line 7",
        "config.yaml:9: database.url: Ferry needs PostgreSQL: embedded, or"
            + " postgresql://user:password@host:5432/name",
        "config.yaml:9: database.pool_size: expected a whole number from 2 to 200, found"
            + " \"many\"",
        "config.yaml:10: langauge: unknown key; did you mean language?",
        "config.yaml:11: space: expected an alias such as #village:example.org, or a room id,"
            + " found \"village\"",
        "config.yaml:12: create_space: expected true or false, found \"yes\"",
        "config.yaml:13: identities.mode: expected one of ghost, account, found \"ghosts\"; did"
            + " you mean ghost?",
        "config.yaml:13: identities.username_template: {name} is no placeholder; there are"
            + " {localpart}, {server}, {id}",
        "config.yaml:13: identities.overrides.bob: is not a user id of the old server, such as"
            + " @bob:old.example.org",
        "config.yaml:14: rooms.domain: unknown key; it belongs elsewhere: homeserver.domain",
        "config.yaml:14: rooms.match: expected a list, such as [id, alias, name]",
        "config.yaml:14: rooms.reuse: expected one of append, archive, skip, found \"apend\";"
            + " did you mean append?",
        "config.yaml:16: replay.concurrency: expected auto, or a whole number from 1 to 256,"
            + " found \"0\"",
        "config.yaml:17: replay.provenance: expected true or false, not a list",
        "config.yaml:19: sources.old: path is missing: a synapse-dump is a file; name it",
        "config.yaml:19: sources.old.address: belongs to type synapse, a live server",
        "config.yaml:21: accounts[0].user: expected a user id, such as @me:example.org, found"
            + " \"me\"",
        "config.yaml:21: accounts[0].token_file: and a password are both given; keep one of"
            + " them",
        "config.yaml:21: accounts[0].password_file: "
            + folder.resolve("none.txt")
            + " does not exist; relative paths are relative to the configuration file",
        "config.yaml:21: accounts[0].token_file: "
            + folder.resolve("none.txt")
            + " does not exist; relative paths are relative to the configuration file",
        "config.yaml:23: webhooks[0].url: expected an http(s) URL, found \"ftp://shop\"",
        "config.yaml:23: webhooks[0]: needs secret, secret_file or secrets, which sign each"
            + " post; make one: echo whsec_$(openssl rand -base64 32)",
        "config.yaml:24: retention.messages: expected a duration such as 30d, 12h, 15m or 10s,"
            + " found \"a month\"",
        "config.yaml:25: logging: expected keys: level, format");
  }

  @Test
  void takesTheEnvironment() {
    Config config =
        load(
            Map.of(
                "HS",
                "https://hs.example",
                "DATABASE_URL",
                "postgresql://f:s3cret@db/ferry",
                "PORT",
                "8080",
                "EMPTY",
                ""),
            """
            homeserver: {address: "${HS}", domain: "${DOMAIN:-new.example.org}"}
            api: {listen: "0.0.0.0:1"}
            space: "${EMPTY}"
            """);
    assertThat(config.homeserver().address()).isEqualTo("https://hs.example");
    assertThat(config.homeserver().domain()).isEqualTo("new.example.org");
    assertThat(config.database().url()).isEqualTo(Secret.of("postgresql://f:s3cret@db/ferry"));
    assertThat(config.api()).isEqualTo(new Config.Listen("0.0.0.0", 8080));
    assertThat(config.space()).isNull();
    assertThat(config.toString()).doesNotContain("s3cret");
  }

  @Test
  void neverReadsTheEnvironmentAsYaml() {
    assertThat(problems(Map.of("X", "a\nspace: '#x:y'"), LEAST + "language: \"${X}\"\n"))
        .singleElement()
        .asString()
        .startsWith("config.yaml:2: language: expected one of en, fr, found");
  }

  @Test
  void keepsADollarBraceThatIsDoubled() {
    assertThat(new Interpolation(Map.of()).apply("$${A} and $5 and ${B:-x:-y}").text())
        .isEqualTo("${A} and $5 and x:-y");
  }

  @Test
  void namesTheVariableThatIsNotSetOrWrittenWrongly() {
    assertThat(problems(Map.of(), LEAST + "language: ${LANGUAGE}\nspace: \"${A B}\"\n"))
        .containsExactly(
            "config.yaml:2: language: the environment variable LANGUAGE is not set; set it, or"
                + " write ${LANGUAGE:-default}",
            "config.yaml:3: space: its ${ is not that of ${NAME} or ${NAME:-default}; a literal ${"
                + " is $${");
    assertThat(problems(Map.of(), LEAST.replace("}", ", admin: {token: 'hunter${2 and \"more'}}")))
        .singleElement()
        .asString()
        .contains("homeserver.admin.token: its ${ is not")
        .doesNotContain("hunter", "more");
  }

  /** What the database's address says wrong is found before anything is opened. */
  @Test
  void aDatabaseAddressIsReadWholeAndNeverShown() {
    for (Map.Entry<String, String> wrong :
        Map.of(
                "postgres://ferry:hunter2/ferry", "end with @ before the host",
                "postgres://ferry:hunter2@h:99999/d", "the port in the database address",
                "postgres://ferry:hunter2@h/d?sslmode=on", "sslmode is \"on\"")
            .entrySet()) {
      assertThat(problems(Map.of(), LEAST + "database: {url: \"%s\"}".formatted(wrong.getKey())))
          .singleElement()
          .asString()
          .startsWith("config.yaml:2: database.url: ")
          .contains(wrong.getValue())
          .doesNotContain("hunter2");
    }
  }

  @Test
  void saysWhatIsWrongWithAHostOrAListThatOthersWrite() throws IOException {
    assertThat(problems(Map.of(), LEAST.replace("hs:8008", "synapse_1:8008")))
        .singleElement()
        .asString()
        .contains("cannot hold an underscore");
    Files.write(folder.resolve("list.csv"), new byte[] {'o', 'l', 'd', (byte) 0xe9, '\n'});
    assertThat(problems(Map.of(), LEAST + "identities: {map_file: list.csv}"))
        .singleElement()
        .asString()
        .contains("cannot be read as UTF-8 text");
  }

  @Test
  void namesTheLineOfBrokenYaml() {
    assertThat(problems(Map.of(), "homeserver:\n\taddress: x\n"))
        .singleElement()
        .asString()
        .startsWith("config.yaml:2: is no YAML: ")
        .contains("spaces, not tabs");
    assertThat(problems(Map.of(), "a: [1\nb: 2\n"))
        .singleElement()
        .asString()
        .startsWith("config.yaml:2: is no YAML: ");
  }

  @Test
  void saysWhatAnEmptyFileLacks() {
    assertThat(problems(Map.of(), "# nothing\n"))
        .hasSize(2)
        .allMatch(p -> p.startsWith("config.yaml: homeserver."));
    assertThat(problems(Map.of(), "- a\n- b\n"))
        .singleElement()
        .asString()
        .contains("holds no keys");
  }

  @Test
  void refusesCombinationsThatCannotBeMeant() {
    assertThat(
            problems(
                Map.of(),
                LEAST
                    + """
                    create_space: true
                    space: "#village:elsewhere.org"
                    appservice: {listen: "127.0.0.1:1"}
                    api: {listen: "127.0.0.1:1", tokens: [{name: a, token: nobody-guesses-this}, {name: a}]}
                    identities: {username_template: "{localpart}"}
                    sources: {old: {type: synapse, address: "http://a", domain: new.example.org}}
                    """))
        .containsExactly(
            "config.yaml:3: space: create_space cannot make an alias of elsewhere.org;"
                + " homeserver.domain is new.example.org",
            "config.yaml:5: api.listen: is the address of appservice.listen; give it another port",
            "config.yaml:5: api.tokens[1].name: \"a\" is given twice, first in line 5",
            "config.yaml:5: api.tokens[1]: needs token or token_file",
            "config.yaml:6: identities.username_template: would claim every account of the server"
                + " for Ferry; add a prefix such as old_",
            "config.yaml:7: sources.old.domain: is the destination's own name; old and new server"
                + " must have different names");
  }

  @Test
  void aTokenSpeaksForAccountsThatAreFollowedAndOnlyWhereItMaySend() {
    assertThat(
            problems(
                Map.of(),
                LEAST
                    + """
                    accounts: [{user: "@me:example.org"}]
                    api:
                      tokens:
                        - {name: a, token: nobody-guesses-this, scopes: [send], accounts: ["@you:example.org"]}
                        - {name: b, token: nobody-guesses-that, accounts: ["@me:example.org"]}
                        - {name: c, token: nobody-guesses-more, scopes: [send], accounts: ["@me:example.org"]}
                    """))
        .containsExactly(
            "config.yaml:5: api.tokens[0].accounts: @you:example.org is no user of accounts; add it"
                + " there",
            "config.yaml:6: api.tokens[1].accounts: is of no use without send among the scopes; add"
                + " it, or take it out");
  }

  @Test
  void refusesTokensThatSayNothingAboutWhoCalls() {
    assertThat(
            problems(
                Map.of("OPS_TOKEN", ""),
                LEAST
                    + """
                    api:
                      tokens:
                        - {name: short, token: short}
                        - {name: one, token: nobody-guesses-this}
                        - {name: two, token: nobody-guesses-this}
                        - {name: ops, token: "${OPS_TOKEN:-}"}
                    """))
        .anyMatch(p -> p.contains("api.tokens[0].token: is shorter than 16 characters"))
        .anyMatch(p -> p.contains("api.tokens[2].token: is that of one already"))
        .anyMatch(p -> p.contains("api.tokens[3].token: comes out empty"))
        .hasSize(3);
  }

  @Test
  void readsPeopleFromTheMapFileAndTheOverridesOverIt() throws IOException {
    Files.writeString(
        folder.resolve("people.csv"),
        """
        email,old_id,new_id,state
        a@x,@alice:old,@al:new.example.org,
        b@x,@bob:old,,ghost
        "c, d",@carol:old,@carol:new.example.org,
        """);
    Config config =
        load(
            Map.of(),
            LEAST
                + "identities: {map_file: people.csv, overrides: {'@carol:old':"
                + " '@c:new.example.org'}}");
    assertThat(config.identities().listed())
        .isEqualTo(
            Map.of(
                new UserId("@alice:old"), new UserId("@al:new.example.org"),
                new UserId("@carol:old"), new UserId("@c:new.example.org")));
    assertThat(config.identities().mapFile()).isEqualTo(folder.resolve("people.csv"));
  }

  @Test
  void namesTheLineOfAMistakeInTheMapFile() throws IOException {
    Path people = folder.resolve("people.csv");
    Files.writeString(people, "old_id,new_id\n@a:old,@a:new\n@a:old,@b:new\nbob,@b:new\n");
    assertThat(problems(Map.of(), LEAST + "identities: {map_file: people.csv}"))
        .containsExactly(
            people + ":3: @a:old has a line already",
            people + ":4: \"bob\" is not a user id such as @alice:example.org");
  }

  @Test
  void readsSecretsFromFilesAndWarnsWhereOthersCanOpenThem() throws IOException {
    Path token = folder.resolve("admin.token");
    Files.writeString(token, "  syt_secret\n");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(load(Map.of(), LEAST).warnings()).isEmpty();
    Config open =
        load(
            Map.of(),
            "homeserver: {address: 'http://hs', domain: d, admin: {token_file: admin.token}}");
    assertThat(open.homeserver().adminToken()).isEqualTo(Secret.of("syt_secret"));
    assertThat(open.warnings())
        .singleElement()
        .asString()
        .isEqualTo(
            "config.yaml:1: homeserver.admin.token_file: other users can open "
                + token
                + "; run: chmod 600 "
                + token);
  }

  @Test
  void resolvesPathsAgainstTheFileAndDropsTheSlashOfAddresses() {
    Config config = load(Map.of(), LEAST + "data_dir: ../data\nretention: {messages: 2w}");
    assertThat(config.dataDir()).isEqualTo(folder.resolveSibling("data"));
    assertThat(config.appservice().registration()).isEqualTo(folder.resolve("registration.yaml"));
    assertThat(config.homeserver().address()).isEqualTo("http://hs:8008");
    assertThat(config.retention()).isEqualTo(Duration.ofDays(14));
    assertThat(config.database().url()).isNull();
    assertThat(config.bot()).isEqualTo(new UserId("@ferrybot:new.example.org"));
  }

  @Test
  void takesTheWholeConfigurationFromTheEnvironmentUnlessAFileIsNamed() throws IOException {
    Map<String, String> environment = Map.of("FERRY_CONFIG", LEAST + "language: fr");
    ConfigLoader loader = new ConfigLoader(environment, folder);
    assertThat(loader.load(null).language()).isEqualTo("fr");
    Files.writeString(folder.resolve("other.yaml"), LEAST);
    assertThat(loader.load(Path.of("other.yaml")).language()).isEqualTo("en");
  }

  @Test
  void putsTheRegistrationOfTheEnvironmentInItsPlaceAndNotInAnothers() throws IOException {
    Path file = folder.resolve("registration.yaml");
    Map<String, String> environment =
        Map.of("FERRY_CONFIG", LEAST, "FERRY_REGISTRATION", "id: ferry\n");
    ConfigLoader loader = new ConfigLoader(environment, folder);
    for (int start = 0; start < 2; start++) {
      Config unused = loader.load(null);
      assertThat(file).hasContent("id: ferry");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Files.writeString(file, "id: another");
    assertThatThrownBy(() -> loader.load(null))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("FERRY_REGISTRATION")
        .hasMessageContaining("remove");
    assertThat(file).hasContent("id: another");
  }

  @Test
  void saysHowToGetAConfigurationWhereThereIsNone() {
    ConfigLoader loader = new ConfigLoader(Map.of(), folder);
    assertThatThrownBy(() -> loader.load(null))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ferry init writes one");
    assertThatThrownBy(() -> loader.load(Path.of("nope.yaml")))
        .hasMessage("nope.yaml: does not exist; ferry init writes a configuration");
  }

  @Test
  void neverShowsWhatMayBeASecret() {
    assertThat(
            problems(Map.of(), LEAST + "database: {url: 'postgresql://ferry:hunter2 @db/ferry'}"))
        .allMatch(p -> !p.contains("hunter2"));
  }

  @Test
  void filtersThatLetNothingThroughAreSlipsOfThePen() {
    String yaml =
        LEAST
            + """
            webhooks:
              - name: one
                url: https://shop.example/hook
                secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
                events: [mesage.created, "message.*", "chat*"]
                networks: [instgram, "insta*"]
                senders: [anna, "@anna:*", "*:example.org", "*"]
            """;
    assertThatThrownBy(() -> load(Map.of(), yaml))
        .hasMessageContaining(
            "mesage.created is nothing that Ferry tells of; did you mean message.created?")
        .hasMessageContaining("chat* is nothing that Ferry tells of.")
        .hasMessageContaining("instgram is no known network; did you mean instagram?")
        .hasMessageContaining("anna fits no user id")
        .extracting(e -> ((ConfigException) e).problems().size())
        .isEqualTo(4);
  }

  @Test
  void webhooksThatWouldFailOrLeakAreRefused() {
    String yaml =
        LEAST
            + """
            webhooks:
              - name: one
                url: http://0x7f.1/hook
                secret: whsec_%
                headers:
                  Host: other
                  webhook-id: mine
                  X-Break: "a\\r\\nInjected: yes"
                  "X Y": z
              - name: two
                url: https://shop.example/hook
                secrets: [whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, b, c, d, e, f]
                headers: {X-Long: "LONG"}
                allow_private: [10.0.0.0/33, home]
                media_inline: 5MiB
              - name: three
                kafka: {bootstrap: "kafka:9092", topic: ferry}
                media_inline: much
            """
                .replace("LONG", "a".repeat(100_000));
    assertThat(problems(Map.of(), yaml))
        .containsExactlyInAnyOrder(
            "config.yaml:4: webhooks[0].url: expected an http(s) URL, found \"http://0x7f.1/hook\"",
            "config.yaml:5: webhooks[0].secret: is not base64 behind whsec_; make one: echo"
                + " whsec_$(openssl rand -base64 32)",
            "config.yaml:7: webhooks[0].headers.Host: belongs to the connection or to Ferry; choose"
                + " another name",
            "config.yaml:8: webhooks[0].headers.webhook-id: belongs to the connection or to Ferry;"
                + " choose another name",
            "config.yaml:9: webhooks[0].headers.X-Break: has a value with line breaks or other than"
                + " plain characters",
            "config.yaml:10: webhooks[0].headers.X Y: is no name of a header",
            "config.yaml:13: webhooks[1].secrets: there are 6 secrets; more than 5 are not signed"
                + " with, take out the old ones",
            "config.yaml:14: webhooks[1].headers.X-Long: is longer than 8192 characters",
            "config.yaml:14: webhooks[1].headers: are too long together; 8 KiB are sent at most",
            "config.yaml:15: webhooks[1].allow_private: \"10.0.0.0/33\": behind the / stand 0 to"
                + " 32",
            "config.yaml:15: webhooks[1].allow_private: \"home\" is no range of addresses, such as"
                + " 10.0.0.0/8 or 127.0.0.1/32",
            "config.yaml:16: webhooks[1].media_inline: is more than 4MiB, the most that is possible; larger"
                + " files are linked",
            "config.yaml:19: webhooks[2].media_inline: expected a size such as 256KiB or 1MiB, at most"
                + " 4MiB, found \"much\"",
            "config.yaml:18: webhooks[2].kafka: is not available yet; post to a url");
  }

  @Test
  void severalSecretsOfAWebhookStandInOneFile() throws Exception {
    Files.writeString(
        folder.resolve("shop.secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nplain one\n\n");
    Config config =
        load(
            Map.of(),
            LEAST
                + "webhooks: [{name: shop, url: 'https://shop.example/hook/', secret_file:"
                + " shop.secret, media_inline: 256KiB}]\n");
    var endpoint = config.webhooks().getFirst();
    assertThat(endpoint.url()).hasToString("https://shop.example/hook/");
    assertThat(endpoint.mediaInline()).isEqualTo(256 * 1024);
    assertThat(endpoint.secrets()).hasSize(2);
    assertThat(endpoint.secrets().getFirst().isStrong()).isTrue();
    assertThat(endpoint.secrets().getLast().isStrong()).isFalse();
    assertThat(config.warnings())
        .anySatisfy(w ->
            assertThat(w.toString())
                .contains(
                    "webhooks[0].secret_file: is shorter than 24 bytes and could be guessed"));
    assertThat(config.toString()).doesNotContain("MfKQ9r8");
    assertThat(endpoint.rules().events()).containsExactly("message.*");
    assertThat(endpoint.from()).isEqualTo("now");
  }
}
