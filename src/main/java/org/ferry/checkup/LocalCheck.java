package org.ferry.checkup;

import static org.ferry.checkup.Check.ACCOUNTS;
import static org.ferry.checkup.Check.CONFIGURATION;
import static org.ferry.checkup.Check.DATABASE;
import static org.ferry.checkup.Check.DISK;
import static org.ferry.checkup.Check.PICKLE_KEY;
import static org.ferry.checkup.Check.REGISTRATION;
import static org.ferry.checkup.Check.SECRETS;
import static org.ferry.checkup.Check.WEBHOOKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.ferry.config.Config;
import org.ferry.config.ConfigException;
import org.ferry.config.Problem;
import org.ferry.config.RegistrationCheck;

/** What can be judged on this machine, before anything is asked of a server. */
final class LocalCheck {
  private static final long LITTLE = 200L << 20;
  private static final long SCARCE = 2L << 30;

  /**
   * Connections that {@code ferry run} holds beside its pool: one that hears of other processes,
   * one that shows that it delivers, the leader's, and those of at most four who make something by
   * the API.
   */
  private static final int BESIDE = 1 + 1 + 1 + 4;

  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final Config config;
  private final Remedies remedies;

  LocalCheck(Config config, Remedies remedies) {
    this.config = config;
    this.remedies = remedies;
  }

  void run(Findings findings) {
    findings.addAll(configuration());
    findings.addAll(secrets());
    findings.add(disk(config.dataDir(), free(config.dataDir())));
    findings.addAll(registration());
    findings.add(pickleKey(config.encryption().pickling() != null));
  }

  /** Without the key nothing would protect room keys, and so none are taken. */
  static Finding pickleKey(boolean there) {
    return there
        ? Finding.ok(PICKLE_KEY, "there is a key that protects keys and tokens in the database")
        : Finding.warning(
            PICKLE_KEY,
            "there is no pickle key, so that ferry run reads no encrypted room. Carrying does not need it",
            "(umask 077; openssl rand -base64 32 > pickle.key)\n"
                + "or put such a line into the environment as FERRY_PICKLE_KEY; keep a copy of it");
  }

  /**
   * Judges accounts that are followed.
   *
   * @param accounts as ferry run left them
   */
  static List<Finding> accounts(List<FollowedAccount> accounts) {
    List<Finding> found = new ArrayList<>();
    for (FollowedAccount account : accounts) {
      if (account.needsSomebody()) {
        found.add(
            Finding.warning(
                ACCOUNTS,
                account.user() + " is not followed: " + account.detail(),
                "ferry accounts login " + account.user()));
      }
    }
    return found.isEmpty() && !accounts.isEmpty()
        ? List.of(
            Finding.ok(
                ACCOUNTS,
                accounts.size() == 1
                    ? accounts.getFirst().user() + " needs nobody's help"
                    : "none of %d followed users needs anybody's help".formatted(accounts.size())))
        : found;
  }

  /**
   * Judges endpoints. A receiver that is down is no problem of Ferry's: what waits is delivered
   * later.
   */
  static List<Finding> webhooks(List<Receiving> endpoints) {
    return endpoints.stream().map(LocalCheck::webhook).toList();
  }

  private static Finding webhook(Receiving endpoint) {
    String trouble = endpoint.trouble();
    return trouble == null
        ? Finding.ok(
            WEBHOOKS, "%s: %s takes connections".formatted(endpoint.name(), endpoint.host()))
        : Finding.warning(WEBHOOKS, endpoint.name() + ": " + trouble, endpoint.remedy());
  }

  private List<Finding> configuration() {
    List<Finding> found = new ArrayList<>();
    for (Problem warning : config.warnings()) {
      // Open files are told once, by the check of secrets.
      if (!warning.text().contains("chmod")) {
        found.add(Finding.warning(CONFIGURATION, warning.toString(), null));
      }
    }
    return found.isEmpty()
        ? List.of(Finding.ok(CONFIGURATION, config.file() + " has no mistake"))
        : found;
  }

  private List<Finding> secrets() {
    List<Path> files = new ArrayList<>();
    files.add(config.appservice().registration());
    files.add(config.folder().resolve("pickle.key"));
    List<Finding> found = new ArrayList<>();
    for (Path file : files) {
      if (open(file)) {
        found.add(opened(file));
      }
    }
    for (Problem warning : config.warnings()) {
      int at = warning.text().indexOf("chmod");
      String remedy = at < 0 ? "" : warning.text().substring(at);
      // A file that the configuration names may be one of the two above.
      if (at >= 0 && found.stream().noneMatch(f -> remedy.equals(f.remedy()))) {
        found.add(Finding.warning(SECRETS, warning.toString(), remedy));
      }
    }
    return found.isEmpty()
        ? List.of(Finding.ok(SECRETS, "the files with secrets are their owner's alone"))
        : found;
  }

