package org.ferry.app;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.ferry.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Where links into the API lead: to its configured address, else to where it listens. Safe for use
 * by many threads.
 */
final class ApiAddress {
  private volatile @Nullable String url;

  /**
   * An address.
   *
   * @param configured {@code api.public_url}, without trailing slash; null where none is
   */
  ApiAddress(@Nullable String configured) {
    this.url = configured;
  }

  /**
   * The API is open now.
   *
   * @param listen with the port that was found for port 0
   */
  void listensOn(Config.Listen listen) {
    // Who listens on every address does not know by which one others reach it.
    InetSocketAddress socket = new InetSocketAddress(listen.host(), listen.port());
    if (url == null && !socket.isUnresolved() && !socket.getAddress().isAnyLocalAddress()) {
      url = "http://" + listen;
    }
  }

  /** An address without trailing slash; empty where none is known. */
  Optional<String> url() {
    return Optional.ofNullable(url);
  }
}
