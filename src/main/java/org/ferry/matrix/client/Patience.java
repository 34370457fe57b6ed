package org.ferry.matrix.client;

import java.time.Duration;

/**
 * How long to bear with a homeserver before giving a request up.
 *
 * <p>What asks for waiting: 429, a connection that is refused, reset or silent, 502, 503 and 504
 * from a proxy, and 500. The same request is repeated, with the same transaction id.
 *
 * @param outage how long one request is repeated while the server cannot be reached or is limiting
 *     it; after that {@link Unreachable} (or the 429) is thrown
 * @param first the first pause after a failure; doubled each time, with jitter
 * @param longest the longest pause of our own choosing
 * @param longestAsked the longest pause a server may ask for; more is cut to this
 * @param serverErrors how often an identical 5xx is taken for one request, while others succeed,
 *     before it is thrown
 * @param common whether an outage is borne once by all requests together, those that are made later
 *     too, and not by each one anew; for work that ends when the server is given up
 */
public record Patience(
    Duration outage,
    Duration first,
    Duration longest,
    Duration longestAsked,
    int serverErrors,
    boolean common) {

  /** A patience that each request has for itself. */
  public Patience(
      Duration outage, Duration first, Duration longest, Duration longestAsked, int serverErrors) {
    this(outage, first, longest, longestAsked, serverErrors, false);
  }

  /** Ten minutes: a restart or an upgrade of the homeserver goes by unnoticed. */
  public static Patience forMigration() {
    return of(Duration.ofMinutes(10)).together();
  }

  /** The same, borne once by all requests. */
  Patience together() {
    return new Patience(outage, first, longest, longestAsked, serverErrors, true);
  }

  /** Usual pauses with another limit for an outage. */
  public static Patience of(Duration outage) {
    return new Patience(
        outage, Duration.ofMillis(250), Duration.ofSeconds(15), Duration.ofMinutes(5), 5);
  }

  /** Does not wait at all: for health checks. */
  public static Patience none() {
    return new Patience(
        Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO, 1);
  }
}
