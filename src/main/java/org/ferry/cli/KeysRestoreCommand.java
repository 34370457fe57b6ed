package org.ferry.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.ferry.app.Accounts;
import org.ferry.app.KeyBackups;
import org.ferry.app.KeyBackups.Kind;
import org.ferry.app.Keys;
import org.ferry.config.Config;
import org.ferry.crypto.KeyImport;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Take in the message keys of a person's server-side backup, which that person unlocks.",
      "From the old server's dump (--source), or from a server with a token of the account."
    },
    footer = {
      "  ferry keys restore --user @alice:old.example.org --source synapse.sql.gz \\",
      "      --recovery-key-file alice-recovery.txt",
      "  ferry keys restore --user @me:new.example.org",
      "  ferry keys restore --user @alice:new.example.org --token-file alice-token.txt \\",
      "      --recovery-key-file alice-recovery.txt"
    })
final class KeysRestoreCommand extends FerryCommand {
  @Option(
      names = "--user",
      required = true,
      paramLabel = "ID",
      description = "Whose backup, by the id on that server.")
  String user = "";

  @Option(
      names = "--source",
      paramLabel = "SOURCE",
      description =
          "A dump or homeserver.db, - for standard input, or a name of the configuration.")
  @Nullable String source;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "Where the account's server answers; the configured homeserver if not given.")
  @Nullable String server;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Holds an access token of the account; else it is asked for, or in FERRY_ACCESS_TOKEN."
              + " Of a configured account Ferry has one.")
  @Nullable Path tokenFile;

  @ArgGroup Unlock unlock = new Unlock();

  /** At most one of them. */
  static final class Unlock {
    @Option(
        names = "--recovery-key-file",
        paramLabel = "FILE",
        description =
            "Holds the recovery key; else it is asked for, or in FERRY_RECOVERY_KEY, or that of the"
                + " account in the configuration.")
    @Nullable Path recoveryKey;

    @Option(
        names = "--passphrase-file",
        paramLabel = "FILE",
        description = "Holds the passphrase of the account's secret storage.")
    @Nullable Path passphrase;

    @Option(
        names = "--key-file",
        paramLabel = "FILE",
        description = "Holds the backup's own private key.")
    @Nullable Path key;
  }

  @Mixin KeyChoice choice = new KeyChoice();

  KeysRestoreCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    if (!UserId.isValid(user)) {
      throw new UsageException(user + " is no user id, such as @alice:old.example.org.");
    }
    if (source != null && (server != null || tokenFile != null)) {
      throw new UsageException(
          "a backup is read from a dump or from a server: --source needs neither --server nor --token-file.");
    }
    try (Work work = new Work(session())) {
      Keys keys = new Keys(work.ferry());
      var unused = work.ferry().roomKeys();
      Accounts accounts = new Accounts(work.ferry());
      Secret secret = secret(accounts);
      KeyBackups.Place place = place(work, accounts, new UserId(user));
      try (KeyImport into = choice.into(session(), keys)) {
        work.progress().phase("restoring", 0);
        new KeyBackups(place).restore(kind(), secret, into);
        KeyImport.Outcome outcome = into.finish();
        work.progress().end();
        return choice.report(session(), outcome);
      }
    }
  }

  private Kind kind() {
    if (unlock.passphrase != null) {
      return Kind.PASSPHRASE;
    }
    return unlock.key != null ? Kind.KEY : Kind.RECOVERY_KEY;
  }

  private Secret secret(Accounts accounts) {
    SecretInput input = new SecretInput(session());
    Path file = unlock.passphrase != null ? unlock.passphrase : unlock.key;
    if (file == null && !isGiven(unlock.recoveryKey, "FERRY_RECOVERY_KEY")) {
      Optional<Secret> configured = accounts.recoveryKey(new UserId(user));
      if (configured.isPresent()) {
        return configured.get();
      }
    }
    return file != null
        ? input.read(file)
        : input.find(
            unlock.recoveryKey, "--recovery-key-file", "FERRY_RECOVERY_KEY", "The recovery key");
  }

  private boolean isGiven(@Nullable Path file, String variable) {
    return file != null || !session().world().environment().getOrDefault(variable, "").isEmpty();
  }

  /** Ferry's own is for the configured homeserver alone. */
  private Secret token(Accounts accounts, UserId whose) {
    if (server == null && !isGiven(tokenFile, "FERRY_ACCESS_TOKEN")) {
      Optional<Secret> own = accounts.token(whose);
      if (own.isPresent()) {
        return own.get();
      }
    }
    return new SecretInput(session())
        .find(tokenFile, "--token-file", "FERRY_ACCESS_TOKEN", "An access token of " + whose);
  }

  private KeyBackups.Place place(Work work, Accounts accounts, UserId whose) {
    Config config = work.ferry().config();
    if (source != null) {
      AtomicLong phase = new AtomicLong(-1);
      Sources sources = new Sources();
      sources.source = source;
      Sources.Named named = sources.named(config, session().world().folder());
      Path path = named == null ? null : named.path();
      return work.ferry()
          .dumpBackup(
              path == null ? "-" : path.toString(),
              session().world().in(),
              whose,
              (done, total) -> {
                if (phase.getAndSet(total) != total) {
                  work.progress().phase("reading", total);
                }
                work.progress().at(done);
              });
    }
    if (server == null && !whose.server().equals(config.homeserver().domain())) {
      throw new UsageException(
          "%s is not on %s: say where its server answers with --server URL, or name a dump with --source."
              .formatted(whose, config.homeserver().domain()));
    }
    Secret token = token(accounts, whose);
    String address = server == null ? config.homeserver().address() : server;
    return work.ferry().serverBackup(address, whose, token);
  }
}
