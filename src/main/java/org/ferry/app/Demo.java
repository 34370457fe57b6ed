package org.ferry.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.ferry.config.Config;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.lab.Lab;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.matrix.client.Intent;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.Standing;
import org.ferry.migrate.plan.TargetSpace;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.verify.VerifyReport;
import org.ferry.source.MediaStore;

/**
 * The main job, for real, on this machine: a real Synapse and PostgreSQL are started, a real old
 * server's dump is carried into a Space, read back and compared. Run again it goes on.
 */
public final class Demo implements AutoCloseable {
  private static final String PERSON = "you";
  private static final String OLD_SERVER = "old.example.org";

  private final DemoFiles files;
  private final Lab lab;
  private final SynapseServer synapse;
  private final Ferry ferry;
  private final LabClient person;
  private final Consumer<String> say;

  private Demo(
      DemoFiles files,
      Lab lab,
      SynapseServer synapse,
      Ferry ferry,
      LabClient person,
      Consumer<String> say) {
    this.files = files;
    this.lab = lab;
    this.synapse = synapse;
    this.ferry = ferry;
    this.person = person;
    this.say = say;
  }

  /**
   * What the demo did.
   *
   * @param standing where things stand
   * @param report what the comparison found
   * @param sent events that were sent in this run
   */
  public record Outcome(Standing standing, VerifyReport report, long sent) {}

  /** Where the demo keeps everything unless told otherwise. */
  public static Path standardFolder(Map<String, String> environment) {
    return DatabasePart.cacheFolder(environment).resolve("demo");
  }

  /**
   * Starts the servers.
   *
   * @param dir where the demo keeps everything
   * @param environment the environment
   * @param say hears what is done, a line each
   * @return the demo, to be closed
   */
  public static Demo open(Path dir, Map<String, String> environment, Consumer<String> say) {
    DemoFiles files = new DemoFiles(dir);
    Config config = files.configure("http://127.0.0.1:8008", freePort());
    Instant begun = Instant.now();
    Lab lab = Lab.open(dir.resolve("servers"), DatabasePart.cacheFolder(environment), say);
    try {
      SynapseServer synapse =
          lab.start(
              SynapseSettings.of("synapse", DemoFiles.DOMAIN)
                  .withAppServices(files.registration()));
      say.accept(
          "A real Synapse for %s is up at %s (%.1f s)"
              .formatted(
                  DemoFiles.DOMAIN,
                  synapse.baseUrl(),
                  Duration.between(begun, Instant.now()).toMillis() / 1000.0));
      LabClient person = synapse.register(PERSON, files.password(), true);
      Config real =
          files.configure(synapse.baseUrl().toString(), config.appservice().listen().port());
      return new Demo(files, lab, synapse, new Ferry(real, environment, say), person, say);
    } catch (RuntimeException e) {
      lab.close();
      throw e;
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Carries what is not carried yet and compares everything.
   *
   * @param watch who looks on
   * @return what was done and found
   * @throws InterruptedException where the calling thread was interrupted
   */
  public Outcome run(Watch watch) throws InterruptedException {
    CrossingLedger.Claim claim = ferry.crossings().claim("demo");
    try (MediaStore media = ferry.media(files.media())) {
      Passage passage = Passage.of(ferry, load(), DemoFiles.SPACE);
      Planning planning = new Planning(ferry, passage);
      TargetSpace target = planning.target(true);
      Followed followed = Followed.proposal(planning, target);
      Carrying carrying = new Carrying(ferry, passage);
      RoomId space = carrying.space(target);
      long before = carried(passage, space);
      Carrying.Outcome carried = carrying.migrate(space, followed, media, List.of(), watch);
      letIn(space, carried.standing());
      Crossing crossing = carried.standing().crossing();
      VerifyReport report = carrying.verify(crossing, followed.plan(), watch);
      return new Outcome(
          carried.standing(), report, carried.standing().events().carried() - before);
    } finally {
      claim.close();
    }
  }

  private long carried(Passage passage, RoomId space) {
    return passage
        .begun(ferry, space)
        .map(c -> Standing.of(ferry.crossings(), c).events().carried())
        .orElse(0L);
  }

  private LoadedSource load() {
    Optional<LoadedSource> loaded = ferry.sources().byServer(OLD_SERVER);
    if (loaded.isPresent()) {
      return loaded.get();
    }
    say.accept("Reading the old server's dump");
    return ferry.load(
        files.dump().toString(),
        InputStream.nullInputStream(),
        org.ferry.source.synapse.LoadProgress.NONE,
        progress -> {});
  }

  /** The demo's person enters the Space and every room that Ferry's bot is in. */
  private void letIn(RoomId space, Standing standing) {
    Set<String> joined = joined();
    Intent bot = ferry.homeserver().as(ferry.config().bot());
    List<RoomId> rooms = new ArrayList<>(List.of(space));
    standing.rooms().stream()
        .map(Standing.RoomLine::target)
        .filter(t -> t != null && bot.joinedRooms().contains(t))
        .forEach(rooms::add);
    for (RoomId room : rooms) {
      if (!joined.contains(room.value())) {
        if (!room.equals(space)) {
          bot.invite(room, new UserId(person.userId()), null);
        }
        String unused = person.join(room.value());
      }
    }
  }

  private Set<String> joined() {
    return StreamSupport.stream(
            person.get("/_matrix/client/v3/joined_rooms").path("joined_rooms").spliterator(), false)
        .map(r -> r.asText())
        .collect(Collectors.toSet());
  }

  /** What to look at, a line each. */
  public List<String> lookAt() {
    return List.of(
        "Look at it with any Matrix client, such as Element:",
        "  homeserver  " + synapse.baseUrl(),
        "  user        " + person.userId(),
        "  password    %s   (kept in %s)"
            .formatted(files.password().reveal(), files.passwordFile()),
        "The Space is " + DemoFiles.SPACE + ". Or ask Ferry:",
        "  ./ferry -c " + files.config() + " status",
        "  ./ferry -c " + files.config() + " verify",
        "  ./ferry -c " + files.config() + " mapping -o -");
  }

  @Override
  public void close() {
    try {
      ferry.close();
    } finally {
      lab.close();
    }
  }
}
