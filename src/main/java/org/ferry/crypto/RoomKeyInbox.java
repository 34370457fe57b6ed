package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** Room keys as they come: from their maker over Olm, forwarded by our own devices, or withheld. */
final class RoomKeyInbox {
  private static final int LONGEST_REASON = 500;

  /** How many refusals of one user are kept. */
  static final int MOST_WITHHELD = 1_000;

  private static final int LOOKED_AT = 100;

  /**
   * How many keys of one other user are taken in thirty days for rooms that nobody of Ferry's
   * knows: one may come before the invitation.
   */
  static final int MOST_STRANGE = 1_000;

  private final CryptoStore store;
  private final DeviceLists lists;
  private final Judge judge;
  private final Unwedger unwedger;

  /** Closed once the turn is over, whatever became of it. */
  private final List<MegolmInbound> opened = new ArrayList<>();

  RoomKeyInbox(CryptoStore store, DeviceLists lists, Judge judge, Unwedger unwedger) {
    this.unwedger = unwedger;
    this.store = store;
    this.lists = lists;
    this.judge = judge;
  }

  boolean roomKey(OlmPlaintext message, Turn turn) {
    ObjectNode content = message.content();
    MegolmInbound session = read(content, MegolmInbound::fromSessionKey);
    if (session == null) {
      return turn.refuse(Incident.BAD_ROOM_KEY);
    }
    if (isTooStrange(message.sender(), content)) {
      return turn.refuse(Incident.STRANGE_ROOM_KEY);
    }
    ObjectNode data = Json.object().put("user_id", message.sender().value());
    if (message.device() != null) {
      data.set("device_keys", message.device().keys());
    }
    RoomKeyInfo info =
        new RoomKeyInfo(
            KeyOrigin.OLM,
            message.senderKey(),
            message.signingKey(),
            Json.text(data),
            List.of(),
            content.path("shared_history").asBoolean(false)
                || content.path("org.matrix.msc3061.shared_history").asBoolean(false),
            turn.now());
    follow(message.sender(), content, turn);
    askAgain(message, turn);
    return put(content, session, info, turn);
  }

  private void follow(UserId sender, ObjectNode content, Turn turn) {
    SessionRef ref = ToDevice.session(content);
    if (!lists.isTracked(sender) && ref != null && store.knows(ref.room())) {
      lists.track(List.of(sender), turn);
    } else {
      // One too many is an unknown device until a key of a room that is known comes.
      var unused = lists.trackStranger(sender, turn);
    }
  }

  /** A device that is newer than the list would be unknown until the homeserver speaks of it. */
  private void askAgain(OlmPlaintext message, Turn turn) {
    Tracked sender = lists.of(message.sender());
    if (sender != null
        && !sender.outdated()
        && lists.byKeys(message.senderKey(), message.signingKey()).isEmpty()) {
      lists.changed(List.of(message.sender()), turn);
    }
  }

  private boolean isTooStrange(UserId sender, ObjectNode content) {
    SessionRef ref = ToDevice.session(content);
    return ref != null
        && !sender.equals(store.device().user())
        && !store.knows(ref.room())
        && store.strange(sender, MOST_STRANGE) >= MOST_STRANGE;
  }

  /** Only what was asked for, and only from a device of ours that is verified (E-08). */
  boolean forwarded(OlmPlaintext message, Turn turn) {
    ObjectNode content = message.content();
    SessionRef ref = ToDevice.session(content);
    if (ref == null || store.request(ref).isEmpty()) {
      return turn.refuse(Incident.UNSOLICITED_FORWARD);
    }
    if (!lists.isOwnSigned(message)) {
      return turn.refuse(Incident.UNTRUSTED_FORWARD);
    }
    MegolmInbound session = read(content, MegolmInbound::fromExportedKey);
    if (session == null) {
      return turn.refuse(Incident.BAD_ROOM_KEY);
    }
    List<String> chain = new ArrayList<>();
    content.path("forwarding_curve25519_key_chain").forEach(k -> chain.add(k.asText()));
    chain.add(message.senderKey());
    RoomKeyInfo info =
        new RoomKeyInfo(
            KeyOrigin.FORWARDED,
            ToDevice.text(content.path("sender_key")),
            ToDevice.text(content.path("sender_claimed_ed25519_key")),
            null,
            chain.stream().map(k -> k.replace("\0", "")).toList(),
            content.path("shared_history").asBoolean(false),
            turn.now());
    return put(content, session, info, turn);
  }

  private boolean put(ObjectNode content, MegolmInbound session, RoomKeyInfo info, Turn turn) {
    SessionRef ref = ToDevice.session(content);
    if (ref == null) {
      return turn.refuse(Incident.BAD_ROOM_KEY);
    }
    turn.add(new CryptoChange.PutRoomKey(new RoomKey(ref.room(), session, info)));
    return true;
  }

  /** The session of a room key, whose id has to follow from it; null where it does not hold. */
  private @Nullable MegolmInbound read(
      ObjectNode content, java.util.function.Function<String, MegolmInbound> from) {
    if (!content.path("algorithm").asText().equals(AccountKeeper.MEGOLM)
        || ToDevice.session(content) == null) {
      return null;
    }
    try {
      MegolmInbound session = from.apply(content.path("session_key").asText());
      var unused = opened.add(session);
      return session.sessionId().equals(content.path("session_id").asText()) ? session : null;
    } catch (CryptoException e) {
      // reason: a key that cannot be read is none; the caller counts it.
      return null;
    }
  }

  boolean withheld(UserId sender, JsonNode content, Turn turn) {
    String code = ToDevice.text(content.path("code"));
    SessionRef ref = ToDevice.session(content);
    if (code.isEmpty() || code.length() > LONGEST_REASON) {
      return turn.refuse(Incident.MALFORMED);
    }
    if (code.equals("m.no_olm")) {
      noOlm(sender, ToDevice.text(content.path("sender_key")), turn);
      return true;
    }
    if (ref == null) {
      return turn.refuse(Incident.MALFORMED);
    }
    String reason = ToDevice.text(content.path("reason"));
    Withheld withheld =
        new Withheld(
            ref,
            sender,
            ToDevice.word(content.path("sender_key")),
            code,
            reason.substring(0, Math.min(reason.length(), LONGEST_REASON)));
    if (isForeign(withheld) || store.withheldBy(sender) >= MOST_WITHHELD) {
      return turn.refuse(Incident.UNFOUNDED_WITHHELD);
    }
    turn.add(new CryptoChange.PutWithheld(withheld));
    return true;
  }

  /**
   * Whether it is known by now that the session is another's. It often comes before the event, so
   * that whose word counts is looked at again when one is read.
   */
  private boolean isForeign(Withheld withheld) {
    List<Device> devices = lists.byKey(withheld.senderKey());
    boolean others =
        !devices.isEmpty()
            && devices.stream().noneMatch(d -> d.ref().user().equals(withheld.sender()));
    List<WaitingEvent> waiting = store.waiting(withheld.ref(), LOOKED_AT);
    return others
        || (!waiting.isEmpty()
            && waiting.stream()
                .noneMatch(w ->
                    judge.mayWithhold(
                        withheld,
                        new UserId(w.event().path("sender").asText()),
                        ToDevice.word(w.event().path("content").path("sender_key")))));
  }

  /** They could begin no session with us; we begin one, as after a session that broke. */
  private void noOlm(UserId sender, String senderKey, Turn turn) {
    if (!senderKey.isEmpty()) {
      unwedger.wedged(sender, senderKey, turn);
    }
  }

  void close() {
    opened.forEach(MegolmInbound::close);
    opened.clear();
  }
}
