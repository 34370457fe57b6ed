package org.ferry.crypto.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EncryptedFileTest {
  private final byte[] clear = new byte[200_001];
  private byte[] encrypted = new byte[0];
  private ObjectNode said = OldServer.JSON.createObjectNode();

  @BeforeEach
  void encrypt() throws IOException {
    new Random(7).nextBytes(clear);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    said = EncryptedFile.encrypt(new ByteArrayInputStream(clear), file);
    encrypted = file.toByteArray();
  }

  private static byte[] decrypt(ObjectNode said, byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      EncryptedFile.of(said).decrypt(() -> new ByteArrayInputStream(bytes), out);
    } catch (KeyException e) {
      assertThat(out.size()).as("bytes given out").isZero();
      throw e;
    }
    return out.toByteArray();
  }

  @Test
  void decryptsWhatItEncrypted() throws IOException {
    assertThat(decrypt(said, encrypted)).isEqualTo(clear);
    assertThat(encrypted).isNotEqualTo(clear);
  }

  @Test
  void otherBytesThanTheEventMeansGiveNothing() {
    byte[] flipped = encrypted.clone();
    flipped[encrypted.length - 1] ^= 1;
    for (byte[] bytes :
        new byte[][] {
          flipped,
          Arrays.copyOf(encrypted, encrypted.length - 1),
          Arrays.copyOf(encrypted, encrypted.length + 1),
          new byte[0]
        }) {
      assertThatThrownBy(() -> decrypt(said, bytes))
          .isInstanceOf(KeyException.class)
          .hasMessageContaining("hash");
    }
  }

  @Test
  void whatAnEventMustNotSayIsRefused() {
    refused(s -> s.remove("hashes"));
    refused(s -> s.put("v", "v1"));
    refused(s -> s.remove("v"));
    refused(s ->
        s.put("iv", Base64s.encode(new byte[] {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1})));
    refused(s -> s.put("iv", "AAAA"));
    refused(s -> s.withObject("/key").put("k", Base64s.encode(new byte[31])));
    refused(s -> s.withObject("/key").put("alg", "A128CTR"));
    refused(s -> s.withObject("/hashes").put("sha256", "***"));
    refused(s -> s.remove("key"));
  }

  private void refused(Consumer<ObjectNode> change) {
    ObjectNode changed = said.deepCopy();
    change.accept(changed);
    assertThatThrownBy(() -> decrypt(changed, encrypted)).isInstanceOf(KeyException.class);
  }
}
