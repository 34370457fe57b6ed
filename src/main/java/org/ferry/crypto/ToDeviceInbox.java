package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.Curve25519Key;
import org.ferry.crypto.vodozemac.OlmMessage;
import org.ferry.id.UserId;

/** Takes to-device events in, one by one, in the order of the server. */
final class ToDeviceInbox {
  /** As often as an honest device begins a session anew. */
  private static final Duration ANEW = Duration.ofHours(1);

  private final CryptoStore store;
  private final AccountKeeper account;
  private final OlmSessions sessions;
  private final DeviceLists lists;
  private final Takers takers;
  private final Unwedger unwedger;

  /** When devices began anew. */
  private final Map<DeviceRef, Instant> begunAnew = new HashMap<>();

  /** Who acts on what is said. */
  record Takers(RoomKeyInbox roomKeys, KeyGiver giver, SecretRequests secrets) {}

  ToDeviceInbox(
      CryptoStore store,
      AccountKeeper account,
      OlmSessions sessions,
      DeviceLists lists,
      Takers takers,
      Unwedger unwedger) {
    this.store = store;
    this.account = account;
    this.sessions = sessions;
    this.lists = lists;
    this.takers = takers;
    this.unwedger = unwedger;
  }

  /** An envelope whose shape was checked. */
  private record Envelope(UserId sender, Curve25519Key senderKey, OlmMessage message) {
    String hash() {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(senderKey.bytes());
        digest.update((byte) message.type());
        return Base64.getEncoder()
            .encodeToString(digest.digest(message.body().getBytes(StandardCharsets.US_ASCII)));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
  }

  /**
   * Takes one in.
   *
   * @return false where it was thrown away, which was counted
   */
  boolean take(JsonNode event, Turn turn) {
    String sender = event.path("sender").asText();
    JsonNode content = event.path("content");
    if (!UserId.isValid(sender)
        || ToDevice.word(event.path("sender")).isEmpty()
        || !content.isObject()) {
      return turn.refuse(Incident.MALFORMED);
    }
    UserId user = new UserId(sender);
    String type = event.path("type").isTextual() ? event.path("type").textValue() : "";
    return switch (type) {
      case "m.room.encrypted" -> encrypted(user, content, turn);
      case "m.room_key", "m.forwarded_room_key", "m.secret.send", "m.dummy", "m.room_key_bundle" ->
          turn.refuse(Incident.NOT_OVER_OLM);
      case "m.room_key.withheld", "org.matrix.room_key.withheld" ->
          takers.roomKeys().withheld(user, content, turn);
      case KeyRequests.TYPE -> takers.giver().take(user, content, turn);
      case "" -> turn.refuse(Incident.MALFORMED);
      default -> true;
    };
  }

  /** Wants new sessions with devices that were not known when none of theirs opened. */
  void tend(Turn turn) {
    unwedger.tend(turn);
  }

  private boolean encrypted(UserId sender, JsonNode content, Turn turn) {
    if (!content.path("algorithm").asText().equals(AccountKeeper.OLM)) {
      return turn.refuse(Incident.UNSUPPORTED_ALGORITHM);
    }
    JsonNode mine = content.path("ciphertext").path(account.curve25519());
    if (mine.isMissingNode() && content.path("ciphertext").isObject()) {
      return turn.refuse(Incident.NOT_FOR_US);
    }
    JsonNode type = mine.path("type");
    JsonNode body = mine.path("body");
    if (!type.isInt() || !body.isTextual()) {
      return turn.refuse(Incident.MALFORMED);
    }
    Envelope envelope;
    try {
      envelope =
          new Envelope(
              sender,
              Curve25519Key.parse(content.path("sender_key").asText()),
              new OlmMessage(type.intValue(), body.textValue()));
    } catch (CryptoException e) {
      // reason: a key or type that cannot be is a malformed envelope.
      return turn.refuse(Incident.MALFORMED);
    }
    return open(envelope, turn);
  }

  private boolean open(Envelope envelope, Turn turn) {
    String hash = envelope.hash();
    if (!turn.seen().add(hash) || store.processed(hash)) {
      boolean unused = turn.refuse(Incident.REPEATED);
      return true;
    }
    String senderKey = envelope.senderKey().base64();
    byte[] plaintext = sessions.decrypt(account, envelope.senderKey(), envelope.message(), turn);
    if (plaintext == null) {
      // What stays closed was not processed: a repeat of it is as wedged as it was.
      var unused = turn.seen().remove(hash);
      unwedger.wedged(envelope.sender(), senderKey, turn);
      return turn.refuse(Incident.WEDGED);
    }
    turn.add(new CryptoChange.Processed(hash));
    try {
      var us = new OlmPlaintext.Us(store.device(), account.ed25519());
      return act(OlmPlaintext.read(plaintext, us, envelope.sender(), senderKey, lists), turn);
    } catch (OlmPlaintext.Refused e) {
      // reason: the ratchet went on and is kept; only what was said is thrown away.
      return turn.refuse(e.incident());
    }
  }

  private boolean act(OlmPlaintext message, Turn turn) {
    return switch (message.type()) {
      case "m.room_key" -> takers.roomKeys().roomKey(message, turn);
      case "m.forwarded_room_key" -> takers.roomKeys().forwarded(message, turn);
      case "m.dummy" -> beganAnew(message, turn);
      case "m.secret.send" -> takers.secrets().sent(message, turn);
      case "m.room_key.withheld" ->
          takers.roomKeys().withheld(message.sender(), message.content(), turn);
      case "m.room.encrypted" -> turn.refuse(Incident.MALFORMED);
      case "m.room_key_bundle", "io.element.msc4268.room_key_bundle" ->
          turn.refuse(Incident.KEY_BUNDLE_LEFT);
      default -> true;
    };
  }

  /** What a device was sent in the session that broke it never opened: the rooms' keys, perhaps. */
  private boolean beganAnew(OlmPlaintext message, Turn turn) {
    begunAnew.values().removeIf(at -> !Clocks.lasts(at, ANEW, turn.now()));
    lists
        .byKeys(message.senderKey(), message.signingKey())
        .filter(d -> !d.gone() && d.ref().user().equals(message.sender()))
        .filter(d -> begunAnew.putIfAbsent(d.ref(), turn.now()) == null)
        .ifPresent(d -> turn.add(new CryptoChange.ShareAgain(d.ref())));
    return true;
  }
}
