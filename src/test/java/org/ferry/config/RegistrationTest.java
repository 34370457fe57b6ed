package org.ferry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.ferry.config.RegistrationCheck.Difference;
import org.ferry.id.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class RegistrationTest {
  @TempDir Path folder;

  private Config config(String more) {
    return new ConfigLoader(Map.of(), folder)
        .load("c", "homeserver: {address: 'http://hs', domain: new.example.org}\n" + more, folder);
  }

  private List<String> keys(Config config, Path file) {
    return RegistrationCheck.differences(config, file).stream().map(Difference::key).toList();
  }

  @Test
  void fitsTheConfigurationItWasMadeFor() throws IOException {
    for (String more :
        List.of(
            "",
            "identities: {username_template: '{server}.{id}+x'}",
            "identities: {username_template: 'old_{id}', overrides: {'@a:b': '@c:d'}}")) {
      Path file = folder.resolve("r.yaml");
      Registration made = Registration.fresh(config(more));
      RegistrationFile.write(file, made);
      assertThat(RegistrationCheck.differences(config(more), file)).as(more).isEmpty();
      assertThat(RegistrationFile.read(file)).isEqualTo(made);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void drawsTwoLongTokensAndASenderThatIsNotTheBot() {
    Registration r = Registration.fresh(config(""));
    assertThat(r.asToken().reveal()).hasSize(64).matches("[A-Za-z0-9]+");
    assertThat(r.hsToken().reveal()).hasSize(64).isNotEqualTo(r.asToken().reveal());
    assertThat(r.sender()).matches("ferry_[a-z0-9]{16}");
    assertThat(Registration.fresh(config("")).asToken()).isNotEqualTo(r.asToken());
    assertThat(r.toString()).doesNotContain(r.asToken().reveal());
  }

  /** Synapse refuses a registration whose id is a number or a truth to YAML. */
  @Test
  void anIdIsATextWhateverItLooksLike() throws IOException {
    for (String id : List.of("123", "true", "No", "1e5", "-", "null", "ferry-2")) {
      Registration made = Registration.fresh(config("appservice: {id: \"%s\"}".formatted(id)));
      RegistrationFile.write(folder.resolve("r.yaml"), made);
      Object read =
          new Load(LoadSettings.builder().build())
              .loadFromString(Files.readString(folder.resolve("r.yaml")));
      assertThat(((Map<?, ?>) read).get("id")).isEqualTo(id);
    }
  }

  @Test
  void aKeyThatIsGivenTwiceIsAProblemOfTheFileAndShowsNoToken() throws IOException {
    Path file = folder.resolve("r.yaml");
    RegistrationFile.write(file, Registration.fresh(config("")));
    Files.writeString(file, Files.readString(file) + "as_token: hunter2\n");
    assertThatThrownBy(() -> RegistrationFile.read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("found duplicate key as_token")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void claimsGhostsAndBotAndNobodyElse() {
    List<Registration.Namespace> users = Registration.namespaces(config(""));
    assertThat(users)
        .containsExactly(
            new Registration.Namespace(true, "^@old_.*:new\\.example\\.org$"),
            new Registration.Namespace(true, "^@ferrybot:new\\.example\\.org$"));
    for (String other :
        List.of(
            "@alice:new.example.org", "@old_a:newXexample.org", "@old_a:new.example.org.evil")) {
      assertThat(users).as(other).noneMatch(n -> n.holds(other));
    }
  }

  @Test
  void reachesForAccountsOnlyWhereSomebodyListedThem() {
    assertThat(Registration.namespaces(config("identities: {overrides: {'@a:b': '@c:d'}}")))
        .last()
        .isEqualTo(new Registration.Namespace(false, "^@.*:new\\.example\\.org$"));
  }

  @Test
  void keepsTokensAndSenderOfOneInUse() {
    Registration old =
        new Registration(
            "x", "y", Secret.of("as"), Secret.of("hs"), "sender", List.of(), List.of());
    Registration now = Registration.keeping(config(""), old);
    assertThat(now.asToken()).isEqualTo(old.asToken());
    assertThat(now.hsToken()).isEqualTo(old.hsToken());
    assertThat(now.sender()).isEqualTo("sender");
    assertThat(now.id()).isEqualTo("ferry");
    Registration bot =
        new Registration(
            "x", "y", Secret.of("as"), Secret.of("hs"), "ferrybot", List.of(), List.of());
    assertThat(Registration.keeping(config(""), bot).sender()).isNotEqualTo("ferrybot");
  }

  @Test
  void acceptsOneWrittenByHandThatDoesTheSame() throws IOException {
    Path file = folder.resolve("hand.yaml");
    String token = "t".repeat(40);
    Files.writeString(
        file,
        """
        id: ferry
        url: http://127.0.0.1:29380/
        as_token: %s1
        hs_token: %s2
        sender_localpart: someone
        rate_limited: false
        namespaces:
          users: [{exclusive: true, regex: '@(old_.*|ferrybot):new\\.example\\.org'}]
          aliases: [{exclusive: false, regex: '#.*'}]
        receive_ephemeral: true
        de.sorunome.msc2409.push_ephemeral: true
        org.matrix.msc3202: true
        io.element.msc4190: true
        """
            .formatted(token, token));
    assertThat(RegistrationCheck.differences(config(""), file)).isEmpty();
  }

  @Test
  void listsEveryDifferenceWithWhatItBreaks() throws IOException {
    Path file = folder.resolve("wrong.yaml");
    Files.writeString(
        file,
        """
        id: other
        url: null
        as_token: sesame
        hs_token: sesame
        sender_localpart: ferrybot
        namespaces:
          users: [{exclusive: true, regex: '@.*'}, {exclusive: true, regex: '('}]
          rooms: [{exclusive: true, regex: '.*'}]
        org.matrix.msc3202: true
        """);
    assertThat(keys(config(""), file))
        .containsExactly(
            "id",
            "url",
            "sender_localpart",
            "rate_limited",
            "as_token",
            "hs_token",
            "hs_token",
            "namespaces.users",
            "namespaces.users",
            "namespaces.aliases",
            "namespaces.rooms",
            "receive_ephemeral",
            "de.sorunome.msc2409.push_ephemeral",
            "io.element.msc4190");
    assertThat(RegistrationCheck.differences(config(""), file))
        .extracting(Difference::toString)
        .contains(
            "sender_localpart: expected any localpart but the bot's, ferrybot, found ferrybot; Synapse does not let this user sync, so the bot could not read encrypted rooms")
        .noneMatch(d -> d.contains("sesame"));
  }

  @Test
  void namesGhostsAndBotThatEmptyNamespacesShutOut() throws IOException {
    Path file = folder.resolve("empty.yaml");
    Files.writeString(
        file,
        RegistrationFile.text(Registration.fresh(config("")))
            .replaceAll("(?s)  users:.*  aliases", "  users: []\n  aliases"));
    assertThat(RegistrationCheck.differences(config(""), file))
        .extracting(Difference::breaks)
        .containsExactly(
            "@old_alice:new.example.org cannot be made: no history can be carried",
            "the bot cannot be made");
  }

  @Test
  void saysWhatAFileThatIsNoRegistrationLacks() throws IOException {
    Path file = folder.resolve("x.yaml");
    assertThatThrownBy(() -> RegistrationFile.read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ferry registration writes one");
    Files.writeString(file, "id: ferry\n");
    assertThatThrownBy(() -> RegistrationFile.read(file))
        .hasMessageContaining("as_token: is missing")
        .hasMessageContaining("hs_token: is missing");
    Files.writeString(file, "- a\n");
    assertThatThrownBy(() -> RegistrationFile.read(file)).hasMessageContaining("holds no keys");
  }

  @Test
  void theExampleIsWhatTheDefaultsNeed() throws IOException {
    String example = Files.readString(Path.of("registration.yaml.example"));
    Registration made = Registration.fresh(config(""));
    assertThat(
            RegistrationFile.text(made)
                .replace(made.asToken().reveal(), "64_RANDOM_CHARACTERS_FOR_FERRY")
                .replace(made.hsToken().reveal(), "64_OTHER_CHARACTERS_FOR_THE_HOMESERVER")
                .replace(made.sender(), "ferry_RANDOM"))
        .isEqualTo(example);
  }
}
