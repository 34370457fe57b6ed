package org.ferry.migrate.decrypt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys of encrypted files, good and bad. */
class FileKeyTest {
  private static final byte[] CLEAR =
      "the bytes of a picture".repeat(500).getBytes(StandardCharsets.UTF_8);
  private final byte[] key = new byte[32];
  private final byte[] iv = new byte[16];
  private final byte[] sealed;
  private final ObjectNode file;

  FileKeyTest() throws Exception {
    Random random = new Random(7);
    random.nextBytes(key);
    for (int i = 0; i < 8; i++) {
      iv[i] = (byte) random.nextInt();
    }
    Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
    cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
    sealed = cipher.doFinal(CLEAR);
    file = Json.object().put("v", "v2").put("url", "mxc://old.org/abc");
    file.putObject("key")
        .put("alg", "A256CTR")
        .put("kty", "oct")
        .put("k", Base64.getUrlEncoder().withoutPadding().encodeToString(key));
    file.put("iv", Base64.getEncoder().withoutPadding().encodeToString(iv));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(sealed);
    file.putObject("hashes")
        .put("sha256", Base64.getEncoder().withoutPadding().encodeToString(hash));
  }

  @Test
  void opensWhatAnotherImplementationSealed() throws Exception {
    FileKey read = FileKey.read(file);
    assertThat(read.sha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(sealed)));
    assertThat(opened(read)).isEqualTo(CLEAR);
  }

  @Test
  void paddingAndEitherAlphabetAreRead() throws Exception {
    ((ObjectNode) file.get("key")).put("k", Base64.getEncoder().encodeToString(key));
    file.put("iv", Base64.getUrlEncoder().encodeToString(iv));
    assertThat(opened(FileKey.read(file))).isEqualTo(CLEAR);
  }

  private byte[] opened(FileKey read) throws IOException {
    try (var in = read.open(new ByteArrayInputStream(sealed))) {
      return in.readAllBytes();
    }
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        spoilt("version", f -> f.put("v", "v1")),
        spoilt("version", f -> f.remove("v")),
        spoilt("A256CTR", f -> ((ObjectNode) f.get("key")).put("alg", "A128CTR")),
        spoilt("A256CTR", f -> f.remove("key")),
        spoilt("31 bytes", f -> ((ObjectNode) f.get("key")).put("k", base64(31))),
        spoilt("key has 0 bytes", f -> ((ObjectNode) f.get("key")).put("k", "!!")),
        spoilt("counter is not zero", f -> f.put("iv", "AAAAAAAAAAAAAAAAAAAAAQ")),
        spoilt("counter has 12 bytes", f -> f.put("iv", base64(12))),
        spoilt("SHA-256 has 0 bytes", f -> f.remove("hashes")),
        spoilt("SHA-256 has 31 bytes", f -> f.putObject("hashes").put("sha256", base64(31))));
  }

  private static Arguments spoilt(String what, Consumer<ObjectNode> how) {
    return Arguments.of(what, how);
  }

  private static String base64(int length) {
    return Base64.getEncoder().encodeToString(new byte[length]);
  }

  @ParameterizedTest
  @MethodSource("bad")
  void isRefusedAndSaysWhyWithoutItsKey(String what, Consumer<ObjectNode> how) {
    how.accept(file);
    assertThatThrownBy(() -> FileKey.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(what)
        .hasMessageNotContaining(Base64.getUrlEncoder().withoutPadding().encodeToString(key));
  }
}
