package org.ferry.live.accounts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/**
 * A secret of an account, from the configuration or from a file that the configuration names. What
 * is written into the file later is taken without a start.
 *
 * @param first as it was when the configuration was read
 * @param file where it stands; null where the configuration holds it itself
 */
public record Given(Secret first, @Nullable Path file) {
  /** The secret as it is now; where its file cannot be read, as it was. */
  public Secret now() {
    return now(first);
  }

  /**
   * The secret as it is now.
   *
   * @param before what it is where its file cannot be read
   */
  public Secret now(Secret before) {
    if (file == null) {
      return first;
    }
    try {
      String text = Files.readString(file).strip();
      return text.isEmpty() ? before : Secret.of(text);
    } catch (IOException e) {
      // reason: somebody is about to write it; until then nothing better is known.
      return before;
    }
  }

  /** Where a new one is to be put, and what else that takes. */
  public String place() {
    return file == null
        ? "into the configuration, and start Ferry again"
        : "into " + file + "; Ferry takes it by itself";
  }
}
