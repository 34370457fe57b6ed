package org.ferry.live.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.ferry.crypto.DeviceRef;
import org.ferry.id.UserId;
import org.ferry.live.Inbox;
import org.ferry.live.Leader;
import org.ferry.live.Signal;
import org.ferry.live.Threads;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.Kind;
import org.ferry.live.events.Echo;
import org.ferry.live.events.Echoes;
import org.ferry.live.events.Intake;
import org.ferry.live.events.LiveEvents;
import org.ferry.live.events.Releaser;
import org.ferry.matrix.client.Intent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows conversations while this process leads: one follower for each user, and what settles
 * events. Runs on virtual threads of its own until it is closed.
 */
public final class Following implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Following.class);

  private static final Duration STAND_BY = Duration.ofSeconds(2);
  private static final Duration COMPLETION = Duration.ofMinutes(15);

  /** How long the inbox remembers which transactions came. */
  private static final Duration REPEATS = Duration.ofDays(7);

  private static final Duration SWEEP = Duration.ofHours(1);

  private final Keeping keeping;
  private final Ways ways;
  private final Rules rules;

  /** The accounts that were kept since this process began. */
  private final Set<UserId> known = ConcurrentHashMap.newKeySet();

  private final InstantSource clock;
  private final Signal transactions = new Signal();
  private final AtomicReference<PushState> pushes = new AtomicReference<>(PushState.UNKNOWN);
  private final Thread thread;

  /**
   * Where everything is kept.
   *
   * @param leader who among several follows
   * @param inbox the homeserver's transactions
   * @param events live events
   * @param rooms followed rooms
   * @param identities followed users
   */
  public record Keeping(
      Leader leader, Inbox inbox, LiveEvents events, FollowedRooms rooms, Identities identities) {}

  /**
   * How the world is reached.
   *
   * @param doors to homeservers
   * @param machines of devices; null where nothing protects their keys: then nothing encrypted is
   *     read
   */
  public record Ways(Doors doors, @Nullable Machines machines) {}

  /**
   * What is followed.
   *
   * @param domain the homeserver that Ferry carries to
   * @param echo tells what Ferry itself carries
   * @param bot Ferry's own user; null where Ferry is no application service
   * @param accounts the accounts
   * @param retention how long the text of events is kept
   * @param duties what is done besides
   */
  public record Rules(
      String domain,
      Echo echo,
      @Nullable AccountOptions bot,
      List<AccountOptions> accounts,
      Duration retention,
      List<Duty> duties) {
    /** Copies the lists. */
    public Rules {
      accounts = List.copyOf(accounts);
      duties = List.copyOf(duties);
    }
  }

  /**
   * Begins to follow.
   *
   * @param keeping where everything is kept
   * @param ways how the world is reached
   * @param rules what is followed
   * @param clock now
   */
  public Following(Keeping keeping, Ways ways, Rules rules, InstantSource clock) {
    this.keeping = keeping;
    this.ways = ways;
    this.rules = rules;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("following").unstarted(this::run);
  }

  /** Begins; returns at once. */
  public void start() {
    thread.start();
  }

  /** Tells that a transaction was stored. */
  public void transactionStored() {
    transactions.wake();
  }

  /** Whether the homeserver pushes; nothing is known of it where another process leads. */
  public PushState pushes() {
    return pushes.get();
  }

  private void run() {
    Pauses pauses = new Pauses();
    boolean told = false;
    while (!Thread.interrupted()) {
      try {
        noteKnown();
        Optional<Leader.Term> term = keeping.leader().take();
        if (term.isPresent()) {
          told = false;
          lead(term.get());
          pauses.reset();
        } else if (!told) {
          told = true;
          LOG.info("event=standing_by another ferry run on this database follows conversations");
        }
        Thread.sleep(STAND_BY);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        LOG.error("event=following_interrupted {}", e.getMessage());
        LOG.debug("why following was interrupted", e);
        try {
          pauses.pause();
        } catch (InterruptedException stopped) {
          return;
        }
      }
    }
  }

  /** One that is forgotten from now on stays so, whoever leads: see {@link Follower}. */
  private void noteKnown() {
    for (AccountOptions account : rules.accounts()) {
      UserId user = account.user();
      if (!known.contains(user)
          && keeping
              .identities()
              .find(user)
              .filter(i -> i.kind() == Identity.Kind.ACCOUNT)
              .isPresent()) {
        boolean unused = known.add(user);
      }
    }
  }

  private void lead(Leader.Term term) throws InterruptedException {
    try (term) {
      LOG.info("event=leading epoch={} accounts={}", term.epoch(), rules.accounts().size());
      Signal news = new Signal();
      Signal released = new Signal();
      Echoes echoes = new Echoes(clock);
      Intake intake = new Intake(keeping.events(), keeping.rooms(), rules.echo(), news, echoes);
      Openers openers = new Openers(clock);
      Releaser releaser = new Releaser(keeping.events(), openers, clock, term.epoch(), released);
      List<Together.Named> tasks = new ArrayList<>();
      tasks.add(new Together.Named("leader", () -> watch(term)));
      tasks.add(new Together.Named("releaser", () -> releaser.run(news)));
      tasks.add(new Together.Named("retention", this::sweep));
      for (Duty duty : rules.duties()) {
        tasks.add(
            new Together.Named(duty.name(), () -> duty.run(lead(term, openers, released, echoes))));
      }
      AccountOptions bot = rules.bot();
      keeping.rooms().dropOthersTriedOut(bot == null ? null : bot.user());
      if (bot != null) {
        tasks.addAll(transactions(bot, intake));
      }
      Machines machines = ways.machines();
      if (machines == null) {
        LOG.warn(
            "event=encryption_off encrypted rooms are not read, and no accounts are followed: there is no pickle key, which would protect keys in the database. ferry init makes one; FERRY_PICKLE_KEY in the environment is as good");
      } else {
        tasks.addAll(
            followers(
                intake,
                new Follower.Company(keeping.identities(), machines, openers, news, known)));
      }
      Together.run(tasks);
    } finally {
      pushes.set(PushState.UNKNOWN);
    }
  }

  private static Duty.Lead lead(Leader.Term term, Openers openers, Signal released, Echoes echoes) {
    return new Duty.Lead() {
      @Override
      public long epoch() {
        return term.epoch();
      }

      @Override
      public Signal released() {
        return released;
      }

      @Override
      public Echoes echoes() {
        return echoes;
      }

      @Override
      public Keyless keyless() {
        return openers.keyless();
      }

      @Override
      public Optional<Machine> machine(DeviceRef device) {
        return openers.of(device);
      }

      @Override
      public Optional<Intent> acting(UserId user) {
        return openers.acting(user);
      }
    };
  }

  private List<Together.Named> followers(Intake intake, Follower.Company company) {
    List<Together.Named> followers = new ArrayList<>();
    AccountOptions bot = rules.bot();
    if (bot != null) {
      followers.add(follower(bot.user(), bot(bot, company)));
    }
    for (AccountOptions account : rules.accounts()) {
      followers.add(follower(account.user(), account(account, intake, company)));
    }
    return followers;
  }

  private static Together.Named follower(UserId user, Follower follower) {
    return new Together.Named("follow " + user, follower::run);
  }

  private static void watch(Leader.Term term) throws InterruptedException {
    while (term.stands()) {
      Thread.sleep(Duration.ofMillis(200));
    }
    LOG.warn(
        "event=not_leading the database connection was lost, or another process took over; following begins anew");
  }

  private void sweep() throws InterruptedException {
    while (true) {
      int unused = keeping.inbox().forget(clock.instant().minus(REPEATS));
      int emptied = keeping.events().forget(clock.instant().minus(rules.retention()));
      if (emptied > 0) {
        LOG.info("event=retention events={} were emptied", emptied);
      }
      Thread.sleep(SWEEP);
    }
  }

  private Follower account(AccountOptions options, Intake intake, Follower.Company company) {
    OwnSignature signature = new OwnSignature(options.recoveryKey(), clock);
    Signal invited = new Signal();
    Follower.Duties duties =
        new Follower.Duties() {
          @Override
          public ObjectNode filter(boolean first) {
            return first ? Filters.first() : Filters.rooms();
          }

          @Override
          public void afterSync(Intent intent, Machine machine) {
            signature.tend(intent, machine);
          }

          @Override
          public List<Together.Named> besides(Intent intent, Machine machine, Signal keys) {
            var backup = new BackupKeys(intent, machine, options.recoveryKey(), keys, clock);
            var invitations = new AccountInvitations(options, intent, invited);
            var gaps = new Gaps(options.user(), keeping.rooms(), intake);
            return List.of(
                new Together.Named("gaps " + options.user(), () -> gaps.run(intent)),
                new Together.Named("backup " + options.user(), backup::run),
                new Together.Named("invitations " + options.user(), invitations::run));
          }

          @Override
          public BiConsumer<ObjectNode, Boolean> rooms(Intent intent) {
            return new AccountRooms(options, keeping.rooms(), intake, invited)::take;
          }
        };
    AccountDevice device = new AccountDevice(options, ways.doors(), keeping.identities(), clock);
    return new Follower(options.user(), device, duties, company);
  }

  private Follower bot(AccountOptions options, Follower.Company company) {
    Follower.Duties duties =
        new Follower.Duties() {
          @Override
          public ObjectNode filter(boolean first) {
            return Filters.keys();
          }

          @Override
          public void afterSync(Intent intent, Machine machine) {
            // The bot's device is signed by an identity that Ferry made.
          }

          @Override
          public List<Together.Named> besides(Intent intent, Machine machine, Signal keys) {
            return List.of();
          }

          @Override
          public BiConsumer<ObjectNode, Boolean> rooms(Intent intent) {
            return (answer, first) -> {};
          }
        };
    ServiceDevice device =
        new ServiceDevice(options.user(), Kind.BOT, ways.doors(), keeping.identities(), clock);
    return new Follower(options.user(), device, duties, company);
  }

  /** Transactions are taken up whether or not the bot's device is ready: most of it is clear. */
  private List<Together.Named> transactions(AccountOptions bot, Intake intake) {
    BotRooms rooms = new BotRooms(bot, keeping.rooms(), intake);
    Gaps gaps = new Gaps(bot.user(), keeping.rooms(), intake);
    Signal back = new Signal();
    Intent hasty = ways.doors().service().impatient().as(bot.user());
    Vigil vigil = new Vigil(hasty);
    Supplier<Intent> as =
        () -> {
          Intent intent = ways.doors().service().as(bot.user());
          boolean unused = intent.register(bot.user().localpart());
          return intent;
        };
    Canary canary = new Canary(cage(rooms, as), Canary.Timing.USUAL, clock, pushes::set);
    Misses misses =
        new Misses(
            new Misses.House(keeping.inbox(), intake, keeping.rooms(), rooms, canary::suspect));
    Transactions taking =
        new Transactions(
            keeping.inbox(),
            intake,
            keeping.rooms(),
            rooms,
            bot.user(),
            () -> vigil.deaths() + misses.found());
    return List.of(
        new Together.Named(
            "transactions", () -> persevere(() -> taking.run(as.get(), transactions))),
        new Together.Named("gaps", () -> persevere(() -> gaps.run(as.get()))),
        new Together.Named("completion", () -> complete(rooms, as, back)),
        new Together.Named("trying out", () -> persevere(() -> rooms.decide(as.get()))),
        new Together.Named("vigil", () -> persevere(() -> registered(as, () -> vigil.run(back)))),
        new Together.Named(
            "misses", () -> persevere(() -> registered(as, () -> misses.run(hasty)))),
        new Together.Named("canary", () -> persevere(canary::run)));
  }

  /** The bot has to be somebody before its news can be asked for. */
  private static void registered(Supplier<Intent> bot, Together.Task task)
      throws InterruptedException {
    Intent unused = bot.get();
    task.run();
  }

  private Canary.Cage cage(BotRooms rooms, Supplier<Intent> as) {
    return new Canary.Cage() {
      @Override
      public long newest() {
        return keeping.inbox().newest(rules.domain()).map(Inbox.Newest::key).orElse(0L);
      }

      @Override
      public void sing(Instant at) {
        CanaryRoom.sing(as.get(), at.toEpochMilli());
      }

      @Override
      public void read() {
        rooms.catchUp(as.get());
      }
    };
  }

  private void persevere(Together.Task task) throws InterruptedException {
    new Persevering(clock, new Pauses()).run(task);
  }

  /** Where all rooms hang, one round takes long, and is no sign that things work. */
  private void complete(BotRooms rooms, Supplier<Intent> as, Signal back)
      throws InterruptedException {
    new Persevering(clock, new Pauses())
        .rounds(() -> {
          rooms.catchUp(as.get());
          back.await(COMPLETION);
        });
  }

  @Override
  public void close() {
    Threads.end(thread);
  }
}
