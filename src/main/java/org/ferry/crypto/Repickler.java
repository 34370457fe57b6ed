package org.ferry.crypto;

import org.ferry.crypto.keys.Keyring;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.crypto.vodozemac.OlmAccount;
import org.ferry.crypto.vodozemac.OlmSession;

/**
 * Protects what a device keeps with the present key, whatever it was protected with: the same
 * pickles, and bound to the same places.
 */
public final class Repickler {
  private final Pickler pickler;

  /**
   * For one device.
   *
   * @param keyring opens what is there, and says what the present key is
   * @param ref whose
   */
  public Repickler(Keyring keyring, DeviceRef ref) {
    this.pickler = new Pickler(keyring, ref);
  }

  /** The device's account. */
  public Pickled account(Pickled old) {
    try (OlmAccount account = pickler.open(old, AccountKeeper.PURPOSE, OlmAccount::fromPickle)) {
      return pickler.seal(AccountKeeper.PURPOSE, account::pickle);
    }
  }

  /** An Olm session with a device. */
  public Pickled session(Pickled old, String senderKey, String id) {
    String purpose = Pickler.session(senderKey, id);
    try (OlmSession session = pickler.open(old, purpose, OlmSession::fromPickle)) {
      return pickler.seal(purpose, session::pickle);
    }
  }

  /** A room's outgoing session. */
  public Pickled outbound(Pickled old, SessionRef ref) {
    String purpose = Pickler.outbound(ref);
    try (MegolmOutbound session = pickler.open(old, purpose, MegolmOutbound::fromPickle)) {
      return pickler.seal(purpose, session::pickle);
    }
  }

  /** A private key of the account's. */
  public SealedSecret secret(String name, SealedSecret old) {
    return pickler.sealSecret(name, pickler.openSecret(name, old));
  }
}
