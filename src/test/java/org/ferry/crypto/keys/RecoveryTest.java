package org.ferry.crypto.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.ferry.id.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recovery key, secret storage and key backup, with what a real client left on the old server. */
class RecoveryTest {
  private static final String BACKUP = "m.megolm_backup.v1";

  private static KeyBackup backup() throws IOException {
    SecretStorage storage =
        SecretStorage.byRecoveryKey(
            OldServer.secretStorageKey(), OldServer.recovery("recoveryKey"));
    return KeyBackup.ofText(storage.open(BACKUP, OldServer.secret(BACKUP)));
  }

  @Test
  void theRecoveryKeyGoesThereAndBack() throws IOException {
    Secret key = OldServer.recovery("recoveryKey");
    assertThat(MadeStorage.recoveryKey(RecoveryKey.parse(key))).isEqualTo(key);
    String word = key.reveal();
    for (String copy : List.of(word.replace(" ", ""), "\n" + word.replace(" ", "\t ") + "\n")) {
      assertThat(RecoveryKey.parse(Secret.of(copy))).isEqualTo(RecoveryKey.parse(key));
    }
  }

  @Test
  void everyWrongCharacterIsSeen() throws IOException {
    String word = OldServer.recovery("recoveryKey").reveal().replace(" ", "");
    for (int i = 0; i < word.length(); i++) {
      char other = word.charAt(i) == 'z' ? 'y' : 'z';
      String changed = word.substring(0, i) + other + word.substring(i + 1);
      assertThatThrownBy(() -> RecoveryKey.parse(Secret.of(changed)))
          .as("character %d", i)
          .isInstanceOf(KeyException.class)
          .hasMessageNotContaining(changed);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "EsT0",
        "EsTg",
        "correct horse battery staple",
        "1111111111111111111111111111"
      })
  void whatIsNoRecoveryKeyIsRefused(String text) {
    assertThatThrownBy(() -> RecoveryKey.parse(Secret.of(text))).isInstanceOf(KeyException.class);
    assertThatThrownBy(() -> RecoveryKey.parse(Secret.of("z".repeat(100_000))))
        .isInstanceOf(KeyException.class);
  }

  @Test
  void secretStorageOpensByKeyAndByPassphrase() throws IOException {
    String byKey =
        SecretStorage.byRecoveryKey(OldServer.secretStorageKey(), OldServer.recovery("recoveryKey"))
            .open(BACKUP, OldServer.secret(BACKUP));
    long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    String byPassphrase =
        SecretStorage.byPassphrase(OldServer.secretStorageKey(), OldServer.recovery("passphrase"))
            .open(BACKUP, OldServer.secret(BACKUP));
    assertThat(OldServer.secretStorageKey().path("passphrase").path("iterations").asInt())
        .isEqualTo(500_000);
    long took = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begun;
    assertThat(Duration.ofNanos(took)).isLessThan(Duration.ofSeconds(3));
    assertThat(byPassphrase).isEqualTo(byKey);
  }

  @Test
  void paddingDoesNotMatter() throws IOException {
    ObjectNode description = OldServer.secretStorageKey().deepCopy();
    ObjectNode secret = OldServer.secret(BACKUP).deepCopy();
    for (String field : List.of("iv", "mac")) {
      description.put(field, description.path(field).asText().replace("=", ""));
      secret.put(field, secret.path(field).asText().replace("=", ""));
    }
    assertThat(
            SecretStorage.byRecoveryKey(description, OldServer.recovery("recoveryKey"))
                .open(BACKUP, secret))
        .isNotEmpty();
  }

