package org.ferry.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.ferry.config.Config;
import org.ferry.config.ConfigException;
import org.ferry.config.PrivateFiles;
import org.ferry.crypto.KeyImport;
import org.ferry.crypto.KeyJson;
import org.ferry.crypto.RoomKeys;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.keys.KeyExportWriter;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.migrate.plan.Plan;
import org.ferry.store.crypto.PgKeyCounts;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.crypto.PgRotation;
import org.jspecify.annotations.Nullable;

/** The room keys that Ferry holds: in, out, counted, and their protection changed. */
public final class Keys {
  private final Ferry ferry;

  /** The keys of a running Ferry. */
  public Keys(Ferry ferry) {
    this.ferry = ferry;
  }

  /** The store. */
  public RoomKeys store() {
    return ferry.roomKeys();
  }

  /**
   * An import into the store.
   *
   * @param wanted the rooms whose keys are kept
   * @param replacing whether they take the place of those of other files and backups that they do
   *     not fit
   * @return the import, which the caller closes
   */
  public KeyImport importing(Predicate<RoomId> wanted, boolean replacing) {
    return new KeyImport(store(), wanted, ferry.clock(), replacing);
  }

  /**
   * The rooms that a plan carries in clear.
   *
   * @param file the plan
   * @return their old ids; empty where nothing was loaded yet, so that no plan can be meant
   */
  public Optional<Set<RoomId>> decrypted(Path file) {
    return ferry
        .sources()
        .latest()
        .map(source ->
            Followed.asWritten(file, source.info().server(), ferry.config().homeserver().domain())
                .rooms()
                .stream()
                .filter(Plan.PlanRoom::decrypted)
                .map(Plan.PlanRoom::id)
                .collect(Collectors.toSet()));
  }

  /** The rooms that Ferry follows or has read in, and those in which something waits for a key. */
  public Set<RoomId> live() {
    return PgKeyCounts.live(ferry.database());
  }

  /**
   * How the keys stand.
   *
   * @param sessions Megolm sessions that can be read with
   * @param rooms rooms with at least one of them
   * @param last when the last one came or got better; null where there is none
   * @param origins sessions by the way they came
   * @param undecryptable encrypted events that wait for a key, by reason
   * @param pickleKeyFits whether the configured pickle key opens them; true where there are none
   */
  public record Standing(
      long sessions,
      long rooms,
      @Nullable Instant last,
      Map<String, Long> origins,
      Map<String, Long> undecryptable,
      boolean pickleKeyFits) {}

  /** Counts, without opening a key. */
  public Standing standing() {
    PgKeyCounts counts = PgKeyCounts.of(ferry.database());
    return new Standing(
        counts.sessions(),
        counts.rooms(),
        counts.last(),
        counts.origins(),
        counts.undecryptable(),
        pickleKeyFits());
  }

  /** Whether the configured pickle key opens what the database holds; true where it holds none. */
  public boolean pickleKeyFits() {
    Config.Pickling pickling = ferry.config().encryption().pickling();
    return pickling == null
        ? PgKeyring.isEmpty(ferry.database())
        : PgKeyring.fits(ferry.database(), pickling.key());
  }

  /**
   * What was written.
   *
   * @param sessions how many sessions
   * @param unclaimed how many of these name no signing key of their sender, as libolm's pickles and
   *     some files do not; matrix-nio takes no file with such a session
   */
  public record Exported(long sessions, long unclaimed) {}

  /**
   * Writes all sessions as a key export.
   *
   * @param out where it goes; stays the caller's
   * @param passphrase that opens it
   * @param rooms only these; empty for all
   * @param damaged told of those whose rows do not open, which are left out
   * @return how many
   * @throws IOException where it cannot be written
   */
  public Exported export(
      OutputStream out, Secret passphrase, Set<RoomId> rooms, Consumer<SessionRef> damaged)
      throws IOException {
    KeyExportWriter writer = new KeyExportWriter(out, passphrase);
    long[] count = {0, 0};
    try {
      long unused =
          store()
              .forEach(
                  session -> {
                    if (rooms.isEmpty() || rooms.contains(session.room())) {
                      add(writer, KeyJson.write(session));
                      count[0]++;
                      count[1] += session.info().signingKey().isEmpty() ? 1 : 0;
                    }
                  },
                  ref -> {
                    if (rooms.isEmpty() || rooms.contains(ref.room())) {
                      damaged.accept(ref);
                    }
                  });
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
    writer.end();
    return new Exported(count[0], count[1]);
  }

  private static void add(KeyExportWriter writer, ObjectNode session) {
    try {
      writer.add(session);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /**
   * What a change of the pickle key came to.
   *
   * @param sessions how many sessions were pickled anew
   * @param file the file that holds the new key
   * @param inPlace whether that is where the configuration looks for it
   * @param damaged what does not open and stayed as it is, in words
   */
  public record Rotated(long sessions, Path file, boolean inPlace, List<String> damaged) {}

  /**
   * Changes the pickle key, online. Stopped in the middle both keys are valid, and the next call
   * goes on.
   *
   * @param newKeyFile holds the new key, or is made; null where the configuration names a file,
   *     beside which the new key waits until it takes its place
   * @param done told how many sessions are pickled anew so far
   * @return what it came to
   * @throws ConfigException where there is no place for the new key
   * @throws InterruptedException where the thread is told to stop
   */
  public Rotated rotate(@Nullable Path newKeyFile, LongConsumer done) throws InterruptedException {
    Config.Pickling now = ferry.config().encryption().pickling();
    var unused = ferry.keyring();
    if (now == null) {
      throw new IllegalStateException("a keyring without a pickle key");
    }
    Path place = now.file();
    Path waiting = newKeyFile == null && place != null ? beside(place) : newKeyFile;
    if (waiting == null) {
      throw new ConfigException(
          ferry.config().file(),
          "the pickle key stands in the environment or in the configuration itself: name a file for"
              + " the new one with --new-key-file, and put it there when all is done");
    }
    PickleKey next = next(waiting);
    PgRotation rotation = new PgRotation(ferry.database(), now.key(), next);
    long sessions = rotation.rewrite(done);
    if (place != null) {
      PrivateFiles.write(place, next.text().reveal() + "\n");
    }
    rotation.finish();
    if (place != null && newKeyFile == null) {
      PrivateFiles.remove(waiting);
    }
    return new Rotated(
        sessions, place == null ? waiting : place, place != null, rotation.damaged());
  }

  private static Path beside(Path place) {
    return place.resolveSibling(place.getFileName() + ".new");
  }

  /** The key that an earlier call began with, or a fresh one, which is safe before it is used. */
  private static PickleKey next(Path file) {
    Optional<Secret> there = PrivateFiles.read(file);
    if (there.isPresent()) {
      return PickleKey.parse(there.get());
    }
    PickleKey fresh = PickleKey.random();
    PrivateFiles.write(file, fresh.text().reveal() + "\n");
    return fresh;
  }
}
