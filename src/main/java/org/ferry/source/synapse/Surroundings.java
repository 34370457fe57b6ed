package org.ferry.source.synapse;

import java.nio.file.Path;
import org.ferry.source.SourceException;

/**
 * What reading a dump may need of the machine.
 *
 * @param scratch a folder for files that are gone when the source is closed; made where missing
 * @param path folders of programs, as the environment's {@code PATH} has them
 * @param sqlite opens SQLite databases
 */
public record Surroundings(Path scratch, String path, SmallDatabase.Opener sqlite) {
  /** Surroundings in which only text is read: no program is started and no file is made. */
  static Surroundings none() {
    return new Surroundings(
        Path.of(System.getProperty("java.io.tmpdir")),
        "",
        (file, access, label) -> {
          throw new SourceException(label + " is an SQLite database, which is not read here.");
        });
  }
}
