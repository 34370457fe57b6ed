package org.ferry.crypto;

import java.util.List;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a device's store is to write. What one message or one answer changes is a list of
 * these, written in one transaction; writing it twice is as writing it once.
 */
public sealed interface CryptoChange {
  /** Names the row that it is about; among the changes of a commit each row is once. */
  default Object row() {
    return switch (this) {
      case Account unused -> "account";
      case SyncToken unused -> "token";
      case PutSession c -> List.of("session", c.session().senderKey(), c.session().id());
      case DropSession c -> List.of("session", c.senderKey(), c.id());
      case Processed c -> List.of("processed", c.hash());
      case PutRoomKey c -> List.of("room key", c.key());
      case PutTracked c -> List.of("tracked", c.user().user());
      case DropTracked c -> List.of("tracked", c.user());
      case PutDevice c -> List.of("device", c.device().ref());
      case PutNoOlm c -> List.of("no olm", c.device());
      case PutUnwedging c -> List.of("unwedging", c.unwedging().senderKey());
      case Queue c -> List.of("queue", c.message().request().id());
      case Unqueue c -> List.of("queue", c.id());
      case PutRefusals c -> List.of("queue", c.id());
      case Mark unused -> "mark";
      case SpoilSessions unused -> "sessions";
      case DropAllOutbound unused -> "outbound";
      case PutOutbound c -> List.of("outbound", c.session().ref().room());
      case DropOutbound c -> List.of("outbound", c.room());
      case PutShare c -> List.of("share", c.ref(), c.share().device());
      case ShareAgain c -> List.of("share again", c.device());
      case PutSent c -> List.of("sent", c.message().txn());
      case DropSent c -> List.of("sent", c.txn());
      case PutWithheld c -> List.of("withheld", c.withheld().ref(), c.withheld().sender());
      case PutRequest c -> List.of("request", c.request().ref());
      case DropRequest c -> List.of("request", c.ref());
      case PutAsked c -> List.of("asked", c.asked().by(), c.asked().id());
      case DropAsked c -> List.of("asked", c.by(), c.id());
      case PutSecretRequest c -> List.of("secret request", c.request().name());
      case DropSecret c -> List.of("secret", c.name());
      case PutSecret c -> List.of("secret", c.name());
    };
  }

  /** The account, whole. */
  record Account(AccountState state) implements CryptoChange {}

  /** Where {@code /sync} goes on; null where it begins anew. */
  record SyncToken(@Nullable String token) implements CryptoChange {}

  /** An Olm session, new or moved on. */
  record PutSession(PickledSession session) implements CryptoChange {}

  /** An Olm session that is not needed any more. */
  record DropSession(String senderKey, String id) implements CryptoChange {}

  /** The hash of an Olm message that was processed. */
  record Processed(String hash) implements CryptoChange {}

  /** A room key; the store keeps the better of two. */
  record PutRoomKey(RoomKey key) implements CryptoChange {}

  /** A followed user. */
  record PutTracked(Tracked user) implements CryptoChange {}

  /** A user who is not followed any more; what is known of them is kept. */
  record DropTracked(UserId user) implements CryptoChange {}

  /** A device of a followed user. */
  record PutDevice(Device device) implements CryptoChange {}

  /** Whether a device was told that there is no way to it. */
  record PutNoOlm(DeviceRef device, boolean told) implements CryptoChange {}

  /** That a new Olm session is wanted or was made. */
  record PutUnwedging(Unwedging unwedging) implements CryptoChange {}

  /** A to-device message to send. */
  record Queue(QueuedMessage message) implements CryptoChange {}

  /** A to-device message that was accepted. */
  record Unqueue(String id) implements CryptoChange {}

  /** That a to-device message was refused, how often, and since when. */
  record PutRefusals(String id, Refusals refusals) implements CryptoChange {}

  /** The mark that the homeserver is told of; grows. */
  record Mark(long mark) implements CryptoChange {}

  /** No Olm session that is stored encrypts any more. */
  record SpoilSessions() implements CryptoChange {}

  /** No room's outgoing session is used again. */
  record DropAllOutbound() implements CryptoChange {}

  /** A room's outgoing session, new or moved on. */
  record PutOutbound(OutboundSession session) implements CryptoChange {}

  /** A room's outgoing session is not used again. */
  record DropOutbound(RoomId room) implements CryptoChange {}

  /** That a device has the key of an outgoing session, or was refused it. */
  record PutShare(SessionRef ref, Share share) implements CryptoChange {}

  /** A device may have lost the keys that it has of outgoing sessions: it is given them again. */
  record ShareAgain(DeviceRef device) implements CryptoChange {}

  /** An encrypted message about to be sent. */
  record PutSent(SentMessage message) implements CryptoChange {}

  /** An encrypted message that was accepted. */
  record DropSent(String txn) implements CryptoChange {}

  /** A refusal of a room key. */
  record PutWithheld(Withheld withheld) implements CryptoChange {}

  /** A room key that was asked for. */
  record PutRequest(KeyRequest request) implements CryptoChange {}

  /** A request for a room key that is settled. */
  record DropRequest(SessionRef ref) implements CryptoChange {}

  /** A room key that another device of the user asks for. */
  record PutAsked(AskedKey asked) implements CryptoChange {}

  /** A request of another device that was answered, refused or taken back. */
  record DropAsked(DeviceId by, String id) implements CryptoChange {}

  /** A secret that the user's other devices were asked for. */
  record PutSecretRequest(SecretRequest request) implements CryptoChange {}

  /** A secret that is of no use any more. */
  record DropSecret(String name) implements CryptoChange {}

  /** A sealed secret of the account's, by name. */
  record PutSecret(String name, SealedSecret secret) implements CryptoChange {}
}
