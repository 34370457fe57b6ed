package org.ferry.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.ferry.crypto.KeyImport;
import org.ferry.crypto.KeyOrigin;
import org.ferry.crypto.keys.KeyBackup;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.Passphrases;
import org.ferry.crypto.keys.RecoveryKey;
import org.ferry.crypto.keys.SecretStorage;
import org.ferry.id.Secret;

/**
 * Takes keys out of somebody's server-side backup: unlocked first, by what the person has, and
 * checked against the backup's public key before anything of it is read.
 */
public final class KeyBackups {
  private static final String SECRET = "m.megolm_backup.v1";
  private static final String UNFIT = "it does not open with the backup's key";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Place place;

  /** Where a backup lies: on a server, or in a dump of one. */
  public interface Place {
    /** The person's global account data of a type. */
    Optional<JsonNode> accountData(String type);

    /** The newest backup; empty where the person has none. */
    Optional<Version> version();

    /** Reads all its entries. */
    void entries(Version version, Entries each);
  }

  /** Takes entries of a backup. */
  @FunctionalInterface
  public interface Entries {
    /**
     * Takes one.
     *
     * @param room the room's id, as the backup says
     * @param session the session's id, as the backup says
     * @param data what the backup's key opens
     */
    void take(String room, String session, JsonNode data);
  }

  /**
   * A backup.
   *
   * @param number its version
   * @param algorithm how it is encrypted
   * @param authData which key it is for
   */
  public record Version(String number, String algorithm, JsonNode authData) {}

  /** What a person has to unlock a backup with. */
  public enum Kind {
    /** What clients show as recovery key or security key. */
    RECOVERY_KEY,
    /** What a person thought of. */
    PASSPHRASE,
    /** The backup's own private key, as base64 or in the form of a recovery key. */
    KEY
  }

  /** Backups of one person. */
  public KeyBackups(Place place) {
    this.place = place;
  }

  /**
   * Restores a backup.
   *
   * @param kind what the secret is
   * @param secret as the person has it
   * @param into takes the keys; stays the caller's
   * @throws KeyException where there is no backup or the secret is not its key's; nothing was taken
   */
  public void restore(Kind kind, Secret secret, KeyImport into) {
    Version version =
        place
            .version()
            .orElseThrow(() ->
                new KeyException(
                    "this account has no server-side key backup; export its keys in a client of it, and take them in with: ferry keys import FILE"));
    KeyBackup key = unlock(version, kind, secret);
    key.check(version.algorithm(), version.authData());
    place.entries(version, (room, session, data) -> take(key, room, session, data, into));
  }

  private static void take(
      KeyBackup key, String room, String session, JsonNode data, KeyImport into) {
    Optional<JsonNode> opened = key.open(data);
    if (opened.isEmpty() || !(opened.get() instanceof ObjectNode entry)) {
      into.refuse(UNFIT);
      return;
    }
    into.take(entry.put("room_id", room).put("session_id", session), KeyOrigin.BACKUP);
  }

  private KeyBackup unlock(Version version, Kind kind, Secret secret) {
    return switch (kind) {
      case KEY -> byKey(secret);
      case RECOVERY_KEY -> byRecoveryKey(version, secret);
      case PASSPHRASE -> byPassphrase(version, secret);
    };
  }

  private static KeyBackup byKey(Secret secret) {
    String text = secret.reveal().strip();
    boolean base64 = text.matches("[A-Za-z0-9+/_-]{43}=?");
    return base64 ? KeyBackup.ofText(text) : KeyBackup.of(RecoveryKey.parse(secret));
  }

  /** Before secret storage a recovery key was the backup's own; some accounts still have that. */
  private KeyBackup byRecoveryKey(Version version, Secret secret) {
    KeyBackup own = KeyBackup.of(RecoveryKey.parse(secret));
    if (own.publicKey().equals(version.authData().path("public_key").asText().replace("=", ""))) {
      return own;
    }
    Stored stored = stored();
    return stored.open(SecretStorage.byRecoveryKey(stored.description(), secret));
  }

  /** Likewise a passphrase. */
  private KeyBackup byPassphrase(Version version, Secret secret) {
    JsonNode data = version.authData();
    if (data.path("private_key_salt").isTextual()) {
      byte[] salt = data.path("private_key_salt").asText().getBytes(StandardCharsets.UTF_8);
      long rounds = data.path("private_key_iterations").asLong(-1);
      return KeyBackup.of(Passphrases.derive(secret, salt, rounds, 32, "the backup"));
    }
    Stored stored = stored();
    return stored.open(SecretStorage.byPassphrase(stored.description(), secret));
  }

  /** The secret storage's key and the secret under it. */
  private record Stored(JsonNode description, JsonNode secret) {
    KeyBackup open(SecretStorage storage) {
      return KeyBackup.ofText(storage.open(SECRET, secret));
    }
  }

  private Stored stored() {
    String id =
        place
            .accountData("m.secret_storage.default_key")
            .map(d -> d.path("key").asText())
            .orElseThrow(() ->
                new KeyException(
                    "this account has no secret storage, so that only the backup's own recovery key opens the backup; the one given is not"));
    JsonNode description =
        place.accountData("m.secret_storage.key." + id).orElse(MissingNode.getInstance());
    JsonNode secret =
        place
            .accountData(SECRET)
            .map(d -> d.path("encrypted").path(id))
            .orElse(MissingNode.getInstance());
    if (description.isMissingNode() || secret.isMissingNode()) {
      throw new KeyException(
          "the account's secret storage does not hold the backup's key; set the backup up anew in a client, or export the keys there");
    }
    return new Stored(description, secret);
  }

  /** A JSON text of a server; what is none is missing. */
  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
