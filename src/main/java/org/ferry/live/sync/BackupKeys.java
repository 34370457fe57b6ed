package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.ferry.crypto.KeyJson;
import org.ferry.crypto.KeyOrigin;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.keys.KeyBackup;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.RecoveryKey;
import org.ferry.crypto.keys.SecretStorage;
import org.ferry.id.Secret;
import org.ferry.live.Signal;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the room keys that an account's device lacks out of the account's own server-side backup,
 * session by session (specification, "Server-side key backups"). The backup's key comes from the
 * account's secret storage, where its recovery key is given, or from another device of the account.
 * For one thread.
 */
final class BackupKeys {
  private static final Duration ROUND = Duration.ofSeconds(5);

  /** When what the backup lacked is looked for again: other clients upload what they have. */
  private static final Duration AGAIN = Duration.ofHours(1);

  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** When a question that failed is asked again. */
  private static final Duration SOON = Duration.ofMinutes(1);

  /** Where so many questions fail one after the other, the rest waits as well. */
  private static final int MOST_FAILURES = 5;

  private static final int AT_ONCE = 50;
  private static final String SECRET = "m.megolm_backup.v1";
  private static final Logger LOG = LoggerFactory.getLogger(BackupKeys.class);

  private final Intent intent;
  private final Machine machine;
  private final @Nullable Secret recoveryKey;
  private final Signal keys;
  private final InstantSource clock;

  private Instant next = Instant.MIN;
  private String told = "";

  /** A backup that is unlocked. */
  private record Unlocked(String version, KeyBackup key) {}

  /**
   * Keys of an account.
   *
   * @param intent the account as its device
   * @param machine the device's
   * @param recoveryKey of the account's secret storage; null where none is given
   * @param keys woken when a room key came
   * @param clock now
   */
  BackupKeys(
      Intent intent,
      Machine machine,
      @Nullable Secret recoveryKey,
      Signal keys,
      InstantSource clock) {
    this.intent = intent;
    this.machine = machine;
    this.recoveryKey = recoveryKey;
    this.keys = keys;
    this.clock = clock;
  }

  /** Looks until the thread is interrupted; following goes on where the backup does not answer. */
  void run() throws InterruptedException {
    while (true) {
      Thread.sleep(ROUND);
      if (clock.instant().isBefore(next)) {
        continue;
      }
      try {
        look();
      } catch (HomeserverFailure e) {
        if (!Thread.currentThread().isInterrupted()) {
          tell(String.valueOf(e.getMessage()));
        }
        next = clock.instant().plus(PAUSE);
      }
    }
  }

  /** Looks for what is missing now. */
  void look() {
    List<SessionRef> wanted = machine.missing(AT_ONCE);
    if (wanted.isEmpty()) {
      return;
    }
    Optional<Unlocked> backup = unlock();
    if (backup.isEmpty()) {
      next = clock.instant().plus(PAUSE);
      return;
    }
    try (Harvest harvest = new Harvest()) {
      try {
        gather(wanted, backup.get(), harvest);
      } finally {
        keep(harvest);
      }
    }
  }

  /** What a round has brought so far. */
  private static final class Harvest implements AutoCloseable {
    private final List<RoomKey> found = new ArrayList<>();
    private final List<SessionRef> asked = new ArrayList<>();
    private final List<SessionRef> failed = new ArrayList<>();

    @Override
    public void close() {
      found.forEach(key -> key.session().close());
    }
  }

  /** One question that fails leaves the others theirs, unless nothing is answered any more. */
  private void gather(List<SessionRef> wanted, Unlocked backup, Harvest harvest) {
    int failures = 0;
    for (SessionRef session : wanted) {
      try {
        ask(session, backup).ifPresent(harvest.found::add);
        harvest.asked.add(session);
        failures = 0;
      } catch (MatrixException e) {
        harvest.failed.add(session);
        failures++;
        if (e.isUnknownDevice() || e.isTokenRefused() || failures == MOST_FAILURES) {
          throw e;
        }
      }
    }
  }

  private void keep(Harvest harvest) {
    if (harvest.asked.isEmpty() && harvest.failed.isEmpty()) {
      return;
    }
    int added = harvest.found.isEmpty() ? 0 : machine.restored(harvest.found).size();
    machine.sought(harvest.asked, AGAIN);
    machine.sought(harvest.failed, SOON);
    LOG.info(
        "event=keys_from_backup user={} wanted={} found={} added={} failed={}",
        intent.user(),
        harvest.asked.size() + harvest.failed.size(),
        harvest.found.size(),
        added,
        harvest.failed.size());
    if (added > 0) {
      keys.wake();
    }
  }

