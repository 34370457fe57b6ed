package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.EventId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Opens encrypted events of rooms (specification, "m.megolm.v1.aes-sha2"). The session is found by
 * room and id alone; what an event says of its sender's keys is not looked at.
 */
final class MegolmReader {
  /** What only Olm may carry, and what must not come encrypted at all. */
  private static final Set<String> NOT_INSIDE =
      Set.of(
          "m.room_key",
          "m.forwarded_room_key",
          "m.secret.send",
          "m.dummy",
          "m.room_key_bundle",
          "m.room_key.withheld");

  private static final Set<String> NOT_ACTED_UPON = Set.of("m.room.encrypted", "m.room.redaction");

  private final CryptoStore store;
  private final RoomKeys keys;
  private final Judge judge;
  private final Tally tally;

  MegolmReader(CryptoStore store, RoomKeys keys, Judge judge, Tally tally) {
    this.store = store;
    this.keys = keys;
    this.judge = judge;
    this.tally = tally;
  }

  /** An event whose shape was checked. */
  private record Envelope(
      SessionRef ref, EventId id, UserId sender, long timestamp, String ciphertext) {}

  /** An event that was opened, before it is known whether its index was used by another. */
  private record Opened(Envelope envelope, DecryptOutcome.Clear clear, MessageUse use) {}

  /**
   * Opens events, notes the message indexes they used and keeps those that have to wait.
   *
   * @return the outcome of each, in order
   */
  List<DecryptOutcome> read(List<EncryptedEvent> events, Instant now) {
    List<DecryptOutcome> outcomes = new ArrayList<>(events.size());
    Map<Integer, Opened> opened = new HashMap<>();
    List<WaitingEvent> waiting = new ArrayList<>();
    for (EncryptedEvent event : events) {
      Envelope envelope = envelope(event);
      if (envelope == null) {
        outcomes.add(reject(Incident.MALFORMED));
        continue;
      }
      if (!isMegolm(event)) {
        outcomes.add(reject(Incident.UNSUPPORTED_ALGORITHM));
        continue;
      }
      Attempt attempt = attempt(envelope, event.event());
      outcomes.add(attempt.outcome());
      if (attempt.outcome() instanceof DecryptOutcome.Clear clear) {
        MessageUse use =
            new MessageUse(
                envelope.ref(), attempt.index(), envelope.id().value(), envelope.timestamp());
        opened.put(outcomes.size() - 1, new Opened(envelope, clear, use));
      } else if (attempt.outcome() instanceof DecryptOutcome.Waiting w) {
        Long known = attempt.index() < 0 ? null : attempt.index();
        waiting.add(
            new WaitingEvent(envelope.ref(), envelope.id(), event.event(), now, known, w.reason()));
      }
    }
    guard(opened, outcomes);
    if (!waiting.isEmpty()) {
      store.await(waiting);
    }
    return outcomes;
  }

  /** Rejects what uses an index that another event used (F12). */
  private void guard(Map<Integer, Opened> opened, List<DecryptOutcome> outcomes) {
    Map<Object, MessageUse> first = new HashMap<>();
    opened.values().forEach(o -> first.putIfAbsent(place(o.use()), o.use()));
    List<MessageUse> asked = List.copyOf(first.values());
    List<MessageUse> answers = store.use(asked);
    for (int i = 0; i < asked.size(); i++) {
      first.put(place(asked.get(i)), answers.get(i));
    }
    opened.forEach((at, o) -> {
      if (!o.use().equals(first.get(place(o.use())))) {
        outcomes.set(at, reject(Incident.REPLAYED_INDEX));
      }
    });
  }

  private static Object place(MessageUse use) {
    return List.of(use.ref(), use.index());
  }

  /**
   * One try.
   *
   * @param index the message's; of an event that waits the first index that is known, -1 for no key
   */
  private record Attempt(DecryptOutcome outcome, long index) {}

  private Attempt attempt(Envelope envelope, ObjectNode event) {
    Optional<InboundSession> found;
    try {
      found = keys.find(envelope.ref().room(), envelope.ref().session());
    } catch (DamagedRowException e) {
      // reason: it waits for another key of the session, which takes the damaged one's place.
      return damaged();
    }
    if (found.isEmpty()) {
      return new Attempt(waiting(envelope, event, DecryptOutcome.Reason.NO_KEY), -1);
    }
    try (InboundSession session = found.get()) {
      return open(envelope, event, session);
    } catch (CryptoException.UnknownIndex | CryptoException.BadMac e) {
      // reason: another process may have stored a better key since this one was read.
      return again(envelope, event);
    } catch (CryptoException e) {
      // reason: a message of another session, changed or cut; the next one is not affected.
      return rejected(Incident.BAD_CIPHERTEXT);
    }
  }

