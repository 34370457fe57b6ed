package org.ferry.live.sending;

import java.time.Instant;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way, as it is kept.
 *
 * @param pk its number, in the order of posting
 * @param out the message; without its content once it was sent
 * @param txn the transaction id that it is sent with, and the mark in the event
 * @param state how it stands
 * @param posted when it was accepted
 * @param tried when it was first given to the homeserver; null before that
 * @param device the device that it was given by last
 * @param attempts how often that was begun
 * @param event the event; null until it is sent
 * @param refusal why it failed; null unless it did
 * @param detail why it waits, in words; empty where it does not
 * @param trace names the request by which it came; empty for none
 */
public record Letter(
    long pk,
    Outgoing out,
    String txn,
    State state,
    Instant posted,
    @Nullable Instant tried,
    @Nullable DeviceId device,
    int attempts,
    @Nullable EventId event,
    @Nullable Refusal refusal,
    String detail,
    String trace) {

  /** How a message stands. */
  public enum State {
    /** It is to be sent; it may have been, without an answer. */
    WAITING("waiting"),
    /** It is an event. */
    SENT("sent"),
    /** It was refused for good. */
    FAILED("failed");

    private final String word;

    State(String word) {
      this.word = word;
    }

    /** As it is stored. */
    public String word() {
      return word;
    }
  }

  /**
   * What a homeserver said against a message.
   *
   * @param status the HTTP status
   * @param errcode the Matrix error code; empty where there was none
   * @param error the server's text
   */
  public record Refusal(int status, String errcode, String error) {}
}
