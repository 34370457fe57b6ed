package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.ferry.id.Secret;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.FerryProcess.Result;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Tier;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.elder.ElderFacts;
import org.ferry.testing.elder.SecondDump;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * People of the second old server get accounts that they log in to. What they find there is read
 * with their own tokens, by a client that has nothing in common with Ferry's.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AccountModeIT {
  private static final String DOMAIN = "accounts.example.org";
  private static final String V3 = "/_matrix/client/v3/";
  private static final String ADMIN_USER = "/_synapse/admin/v2/users/";
  private static final Secret PASSWORD = Secret.of("given by the administrator");

  @TempDir static Path folder;

  private static SecondDump dump;
  private static ElderFacts facts;
  private static SynapseServer server;
  private static HttpFaultProxy proxy;
  private static LabClient admin;
  private static LabClient caretaker;
  private static Landing.Mapped mapped;
  private static final Map<String, LabClient> PEOPLE = new TreeMap<>();

  @BeforeAll
  static void prepare() throws IOException {
    dump = SecondDump.shared();
    facts = dump.facts();
    write("config.yaml", config("http://127.0.0.1:1", "", ""));
    server = TestLab.shared().registered(folder, SynapseSettings.of("accounts", DOMAIN));
    proxy = HttpFaultProxy.to(server.baseUrl());
    admin = server.register("caretaker", TestLab.PASSWORD, true);
    caretaker = server.register("dan", TestLab.PASSWORD, false);
    write("admin.token", admin.token().reveal() + "\n");
    Path unused =
        Files.setPosixFilePermissions(
            folder.resolve("admin.token"),
            java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    configure("overrides: {\"" + facts.user("remy") + "\": \"@remy:elsewhere.example.org\"}");
  }

  @AfterAll
  static void stop() {
    proxy.close();
    server.stop();
  }

  private static void write(String name, String text) {
    try {
      Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TestPostgres.Db ledger() {
    return Ledger.DB;
  }

  private static final class Ledger {
    static final int PORT = Ports.free();
    static final TestPostgres.Db DB = TestPostgres.ledger();
  }

  private static void configure(String identities) {
    write(
        "config.yaml",
        config(proxy.url().toString(), "admin: {token_file: admin.token}", identities));
  }

  private static String config(String address, String more, String identities) {
    var db = ledger();
    return """
    homeserver:
      address: "%s"
      domain: %s
      %s
    appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d"}
    database: {url: "postgresql://%s:%s@%s:%d/%s"}
    space: "#accounts:%s"
    create_space: true
    rooms: {deserted: carry}
    identities:
      mode: account
      %s
    """
        .formatted(
            address,
            DOMAIN,
            more,
            Ledger.PORT,
            Ledger.PORT,
            db.user(),
            LabClient.esc(db.password().reveal()),
            db.host(),
            db.port(),
            db.database(),
            DOMAIN,
            identities);
  }

  private static Result ferry(String... arguments) {
    return FerryProcess.ferry(arguments).in(folder).run();
  }

  private static Result must(int status, String... arguments) {
    Result result = ferry(arguments);
    assertThat(result.status()).as(String.join(" ", arguments) + "\n" + result).isEqualTo(status);
    return result;
  }

  private static FerryProcess.Run migrate(String... more) {
    String media = dump.media().toAbsolutePath().toString();
    List<String> command = new ArrayList<>(List.of("migrate", "--media", media, "--yes", "--json"));
    command.addAll(List.of(more));
    return FerryProcess.ferry(command.toArray(String[]::new)).in(folder);
  }

  /** Logs in as the administrator's reset of the password lets people do. */
  private static LabClient person(String name) {
    return PEOPLE.computeIfAbsent(
        name,
        n -> {
          String id = "@" + n + ":" + DOMAIN;
          ObjectNode reset =
              LabClient.json("{\"new_password\":\"%s\"}".formatted(PASSWORD.reveal()));
          var unused = admin.post("/_synapse/admin/v1/reset_password/" + LabClient.esc(id), reset);
          return LabClient.login(server.baseUrl(), id, PASSWORD);
        });
  }

  private static String room(String name) {
    return mapped.room(facts.room(name));
  }

  @Test
  @Order(1)
  void theRegistrationSaysWhatAccountsNeed() {
    assertThat(must(0, "registration", "--check", "registration.yaml").out()).contains("fits");
    String text = read("registration.yaml");
    write("narrow.yaml", text.replaceAll("(?m)^.*exclusive: false\\n.*regex: .*@\\.\\*.*\\n", ""));
    if (read("narrow.yaml").equals(text)) {
      write("narrow.yaml", text.replaceFirst("@\\.\\*", "@nobody.*"));
    }
    Result narrow = must(1, "registration", "--check", "narrow.yaml");
    assertThat(narrow.out()).contains("accounts that people log in to");
  }

  private static String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Order(2)
  void anAccountThatFerryDidNotMakeIsAConflictThatStopsMigrate() {
    String sql = dump.sql().toAbsolutePath().toString();
    var unused = must(0, "analyze", sql, "--media", dump.media().toAbsolutePath().toString());
    assertThat(must(3, "migrate", "--yes").err())
        .contains(facts.user("dan"), "@dan:" + DOMAIN + " exists and Ferry did not make it")
        .doesNotContain("Exception");
    Result plan = must(0, "plan");
    assertThat(plan.out()).contains("@dan:" + DOMAIN + " exists");
    assertThat(line("dan")).contains("action: conflict");
    assertThat(line("ann")).contains("action: account", "target: \"@ann:" + DOMAIN + "\"");
    assertThat(line("gus")).contains("action: account", "deactivated account");
    assertThat(line("remy")).contains("action: ghost", "on another server");
    assertThat(must(3, "migrate", "--yes").err()).contains(facts.user("dan"), "still a conflict");
    assertThat(admin.request("GET", ADMIN_USER + LabClient.esc("@ann:" + DOMAIN), null).status())
        .isEqualTo(404);
    danBecomes("dna");
    assertThat(must(3, "migrate", "--yes").err())
        .contains(facts.user("dan"), "@dna:" + DOMAIN + " does not exist");
  }

  private static void danBecomes(String name) {
    String mapped = "action: map, target: \"@%s:%s\"".formatted(name, DOMAIN);
    String line = line("dan").replaceFirst("action: .*target: \"[^\"]*\"", mapped);
    write("plan.yaml", read("plan.yaml").replace(line("dan"), line));
  }

  /** Killed before anything is carried as them, so that the id may still be corrected. */
  private static void danIsSomebodyElseUntilTheSecondRoomIsMade() {
    danBecomes("caretaker");
    Kill second = new Kill("POST", "/createRoom");
    assertThat(second.run(2, "--rooms", facts.room("workshop")).status()).isEqualTo(137);
    danBecomes("dan");
  }

  private static String line(String name) {
    return read("plan.yaml")
        .lines()
        .filter(l -> l.contains("id: \"" + facts.user(name) + "\""))
        .findFirst()
        .orElseThrow();
  }

  @Test
  @Order(3)
  void killedInBetweenItGoesOn() {
    danIsSomebodyElseUntilTheSecondRoomIsMade();
    for (Kill kill : KILLS) {
      if (Tier.current() == Tier.VERIFY && !ALWAYS.contains(kill.part())) {
        continue;
      }
      Result result = kill.run(1);
      System.out.println("[accounts] killed at " + kill + ": " + result.status());
      assertThat(result.status()).as(kill + "\n" + result).isEqualTo(137);
    }
    Result last = migrate().run();
    assertThat(last.status()).as(last.toString()).isEqualTo(1);
    List<String> failures = new ArrayList<>();
    LabClient.json(last.out())
        .path("failures")
        .forEach(f -> failures.add(f.path("kind").asText() + " " + f.path("id").asText()));
    assertThat(new java.util.TreeSet<>(failures))
        .as(last.toString())
        .containsExactlyInAnyOrder(
            "event " + facts.event("workshop.lostFile"), "file " + facts.file("lost.txt"));
    var unused = must(0, "mapping", "-o", "id-mapping.json");
    mapped = new Landing.Mapped(LabClient.json(read("id-mapping.json")));
  }

  private static final List<Kill> KILLS =
      List.of(
          new Kill("POST", "/register"),
          new Kill("PUT", "/_synapse/admin/v2/users/"),
          // An account that stands and has no name yet.
          new Kill("POST", "/media/v1/create"),
          new Kill("PUT", "/send/"),
          new Kill("PUT", "/pushrules/"),
          new Kill("PUT", "/tags/"),
          new Kill("POST", "/read_markers"));

  /** In the smallest tier, too. */
  private static final Set<String> ALWAYS =
      Set.of("/register", "/_synapse/admin/v2/users/", "/send/", "/tags/");

  private record Kill(String method, String part) {
    Result run(int nth, String... more) {
      var seenBefore = new java.util.concurrent.atomic.AtomicInteger();
      var ferry = new java.util.concurrent.CompletableFuture<FerryProcess>();
      proxy.after(
          seen ->
              seen.method().equals(method)
                  && seen.path().contains(part)
                  && seenBefore.incrementAndGet() == nth,
          1,
          seen -> ferry.join().kill());
      try (FerryProcess started = migrate(more).start()) {
        boolean unused = ferry.complete(started);
        return started.await(java.time.Duration.ofMinutes(5));
      } finally {
        proxy.heal();
      }
    }
  }

  @Test
  @Order(4)
  void verifySaysThatAllIsAsItWas() {
    assertThat(differsOnlyWhereTheDumpIsWrong().path("changes")).isEmpty();
  }

  private static JsonNode differsOnlyWhereTheDumpIsWrong() {
    Result verified = ferry("verify", "--json");
    List<String> differences = new ArrayList<>();
    JsonNode report = LabClient.json(verified.out());
    report.path("general").forEach(d -> differences.add(d.toString()));
    report
        .path("rooms")
        .forEach(r -> r.path("differences").forEach(d -> differences.add(d.toString())));
    // What is wrong with that dump itself, as in every mode.
    assertThat(differences).as(verified.err()).hasSize(3);
    assertThat(differences.get(0)).contains("\"kind\":\"source\"", facts.room("workshop"));
    assertThat(differences.get(1)).contains("\"kind\":\"failed\"", facts.file("lost.txt"));
    assertThat(differences.get(2))
        .contains("\"kind\":\"failed\"", facts.event("workshop.lostFile"));
    return report;
  }

  @Test
  @Order(5)
  void aSecondRunWritesNothing() {
    int before = proxy.seen().size();
    Result again = migrate().run();
    assertThat(again.status()).as(again.toString()).isEqualTo(1);
    assertThat(proxy.seen().stream().skip(before).filter(AccountModeIT::changes))
        .as("what a run writes that has nothing to do")
        .isEmpty();
    assertThat(must(1, "retry").out())
        .contains("failed: invitation @remy:elsewhere.example.org in ");
  }

  private static boolean changes(HttpFaultProxy.Seen seen) {
    boolean lost = seen.text().contains(facts.event("workshop.lostFile"));
    boolean invitation = seen.path().contains("remy%3Aelsewhere");
    boolean bot = seen.path().contains("/register") && seen.text().contains("ferrybot");
    return !List.of("GET", "HEAD").contains(seen.method()) && !lost && !invitation && !bot;
  }

  @Test
  @Order(6)
  void peopleGetInByWhatTheyGotInBy() {
    JsonNode ben = admin.get(ADMIN_USER + LabClient.esc("@ben:" + DOMAIN));
    assertThat(ben.path("threepids").findValuesAsText("address"))
        .containsExactlyInAnyOrder("ben@example.org", "431234567");
    assertThat(ben.path("external_ids").findValuesAsText("external_id"))
        .containsExactlyInAnyOrder("b-0001", "ben@corp");
    assertThat(ben.path("admin").asBoolean()).isFalse();
    JsonNode ann = admin.get(ADMIN_USER + LabClient.esc("@ann:" + DOMAIN));
    assertThat(ann.path("admin").asBoolean()).as("nobody becomes an administrator").isFalse();
    JsonNode gus = admin.get(ADMIN_USER + LabClient.esc("@gus:" + DOMAIN));
    assertThat(gus.path("threepids")).isEmpty();
    assertThat(gus.path("external_ids")).isEmpty();
    var refused =
        LabClient.withToken(server.baseUrl(), "", Secret.of("none"))
            .request(
                "POST",
                V3 + "login",
                LabClient.json(
                    "{\"type\":\"m.login.password\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"gus\"},\"password\":\"elder password\"}"));
    assertThat(refused.status()).isEqualTo(403);
  }

  @Test
  @Order(7)
  void aPersonFindsTheirRoomsNameAndPicture() {
    LabClient ann = person("ann");
    JsonNode sync = ann.sync(null);
    assertThat(sync.path("rooms").path("join").has(room("workshop"))).isTrue();
    JsonNode profile = ann.get(V3 + "profile/" + LabClient.esc(ann.userId()));
    assertThat(profile.path("displayname").asText()).isEqualTo("Ann Öhman 🌲");
    assertThat(profile.path("avatar_url").asText()).isEqualTo(mapped.media(facts.file("ann.png")));
    List<JsonNode> messages = ann.messages(room("workshop"));
    assertThat(messages.toString()).contains("\"sender\":\"@ben:" + DOMAIN + "\"");
    JsonNode devices = ann.get(V3 + "devices").path("devices");
    assertThat(devices.findValuesAsText("device_id")).as("Ferry is gone").doesNotContain("FERRY");
  }

  @Test
  @Order(8)
  void settingsAreThere() {
    LabClient ben = person("ben");
    JsonNode sync = ben.sync(null);
    Map<String, JsonNode> data = new TreeMap<>();
    sync.path("account_data")
        .path("events")
        .forEach(e -> data.put(e.path("type").asText(), e.path("content")));
    assertThat(content(data, "m.ignored_user_list").path("ignored_users").has(caretaker.userId()))
        .isTrue();
    assertThat(content(data, "org.example.settings").path("theme").asText()).isEqualTo("dark");
    JsonNode rules = ben.get(V3 + "pushrules/").path("global");
    assertThat(rule(rules, "room", room("workshop")).path("actions")).isEmpty();
    assertThat(rule(rules, "sender", "@ann:" + DOMAIN).path("actions").toString())
        .contains("notify");
    assertThat(rule(rules, "content", "bridge").path("pattern").asText()).isEqualTo("bridge");
    assertThat(rule(rules, "override", "org.example.moves").path("conditions").toString())
        .contains("org.example.game.move");
    assertThat(rule(rules, "underride", ".m.rule.call").path("enabled").asBoolean(true)).isFalse();
    assertThat(rules.toString()).as("no mute is left").doesNotContain("org.ferry.mute");
    for (String secret : List.of("m.secret_storage", "m.cross_signing", "m.megolm_backup")) {
      assertThat(data.keySet()).noneMatch(t -> t.startsWith(secret));
    }
  }

  private static JsonNode content(Map<String, JsonNode> data, String type) {
    JsonNode content = data.get(type);
    assertThat(content).as(type + " in " + data.keySet()).isNotNull();
    return content;
  }

  private static JsonNode rule(JsonNode rules, String kind, String id) {
    for (JsonNode rule : rules.path(kind)) {
      if (rule.path("rule_id").asText().equals(id)) {
        return rule;
      }
    }
    throw new AssertionError("no rule " + kind + " " + id + " in " + rules.path(kind));
  }

  @Test
  @Order(9)
  void directChatsAndTagsAreThere() {
    JsonNode ben = person("ben").sync(null);
    assertThat(data(ben, "m.direct").path("@cleo:" + DOMAIN))
        .extracting(JsonNode::asText)
        .contains(room("dm"));
    assertThat(data(person("cleo").sync(null), "m.direct").path("@ben:" + DOMAIN))
        .extracting(JsonNode::asText)
        .contains(room("dm"));
    JsonNode tags = data(in(ben, "workshop").path("account_data"), "m.tag").path("tags");
    assertThat(tags.path("m.favourite").path("order").asDouble()).isEqualTo(0.25);
    assertThat(tags.has("u.wörk")).isTrue();
  }

  private static JsonNode in(JsonNode sync, String room) {
    return sync.path("rooms").path("join").path(room(room));
  }

  private static JsonNode data(JsonNode parent, String type) {
    JsonNode events = parent.has("events") ? parent : parent.path("account_data");
    for (JsonNode e : events.path("events")) {
      if (e.path("type").asText().equals(type)) {
        return e.path("content");
      }
    }
    throw new AssertionError("no " + type + " in " + events);
  }

  @Test
  @Order(10)
  void readMarkersStandAtTheNewEventsAndPrivateOnesStayPrivate() {
    String last = mapped.event(facts.event("workshop.last"));
    JsonNode ann = in(person("ann").sync(null), "workshop");
    assertThat(data(ann.path("account_data"), "m.fully_read").path("event_id").asText())
        .isEqualTo(last);
    JsonNode receipts = data(ann.path("ephemeral"), "m.receipt");
    assertThat(receipts.path(last).path("m.read").has("@ann:" + DOMAIN)).isTrue();
    assertThat(receipts.path(last).path("m.read").has("@ben:" + DOMAIN)).isTrue();
    assertThat(receipts.toString()).doesNotContain("@cleo:" + DOMAIN);
    JsonNode thread = receipts.path(mapped.event(facts.event("workshop.thread2")));
    assertThat(thread.path("m.read").path(caretaker.userId()).path("thread_id").asText())
        .isEqualTo(mapped.event(facts.event("workshop.threadRoot")));
    JsonNode cleo = in(person("cleo").sync(null), "workshop");
    assertThat(
            data(cleo.path("ephemeral"), "m.receipt")
                .path(last)
                .path("m.read.private")
                .has("@cleo:" + DOMAIN))
        .isTrue();
    assertThat(cleo.path("unread_notifications").path("notification_count").asInt()).isZero();
  }

  private static String accountData(String name, String type) {
    LabClient who = person(name);
    return who.request(
            "GET", V3 + "user/" + LabClient.esc(who.userId()) + "/account_data/" + type, null)
        .body()
        .toString();
  }

  private static JsonNode profile(String name) {
    return person(name).get(V3 + "profile/" + LabClient.esc("@" + name + ":" + DOMAIN));
  }

  @Test
  @Order(11)
  void aRollbackTakesSettingsBackButWhatPeopleChangedSince() {
    LabClient ben = person("ben");
    String own = V3 + "user/" + LabClient.esc(ben.userId()) + "/account_data/";
    var unused =
        ben.put(
            own + "m.ignored_user_list",
            LabClient.json(
                "{\"ignored_users\":{\"%s\":{},\"@spam:else\":{}}}".formatted(caretaker.userId())));
    unused =
        ben.put(
            V3 + "pushrules/global/content/bridge",
            LabClient.json("{\"pattern\":\"bridges\",\"actions\":[]}"));
    unused =
        person("ann")
            .put(
                V3 + "profile/" + LabClient.esc("@ann:" + DOMAIN) + "/displayname",
                LabClient.json("{\"displayname\":\"Ann the second\"}"));
    assertThat(differsOnlyWhereTheDumpIsWrong().path("changes").toString())
        .contains("push_rule content/bridge stands otherwise now; its owner uses the account")
        .doesNotContain("bridges");
    Result dry = must(0, "rollback", "--dry-run");
    assertThat(dry.out()).contains("People's settings that Ferry made");
    assertThat(accountData("ben", "org.example.settings")).contains("dark");
    Result back = must(0, "rollback", "--yes");
    System.out.println("[accounts] " + back);
    assertThat(back.out()).contains("settings taken back", "Changed by their people since");
    assertThat(accountData("ben", "m.ignored_user_list"))
        .contains("@spam:else")
        .doesNotContain(caretaker.userId(), facts.user("dan"));
    assertThat(accountData("ben", "org.example.settings")).isEqualTo("{}");
    assertThat(accountData("ben", "m.direct")).isEqualTo("{}");
    JsonNode rules = ben.get(V3 + "pushrules/").path("global");
    assertThat(rule(rules, "content", "bridge").path("pattern").asText()).isEqualTo("bridges");
    assertThat(rule(rules, "underride", ".m.rule.call").path("enabled").asBoolean()).isTrue();
    assertThat(rules.path("room")).isEmpty();
    assertThat(rules.path("sender")).isEmpty();
    assertThat(rules.toString()).doesNotContain("org.example.moves");
    assertThat(profile("ann").path("displayname").asText()).isEqualTo("Ann the second");
    assertThat(profile("ann").has("avatar_url")).isFalse();
    assertThat(profile("cleo").path("displayname").asText()).isNotEqualTo("Cleo (she/her)");
    assertThat(must(0, "rollback", "--yes").out()).contains("nothing to take back");
  }

  @Test
  @Order(12)
  void afterARollbackTheSameAccountsAreGivenTheirSettingsAnew() {
    var unusedPlan = must(0, "plan");
    assertThat(line("ann")).contains("action: account");
    Result again = migrate().run();
    assertThat(again.status()).as(again.toString()).isEqualTo(1);
    assertThat(LabClient.json(again.out()).path("failures")).as(again.toString()).hasSize(2);
    var unused = must(0, "mapping", "-o", "id-mapping.json");
    mapped = new Landing.Mapped(LabClient.json(read("id-mapping.json")));
    JsonNode ben = person("ben").sync(null);
    JsonNode tags = data(in(ben, "workshop").path("account_data"), "m.tag").path("tags");
    assertThat(tags.path("m.favourite").path("order").asDouble()).isEqualTo(0.25);
    assertThat(accountData("ben", "org.example.settings")).contains("dark");
    assertThat(accountData("ben", "m.direct")).contains(room("dm"));
    assertThat(accountData("ben", "m.ignored_user_list"))
        .contains("@spam:else", caretaker.userId());
    JsonNode rules = person("ben").get(V3 + "pushrules/").path("global");
    assertThat(rule(rules, "room", room("workshop")).path("actions")).isEmpty();
    assertThat(rule(rules, "content", "bridge").path("pattern").asText()).isEqualTo("bridges");
    assertThat(rule(rules, "underride", ".m.rule.call").path("enabled").asBoolean(true)).isFalse();
    assertThat(profile("ann").path("displayname").asText()).isEqualTo("Ann the second");
    assertThat(profile("ann").path("avatar_url").asText())
        .isEqualTo(mapped.media(facts.file("ann.png")));
    assertThat(profile("cleo").path("displayname").asText()).isEqualTo("Cleo (she/her)");
    differsOnlyWhereTheDumpIsWrong();
  }

  @Test
  @Order(13)
  void whatWasMadeInARehearsalIsThereForTheRealSpace() {
    String real = "#real:" + DOMAIN;
    Result plan = must(0, "plan", "--space", real, "-o", "real.yaml");
    assertThat(plan.out())
        .contains("@dan:" + DOMAIN + " exists")
        .doesNotContain("@ann:" + DOMAIN + " exists");
    write("real.yaml", read("real.yaml").replace("action: conflict", "action: map"));
    LabClient ben = person("ben");
    String own = V3 + "user/" + LabClient.esc(ben.userId()) + "/account_data/";
    var unused = ben.put(own + "org.example.settings", LabClient.json("{\"theme\":\"light\"}"));
    intoTheRealSpace(real);
    assertThat(accountData("ben", "org.example.settings"))
        .as("what a tester changed after the rehearsal")
        .contains("light");
    var unusedBack = must(0, "rollback", "--space", real, "--yes");
    isNamedAndIgnores();
    assertThat(accountData("ben", "m.direct")).contains(room("dm"));
    intoTheRealSpace(real);
    assertThat(must(0, "rollback", "--yes").out()).contains("carried into another Space as well");
    isNamedAndIgnores();
    assertThat(accountData("ben", "m.direct")).doesNotContain(room("dm"));
    unusedBack = must(0, "rollback", "--space", real, "--yes");
    assertThat(profile("cleo").path("displayname").asText()).isNotEqualTo("Cleo (she/her)");
    assertThat(accountData("ben", "m.ignored_user_list")).doesNotContain(caretaker.userId());
    Result again = must(0, "plan", "--space", real, "-o", "real.yaml");
    assertThat(again.out()).doesNotContain("@ann:" + DOMAIN + " exists");
  }

  /** What both Spaces have set stays as long as one of them stands. */
  private static void isNamedAndIgnores() {
    assertThat(profile("cleo").path("displayname").asText()).isEqualTo("Cleo (she/her)");
    assertThat(accountData("ben", "m.ignored_user_list")).contains(caretaker.userId());
  }

  private static void intoTheRealSpace(String real) {
    String media = dump.media().toAbsolutePath().toString();
    var unused =
        must(1, "migrate", "--space", real, "--plan", "real.yaml", "--media", media, "--yes");
  }
}
