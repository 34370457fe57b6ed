package org.ferry.live.watch;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.ferry.crypto.keys.EncryptedFile;
import org.ferry.id.UserId;
import org.ferry.live.message.MediaRef;
import org.ferry.live.provision.ServiceDoor;
import org.ferry.matrix.client.Intent;

/** Fetches files that messages name from the homeserver. Safe for use by many threads. */
public final class MediaFiles {
  /** Makes empty files that only this user of the machine reads. */
  @FunctionalInterface
  public interface Scratch {
    /** An empty file; whoever asked deletes it. */
    Path file() throws IOException;
  }

  private final ServiceDoor door;
  private final UserId bot;
  private final Function<UserId, Optional<Intent>> readers;
  private final Scratch scratch;

  /**
   * Fetches.
   *
   * @param door the way to the homeserver
   * @param bot who asks for what came to Ferry itself
   * @param readers the ways of the accounts that Ferry follows, which may be on other homeservers;
   *     empty for one that it does not follow
   * @param scratch where files are while they are handed on
   */
  public MediaFiles(
      ServiceDoor door, UserId bot, Function<UserId, Optional<Intent>> readers, Scratch scratch) {
    this.door = door;
    this.bot = bot;
    this.readers = readers;
    this.scratch = scratch;
  }

  /**
   * Fetches a file; one that was encrypted is checked and opened.
   *
   * @param ref which
   * @return where it is, in the clear, readable for this user of the machine only; the caller's to
   *     delete
   * @throws org.ferry.crypto.keys.KeyException where it is not what its message says
   * @throws IOException where it cannot be kept on this machine
   */
  public Path fetch(MediaRef ref) throws IOException {
    return fetch(ref, Long.MAX_VALUE);
  }

  /**
   * Reads a file that is small; one that was encrypted is checked and opened.
   *
   * @param ref which
   * @param most how many bytes it may have; of a larger one the rest is not fetched
   * @return empty where it has more
   * @throws org.ferry.crypto.keys.KeyException where it is not what its message says
   * @throws IOException where it cannot be kept on this machine
   */
  public Optional<byte[]> read(MediaRef ref, int most) throws IOException {
    Path file;
    try {
      file = fetch(ref, most);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof Bounded.TooLarge) {
        return Optional.empty();
      }
      throw e;
    }
    try {
      return Optional.of(Files.readAllBytes(file));
    } finally {
      boolean unused = Files.deleteIfExists(file);
    }
  }

  private Path fetch(MediaRef ref, long most) throws IOException {
    Path file = scratch.file();
    try {
      try (OutputStream out = new Bounded(Files.newOutputStream(file), most)) {
        var unused = reader(ref).download(ref.uri(), out);
      }
      if (ref.file() == null) {
        return file;
      }
      return opened(ref, file);
    } catch (IOException | RuntimeException e) {
      boolean unused = Files.deleteIfExists(file);
      throw e;
    }
  }

  /** Whom the message came to; the bot where nobody of ours is that any more. */
  private Intent reader(MediaRef ref) {
    return Optional.ofNullable(ref.reader())
        .filter(reader -> !reader.equals(bot))
        .flatMap(readers)
        .orElseGet(() -> door.homeserver().as(bot));
  }

  private Path opened(MediaRef ref, Path file) throws IOException {
    Path clear = scratch.file();
    try (OutputStream out = Files.newOutputStream(clear)) {
      EncryptedFile.of(java.util.Objects.requireNonNull(ref.file()))
          .decrypt(() -> Files.newInputStream(file), out);
    } catch (IOException | RuntimeException e) {
      boolean unused = Files.deleteIfExists(clear);
      throw e;
    }
    boolean unused = Files.deleteIfExists(file);
    return clear;
  }
}
