package org.ferry.testing;

import java.nio.file.Path;

/**
 * Folders under {@code target}. Integration tests run in two JVMs side by side, each with servers
 * of its own: {@code -Dferry.fork} is the number of this one.
 */
public final class Folders {
  private static final String FORK = System.getProperty("ferry.fork", "1");

  private Folders() {}

  /** A folder that no other JVM of this build uses. */
  public static Path own(String name) {
    return Path.of("target", FORK.equals("1") ? name : name + "-" + FORK);
  }
}
