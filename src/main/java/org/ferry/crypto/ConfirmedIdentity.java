package org.ferry.crypto;

import java.nio.charset.StandardCharsets;
import org.ferry.crypto.keys.Keyring;

/**
 * A person's word that the identity which the homeserver shows of an account is the account's own,
 * though it is another one than Ferry saw first. It is left for the account's device, which takes
 * it up with its next requests, in whatever process it is open.
 */
public final class ConfirmedIdentity {
  /** The name of the secret that holds it. */
  public static final String NAME = SelfSigning.CONFIRMED;

  private ConfirmedIdentity() {}

  /**
   * Seals it, so that nobody who can only write to the database can give such a word.
   *
   * @param keyring the keys
   * @param device the account's device
   * @param master the public master key of the identity, unpadded base64
   */
  public static SealedSecret seal(Keyring keyring, DeviceRef device, String master) {
    return new Pickler(keyring, device).sealSecret(NAME, master.getBytes(StandardCharsets.UTF_8));
  }
}
