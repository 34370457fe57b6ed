package org.ferry.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.ferry.app.DeviceVerification.Unlock;
import org.ferry.app.DeviceVerification.Unlocking;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/** What opens an account's secret storage, as a command is given it. For one thread. */
final class StorageKey implements Unlocking {
  private static final String OPTION = "--recovery-key-file";
  private static final String VARIABLE = "FERRY_RECOVERY_KEY";

  private final SecretInput input;
  private final String what;
  private final Optional<Secret> configured;
  private final @Nullable Path recoveryKey;
  private final @Nullable Path passphrase;
  private @Nullable Unlock found;
  private boolean asked;

  /**
   * The key of one account.
   *
   * @param input where secrets come from
   * @param what what it is, for the question
   * @param configured the recovery key of the configuration
   * @param recoveryKey the file of the option; null where none was named
   * @param passphrase likewise
   */
  StorageKey(
      SecretInput input,
      String what,
      Optional<Secret> configured,
      @Nullable Path recoveryKey,
      @Nullable Path passphrase) {
    this.input = input;
    this.what = what;
    this.configured = configured;
    this.recoveryKey = recoveryKey;
    this.passphrase = passphrase;
  }

  @Override
  public Optional<Unlock> given(boolean ask) {
    boolean named =
        passphrase != null
            || recoveryKey != null
            || configured.isPresent()
            || input.isSet(VARIABLE);
    if (found == null && !named && ask && !asked) {
      asked = true;
      found = input.ask(what).map(key -> new Unlock(key, false)).orElse(null);
    }
    return found == null && named ? Optional.of(needed()) : Optional.ofNullable(found);
  }

  @Override
  public Unlock needed() {
    Unlock before = found;
    if (before == null) {
      before = find();
      found = before;
    }
    return before;
  }

  private Unlock find() {
    if (passphrase != null) {
      return new Unlock(input.read(passphrase), true);
    }
    Secret key =
        recoveryKey == null && configured.isPresent()
            ? configured.get()
            : input.find(recoveryKey, OPTION, VARIABLE, what);
    return new Unlock(key, false);
  }
}
