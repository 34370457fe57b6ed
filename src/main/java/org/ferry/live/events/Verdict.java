package org.ferry.live.events;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * What became of a held event.
 *
 * @param key what the store calls it
 * @param state what it is now
 * @param trust {@code none} for what was never encrypted; null where it was not opened
 * @param reason why it was not opened; null where it was
 * @param type its clear type; null where it was not encrypted or not opened
 * @param content its clear content, UTF-8 JSON; null where it was not encrypted or not opened
 */
public record Verdict(
    long key,
    State state,
    @Nullable String trust,
    @Nullable String reason,
    @Nullable String type,
    @Nullable Buffer content) {
  /** The reason where no device was there to try; every key of its session is worth a try. */
  public static final String NO_DEVICE = "no_device";

  /** States of an event that is not waiting any more. */
  public enum State {
    /** It can be read. */
    CLEAR("clear"),
    /** No key came in time; it is tried again when one comes. */
    UNDECRYPTABLE("undecryptable"),
    /** It could not be read at first, now it can. */
    LATE("late"),
    /** It is forged, repeated or broken, and is not tried again. */
    REJECTED("rejected");

    private final String word;

    State(String word) {
      this.word = word;
    }

    /** As it is stored. */
    public String word() {
      return word;
    }
  }

  /** An event that was never encrypted. */
  static Verdict plain(long key) {
    return new Verdict(key, State.CLEAR, "none", null, null, null);
  }

  /** An event that was not opened. */
  static Verdict closed(long key, State state, String reason) {
    return new Verdict(key, state, null, reason, null, null);
  }
}
