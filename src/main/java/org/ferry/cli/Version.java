package org.ferry.cli;

import java.util.Optional;

/** Which Ferry this is. */
final class Version {
  private Version() {}

  /** The number, as in the jar's manifest. */
  static String number() {
    return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
        .orElse("(built from sources)");
  }

  /** The number, with what it runs on. */
  static String full() {
    return "ferry %s on Java %s, %s %s"
        .formatted(
            number(),
            System.getProperty("java.version"),
            System.getProperty("os.name"),
            System.getProperty("os.arch"));
  }
}