  static Finding opened(Path file) {
    return Finding.warning(
        SECRETS, "others can open " + file + ", which holds secrets", "chmod 600 " + file);
  }

  private static boolean open(Path file) {
    try {
      for (PosixFilePermission p : Files.getPosixFilePermissions(file)) {
        if (OTHERS.contains(p)) {
          return true;
        }
      }
      return false;
    } catch (IOException | UnsupportedOperationException e) {
      // reason: what is not there, or on a file system without owners, is open to nobody.
      return false;
    }
  }

  private static long free(Path folder) {
    Path there = folder;
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    try {
      return there == null ? Long.MAX_VALUE : Files.getFileStore(there).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  static Finding disk(Path folder, long free) {
    if (free == Long.MAX_VALUE) {
      return Finding.ok(DISK, "the room in " + folder + " cannot be told");
    }
    String text = "%,d MB are free in %s".formatted(free >> 20, folder);
    String remedy =
        "make room, or name a folder on a larger disk: data_dir: /srv/ferry; see what takes it with: du -xh --max-depth=2 "
            + folder;
    if (free < LITTLE) {
      return Finding.problem(DISK, text + ": too little to begin", remedy);
    }
    return free < SCARCE
        ? Finding.warning(
            DISK, text + "; the ledger takes about as much as the dump without indexes", remedy)
        : Finding.ok(DISK, text);
  }

  private List<Finding> registration() {
    Path file = config.appservice().registration();
    if (config.onlyFollows() && !Files.exists(file)) {
      return List.of(
          Finding.ok(REGISTRATION, "there is none, and who only follows accounts needs none"));
    }
    try {
      List<Finding> found = new ArrayList<>();
      for (RegistrationCheck.Difference d : RegistrationCheck.differences(config, file)) {
        found.add(registration(d));
      }
      return found.isEmpty()
          ? List.of(Finding.ok(REGISTRATION, file + " fits the configuration"))
          : found;
    } catch (ConfigException e) {
      return List.of(
          Finding.problem(
              REGISTRATION,
              String.valueOf(e.getMessage()),
              "ferry registration\nthen " + remedies.handOver()));
    }
  }

  Finding registration(RegistrationCheck.Difference d) {
    String text =
        "%s in %s is %s and should be %s: %s"
            .formatted(
                d.key(), config.appservice().registration(), d.found(), d.expected(), d.breaks());
    return d.serious()
        ? Finding.problem(REGISTRATION, text, remedies.registration(d.key()))
        : Finding.warning(REGISTRATION, text, remedies.registration(d.key()));
  }

  // Database -------------------------------------------------------------------------------------

  static Finding roomKeys(long messages, long withoutKey) {
    String rooms =
        "encrypted rooms that are carried in clear hold %,d messages".formatted(messages);
    return withoutKey == 0
        ? Finding.ok(Check.ROOM_KEYS, rooms + ", and there is a key for each")
        : Finding.warning(
            Check.ROOM_KEYS,
            "%s; for %,d of them there is no key, and a placeholder would stand in their place"
                .formatted(rooms, withoutKey),
            "a member's key export: ferry keys import FILE\ntheir key backup: ferry keys restore");
  }

  static List<Finding> database(DatabaseFacts facts) {
    List<Finding> found = new ArrayList<>();
    if (!facts.fsync().equals("on")) {
      found.add(
          Finding.problem(
              DATABASE,
              "fsync is off in %s: after a crash of its machine the ledger may be broken"
                  .formatted(facts.label()),
              "ALTER SYSTEM SET fsync = on;\nSELECT pg_reload_conf();"));
    }
    if (facts.synchronousCommit().equals("off")) {
      found.add(
          Finding.warning(
              DATABASE,
              "synchronous_commit is off in %s: after a crash of its machine Ferry may have forgotten what it sent last, and would ask the rooms"
                  .formatted(facts.label()),
              "ALTER ROLE CURRENT_USER SET synchronous_commit = on;"));
    }
    if (facts.connections() < facts.poolSize() + BESIDE) {
      found.add(
          Finding.warning(
              DATABASE,
              "%s lets Ferry have %d connections, and it may hold %d and %d more"
                  .formatted(facts.label(), facts.connections(), facts.poolSize(), BESIDE),
              "in Ferry's configuration: database: {pool_size: "
                  + Math.max(2, Math.min(facts.connections() / 2, facts.connections() - BESIDE))
                  + "}, or: ALTER SYSTEM SET max_connections = 100; and restart PostgreSQL, where neither the user nor the database has a CONNECTION LIMIT"));
    }
    return found.isEmpty()
        ? List.of(
            Finding.ok(
                DATABASE,
                "PostgreSQL %s, %s, schema %d: %s"
                    .formatted(facts.version(), facts.encoding(), facts.schema(), facts.label())))
        : found;
  }
}
