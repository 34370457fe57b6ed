package org.ferry.crypto;

import java.nio.charset.StandardCharsets;
import org.ferry.crypto.keys.Keyring;

/**
 * Which identity of an account is the account's own, though it is another one than Ferry saw first:
 * by a person's word, or as the account's secret storage says. It is left for the account's device,
 * which takes it up with its next requests, in whatever process it is open.
 */
public final class ConfirmedIdentity {
  /** The name of the secret that holds a word, which counts for what the homeserver shows. */
  public static final String NAME = SelfSigning.CONFIRMED;

  /** The name of the secret that holds what the storage says, whatever the homeserver shows. */
  public static final String PROVEN = SelfSigning.PROVEN;

  private ConfirmedIdentity() {}

  /**
   * Seals it, so that nobody who can only write to the database can give such a word.
   *
   * @param name which of both
   * @param keyring the keys
   * @param device the account's device
   * @param master the public master key of the identity, unpadded base64
   */
  public static SealedSecret seal(String name, Keyring keyring, DeviceRef device, String master) {
    return new Pickler(keyring, device).sealSecret(name, master.getBytes(StandardCharsets.UTF_8));
  }
}
