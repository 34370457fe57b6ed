package org.ferry.store.embedded;

import java.nio.file.Path;
import java.util.Map;

/** Where Ferry keeps what it can make again: unpacked programs, nothing of the user's. */
public final class FerryCache {
  private FerryCache() {}

  /**
   * The cache folder of the current user, {@code ${XDG_CACHE_HOME:-~/.cache}/ferry}.
   *
   * @return an absolute path; the folder need not exist
   */
  public static Path standard() {
    return of(System.getenv());
  }

  /**
   * The same by other variables than those of this process.
   *
   * @param environment the environment's variables
   * @return an absolute path; the folder need not exist
   */
  public static Path of(Map<String, String> environment) {
    return standard(environment, Path.of(System.getProperty("user.home", "/")));
  }

  static Path standard(Map<String, String> environment, Path home) {
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    // The XDG specification: a relative path is to be ignored.
    Path root = xdg.startsWith("/") ? Path.of(xdg) : home.resolve(".cache");
    return root.resolve("ferry").toAbsolutePath();
  }
}
