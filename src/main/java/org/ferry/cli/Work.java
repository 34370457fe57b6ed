package org.ferry.cli;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.ferry.app.Ferry;
import org.ferry.app.Passage;
import org.ferry.config.Config;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.replay.Watch;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of a migration share: an open Ferry, the source that is meant, who looks on.
 */
final class Work implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(8);

  private final Session session;
  private final Ferry ferry;
  private final Progress progress;

  Work(Session session) {
    this.session = session;
    this.progress = session.progress();
    this.ferry = new Ferry(session.config(), session.world().environment(), progress::warn);
    progress.waits(ferry::isHomeserverAwaited);
  }

  Ferry ferry() {
    return ferry;
  }

  Progress progress() {
    return progress;
  }

  /**
   * The source that is meant: loaded now where one is named, else the last load.
   *
   * @throws UsageException where nothing was loaded yet
   */
  LoadedSource source(Sources.@Nullable Named named) {
    if (named == null) {
      return ferry
          .sources()
          .latest()
          .orElseThrow(() ->
              new UsageException(
                  "nothing was loaded yet; name a dump, such as ferry analyze synapse.sql.gz"));
    }
    return load(named, session.world().in());
  }

  /**
   * The same for commands that write to no server. A load takes the right to write meanwhile: a
   * migration that runs must not meet people and rooms that its plan does not know.
   *
   * @throws org.ferry.migrate.AlreadyRunning where a source is named and another Ferry is at work
   */
  LoadedSource sourceAlone(Sources.@Nullable Named named, String command) {
    return sourceAlone(named, command, false);
  }

  /** The same, with texts of it that were forgotten where that is asked for. */
  LoadedSource sourceAlone(Sources.@Nullable Named named, String command, boolean withContent) {
    if (named == null) {
      return source(null);
    }
    CrossingLedger.Claim claim = ferry.crossings().claim(command);
    try {
      return load(named, session.world().in(), withContent);
    } finally {
      claim.close();
    }
  }

  LoadedSource load(Sources.Named named, InputStream standardInput) {
    return load(named, standardInput, false);
  }

  private LoadedSource load(Sources.Named named, InputStream standardInput, boolean withContent) {
    Path path = named.path();
    AtomicLong phase = new AtomicLong(-1);
    try {
      return ferry.load(
          path == null ? "-" : path.toString(),
          standardInput,
          withContent,
          (done, total) -> {
            if (phase.getAndSet(total) != total) {
              progress.phase("reading", total);
            }
            progress.at(done);
          },
          new Taking(progress));
    } finally {
      progress.end();
    }
  }

  /** The files that are meant, or null where none were named. */
  @Nullable MediaStore media(Sources.@Nullable Named named, Sources sources) {
    Path asked = named == null ? sources.media : named.media();
    LastMedia last = new LastMedia(ferry.config().dataDir());
    if (asked != null) {
      Path path = session.world().folder().resolve(asked).toAbsolutePath().normalize();
      MediaStore store = ferry.media(path);
      last.remember(path);
      return store;
    }
    Optional<Path> path = last.path();
    path.ifPresent(p -> session.tell("The files come from " + p + ", which was named last."));
    return path.map(ferry::media).orElse(null);
  }

  /** The passage of a source into the Space that was asked for or is configured. */
  Passage passage(LoadedSource source, @Nullable String asked) {
    return Passage.of(ferry, source, space(asked));
  }

  /** The Space that was asked for or is configured. */
  String space(@Nullable String asked) {
    Config config = ferry.config();
    String space = asked == null ? config.space() : asked;
    if (space == null) {
      throw new UsageException(
          "no Space is named; set space in " + config.file() + " or use --space ALIAS");
    }
    return space;
  }

  /** Shows phases of what only reads, which is ended in the middle without harm. */
  Watch reading() {
    return new Looking(progress, session.stop());
  }

  /** Shows a migration's phases and passes a wish to stop on. */
  Watch watch() {
    Thread command = Thread.currentThread();
    session.stop().onRequest(() -> interruptLater(command));
    return new Looking(progress, session.stop());
  }

  /** Work that looks at the stop ends by itself; what waits for a server is woken after a while. */
  private static void interruptLater(Thread command) {
    Thread unused =
        Thread.startVirtualThread(() -> {
          try {
            Thread.sleep(GRACE);
            command.interrupt();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  @Override
  public void close() {
    progress.end();
    ferry.close();
  }

  /** Shows the taking over of a source into the ledger. */
  private static final class Taking
      implements java.util.function.Consumer<org.ferry.migrate.LoadProgress> {
    private final Progress progress;
    private String phase = "";

    Taking(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void accept(org.ferry.migrate.LoadProgress now) {
      if (!phase.equals(now.phase())) {
        phase = now.phase();
        progress.phase(phase, 0);
      }
      progress.at(now.rows());
    }
  }

  /** Shows a migration. */
  private static final class Looking implements Watch {
    private final Progress progress;
    private final Stop stop;
    private final AtomicLong done = new AtomicLong();

    Looking(Progress progress, Stop stop) {
      this.progress = progress;
      this.stop = stop;
    }

    @Override
    public void phase(String name, long total) {
      done.set(0);
      progress.phase(name, total);
    }

    @Override
    public void step(long count) {
      progress.at(done.addAndGet(count));
    }

    @Override
    public void say(String sentence) {
      progress.warn(sentence);
    }

    @Override
    public void note(String words) {
      progress.note(words);
    }

    @Override
    public boolean stopping() {
      return stop.requested();
    }
  }
}
