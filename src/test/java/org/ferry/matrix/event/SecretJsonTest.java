package org.ferry.matrix.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.ferry.testing.HeapDump;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever parses keeps buffers for the next text, and a shorter one leaves the end of the last in
 * them: of what holds a key nothing may stay.
 */
class SecretJsonTest {
  private static final int PARTS = 10;
  private static final int PART = 30;
  private static final int PLAIN = 1;
  private static final int SECRET = 2;

  @TempDir private Path folder;

  /** Made anew where it is needed, so that this test does not keep what it looks for. */
  private static String text(int seed) {
    Random letters = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < PARTS * PART; i++) {
      text.append((char) ('a' + letters.nextInt(26)));
    }
    return text.toString();
  }

  private static byte[] document(int seed) {
    return "{\"session_key\":\"%s\"}".formatted(text(seed)).getBytes(StandardCharsets.UTF_8);
  }

  private static void parts(String name, int seed, Map<String, byte[]> into) {
    for (int i = 0; i < PARTS; i++) {
      String part = text(seed).substring(i * PART, (i + 1) * PART);
      into.put(name + i, part.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void whatHoldsAKeyStaysInNoBuffer() throws IOException, InterruptedException {
    ObjectNode plain = Json.parseObject(document(PLAIN));
    assertThat(Json.text(plain)).hasSizeGreaterThan(PARTS * PART);
    plain.removeAll();
    ObjectNode secret = Json.parseSecret(document(SECRET));
    assertThat(Json.secretText(secret)).hasSizeGreaterThan(PARTS * PART);
    secret.removeAll();
    HeapDump dump = HeapDump.of(ProcessHandle.current(), folder.resolve("this.hprof"));
    Map<String, byte[]> canaries = new HashMap<>();
    parts("plain", PLAIN, canaries);
    parts("secret", SECRET, canaries);
    Set<String> found = dump.holds(canaries);
    assertThat(found).as("the search finds what stays in buffers").contains("plain5");
    assertThat(found).noneMatch(name -> name.startsWith("secret"));
  }
}
