package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.Ed25519Key;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/** JSON objects with signatures (specification, appendix "Signing JSON"). */
final class SignedJson {
  private SignedJson() {}

  /** The bytes that a signature is over: canonical, without signatures and unsigned. */
  static byte[] signed(ObjectNode object) {
    ObjectNode bare = object.deepCopy();
    var unused = bare.remove("signatures");
    unused = bare.remove("unsigned");
    return Json.canonical(bare).getBytes(StandardCharsets.UTF_8);
  }

  /** Adds a signature to an object; those that are there stay. */
  static void sign(
      ObjectNode object, UserId user, String keyId, Function<byte[], String> signature) {
    String made = signature.apply(signed(object));
    var unused =
        object.withObjectProperty("signatures").withObjectProperty(user.value()).put(keyId, made);
  }

  /**
   * Tells whether an object carries a valid signature.
   *
   * @param object anything
   * @param user who is to have signed
   * @param keyId the key's name, {@code ed25519:} and what follows
   * @param key the key, unpadded base64
   * @return false for anything that is not such a signature
   */
  static boolean isSigned(ObjectNode object, UserId user, String keyId, String key) {
    JsonNode signature = object.path("signatures").path(user.value()).path(keyId);
    return signature.isTextual() && verifies(key, signed(object), signature.textValue());
  }

  private static boolean verifies(String key, byte[] message, String signature) {
    try {
      return Ed25519Key.parse(key).verifies(message, signature);
    } catch (CryptoException e) {
      // reason: a key or signature that cannot be read has not signed this.
      return false;
    }
  }
}
