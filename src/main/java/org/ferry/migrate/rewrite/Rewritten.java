package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** What an event becomes on the other side. */
public sealed interface Rewritten {
  /**
   * An event to send.
   *
   * @param sender who sends it there
   * @param type its type
   * @param stateKey its state key there, null for what is not state
   * @param content its content there, origin included
   * @param ts milliseconds since 1970, within what a homeserver takes
   * @param repairs what had to be changed for a homeserver to accept it
   */
  record Send(
      UserId sender,
      String type,
      @Nullable String stateKey,
      ObjectNode content,
      long ts,
      Set<String> repairs)
      implements Rewritten {}

  /**
   * Something carried earlier is to be taken back.
   *
   * @param sender who takes it back
   * @param target the event on the other side
   * @param content the redaction's content: reason and origin
   * @param ts milliseconds since 1970
   */
  record Redact(UserId sender, EventId target, ObjectNode content, long ts) implements Rewritten {}

  /**
   * Left out by rule.
   *
   * @param reason the rule, a short stable word or two
   */
  record Skip(String reason) implements Rewritten {}

  /** To be sent after everything else of its room. */
  record Last() implements Rewritten {}

  /**
   * Points to an event of another room that is still to be carried.
   *
   * @param room that room on the source
   * @param event that event
   */
  record Await(RoomId room, EventId event) implements Rewritten {}

  /**
   * Cannot be carried in this run; stays waiting.
   *
   * @param reason what it waits for
   */
  record Postpone(String reason) implements Rewritten {}

  /**
   * Cannot be carried.
   *
   * @param reason why, with the remedy where there is one
   */
  record Fail(String reason) implements Rewritten {}
}
