package org.ferry.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;

/**
 * The folder of an admin who migrates: a configuration, a registration that a homeserver of its own
 * knows, and a proxy before that homeserver that can fail. Ends with the test.
 */
public final class Workplace implements AutoCloseable {
  /** The domain of the homeserver that people move to. */
  public static final String DOMAIN = "new.example.org";

  /** The Space that everything is carried into. */
  public static final String SPACE = "#village:" + DOMAIN;

  /** The dump of a real old server that ships with Ferry. */
  public static final Path DUMP = demo("synapse.sql.gz");

  /** That server's files. */
  public static final Path MEDIA = demo("media_store.tar.gz");

  /** Hundreds of events, on a machine that has much else to do. */
  private static final Duration SLOWEST = Duration.ofMinutes(20);

  private final Path folder;
  private final SynapseServer server;
  private final HttpFaultProxy proxy;
  private final int port = Ports.free();

  private Workplace(Path folder, UnaryOperator<SynapseSettings> like) {
    this.folder = folder;
    configure(URI.create("http://127.0.0.1:1"), "");
    Config config = new ConfigLoader(Map.of(), folder).load(null);
    Path registration = folder.resolve("registration.yaml");
    RegistrationFile.write(registration, Registration.fresh(config));
    SynapseSettings settings =
        SynapseSettings.of(TestLab.shared().unique("work"), DOMAIN)
            .on(SynapseSettings.Database.SQLITE)
            .withAppServices(registration);
    this.server = TestLab.shared().fresh(like.apply(settings));
    this.proxy = HttpFaultProxy.to(server.baseUrl());
    configure(proxy.url(), "");
  }

  /**
   * What is carried here: the sample without most of its one long room, whose length matters to no
   * fault; all of it in the larger tiers, where there are faults enough for it.
   */
  public static Path dump() {
    return Tier.current() == Tier.VERIFY ? ShortSample.dump() : DUMP;
  }

  /** A number of events that is less than this part of those of {@link #dump}. */
  public static int eventsOf(double part) {
    return (int) (part * (Tier.current() == Tier.VERIFY ? 300 : 600));
  }

  private static Path demo(String name) {
    return Path.of("src/main/resources/demo", name).toAbsolutePath();
  }

  /** A workplace with an empty homeserver. */
  public static Workplace in(Path folder) {
    return new Workplace(folder, settings -> settings);
  }

  /** A workplace with an empty homeserver of some kind. */
  public static Workplace in(Path folder, UnaryOperator<SynapseSettings> like) {
    return new Workplace(folder, like);
  }

  /** Writes the configuration again, with more lines. */
  public void configure(String more) {
    configure(proxy.url(), more);
  }

  /** Writes the configuration again, for another address of the homeserver and with more lines. */
  public void configure(URI homeserver, String more) {
    try {
      Files.writeString(
          folder.resolve("config.yaml"),
          """
          homeserver: {address: "%s", domain: %s}
          appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d"}
          space: "%s"
          create_space: true
          %s
          """
              .formatted(homeserver, DOMAIN, port, port, SPACE, more));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is typed in this folder. */
  public FerryProcess.Run ferry(String... arguments) {
    return FerryProcess.ferry(arguments).in(folder);
  }

  /** {@code ferry migrate} of {@link #dump}, all files, without a question, and more. */
  public FerryProcess.Run migrate(String... more) {
    List<String> all = new ArrayList<>(List.of("migrate", dump().toString()));
    all.addAll(List.of("--media", MEDIA.toString(), "--yes"));
    all.addAll(List.of(more));
    return ferry(all.toArray(String[]::new));
  }

  /** {@code ferry migrate} of what was loaded before, without a question, and more. */
  public FerryProcess.Run goOn(String... more) {
    List<String> all = new ArrayList<>(List.of("migrate", "--media", MEDIA.toString(), "--yes"));
    all.addAll(List.of(more));
    return ferry(all.toArray(String[]::new));
  }

  /**
   * Waits until Ferry has asked for a number of events more.
   *
   * @param ferry who writes them; where it ends before, what it said is the failure
   */
  public void awaitWrites(FerryProcess ferry, int count) {
    long before = written();
    Wait.until(SLOWEST, count + " events", () -> written() - before >= count || over(ferry));
  }

  private static boolean over(FerryProcess ferry) {
    if (ferry.isRunning()) {
      return false;
    }
    throw new AssertionError("ferry ended before it wrote so much: " + ferry.await(SLOWEST));
  }

  /**
   * Holds what Ferry writes after a number of events, so that however late somebody looks it is in
   * the middle of its work. To be asked for before it is started.
   */
  public Gate holdWritesAfter(int count) {
    Gate gate = new Gate(count);
    proxy.before(gate::isDue, Integer.MAX_VALUE, write -> gate.hold());
    return gate;
  }

  /** Where the writes of a migration wait; what a checkup writes passes. */
  public static final class Gate {
    private final AtomicInteger free;
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    private Gate(int free) {
      this.free = new AtomicInteger(free);
    }

    private boolean isDue(HttpFaultProxy.Seen seen) {
      return writes(seen) && !ofTheCheckup(seen) && free.getAndDecrement() <= 0;
    }

    private void hold() {
      held.countDown();
      try {
        opened.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Waits until something is held; where Ferry ends before, what it said is the failure. */
    public void awaitHeld(FerryProcess ferry) {
      Wait.until(SLOWEST, "a write that is held", () -> held.getCount() == 0 || over(ferry));
    }

    /** Lets everything pass from now on. */
    public void open() {
      opened.countDown();
    }
  }

  /** How many events have been asked for. */
  public long written() {
    return proxy.seen().stream().filter(Workplace::writes).count();
  }

  /** Whether a request belongs to the checkup that comes before a migration. */
  public static boolean ofTheCheckup(HttpFaultProxy.Seen seen) {
    return seen.path().contains("ferry-doctor") || seen.text().contains("ferry-doctor");
  }

  /** Whether a request writes an event. */
  public static boolean writes(HttpFaultProxy.Seen seen) {
    return seen.method().equals("PUT")
        && (seen.path().contains("/send/") || seen.path().contains("/state/"));
  }

  /** The admin's folder. */
  public Path folder() {
    return folder;
  }

  /** The homeserver. */
  public SynapseServer server() {
    return server;
  }

  /** What stands between Ferry and the homeserver. */
  public HttpFaultProxy proxy() {
    return proxy;
  }

  @Override
  public void close() {
    proxy.close();
    server.stop();
    // The embedded database outlives a Ferry that was killed; the next one to leave stops it.
    var unused = ferry("status").run();
  }
}