  private Optional<RoomKey> ask(SessionRef session, Unlocked backup) {
    try {
      ObjectNode entry =
          intent.keys().backup(backup.version(), session.room().value(), session.session());
      Optional<JsonNode> data = backup.key().open(entry.path("session_data"));
      if (data.isEmpty()) {
        unusable(session, "it does not open with the backup's key");
      }
      return data.flatMap(opened -> read(session, opened));
    } catch (MatrixException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Optional<RoomKey> read(SessionRef session, JsonNode data) {
    if (!(data instanceof ObjectNode entry)) {
      return Optional.empty();
    }
    entry.put("room_id", session.room().value()).put("session_id", session.session());
    try {
      return Optional.of(KeyJson.read(entry, KeyOrigin.BACKUP, clock.instant()));
    } catch (KeyException e) {
      unusable(session, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void unusable(SessionRef session, String why) {
    LOG.warn("event=backup_entry_unusable user={} room={} {}", intent.user(), session.room(), why);
  }

  /** Empty where there is no backup, or no key of it; which is said once. */
  private Optional<Unlocked> unlock() {
    Optional<Secret> here = machine.backupKey();
    if (here.isEmpty() && recoveryKey == null) {
      return Optional.empty();
    }
    try {
      ObjectNode version = intent.keys().backupVersion();
      return here.flatMap(key -> fit(version, key))
          .or(() -> own(version).or(this::stored).flatMap(key -> fit(version, key)));
    } catch (MatrixException e) {
      if (e.isNotFound()) {
        tell("the account has no server-side key backup");
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Empty where a key is not that of the present backup. It is forgotten only where the backup
   * clearly names another, so that a homeserver's odd answer does not cost the key.
   *
   * <p>Whoever signed {@code auth_data} is not looked at: the key came from the account's secret
   * storage or an own verified device, and a backup with its public half is one that the account
   * chose. A signature would say the same; and who wrote an entry neither of them tells.
   */
  private Optional<Unlocked> fit(ObjectNode version, Secret key) {
    String algorithm = version.path("algorithm").asText();
    String number = version.path("version").asText();
    try {
      KeyBackup backup = KeyBackup.ofText(key.reveal());
      if (backup.isOfAnother(algorithm, version.path("auth_data"))) {
        machine.dropBackupKey();
      }
      backup.check(algorithm, version.path("auth_data"));
      if (number.isEmpty()) {
        tell("the homeserver does not say which version the account's backup has");
        return Optional.empty();
      }
      return Optional.of(new Unlocked(number, backup));
    } catch (KeyException e) {
      tell(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** Before secret storage a recovery key was the backup's own; some accounts still have that. */
  private Optional<Secret> own(ObjectNode version) {
    Secret recovery = recoveryKey;
    if (recovery == null) {
      return Optional.empty();
    }
    try {
      byte[] bytes = RecoveryKey.parse(recovery);
      KeyBackup.of(bytes).check(version.path("algorithm").asText(), version.path("auth_data"));
      return Optional.of(Secret.of(Base64.getEncoder().withoutPadding().encodeToString(bytes)))
          .filter(machine::keepBackupKey);
    } catch (KeyException e) {
      // reason: then it opens secret storage, or that says why it does not.
      return Optional.empty();
    }
  }

  /** What the account's secret storage holds. */
  private Optional<Secret> stored() {
    Secret recovery = recoveryKey;
    if (recovery == null) {
      return Optional.empty();
    }
    try {
      Optional<Secret> key =
          AccountSecrets.of(intent)
              .flatMap(s -> s.open(SECRET, SecretStorage.byRecoveryKey(s.description(), recovery)));
      if (key.isEmpty()) {
        tell("the account's secret storage does not hold the key of its backup");
      }
      return key.filter(machine::keepBackupKey);
    } catch (KeyException e) {
      tell(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void tell(String sentence) {
    if (!sentence.equals(told)) {
      told = sentence;
      LOG.warn("event=backup_not_read user={} {}", intent.user(), sentence);
    }
  }
}
