package org.ferry.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.checkup.Checkup;
import org.ferry.checkup.DatabaseFacts;
import org.ferry.checkup.Finding;
import org.ferry.checkup.FollowedAccount;
import org.ferry.checkup.Gate;
import org.ferry.checkup.LastLoad;
import org.ferry.checkup.Listening;
import org.ferry.checkup.Measurement;
import org.ferry.checkup.Memory;
import org.ferry.checkup.Report;
import org.ferry.config.Config;
import org.ferry.config.ConfigException;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.Vodozemac;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.TransactionStore;
import org.ferry.live.Typing;
import org.ferry.matrix.appservice.AppserviceRoutes;
import org.ferry.matrix.appservice.Namespaces;
import org.ferry.migrate.LedgerException;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.Standing;
import org.ferry.migrate.decrypt.Decryption;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.PlanException;
import org.ferry.migrate.plan.PlanFile;
import org.ferry.model.MediaFile;
import org.ferry.store.PgInbox;
import org.ferry.store.PgMemos;
import org.ferry.store.Setup;
import org.ferry.store.embedded.EmbeddedPostgresException;

/** A checkup of an installation, with the parts of Ferry that it needs. */
public final class Doctor {
  private final Ferry ferry;
  private final Config config;

  /**
   * A doctor.
   *
   * @param ferry stays the caller's
   */
  public Doctor(Ferry ferry) {
    this.ferry = ferry;
    this.config = ferry.config();
  }

  /**
   * Looks at everything.
   *
   * @param plan the plan file, which may not exist
   * @param measure whether to take the time of messages
   * @param shown told of each finding at once
   * @return what was found
   * @throws InterruptedException where the thread was told to stop
   */
  public Report examine(Path plan, boolean measure, Consumer<Finding> shown)
      throws InterruptedException {
    Checkup checkup = new Checkup(config, ferry.clock(), shown);
    checkup.local();
    cryptography(checkup);
    checkup.webhooks(Reach.of(config));
    boolean database = database(checkup);
    if (database) {
      roomKeys(checkup, plan);
    }
    try (Closing closing = new Closing()) {
      Report report =
          checkup.remote(
              new Checkup.Remote(
                  ferry::homeserver,
                  listen(closing, database),
                  database ? load() : LastLoad.none(),
                  database ? reused(plan) : Set.of(),
                  measure));
      if (database && report.server() != null) {
        gate(ferry).keep(report);
      }
      Measurement measured = report.measured();
      if (database && measured != null) {
        ExpectedRate.keep(ferry, measured);
      }
      return report;
    }
  }

  /**
   * What keeps a migration from beginning where history would arrive changed.
   *
   * @param ferry the running Ferry
   * @return the gate
   */
  public static Gate gate(Ferry ferry) {
    PgMemos memos = new PgMemos(ferry.database());
    Memory memory =
        new Memory() {
          @Override
          public Optional<String> find(String name) {
            return memos.find(name);
          }

          @Override
          public void keep(String name, String json) {
            memos.keep(name, json);
          }
        };
    return new Gate(ferry.config(), ferry.clock(), memory);
  }

  private static void cryptography(Checkup checkup) {
    try {
      checkup.cryptography(Vodozemac.require());
    } catch (CryptoException.Unavailable e) {
      checkup.noCryptography(String.valueOf(e.getMessage()));
    }
  }

  private boolean database(Checkup checkup) {
    try {
      Setup setup = Setup.of(ferry.database());
      checkup.database(
          new DatabaseFacts(
              ferry.database().label(),
              setup.version(),
              setup.encoding(),
              setup.fsync(),
              setup.synchronousCommit(),
              setup.connections(),
              config.database().poolSize(),
              setup.schema()));
      checkup.accounts(accounts());
      return true;
    } catch (LedgerException | EmbeddedPostgresException e) {
      checkup.noDatabase(String.valueOf(e.getMessage()));
      return false;
    }
  }

  private List<FollowedAccount> accounts() {
    return new Accounts(ferry)
        .list().stream()
            .filter(a -> !a.state().equals("new"))
            .map(a ->
                new FollowedAccount(
                    a.user(), List.of("needs_token", "stopped").contains(a.state()), a.detail()))
            .toList();
  }

