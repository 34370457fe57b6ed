package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.config.RegistrationCheck;
import org.ferry.config.RegistrationFile;
import org.ferry.id.Secret;
import org.ferry.webhook.Endpoint;
import org.ferry.webhook.Guard;
import org.ferry.webhook.SigningSecret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitCommandTest {
  private static final String[] FLAGS = {
    "init",
    "--homeserver",
    "http://hs:8008",
    "--domain",
    "new.example.org",
    "--space",
    "#village:new.example.org",
    "--create-space"
  };

  @TempDir Path folder;

  private Config config() {
    return new ConfigLoader(Map.of(), folder).load(null);
  }

  @Test
  void writesThreeFilesThatFitTogether() throws IOException {
    CommandRun run = CommandRun.in(folder, FLAGS);
    assertThat(run.status()).as(run.err()).isZero();
    Config config = config();
    assertThat(config.homeserver().address()).isEqualTo("http://hs:8008");
    assertThat(config.space()).isEqualTo("#village:new.example.org");
    assertThat(config.createSpace()).isTrue();
    assertThat(config.warnings()).isEmpty();
    assertThat(RegistrationCheck.differences(config, config.appservice().registration())).isEmpty();
    String key = Files.readString(folder.resolve("pickle.key")).strip();
    assertThat(Base64.getDecoder().decode(key)).hasSize(32);
    for (String file : List.of("config.yaml", "registration.yaml", "pickle.key")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))))
          .as(file)
          .isEqualTo("rw-------");
    }
    assertThat(CommandRun.in(folder, "registration", "--check", "registration.yaml").status())
        .isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:29400, 127.0.0.1:29400",
    "http://localhost:29400/, 127.0.0.1:29400",
    "http://[::1]:29400, '[::1]:29400'",
    "http://ferry:29400, 0.0.0.0:29400",
    "http://10.0.0.5:29380, 0.0.0.0:29380"
  })
  void listensWhereItsAddressLeads(String address, String listen) {
    CommandRun run = CommandRun.in(folder, with("--address", address));
    assertThat(run.status()).as(run.err()).isZero();
    Config.Listen listening = config().appservice().listen();
    String host = listen.substring(0, listen.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
    assertThat(listening.host()).isEqualTo(host);
    assertThat(listening.port())
        .isEqualTo(Integer.parseInt(listen.substring(listen.lastIndexOf(':') + 1)));
    assertThat(run.out()).contains("Ferry listens at " + listen + ".");
  }

  @ParameterizedTest
  @CsvSource({
    "https://ferry.example.org, 0.0.0.0",
    "http://ferry.example.org, 0.0.0.0",
    "https://127.0.0.1:8443, 127.0.0.1",
    "http://127.0.0.1:8080/ferry, 127.0.0.1"
  })
  void behindAProxyItKeepsItsPortAndSaysWhatToPassOn(String address, String host) {
    CommandRun run = CommandRun.in(folder, with("--address", address));
    assertThat(config().appservice().listen()).isEqualTo(new Config.Listen(host, 29_380));
    assertThat(run.out())
        .contains("Ferry listens at " + host + ":29380: let what answers at " + address + " pass");
  }

  private static String[] with(String... more) {
    return Stream.of(FLAGS, more).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void saysHowToHandTheRegistrationOverAndShowsNoSecret() {
    CommandRun run = CommandRun.in(folder, FLAGS);
    assertThat(run.out())
        .contains(
            "sudo install -o matrix-synapse -g nogroup -m 0600 "
                + folder.resolve("registration.yaml")
                + " /etc/matrix-synapse/ferry-registration.yaml",
            "docker cp " + folder.resolve("registration.yaml"),
            "app_service_config_files: [\"/etc/matrix-synapse/ferry-registration.yaml\"]",
            "ferry analyze");
    var registration = RegistrationFile.read(folder.resolve("registration.yaml"));
    assertThat(run.out() + run.err())
        .doesNotContain(registration.asToken().reveal())
        .doesNotContain(registration.hsToken().reveal());
  }

  @Test
  void asksForWhatIsNotGiven() {
    CommandRun run = CommandRun.in(folder, Map.of(), "\nnew.example.org\n\ny\n", "init");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("[http://127.0.0.1:8008]", "server name", "[#village:new.example.org]", "[y/N]");
    assertThat(config().homeserver().address()).isEqualTo("http://127.0.0.1:8008");
    assertThat(config().space()).isEqualTo("#village:new.example.org");
    assertThat(config().createSpace()).isTrue();
  }

  @Test
  void refusesToGuessWhereNobodyCanAnswer() {
    CommandRun run = CommandRun.in(folder, "init", "--homeserver", "http://hs");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("a question nobody could answer", "use --domain");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void writesNothingOverWhatIsThereUnlessForced() throws IOException {
    Files.writeString(folder.resolve("pickle.key"), "precious");
    CommandRun run = CommandRun.in(folder, FLAGS);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .contains("nothing was written", folder.resolve("pickle.key").toString(), "--force")
        .doesNotContain("config.yaml");
    assertThat(folder.resolve("pickle.key")).hasContent("precious");
    assertThat(folder.resolve("config.yaml")).doesNotExist();
    String[] forced = java.util.Arrays.copyOf(FLAGS, FLAGS.length + 1);
    forced[FLAGS.length] = "--force";
    assertThat(CommandRun.in(folder, forced).status()).isZero();
    assertThat(folder.resolve("config.yaml")).exists();
    String key = Files.readString(folder.resolve("pickle.key"));
    assertThat(key).isNotEqualTo("precious");

    CommandRun again = CommandRun.in(folder, forced);
    assertThat(again.status()).isZero();
    assertThat(again.out()).contains("kept as it was");
    assertThat(folder.resolve("pickle.key")).as("keys may be under it").hasContent(key);
  }

  @Test
  void writesNothingWhereAnAnswerIsWrong() {
    CommandRun run =
        CommandRun.in(
            folder, "init", "--homeserver", "ftp://hs", "--domain", "a b", "--space", "village");
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("homeserver.address", "homeserver.domain", "space");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void keepsTheTokensOfARegistrationThatIsWrittenAnew() throws IOException {
    assertThat(CommandRun.in(folder, FLAGS).status()).isZero();
    Path file = folder.resolve("registration.yaml");
    var before = RegistrationFile.read(file);
    Files.writeString(file, Files.readString(file).replace("rate_limited: false", "x: 1"));
    CommandRun refused = CommandRun.in(folder, "registration");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.out()).contains("rate_limited", "the replay is throttled");
    CommandRun check = CommandRun.in(folder, "registration", "--check", file.toString(), "--json");
    assertThat(check.status()).isEqualTo(1);
    assertThat(check.out()).startsWith("{").contains("\"key\" : \"rate_limited\"");
    assertThat(CommandRun.in(folder, "registration", "--force").status()).isZero();
    assertThat(RegistrationFile.read(file)).isEqualTo(before);
    assertThat(CommandRun.in(folder, "registration").out()).contains("nothing was written");
  }

  private CommandRun follow(String... more) {
    return CommandRun.in(
        folder,
        Stream.concat(
                Stream.of(
                    "init",
                    "--account",
                    "@me:example.org",
                    "--homeserver",
                    "http://127.0.0.1:8008"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void followsAnAccountIntoAWebhookWithASecretOfItsOwn() throws IOException {
    CommandRun run = follow("--webhook", "http://127.0.0.1:3000/it's?a=${b}");
    assertThat(run.status()).as(run.err()).isEqualTo(2);
    assertThat(folder).isEmptyDirectory();
    run = follow("--webhook", "http://127.0.0.1:3000/it's?a=$%7Bb%7D");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("127.0.0.1 is not public", "allow_private", "ferry webhooks test webhook");
    Path secret = folder.resolve("webhook.secret");
    String text = Files.readString(secret).strip();
    assertThat(Base64.getDecoder().decode(text.substring("whsec_".length()))).hasSize(32);
    assertThat(run.out()).doesNotContain(text);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
        .isEqualTo("rw-------");
    Config config = config();
    assertThat(config.warnings()).isEmpty();
    Endpoint endpoint = config.webhooks().getFirst();
    assertThat(endpoint.url()).hasToString("http://127.0.0.1:3000/it's?a=$%7Bb%7D");
    byte[] body = {1};
    assertThat(endpoint.secrets().getFirst().sign("id", 1, body))
        .isEqualTo(SigningSecret.of(Secret.of(text)).sign("id", 1, body));
    assertThatCode(() ->
            new Guard(Guard.Resolver.system(), List.of())
                .addresses(endpoint.url(), endpoint.allowPrivate()))
        .doesNotThrowAnyException();
    assertThat(follow("--webhook", "http://127.0.0.1:3000/").err()).contains("webhook.secret");
  }

  @Test
  void allowsNoPrivateAddressWhereTheReceiverIsPublic() {
    CommandRun run = follow("--webhook", "https://9.9.9.9/hook");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).doesNotContain("not public");
    assertThat(config().webhooks().getFirst().allowPrivate()).isEmpty();
  }

  @Test
  void refusesAReceiverThatCannotBeAndOneWithoutAnAccount() {
    CommandRun scheme = follow("--webhook", "ftp://shop.example.org/");
    assertThat(scheme.status()).isEqualTo(2);
    assertThat(scheme.err()).contains("--webhook ftp://shop.example.org/", "is no http(s) URL");
    CommandRun alone = CommandRun.in(folder, "init", "--webhook", "https://9.9.9.9/hook");
    assertThat(alone.status()).isEqualTo(2);
    assertThat(alone.err()).contains("--webhook belongs to --account");
    assertThat(folder).isEmptyDirectory();
  }
}
