package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;

/**
 * Has the homeserver remember how far a device has come, so that a database that was set back, as
 * by an old backup, is found before anything is encrypted with it a second time: Ferry's own, which
 * remembers less than the homeserver does, and the homeserver's, which remembers less than Ferry
 * does. Safe for use by many threads.
 */
public final class Witness {
  /** Account data of the device's user: this and the device's id. */
  static final String TYPE = "org.ferry.mark.";

  /** As many one-time keys as a device ever has there, and some more. */
  private static final int MOST_KEYS = 200;

  /** An account's other devices speak in the same rooms. */
  private static final int LATEST = 30;

  private final Intent as;
  private final Machine machine;
  private final String type;

  /**
   * A witness of a device.
   *
   * @param as the user as the device
   * @param machine the device's
   */
  public Witness(Intent as, Machine machine) {
    this.as = as;
    this.machine = machine;
    this.type = TYPE + as.device().orElseThrow();
  }

  /**
   * To be asked when a machine was opened, before it sends anything, and when the homeserver
   * answers again.
   *
   * @throws org.ferry.matrix.client.HomeserverFailure where the homeserver does not answer
   */
  public void check() {
    alone(() -> {
      boolean unused = compare();
    });
  }

  /** Whether the database knows all that the homeserver does. */
  private boolean compare() {
    long seen = seen();
    if (seen > machine.mark()) {
      beginAnew();
      return false;
    }
    if (seen < machine.mark()) {
      takeKeysBack();
      machine.homeserverSetBack();
      remember(machine.mark());
    }
    return true;
  }

  /**
   * To be asked before an Olm message leaves whose session moved in the database, or one-time keys
   * that take the place of used ones. It looks first: a mark that is written over shows nothing.
   *
   * @return whether it may leave; false where the database was set back: it is of a session or of
   *     keys that are used no more
   */
  boolean raise() {
    machine.witnessing().lock();
    try {
      boolean whole = compare();
      remember(machine.raiseMark());
      return whole;
    } finally {
      machine.witnessing().unlock();
    }
  }

  private void remember(long mark) {
    as.preferences().putAccountData(type, Json.object().put("mark", mark));
  }

  /**
   * To be asked before each message that is encrypted for a room: Megolm sessions move without the
   * mark. What this process said itself it knows; of what was said before, the room itself shows
   * how far.
   */
  public void recall(RoomId room) {
    if (!machine.goesOn(room)) {
      return;
    }
    alone(() -> {
      if (machine.goesOn(room) && machine.isSetBack(room, said(room))) {
        beginAnew();
      }
    });
  }

  /** A mark that overtook a higher one would hide what came in between. */
  private void alone(Runnable work) {
    machine.witnessing().lock();
    try {
      work.run();
    } finally {
      machine.witnessing().unlock();
    }
  }

  private List<ObjectNode> said(RoomId room) {
    ObjectNode filter = Json.object();
    filter.putArray("senders").add(as.user().value());
    filter.putArray("types").add("m.room.encrypted");
    return as.messages(room, null, 'b', LATEST, filter).chunk().stream()
        .map(e -> e.path("content") instanceof ObjectNode content ? content : Json.object())
        .toList();
  }

  private long seen() {
    return as.preferences()
        .accountData(type)
        .map(c -> c.path("mark"))
        .filter(JsonNode::canConvertToLong)
        .map(JsonNode::asLong)
        .orElse(0L);
  }

  private void beginAnew() {
    takeKeysBack();
    machine.begunAnew(seen());
  }

  /** Nobody is to be handed a one-time key whose other half was lost: they are claimed here. */
  private void takeKeysBack() {
    ObjectNode body = Json.object();
    ObjectNode unused =
        body.putObject("one_time_keys")
            .putObject(as.user().value())
            .put(as.device().orElseThrow().value(), "signed_curve25519");
    for (int i = 0; i < MOST_KEYS; i++) {
      JsonNode claimed;
      try {
        claimed = as.keys().claim(body).path("one_time_keys").path(as.user().value());
      } catch (MatrixException e) {
        if (e.mayResolve() || e.isUnknownDevice() || e.isTokenRefused()) {
          throw e;
        }
        // reason: a homeserver that does not hand out one's own keys; whom it hands them to is
        // given a new session once that shows.
        return;
      }
      JsonNode key = claimed.path(as.device().orElseThrow().value());
      if (key.isEmpty() || key.elements().next().path("fallback").asBoolean(false)) {
        return;
      }
    }
  }
}
