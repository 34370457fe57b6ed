package org.ferry.crypto.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.ferry.id.Secret;
import org.junit.jupiter.api.Test;

class KeyExportFileTest {
  private static final Secret PASSPHRASE = Secret.of("pässphrase with spaces");

  private static List<JsonNode> read(byte[] file, Secret passphrase) throws IOException {
    List<JsonNode> sessions = new ArrayList<>();
    long count =
        KeyExportFile.unlock(() -> new ByteArrayInputStream(file), passphrase).read(sessions::add);
    assertThat(sessions).hasSize((int) count);
    return sessions;
  }

  private static byte[] written(List<JsonNode> sessions) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    KeyExportWriter writer = new KeyExportWriter(out, PASSPHRASE);
    for (JsonNode session : sessions) {
      writer.add(session);
    }
    writer.end();
    return out.toByteArray();
  }

  /** A file as a writer with a counter of some width makes it. */
  private static byte[] made(byte[] iv, long iterations, int counterBits, String clear) {
    byte[] salt = new byte[16];
    byte[] keys =
        Passphrases.derive(PASSPHRASE, salt, Math.clamp(iterations, 1, 10), 64, "the test");
    byte[] text = clear.getBytes(StandardCharsets.UTF_8);
    new Counting(Arrays.copyOf(keys, 32), iv, counterBits).apply(text, 0, text.length);
    byte[] covered =
        ByteBuffer.allocate(37 + text.length)
            .put((byte) 1)
            .put(salt)
            .put(iv)
            .putInt((int) iterations)
            .put(text)
            .array();
    byte[] mac = Primitives.hmac(Arrays.copyOfRange(keys, 32, 64), covered);
    byte[] all = Arrays.copyOf(covered, covered.length + 32);
    System.arraycopy(mac, 0, all, covered.length, 32);
    return (Armor.BEGIN
            + "\r\n"
            + Base64.getEncoder().withoutPadding().encodeToString(all)
            + "\r\n"
            + Armor.END)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static ObjectNode session(int n) {
    return OldServer.JSON
        .createObjectNode()
        .put("algorithm", "m.megolm.v1.aes-sha2")
        .put("session_id", "session " + n);
  }

  @Test
  void readsWhatElementWrote() throws IOException {
    byte[] file = Files.readAllBytes(OldServer.file("alice-element-keys.txt"));
    List<JsonNode> sessions = read(file, OldServer.recovery("exportPassphrase"));
    assertThat(sessions)
        .isNotEmpty()
        .allSatisfy(s -> {
          assertThat(s.path("room_id").asText()).startsWith("!").endsWith(":old.example.org");
          assertThat(s.path("session_key").asText()).isNotEmpty();
        });
  }

  @Test
  void aWrongPassphraseIsToldFromADamagedFile() throws IOException {
    byte[] file = Files.readAllBytes(OldServer.file("alice-element-keys.txt"));
    assertThatThrownBy(() -> read(file, Secret.of("another")))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("the passphrase is another");
    assertThatThrownBy(() -> read(Arrays.copyOf(file, file.length / 2), Secret.of("x")))
        .hasMessageContaining("cut off");
    assertThatThrownBy(() -> read("hello".getBytes(StandardCharsets.UTF_8), Secret.of("x")))
        .hasMessageContaining("is no key export");
  }

  @Test
  void readsWhatItWrote() throws IOException {
    List<JsonNode> sessions = new ArrayList<>();
    for (int n = 0; n < 1_000; n++) {
      sessions.add(session(n));
    }
    assertThat(read(written(sessions), PASSPHRASE)).isEqualTo(sessions);
    assertThat(read(written(List.of()), PASSPHRASE)).isEmpty();
    assertThat(new String(written(sessions), StandardCharsets.US_ASCII)).doesNotContain("session");
  }

  @Test
  void everyFlippedBitIsRefused() throws IOException {
    byte[] file = made(new byte[16], 10, 128, "[{\"a\":1}]");
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      byte[] changed = file.clone();
      changed[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
      if (new String(changed, StandardCharsets.ISO_8859_1)
          .replaceAll("\\s", "")
          .equals(new String(file, StandardCharsets.ISO_8859_1).replaceAll("\\s", ""))) {
        continue;
      }
      assertThatThrownBy(() -> read(changed, PASSPHRASE))
          .as("flip %d", i)
          .isInstanceOf(KeyException.class);
    }
    assertThat(read(file, PASSPHRASE)).hasSize(1);
  }

  @Test
  void aCounterOfAnyWidthIsRead() throws IOException {
    byte[] iv = new byte[16];
    Arrays.fill(iv, 8, 16, (byte) 0xff);
    List<JsonNode> sessions = List.of(session(1), session(2), session(3));
    String clear = sessions.toString();
    assertThat(read(made(iv, 10, 128, clear), PASSPHRASE)).isEqualTo(sessions);
    assertThat(read(made(iv, 10, 64, clear), PASSPHRASE)).isEqualTo(sessions);
    assertThat(new BigInteger(1, iv).bitLength()).isEqualTo(64);
  }

  @Test
  void aHugeNumberOfRoundsIsRefusedAtOnce() {
    for (long iterations : new long[] {0xffffffffL, 0, Passphrases.MOST_ITERATIONS + 1}) {
      Instant begun = Instant.now();
      assertThatThrownBy(() -> read(made(new byte[16], iterations, 128, "[]"), PASSPHRASE))
          .isInstanceOf(KeyException.class);
      assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(1));
    }
  }

  @Test
  void whatIsNoListIsRefusedWithoutItsText() {
    for (String clear : List.of("{\"secret\":1}", "[{\"secret\":", "secret", "")) {
      assertThatThrownBy(() -> read(made(new byte[16], 10, 128, clear), PASSPHRASE))
          .isInstanceOf(KeyException.class)
          .hasMessageNotContaining("secret");
    }
  }
}
