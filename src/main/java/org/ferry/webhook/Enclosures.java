package org.ferry.webhook;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** The bytes of files that messages name. Safe for use by many threads. */
@FunctionalInterface
public interface Enclosures {
  /**
   * Reads a file whole, in the clear and checked; may take long, and ends soon after an interrupt.
   *
   * @param id the file's, as in {@code media.id}
   * @param most how many bytes it may have
   * @return empty where it has more, or is not known any more
   * @throws IOException where it cannot be had
   */
  Optional<byte[]> read(String id, int most) throws IOException;

  /** How long a file that is being read is waited for; then its link is posted alone. */
  default Duration patience() {
    return Duration.ofSeconds(10);
  }

  /** For a Ferry that reads no files. */
  static Enclosures none() {
    return (id, most) -> Optional.empty();
  }
}
