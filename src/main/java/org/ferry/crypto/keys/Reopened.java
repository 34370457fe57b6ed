package org.ferry.crypto.keys;

import java.io.IOException;
import java.io.InputStream;

/** Something that is read more than once: first checked, then used. */
@FunctionalInterface
public interface Reopened {
  /**
   * Begins to read it.
   *
   * @return its bytes from the first on; whoever asked closes it
   * @throws IOException where it cannot be read
   */
  InputStream open() throws IOException;
}
