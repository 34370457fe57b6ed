package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.SecretStorage;
import org.ferry.id.Secret;
import org.ferry.matrix.client.Intent;

/** What an account keeps in its secret storage (specification, "Secrets"). Asks the homeserver. */
public final class AccountSecrets {
  /** The key that signs the account's own devices. */
  public static final String SELF_SIGNING = "m.cross_signing.self_signing";

  /** The key of the account's identity itself. */
  public static final String MASTER = "m.cross_signing.master";

  private final Intent intent;
  private final String id;
  private final ObjectNode description;

  private AccountSecrets(Intent intent, String id, ObjectNode description) {
    this.intent = intent;
    this.id = id;
    this.description = description;
  }

  /** The storage of an account, by its default key; empty where it has none. */
  public static Optional<AccountSecrets> of(Intent intent) {
    String id =
        intent
            .preferences()
            .accountData("m.secret_storage.default_key")
            .map(c -> c.path("key").asText(""))
            .orElse("");
    return id.isEmpty()
        ? Optional.empty()
        : intent
            .preferences()
            .accountData("m.secret_storage.key." + id)
            .map(description -> new AccountSecrets(intent, id, description));
  }

  /** What its key is like; what is given to unlock it is held against that. */
  public ObjectNode description() {
    return description;
  }

  /** Whether a secret is there under the storage's key. */
  public boolean has(String name) {
    return sealed(name).isPresent();
  }

  private Optional<JsonNode> sealed(String name) {
    return intent
        .preferences()
        .accountData(name)
        .map(secret -> secret.path("encrypted").path(id))
        .filter(sealed -> !sealed.isMissingNode());
  }

  /**
   * A secret; empty where it is not there.
   *
   * @param name such as {@code m.cross_signing.self_signing}
   * @param storage unlocked
   * @throws KeyException where it does not open
   */
  public Optional<Secret> open(String name, SecretStorage storage) {
    return sealed(name).map(sealed -> Secret.of(storage.open(name, sealed)));
  }
}
