package org.ferry.webhook;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is to be written about a delivery or a lane; in order for each lane. */
public sealed interface Outcome {
  /** The lane, under whose epoch it counts. */
  Lane lane();

  /**
   * A delivery was taken.
   *
   * @param place its place
   * @param attempt number of the attempt
   * @param at when
   * @param status of HTTP
   */
  record Taken(Lane lane, long place, int attempt, Instant at, int status) implements Outcome {}

  /**
   * An attempt failed.
   *
   * @param place its place
   * @param attempt number of the attempt
   * @param at when
   * @param answer what came of it
   * @param next when to try again; null where it was the last attempt
   */
  record Failed(
      Lane lane, long place, int attempt, Instant at, Answer answer, @Nullable Instant next)
      implements Outcome {}

  /**
   * Its text was forgotten while it waited; it was not sent.
   *
   * @param place its place
   * @param at when that was seen
   */
  record Emptied(Lane lane, long place, Instant at) implements Outcome {}

  /**
   * The lane is given back.
   *
   * @param due when its next delivery is due; null for at once
   * @param handed the last place that was sent
   */
  record Released(Lane lane, @Nullable Instant due, long handed) implements Outcome {}
}
