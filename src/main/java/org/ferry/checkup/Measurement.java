package org.ferry.checkup;

import java.time.Duration;

/**
 * How fast a homeserver takes messages.
 *
 * @param oneByOne messages per second, one after the other
 * @param rooms how many rooms were written to at a time
 * @param atOnce messages per second, one after the other in each of these rooms
 */
public record Measurement(double oneByOne, int rooms, double atOnce) {
  /** How long a number of events takes in many rooms. */
  public Duration expected(long events) {
    return atOnce <= 0 ? Duration.ZERO : Duration.ofSeconds(Math.round(events / atOnce));
  }
}
