package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.FollowingConfig;
import org.ferry.testing.ForgedIdentity;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.ferry.testing.peers.Peer;
import org.ferry.testing.peers.PeerKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accounts with an identity of their own: Ferry's device is signed by it, and nothing else. */
class AccountsVerifyIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final TestPostgres.Db db = TestPostgres.ledger();
  private final String pickleKey = PickleKey.random().text().reveal();
  private final SynapseServer server = TestLab.shared().target();
  @TempDir Path folder;

  private FerryProcess.Run ferry(String... arguments) {
    return FerryProcess.ferry(arguments).in(folder).with("FERRY_PICKLE_KEY", pickleKey);
  }

  private void configure(String accounts) throws IOException {
    FollowingConfig.write(folder, server.baseUrl(), db, accounts);
  }

  private Peer peer(LabClient person) {
    return Peer.login(
        PeerKind.MAUTRIX,
        folder.resolve(person.userId().substring(1).replaceAll(":.*", "")),
        server.baseUrl(),
        person.userId(),
        TestLab.PASSWORD);
  }

  /** How many signatures the device has that Ferry follows by, its own included. */
  private int signatures(LabClient person, String device) {
    JsonNode answer =
        person.post(
            "/_matrix/client/v3/keys/query",
            LabClient.json("{\"device_keys\":{\"%s\":[]}}".formatted(person.userId())));
    return answer
        .path("device_keys")
        .path(person.userId())
        .path(device)
        .path("signatures")
        .path(person.userId())
        .size();
  }

  private boolean isRefused(LabClient carol) {
    FerryProcess.Result wrong =
        ferry("accounts", "verify", carol.userId(), "--recovery-key-file", "dave.recovery").run();
    return wrong.status() == 3 && wrong.err().contains("recovery key");
  }

  private static String device(FerryProcess.Result verified) {
    return LabClient.json(verified.out()).path("device").asText();
  }

  @Test
  void theRecoveryKeySignsTheDeviceByCommandOrByItselfAndAWrongOneDoesNot() throws Exception {
    LabClient carol = TestLab.shared().person("carol");
    LabClient dave = TestLab.shared().person("dave");
    LabClient plain = TestLab.shared().person("plain");
    Files.writeString(folder.resolve("password"), TestLab.PASSWORD.reveal());
    try (Peer carols = peer(carol);
        Peer daves = peer(dave)) {
      Files.writeString(folder.resolve("carol.recovery"), carols.crossSign());
      Files.writeString(folder.resolve("dave.recovery"), daves.crossSign());
      configure(
          ("{user: \"%s\", password_file: password},"
                  + "{user: \"%s\", password_file: password, recovery_key_file: dave.recovery},"
                  + "{user: \"%s\", password_file: password}")
              .formatted(carol.userId(), dave.userId(), plain.userId()));

      FerryProcess.Result early =
          ferry("accounts", "verify", carol.userId(), "--recovery-key-file", "carol.recovery")
              .run();
      assertThat(early.status()).isEqualTo(1);
      assertThat(early.out()).contains("ferry accounts login " + carol.userId());

      try (FerryProcess ferry = ferry("run").start()) {
        assertThat(ferry.awaitLine("event=device_signed")).contains(dave.userId());
        assertThat(ferry.awaitLine("user=" + carol.userId() + " state=following")).isNotEmpty();
        Wait.until(LIMIT, "a wrong key that is refused for what it is", () -> isRefused(carol));
        FerryProcess.Result right =
            ferry(
                    "accounts",
                    "verify",
                    carol.userId(),
                    "--recovery-key-file",
                    "carol.recovery",
                    "--json")
                .run();
        assertThat(right.status()).as(right.toString()).isZero();
        assertThat(signatures(carol, device(right))).isEqualTo(2);
        // A word is none where it changes nothing.
        String own = LabClient.json(right.out()).path("identity").asText();
        FerryProcess.Result again =
            ferry("accounts", "verify", carol.userId(), "--accept-identity", own).run();
        assertThat(again.status()).as(again.toString()).isZero();
        assertThat(again.out()).contains("already").doesNotContain("accepted");

        FerryProcess.Result daveToo = ferry("accounts", "verify", dave.userId(), "--json").run();
        assertThat(daveToo.status()).as(daveToo.toString()).isZero();
        assertThat(signatures(dave, device(daveToo))).isEqualTo(2);
        whatIsSoundIsCalledSoWithAKeyThatOpensNothing(carol);
        theNextDeviceIsSignedToo(ferry, dave, device(daveToo));

        assertThat(ferry.awaitLine("user=" + plain.userId() + " state=following")).isNotEmpty();
        FerryProcess.Result none = ferry("accounts", "verify", plain.userId()).run();
        assertThat(none.status()).as(none.toString()).isEqualTo(1);
        assertThat(none.out()).contains("no cross-signing identity");
      }
      noWordIsTakenAgainstTheStorageAndNoneButForWhatItNames(carol);
      Files.writeString(folder.resolve("dave.recovery"), daves.crossSign());
      Files.writeString(folder.resolve("carol.recovery"), carols.crossSign());
      theCommandTakesTheIdentityThatTookItsPlace(carol);
      theIdentityThatTookItsPlaceCounts(dave, carol);
    }
  }

  /** What only whoever runs the homeserver has a reason to do: another master key, and no more. */
  private void noWordIsTakenAgainstTheStorageAndNoneButForWhatItNames(LabClient carol)
      throws SQLException {
    String theirs = ForgedIdentity.over(server, carol);
    String key = "--recovery-key-file=carol.recovery";
    String word = "--accept-identity=" + theirs;
    assertThat(verified(carol)).isEqualTo("other_identity");
    // Whoever has no recovery key says so by an empty line, and is told which key is shown.
    FerryProcess.Result asked = ferry("accounts", "verify", carol.userId()).typing("\n").run();
    assertThat(asked.status()).as(asked.toString()).isEqualTo(1);
    assertThat(asked.out())
        .contains("The recovery key of " + carol.userId(), "--accept-identity " + theirs);
    assertThat(verified(carol, key)).isEqualTo("contradicted");
    assertThat(verified(carol, key, word)).isEqualTo("contradicted");
    assertThat(verified(carol, "--accept-identity=another")).isEqualTo("not_named");
    FerryProcess.Result accepted = ferry("accounts", "verify", carol.userId(), word).run();
    assertThat(accepted.status()).as(accepted.toString()).isZero();
    assertThat(accepted.out()).contains(theirs + " of " + carol.userId() + " was accepted");
    assertThat(isTrue("select not exists (select from ferry.olm_secret where name = 'proven')"))
        .as("what the storage said before is older than the word")
        .isTrue();
    FerryProcess.Result bot =
        ferry("accounts", "verify", "@ferrybot:" + TestLab.DOMAIN, word).run();
    assertThat(bot.status()).as(bot.toString()).isEqualTo(2);
    assertThat(bot.err()).contains("for accounts of people");
  }

  private String verified(LabClient person, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("accounts", "verify", person.userId(), "--json"));
    arguments.addAll(List.of(options));
    FerryProcess.Result result = ferry(arguments.toArray(String[]::new)).run();
    assertThat(result.status()).as(result.toString()).isEqualTo(1);
    return LabClient.json(result.out()).path("result").asText();
  }

  /** The key is given to the command alone; the daemon takes up what came of it. */
  private void theCommandTakesTheIdentityThatTookItsPlace(LabClient carol) {
    FerryProcess.Result signed =
        ferry(
                "accounts",
                "verify",
                carol.userId(),
                "--recovery-key-file",
                "carol.recovery",
                "--json")
            .run();
    assertThat(signed.status()).as(signed.toString()).isZero();
    assertThat(LabClient.json(signed.out()).path("result").asText()).isEqualTo("signed");
  }

  /** The storage was set up anew meanwhile, say; that the device is signed is as true. */
  private void whatIsSoundIsCalledSoWithAKeyThatOpensNothing(LabClient carol) {
    String key = "--recovery-key-file=dave.recovery";
    FerryProcess.Result sound = ferry("accounts", "verify", carol.userId(), key).run();
    assertThat(sound.status()).as(sound.toString()).isZero();
    assertThat(sound.out()).contains("signed", "secret storage was not looked at", "recovery key");
    FerryProcess.Result json = ferry("accounts", "verify", carol.userId(), key, "--json").run();
    assertThat(LabClient.json(json.out()).path("storage_not_read").asText())
        .contains("recovery key");
  }

  /** Somebody ends the session that is called Ferry; another one follows by itself. */
  private void theNextDeviceIsSignedToo(FerryProcess ferry, LabClient dave, String former) {
    JsonNode auth =
        LabClient.json(
            "{\"auth\":{\"type\":\"m.login.password\",\"password\":\"%s\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"%s\"}}}"
                .formatted(TestLab.PASSWORD.reveal(), dave.userId()));
    JsonNode unused =
        dave.request("DELETE", "/_matrix/client/v3/devices/" + LabClient.esc(former), auth).ok();
    String line =
        ferry.awaitLine(
            said ->
                said.contains("event=device_signed user=" + dave.userId())
                    && !said.contains(former),
            LIMIT);
    String device = line.replaceAll(".*device=([^ ]+).*", "$1");
    Wait.until(LIMIT, "the signature of " + device, () -> signatures(dave, device) == 2);
  }

  /** Its owner replaced the identity in another client, and gave Ferry the recovery key of that. */
  private void theIdentityThatTookItsPlaceCounts(LabClient dave, LabClient carol)
      throws SQLException {
    assertThat(counts(dave)).isTrue();
    try (FerryProcess ferry = ferry("run").start()) {
      hears(ferry, dave, "is another one than the first");
      hears(ferry, dave, "event=device_signed");
      assertThat(counts(dave)).isTrue();
      hears(ferry, carol, "proves which identity");
      assertThat(counts(carol)).isTrue();
      whatTheStorageContradictsCountsNoMore(ferry, dave, carol);
    }
  }

  /** The daemon has the recovery key of one; that of the other is given to a command later. */
  private void whatTheStorageContradictsCountsNoMore(
      FerryProcess ferry, LabClient dave, LabClient carol) throws SQLException {
    String unused = ForgedIdentity.over(server, dave);
    hears(ferry, dave, "another master key of " + dave.userId());
    assertThat(counts(dave)).isFalse();
    String theirs = ForgedIdentity.over(server, carol);
    FerryProcess.Result accepted =
        ferry("accounts", "verify", carol.userId(), "--accept-identity", theirs).run();
    assertThat(accepted.status()).as(accepted.toString()).isZero();
    hears(ferry, carol, "was confirmed by hand");
    assertThat(counts(carol)).isTrue();
    assertThat(verified(carol, "--recovery-key-file=carol.recovery")).isEqualTo("contradicted");
    Wait.until(
        LIMIT,
        "the end of that word",
        () -> {
          news(carol);
          return !counts(carol);
        });
  }

  /** Whether the identity that was seen last is the one that counts. */
  private boolean counts(LabClient person) throws SQLException {
    return isTrue(
        """
        select pinned = identity::jsonb ->> 'master' from ferry.olm_tracked t
        join ferry.olm_device d on d.id = t.device
        where t.user_id = '%1$s' and d.user_id = '%1$s' order by d.id desc limit 1
        """
            .formatted(person.userId()));
  }

  /** Waits for a line about somebody whose devices change meanwhile. */
  private static void hears(FerryProcess ferry, LabClient person, String words) {
    Wait.until(
        LIMIT,
        words,
        () -> {
          news(person);
          return (ferry.out() + ferry.err())
              .lines()
              .anyMatch(line -> line.contains(words) && line.contains(person.userId()));
        });
  }

  /** Another of the account's devices changes, so that no sync waits for half a minute. */
  private static void news(LabClient person) {
    JsonNode devices = person.get("/_matrix/client/v3/devices").path("devices");
    JsonNode unused =
        person.put(
            "/_matrix/client/v3/devices/"
                + LabClient.esc(devices.path(0).path("device_id").asText()),
            LabClient.json("{\"display_name\":\"%d\"}".formatted(System.nanoTime())));
  }

  private boolean isTrue(String sql) throws SQLException {
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() && row.getBoolean(1);
    }
  }
}
