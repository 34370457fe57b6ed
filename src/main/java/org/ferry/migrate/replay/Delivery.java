package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.ferry.crypto.RoomSettings;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Errcode;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.EventState;
import org.ferry.migrate.LedgerEvent;
import org.ferry.migrate.Settled;
import org.ferry.migrate.rewrite.Placeholder;
import org.ferry.migrate.rewrite.Rewritten;
import org.ferry.migrate.rewrite.RoomContext;
import org.jspecify.annotations.Nullable;

/**
 * Sends what the rewriter made, into one room, one event at a time. Used by one thread.
 *
 * <p>The transaction id is a hash of what is sent where, by whom: a repeat is recognised by the
 * homeserver for a day.
 */
final class Delivery {
  /** Synapse's answer to a main alias that leads to another room by now. */
  private static final String BAD_ALIAS = "M_BAD_ALIAS";

  private final Voyage voyage;
  private final Cast cast;
  private final RoomId target;
  private final RoomContext room;
  private final Readers readers;
  private final int generation;
  private final Helper helper;
  private final Map<String, EventId> states = new HashMap<>();

  Delivery(Voyage voyage, Cast cast, RoomId target, RoomContext room, int generation) {
    this.voyage = voyage;
    this.cast = cast;
    this.target = target;
    this.room = room;
    this.readers = new Readers(voyage);
    this.generation = generation;
    this.helper = new Helper(cast, readers, target, room);
  }

  /**
   * Sends an event.
   *
   * @return carried or merged with the target's id, or failed with the server's words
   * @throws MatrixException where the server refuses Ferry itself
   */
  Settled send(LedgerEvent event, Rewritten.Send send) {
    Sent sent;
    try {
      sent = new Sent(attempt(event, send, send.sender()), false);
    } catch (MatrixException e) {
      if (e.is(Errcode.DUPLICATE_ANNOTATION)) {
        return settled(
            event, EventState.MERGED, null, "the same reaction by the same person", send);
      }
      if (e.is(BAD_ALIAS)) {
        return settled(event, EventState.SKIPPED, null, "alias", send);
      }
      if (!e.isForbidden()) {
        return failed(event, e);
      }
      try {
        sent = withHelp(event, send, e);
      } catch (MatrixException again) {
        return failed(event, again);
      }
    }
    if (send.stateKey() != null && isKnown(event, send, sent.id())) {
      return settled(event, EventState.MERGED, sent.id(), "the same state as before", send);
    }
    Settled carried = settled(event, EventState.CARRIED, sent.id(), null, send);
    return sent.byAnother() ? StandIn.note(carried) : carried;
  }

  /** What stands now, and whether somebody else than its sender sent it. */
  private record Sent(EventId id, boolean byAnother) {}

  private EventId attempt(LedgerEvent event, Rewritten.Send send, UserId sender) {
    if (send.stateKey() != null) {
      EventId set =
          cast.actor(sender)
              .setState(target, send.type(), send.stateKey(), send.content(), send.ts());
      if (send.type().equals("m.room.encryption") && RoomSettings.encrypts(send.content())) {
        voyage.ledger().encrypted(target);
      }
      return set;
    }
    String txn = txn(event, part(send), sender);
    return cast.fromDevice(
        sender, i -> i.send(target, send.type(), txn, send.content(), send.ts()));
  }

  /** The message that comes in its placeholder's stead is another thing. */
  private static String part(Rewritten.Send send) {
    return send.repairs().contains(Placeholder.NOTE) ? Placeholder.NOTE : "event";
  }

  private Sent withHelp(LedgerEvent event, Rewritten.Send send, MatrixException refusal) {
    Optional<EventId> helped = helper.deliver(send, () -> attempt(event, send, send.sender()));
    if (helped.isPresent()) {
      return new Sent(helped.get(), false);
    }
    if (send.stateKey() != null && mayStandIn(send)) {
      UserId present = readers.present(room.actor(), target).user();
      return new Sent(attempt(event, send, present), !present.equals(send.sender()));
    }
    throw refusal;
  }

  /** State keys that begin with an at sign are their owner's alone, memberships of others not. */
  private static boolean mayStandIn(Rewritten.Send send) {
    String key = send.stateKey() == null ? "" : send.stateKey();
    if (!send.type().equals("m.room.member")) {
      return !key.startsWith("@");
    }
    String membership = send.content().path("membership").asText("");
    return !key.equals(send.sender().value()) && !membership.equals("join");
  }

  /** A PUT of state that is there already returns the id of the event that put it there. */
  private boolean isKnown(LedgerEvent event, Rewritten.Send send, EventId id) {
    EventId before = states.put(send.type() + '\u0000' + send.stateKey(), id);
    if (before != null) {
      return before.equals(id);
    }
    return voyage
        .ledger()
        .origin(voyage.id(), id)
        .filter(old -> !old.equals(event.event().id()))
        .isPresent();
  }

  /**
   * Takes back what was carried earlier, and reads it back: content that is still there is a
   * failure.
   */
  Settled redact(LedgerEvent event, Rewritten.Redact redact) {
    try {
      EventId id = takeBack(event, redact, redact.sender());
      return confirmed(event, redact, id);
    } catch (MatrixException e) {
      if (!e.isForbidden()) {
        return failed(event, e);
      }
      try {
        UserId present = readers.present(room.actor(), target).user();
        return confirmed(event, redact, takeBack(event, redact, present));
      } catch (MatrixException again) {
        return failed(event, again);
      }
    }
  }

  private EventId takeBack(LedgerEvent event, Rewritten.Redact redact, UserId sender) {
    String txn = txn(event, "redaction", sender);
    if (room.datedRedactions()) {
      return cast.fromDevice(
          sender, i -> i.send(target, "m.room.redaction", txn, redact.content(), redact.ts()));
    }
    String reason = redact.content().path("reason").asText(null);
    return cast.fromDevice(sender, i -> i.redact(target, redact.target(), txn, reason));
  }

  private Settled confirmed(LedgerEvent event, Rewritten.Redact redact, EventId id) {
    Optional<ObjectNode> after =
        cast.actor(redact.sender())
            .event(target, redact.target())
            .or(() -> readers.present(room.actor(), target).event(target, redact.target()));
    boolean gone =
        after
            .filter(e -> e.path("unsigned").has("redacted_because") || e.path("content").isEmpty())
            .isPresent();
    return gone
        ? new Settled(event.key(), EventState.CARRIED, id, null, false, null)
        : new Settled(
            event.key(),
            EventState.FAILED,
            null,
            "the homeserver took the redaction "
                + id
                + " but what it takes back was not seen to be gone",
            false,
            null);
  }

  /** Lets go of what was remembered of the state that was sent; the room's history stands. */
  void forget() {
    states.clear();
  }

  private String txn(LedgerEvent event, String part, UserId sender) {
    return Txn.of(
        generation,
        voyage.source().info().server(),
        event.event().id().value(),
        part,
        sender.value(),
        target.value());
  }

  private static Settled failed(LedgerEvent event, MatrixException e) {
    // Neither says anything about this event: the next ones would fare the same.
    if (e.isTokenRefused() || e.isRateLimit()) {
      throw e;
    }
    return new Settled(event.key(), EventState.FAILED, null, e.getMessage(), false, null);
  }

  private static Settled settled(
      LedgerEvent event,
      EventState state,
      @Nullable EventId id,
      @Nullable String reason,
      Rewritten.Send send) {
    String repairs = send.repairs().isEmpty() ? null : String.join(", ", send.repairs());
    return new Settled(event.key(), state, id, reason, false, repairs);
  }
}
