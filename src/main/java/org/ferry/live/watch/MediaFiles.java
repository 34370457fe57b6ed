package org.ferry.live.watch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ferry.crypto.keys.EncryptedFile;
import org.ferry.id.UserId;
import org.ferry.live.message.MediaRef;
import org.ferry.live.provision.ServiceDoor;

/** Fetches files that messages name from the homeserver. Safe for use by many threads. */
public final class MediaFiles {
  private final ServiceDoor door;
  private final UserId bot;

  /**
   * Fetches.
   *
   * @param door the way to the homeserver
   * @param bot who asks for them
   */
  public MediaFiles(ServiceDoor door, UserId bot) {
    this.door = door;
    this.bot = bot;
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
    Path file = Files.createTempFile("ferry-media-", "");
    try {
      try (OutputStream out = Files.newOutputStream(file)) {
        var unused = door.homeserver().as(bot).download(ref.uri(), out);
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

  private static Path opened(MediaRef ref, Path file) throws IOException {
    Path clear = Files.createTempFile("ferry-media-", "");
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
