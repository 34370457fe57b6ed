package org.ferry.crypto.vodozemac;

import java.util.List;
import java.util.function.Function;

/** What the library's error texts mean. It gives no codes; the texts are those of 0.9.0. */
final class NativeErrors {
  private static final List<Meaning> MESSAGES =
      List.of(
          new Meaning(
              "The pre-key message contained an unknown one-time key",
              CryptoException.UnknownOneTimeKey::new),
          new Meaning(
              "The given identity key doesn't match", CryptoException.MismatchedIdentityKey::new),
          new Meaning(
              "The message that was used to establish the Session", CryptoException.BadMac::new),
          new Meaning(
              "The message key with the given key can't be created",
              CryptoException.Duplicate::new),
          new Meaning("The message gap was too big", CryptoException.GapTooBig::new),
          new Meaning(
              "The message was encrypted using an unknown message index",
              CryptoException.UnknownIndex::new),
          new Meaning(
              "The signature on the message was invalid", CryptoException.BadSignature::new),
          new Meaning("The MAC of the ciphertext didn't pass", CryptoException.BadMac::new),
          new Meaning("the MAC of the ciphertext didn't pass", CryptoException.BadMac::new),
          new Meaning("invalid MAC length", CryptoException.BadMessage::new),
          new Meaning("invalid MAC", CryptoException.BadMac::new),
          new Meaning("invalid padding", CryptoException.BadMessage::new),
          new Meaning("The message contained an invalid public key", CryptoException.BadKey::new),
          new Meaning("The message ", CryptoException.BadMessage::new),
          new Meaning("The ciphertext didn't contain", CryptoException.BadMessage::new),
          new Meaning("Protobuf", CryptoException.BadMessage::new),
          new Meaning(
              "The signature on the session key was invalid", CryptoException.BadSignature::new),
          new Meaning("The session key ", CryptoException.BadKey::new),
          new Meaning("The public key of session", CryptoException.BadKey::new));

  private NativeErrors() {}

  private record Meaning(String part, Function<String, CryptoException> exception) {}

  static CryptoException of(String text) {
    return MESSAGES.stream()
        .filter(m -> text.contains(m.part()))
        .findFirst()
        .<Function<String, CryptoException>>map(Meaning::exception)
        .orElse(CryptoException.Unexpected::new)
        .apply(text);
  }

  /** Of a pickle; the library's own text is not given on, as it might quote the contents. */
  static CryptoException ofPickle(String text) {
    return text.contains("MAC tag mismatch") || text.contains("didn't pass validation")
        ? new CryptoException.WrongPickleKey("another key sealed the pickle, or it was damaged")
        : new CryptoException.BadPickle("not a pickle of this kind");
  }
}
