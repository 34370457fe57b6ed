package org.ferry.matrix.client;

import java.net.URI;
import java.time.Duration;
import org.ferry.id.Secret;

/**
 * Where a homeserver is and how to speak to it.
 *
 * @param address {@code http(s)://host[:port][/prefix]}, without trailing slash
 * @param domain the server name, the part after the colon in its user ids
 * @param asToken the application service's token
 * @param maxConnections the most connections held open at once, 1 or more
 * @param requestTimeout how long a connection may stay silent before the request is repeated
 */
public record HomeserverOptions(
    String address, String domain, Secret asToken, int maxConnections, Duration requestTimeout) {
  /** Checks address and ranges; throws {@link IllegalArgumentException} naming the value. */
  public HomeserverOptions {
    URI uri = URI.create(address);
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!http || uri.getHost() == null || address.endsWith("/") || uri.getQuery() != null) {
      throw new IllegalArgumentException("not a homeserver address: " + address);
    }
    if (maxConnections < 1 || requestTimeout.isZero() || requestTimeout.isNegative()) {
      throw new IllegalArgumentException("connections and timeout must be positive");
    }
  }

  /** 64 connections, 90 seconds: longer than Synapse's own 60. */
  public static HomeserverOptions of(String address, String domain, Secret asToken) {
    return new HomeserverOptions(address, domain, asToken, 64, Duration.ofSeconds(90));
  }

  @Override
  public String toString() {
    return "HomeserverOptions[" + address + ", " + domain + "]";
  }
}
