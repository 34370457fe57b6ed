package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.Ed25519Keypair;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/**
 * Whether a device is signed by its account's own identity, and its signature (specification,
 * "Cross-signing"), as a homeserver's answer to {@code /keys/query} shows it: for who asks without
 * the device's machine, which another process may have open.
 */
public final class DeviceSignature {
  private final @Nullable Device device;
  private final @Nullable ObjectNode identity;
  private final Standing standing;

  /** How a device stands. */
  public enum Standing {
    /** The homeserver lists no keys of it. */
    UNKNOWN,
    /** It lists other keys than the device has. */
    OTHER_KEYS,
    /** The account has no identity, or one that does not hold. */
    NO_IDENTITY,
    /** The identity has not signed it. */
    UNSIGNED,
    /** It has. */
    SIGNED
  }

  /**
   * Looks at a device.
   *
   * @param ref which
   * @param curve25519 its identity key as it is known here
   * @param ed25519 its signing key as it is known here
   * @param known the devices of its owner that are known here
   * @param answer of {@code /keys/query} for its owner
   */
  public DeviceSignature(
      DeviceRef ref, String curve25519, String ed25519, Collection<Device> known, JsonNode answer) {
    String id = ref.device().value();
    JsonNode listed = answer.path("device_keys").path(ref.user().value()).path(id);
    this.device = DeviceCheck.read(ref.user(), id, listed).orElse(null);
    this.identity =
        Identities.readOwn(answer, ref.user(), known, Turn.at(Instant.EPOCH, new Tally()));
    this.standing = standing(curve25519, ed25519, listed);
  }

  private Standing standing(String curve25519, String ed25519, JsonNode listed) {
    if (listed.isMissingNode()) {
      return Standing.UNKNOWN;
    }
    if (device == null
        || !device.curve25519().equals(curve25519)
        || !device.ed25519().equals(ed25519)) {
      return Standing.OTHER_KEYS;
    }
    if (identity == null) {
      return Standing.NO_IDENTITY;
    }
    String key = identity.path("self_signing").asText();
    return SignedJson.isSigned(device.keys(), device.ref().user(), "ed25519:" + key, key)
        ? Standing.SIGNED
        : Standing.UNSIGNED;
  }

  /** How it stands. */
  public Standing standing() {
    return standing;
  }

  /** The public master key of the account's identity; empty where it has none that holds. */
  public Optional<String> master() {
    return Optional.ofNullable(identity).map(i -> i.path("master").asText());
  }

  /** What the account's own secret storage says of the identity that is shown. */
  public enum Proof {
    /** Nothing. */
    NONE,
    /**
     * It is the account's own: the storage has its master key; or its self-signing key, where a
     * device that this has signed made the identity.
     */
    PROVEN,
    /**
     * It is not: the storage has its self-signing key, and another master key. Whoever resets an
     * identity makes both anew; a homeserver can sign the public half of the one with any other.
     */
    CONTRADICTED
  }

  /**
   * Holds the identity against the account's own storage.
   *
   * @param master the private master key, base64; null where the storage holds none
   * @param selfSigning the private self-signing key, base64; null likewise
   */
  public Proof proof(@Nullable Secret master, @Nullable Secret selfSigning) {
    String kept = publicKey(master).orElse(null);
    boolean signs = isShown("self_signing", publicKey(selfSigning).orElse(null));
    if (isShown("master", kept)) {
      return Proof.PROVEN;
    }
    if (signs && kept != null) {
      return Proof.CONTRADICTED;
    }
    return signs && identity != null && Identities.isMadeByDevice(identity)
        ? Proof.PROVEN
        : Proof.NONE;
  }

  private boolean isShown(String field, @Nullable String key) {
    return key != null && identity != null && key.equals(identity.path(field).asText());
  }

  /** The public half of a private cross-signing key, both base64; empty where it is none. */
  public static Optional<String> publicKey(@Nullable Secret seed) {
    if (seed == null) {
      return Optional.empty();
    }
    try (Ed25519Keypair pair = Ed25519Keypair.fromSeed(seed(seed))) {
      return Optional.of(pair.publicKey().base64());
    } catch (KeyException | CryptoException e) {
      // reason: what is no key proves nothing.
      return Optional.empty();
    }
  }

  /**
   * Signs the device.
   *
   * @param selfSigning the account's private self-signing key, base64
   * @return the body of {@code POST /keys/signatures/upload}; empty where it is not unsigned
   * @throws KeyException where the key is not the one of the account's identity
   */
  public Optional<ObjectNode> sign(Secret selfSigning) {
    if (standing != Standing.UNSIGNED || device == null || identity == null) {
      return Optional.empty();
    }
    try (Ed25519Keypair pair = Ed25519Keypair.fromSeed(seed(selfSigning))) {
      if (!identity.path("self_signing").asText().equals(pair.publicKey().base64())) {
        throw new KeyException(
            "what the secret storage of %s holds is not the identity that its homeserver shows; the identity was reset since, set secret storage up anew in another client"
                .formatted(device.ref().user()));
      }
      return Optional.of(SelfSigning.signature(device, pair));
    }
  }

  private static byte[] seed(Secret selfSigning) {
    try {
      return Base64.getDecoder().decode(selfSigning.reveal());
    } catch (IllegalArgumentException e) {
      throw new KeyException(
          "what the secret storage holds as self-signing key is no base64; set secret storage up anew in another client");
    }
  }
}