  @Test
  void withoutMacTheFirstSecretTellsAWrongKey() throws IOException {
    ObjectNode description = OldServer.secretStorageKey().deepCopy();
    description.remove(List.of("iv", "mac"));
    assertThat(
            SecretStorage.byRecoveryKey(description, OldServer.recovery("recoveryKey"))
                .open(BACKUP, OldServer.secret(BACKUP)))
        .isNotEmpty();
    SecretStorage wrong = SecretStorage.byPassphrase(description, Secret.of("wrong"));
    JsonNode secret = OldServer.secret(BACKUP);
    assertThatThrownBy(() -> wrong.open(BACKUP, secret)).isInstanceOf(KeyException.class);
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    JsonNode description = OldServer.secretStorageKey();
    Secret key = OldServer.recovery("recoveryKey");
    ObjectNode badMac = description.deepCopy();
    badMac.put("mac", "AAAA" + description.path("mac").asText().substring(4));
    ObjectNode endless = description.deepCopy();
    endless.withObject("/passphrase").put("iterations", 10_000_001);
    ObjectNode larger = description.deepCopy();
    larger.withObject("/passphrase").put("iterations", 4_294_967_295L);
    ObjectNode unknown = description.<ObjectNode>deepCopy().put("algorithm", "org.example");
    ObjectNode keyOnly = description.deepCopy();
    keyOnly.remove("passphrase");
    assertThatThrownBy(() -> SecretStorage.byRecoveryKey(badMac, key))
        .isInstanceOf(KeyException.class);
    for (String iv : List.of("", "AAAA", "A".repeat(44), "no base64!")) {
      ObjectNode badIv = description.<ObjectNode>deepCopy().put("iv", iv);
      assertThatThrownBy(() -> SecretStorage.byRecoveryKey(badIv, key))
          .isInstanceOf(KeyException.class);
    }
    assertThatThrownBy(() -> SecretStorage.byPassphrase(description, Secret.of("wrong")))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("not the passphrase");
    for (JsonNode bad : List.of(endless, larger, unknown, keyOnly)) {
      assertThatThrownBy(() -> SecretStorage.byPassphrase(bad, Secret.of("x")))
          .isInstanceOf(KeyException.class);
    }
    SecretStorage storage = SecretStorage.byRecoveryKey(description, key);
    JsonNode secret = OldServer.secret(BACKUP);
    assertThatThrownBy(() -> storage.open("m.cross_signing.master", secret))
        .isInstanceOf(KeyException.class);
  }

  @Test
  void whatAClientMadeOpens() {
    for (int i = 0; i < 50; i++) {
      MadeStorage made = MadeStorage.fresh();
      JsonNode sealed = made.seal("m.example", "a secret");
      assertThat(
              SecretStorage.byRecoveryKey(made.description(), made.recoveryKey())
                  .open("m.example", sealed))
          .isEqualTo("a secret");
    }
  }

  @Test
  void theBackupOfARealClientOpens() throws IOException {
    KeyBackup backup = backup();
    JsonNode version = OldServer.backupVersion();
    backup.check(version.path("algorithm").asText(), version.path("auth_data"));
    assertThat(OldServer.backupEntries())
        .isNotEmpty()
        .allSatisfy(e ->
            assertThat(backup.open(e).orElseThrow().path("session_key").asText()).isNotEmpty());
  }

  @Test
  void anotherKeysBackupIsRefusedBeforeItIsRead() throws IOException {
    JsonNode version = OldServer.backupVersion();
    assertThatThrownBy(() ->
            KeyBackup.of(new byte[32])
                .check(version.path("algorithm").asText(), version.path("auth_data")))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("Nothing was taken");
    KeyBackup backup = backup();
    assertThatThrownBy(() -> backup.check("m.other", version.path("auth_data")))
        .isInstanceOf(KeyException.class);
  }

  /** matrix-js-sdk kept some keys so in 2020, and mends them only when it comes upon them. */
  @Test
  void aKeyThatWasKeptAsNumbersIsOne() {
    byte[] secret = new byte[32];
    secret[0] = (byte) 200;
    secret[31] = 7;
    String numbers = "200" + ",0".repeat(30) + ",7";
    assertThat(KeyBackup.ofText(numbers).publicKey()).isEqualTo(KeyBackup.of(secret).publicKey());
    assertThatThrownBy(() -> KeyBackup.ofText("256" + ",0".repeat(31)))
        .isInstanceOf(KeyException.class);
  }

  @Test
  void brokenEntriesAreSkippedOneByOne() throws IOException {
    KeyBackup backup = backup();
    ObjectNode good = OldServer.backupEntries().getFirst().deepCopy();
    ObjectNode lowOrder = good.deepCopy().put("ephemeral", Base64s.encode(new byte[32]));
    ObjectNode noMac = good.deepCopy();
    noMac.remove("mac");
    ObjectNode cut = good.deepCopy();
    cut.put("ciphertext", good.path("ciphertext").asText().substring(0, 40));
    ObjectNode noBase64 = good.deepCopy().put("ciphertext", "***");
    ObjectNode otherMac = good.deepCopy().put("mac", Base64s.encode(new byte[8]));
    ObjectNode noText = good.deepCopy();
    noText.putObject("ciphertext");
    for (JsonNode bad :
        List.of(lowOrder, noMac, cut, noBase64, otherMac, noText, noMac.path("x"))) {
      assertThat(backup.open(bad)).isEmpty();
    }
    assertThat(backup.open(good)).isPresent();
    assertThat(backup.open(backup.seal(good))).contains(good);
  }
}
