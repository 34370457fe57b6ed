package org.ferry.crypto;

import java.util.function.BiFunction;
import java.util.function.Function;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.Keyring;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.CryptoException;

/**
 * Protects what a device keeps. Each pickle is bound to its device and purpose, so that no row can
 * take the place of another.
 *
 * @param keyring the keys
 * @param ref whose pickles
 */
record Pickler(Keyring keyring, DeviceRef ref) {
  static String session(String senderKey, String sessionId) {
    return "olm session " + senderKey + " " + sessionId;
  }

  static String outbound(SessionRef ref) {
    return "megolm outbound " + ref.room() + " " + ref.session();
  }

  Pickled seal(String purpose, Function<byte[], String> pickle) {
    Keyring.Numbered now = keyring.current();
    return new Pickled(now.generation(), pickle.apply(now.key().forPickle(of(purpose))));
  }

  <T> T open(Pickled pickled, String purpose, BiFunction<String, byte[], T> open) {
    try {
      return open.apply(pickled.text(), keyring.of(pickled.generation()).forPickle(of(purpose)));
    } catch (CryptoException.WrongPickleKey | CryptoException.BadPickle e) {
      throw new DamagedRowException(
          "the row of the %s does not open: it was changed or damaged (%s). Restore a backup of the database."
              .formatted(of(purpose), e.reason()),
          e);
    }
  }

  SealedSecret sealSecret(String name, byte[] secret) {
    Keyring.Numbered now = keyring.current();
    return new SealedSecret(now.generation(), now.key().sealer().seal(secret, of(name)));
  }

  byte[] openSecret(String name, SealedSecret secret) {
    PickleKey key = keyring.of(secret.generation());
    try {
      return key.sealer().open(secret.sealed(), of(name));
    } catch (KeyException e) {
      throw new DamagedRowException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The same for another device, whose secrets are bound to it. */
  Pickler of(DeviceRef other) {
    return new Pickler(keyring, other);
  }

  private String of(String purpose) {
    return purpose + " of " + ref;
  }
}
