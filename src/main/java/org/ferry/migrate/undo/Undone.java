package org.ferry.migrate.undo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.ferry.matrix.event.Json;

/** What was taken back in one room; grows while that goes on. For one thread. */
public final class Undone {
  private final Found found;
  private final List<String> remarks = new ArrayList<>();
  private State state = State.LEFT;
  private long redacted;
  private long left;
  private long removed;
  private long aliases;
  private boolean deleted;

  /** How it ended. */
  public enum State {
    /** Taken back. */
    DONE,
    /** Left alone: others have used it since it was looked at. */
    LEFT,
    /** Not taken back whole; the same command goes on. */
    FAILED
  }

  Undone(Found found) {
    this.found = found;
  }

  /** The room. */
  public Found found() {
    return found;
  }

  /** How it ended. */
  public State state() {
    return state;
  }

  /** What is worth a sentence: why it was left alone or failed, what remains. */
  public List<String> remarks() {
    return List.copyOf(remarks);
  }

  /** How many events were redacted; their empty stubs remain. */
  public long redacted() {
    return redacted;
  }

  /** How many of Ferry's users left; their leaves remain in rooms that were reused. */
  public long left() {
    return left;
  }

  /** How many others were removed. */
  public long removed() {
    return removed;
  }

  /** How many aliases were deleted. */
  public long aliases() {
    return aliases;
  }

  /** Whether the room was deleted on the homeserver. */
  public boolean deleted() {
    return deleted;
  }

  void redactedOne() {
    redacted++;
  }

  void leftOne() {
    left++;
  }

  void removedOne() {
    removed++;
  }

  void aliasGone() {
    aliases++;
  }

  void wasDeleted() {
    deleted = true;
  }

  void remark(String sentence) {
    remarks.add(sentence);
  }

  Undone ended(State how) {
    state = how;
    return this;
  }

  /** As the ledger keeps it. */
  String detail() {
    ObjectNode detail =
        Json.object()
            .put("redacted", redacted)
            .put("left", left)
            .put("removed", removed)
            .put("aliases", aliases)
            .put("deleted", deleted);
    remarks.forEach(detail.putArray("remarks")::add);
    return Json.text(detail);
  }
}