  /**
   * Listens for the homeserver, unless {@code run} does. What the homeserver sends meanwhile is
   * kept as {@code run} keeps it; without a database it is refused, so that it comes again.
   */
  private Listening listen(Closing closing, boolean database) {
    Registration registration;
    try {
      registration = RegistrationFile.read(config.appservice().registration());
    } catch (ConfigException e) {
      return new Listening(false, null);
    }
    AppserviceRoutes routes =
        new AppserviceRoutes(
            registration.hsToken(),
            (id, body) -> {
              if (!database) {
                throw new IllegalStateException("there is no database to keep it in");
              }
              String domain = config.homeserver().domain();
              new TransactionStore(
                      domain,
                      config.bot(),
                      new PgInbox(ferry.database()),
                      ferry.clock(),
                      () -> {},
                      Typing.none())
                  .store(id, body);
            },
            database ? new LedgerNames(config.bot(), ferry.crossings()) : nobody());
    try {
      Listener unused =
          closing.add(
              Listener.open(
                  ferry.vertx(),
                  routes.router(ferry.vertx()),
                  config.appservice().listen(),
                  "appservice.listen"),
              Listener::close);
      return new Listening(true, null);
    } catch (ListenException e) {
      return new Listening(false, e.isTaken() ? null : e.getMessage());
    }
  }

  /** Without a ledger nobody can say who was made. */
  private static Namespaces nobody() {
    return new Namespaces() {
      @Override
      public boolean knowsUser(UserId user) {
        return false;
      }

      @Override
      public boolean knowsAlias(RoomAlias alias) {
        return false;
      }
    };
  }

  private LastLoad load() {
    Optional<LoadedSource> latest = ferry.sources().latest();
    if (latest.isEmpty()) {
      return LastLoad.none();
    }
    LoadedSource source = latest.get();
    long largest;
    try (Stream<MediaFile> files = ferry.sources().media(source.id())) {
      largest = files.mapToLong(MediaFile::length).max().orElse(0);
    }
    return new LastLoad(source.info().server(), largest, waiting(source));
  }

  /** What the crossing that was begun last has waiting; everything where none was begun. */
  private long waiting(LoadedSource source) {
    return ferry.crossings().all().stream()
        .filter(c -> c.source() == source.id())
        .findFirst()
        .map(c -> Standing.of(ferry.crossings(), c).events().waiting())
        .orElse(source.totals().events());
  }

  /** Whether there are keys for the rooms that the plan carries in clear. */
  private void roomKeys(Checkup checkup, Path file) {
    Optional<LoadedSource> source = ferry.sources().latest();
    Optional<Plan> plan = source.flatMap(s -> plan(file, s));
    if (plan.isEmpty() || plan.get().rooms().stream().noneMatch(Plan.PlanRoom::decrypted)) {
      return;
    }
    var covers = Covers.of(ferry, source.get(), plan.get()).values();
    checkup.roomKeys(
        covers.stream().mapToLong(Decryption.Cover::events).sum(),
        covers.stream().mapToLong(Decryption.Cover::withoutKey).sum());
  }

  private Set<RoomId> reused(Path file) {
    return ferry
        .sources()
        .latest()
        .flatMap(source -> plan(file, source))
        .map(Plan::rooms)
        .orElse(List.of())
        .stream()
        .filter(r -> r.action() == Plan.RoomAction.REUSE)
        .flatMap(r -> Stream.ofNullable(r.target()))
        .collect(Collectors.toSet());
  }

  private Optional<Plan> plan(Path file, LoadedSource source) {
    String space = config.space();
    if (space == null || !Files.exists(file)) {
      return Optional.empty();
    }
    try {
      String domain = config.homeserver().domain();
      return Optional.of(PlanFile.previous(file, source.info().server(), domain, space).plan());
    } catch (PlanException e) {
      // reason: the plan's own mistakes are told by the commands that follow it.
      return Optional.empty();
    }
  }
}
