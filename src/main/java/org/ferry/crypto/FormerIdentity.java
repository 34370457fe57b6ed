package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.crypto.keys.KeyException;
import org.jspecify.annotations.Nullable;

/**
 * The private keys of an account's identity as a former device of the account left them: a new one
 * goes on with them, so that nobody sees another identity than before.
 */
final class FormerIdentity {
  private final CryptoStore store;
  private final Pickler pickler;
  private final List<String> names;

  FormerIdentity(CryptoStore store, Pickler pickler, List<String> names) {
    this.store = store;
    this.pickler = pickler;
    this.names = names;
  }

  /**
   * Looks for them.
   *
   * @param identity the public keys that the homeserver shows; null where it shows none
   * @return the seeds by their names; empty where no former device left all that belong to it
   */
  Optional<Map<String, byte[]>> find(@Nullable ObjectNode identity) {
    for (var former : store.formerSecrets().entrySet()) {
      Optional<Map<String, byte[]>> seeds = opened(former.getKey(), former.getValue());
      if (seeds.isPresent() && (identity == null || belong(seeds.get(), identity))) {
        return seeds;
      }
    }
    return Optional.empty();
  }

  private Optional<Map<String, byte[]>> opened(
      DeviceRef device, Map<String, SealedSecret> secrets) {
    Pickler theirs = pickler.of(device);
    Map<String, byte[]> seeds = new LinkedHashMap<>();
    for (String name : names) {
      SealedSecret sealed = secrets.get(name);
      if (sealed == null) {
        return Optional.empty();
      }
      try {
        var unused = seeds.put(name, theirs.openSecret(name, sealed));
      } catch (KeyException e) {
        // reason: what does not open is as good as not there; another device may have left its own.
        return Optional.empty();
      }
    }
    return Optional.of(seeds);
  }

  private static boolean belong(Map<String, byte[]> seeds, ObjectNode identity) {
    return isOf(seeds, SelfSigning.MASTER, identity.path("master").asText())
        && isOf(seeds, SelfSigning.SELF, identity.path("self_signing").asText());
  }

  private static boolean isOf(Map<String, byte[]> seeds, String name, String key) {
    byte[] seed = seeds.get(name);
    return seed != null && SelfSigning.publicKey(seed).equals(key);
  }
}