  private Attempt again(Envelope envelope, ObjectNode event) {
    try (InboundSession session =
        keys.findAnew(envelope.ref().room(), envelope.ref().session()).orElseThrow()) {
      try {
        return open(envelope, event, session);
      } catch (CryptoException.UnknownIndex e) {
        // reason: it waits for a key that reaches further back.
        return new Attempt(
            waiting(envelope, event, DecryptOutcome.Reason.LATER_INDEX),
            session.megolm().firstKnownIndex());
      } catch (CryptoException.BadMac e) {
        // reason: signed by the session's owner, and the key is another's: a wrong one that
        // somebody put into a backup. Where its owner gave it, the message is wrong.
        return session.info().origin().isAuthentic()
            ? rejected(Incident.BAD_CIPHERTEXT)
            : new Attempt(waiting(envelope, event, DecryptOutcome.Reason.NO_KEY), 0);
      } catch (CryptoException e) {
        // reason: as for the first try.
        return rejected(Incident.BAD_CIPHERTEXT);
      }
    } catch (DamagedRowException e) {
      // reason: as for the first try.
      return damaged();
    }
  }

  /** Not tried again with the key that is there. */
  private Attempt damaged() {
    tally.count(Incident.DAMAGED_ROW);
    return new Attempt(new DecryptOutcome.Waiting(DecryptOutcome.Reason.BROKEN_KEY, null), 0);
  }

  private Attempt open(Envelope envelope, ObjectNode event, InboundSession session) {
    MegolmInbound.Decrypted decrypted = session.megolm().decrypt(envelope.ciphertext());
    ObjectNode clear;
    try {
      clear = Json.parseObject(decrypted.plaintext());
    } catch (IllegalArgumentException e) {
      // reason: what the sender encrypted is no event.
      return rejected(Incident.BAD_CLEAR_TEXT);
    }
    Incident wrong = wrong(clear, event, envelope);
    if (wrong != null) {
      return rejected(wrong);
    }
    Judge.Verdict verdict = judge.judge(envelope.ref(), session.info(), envelope.sender());
    ObjectNode content = (ObjectNode) clear.path("content");
    relate(event.path("content"), content);
    return new Attempt(
        new DecryptOutcome.Clear(
            content,
            clear.path("type").textValue(),
            verdict.trust(),
            session.info().senderKey(),
            verdict.owner(),
            verdict.ownerSigned(),
            verdict.asking()),
        decrypted.index());
  }

  private static @Nullable Incident wrong(ObjectNode clear, ObjectNode event, Envelope envelope) {
    String type = clear.path("type").asText();
    if (!clear.path("room_id").asText().equals(envelope.ref().room().value())) {
      return Incident.WRONG_ROOM;
    }
    if (NOT_INSIDE.contains(type)) {
      return Incident.NOT_OVER_OLM;
    }
    boolean state = clear.has("state_key") || event.has("state_key");
    return !clear.path("type").isTextual()
            || type.isEmpty()
            || !clear.path("content").isObject()
            || NOT_ACTED_UPON.contains(type)
            || state
        ? Incident.BAD_CLEAR_TEXT
        : null;
  }

  /** Relations stand in the clear, for the homeserver; one inside, of older clients, wins. */
  private static void relate(JsonNode envelope, ObjectNode content) {
    JsonNode relation = envelope.path("m.relates_to");
    if (relation.isObject() && !content.has("m.relates_to")) {
      content.set("m.relates_to", relation.deepCopy());
    }
  }

  private DecryptOutcome.Waiting waiting(
      Envelope envelope, ObjectNode event, DecryptOutcome.Reason reason) {
    String named = ToDevice.word(event.path("content").path("sender_key"));
    Optional<Withheld> withheld =
        store.withheld(envelope.ref()).stream()
            .filter(w -> judge.mayWithhold(w, envelope.sender(), named))
            .findFirst();
    if (withheld.isPresent()) {
      return new DecryptOutcome.Waiting(DecryptOutcome.Reason.WITHHELD, withheld.get().code());
    }
    boolean before = event.path("unsigned").path("membership").asText("join").equals("leave");
    return new DecryptOutcome.Waiting(before ? DecryptOutcome.Reason.BEFORE_JOIN : reason, null);
  }

  private static boolean isMegolm(EncryptedEvent event) {
    return event.event().path("content").path("algorithm").asText().equals(AccountKeeper.MEGOLM);
  }

  private static @Nullable Envelope envelope(EncryptedEvent given) {
    ObjectNode event = given.event();
    JsonNode session = event.path("content").path("session_id");
    JsonNode ciphertext = event.path("content").path("ciphertext");
    JsonNode time = event.path("origin_server_ts");
    String sender = event.path("sender").asText();
    String id = event.path("event_id").asText();
    boolean whole =
        !isMegolm(given)
            || (session.isTextual() && isClean(session.asText()) && ciphertext.isTextual());
    if (!whole
        || !id.startsWith("$")
        || id.length() < 2
        || !isClean(id)
        || !UserId.isValid(sender)
        || !isClean(sender)
        || !time.canConvertToLong()) {
      return null;
    }
    return new Envelope(
        new SessionRef(given.room(), session.asText()),
        new EventId(id),
        new UserId(sender),
        time.longValue(),
        ciphertext.asText());
  }

  /** Whether it can be an id: a stranger may have chosen it, and a database refuses some texts. */
  private static boolean isClean(String text) {
    return !text.isEmpty() && text.length() <= 255 && text.indexOf(0) < 0;
  }

  private Attempt rejected(Incident reason) {
    return new Attempt(reject(reason), -1);
  }

  private DecryptOutcome reject(Incident reason) {
    tally.count(reason);
    return new DecryptOutcome.Rejected(reason);
  }
}
