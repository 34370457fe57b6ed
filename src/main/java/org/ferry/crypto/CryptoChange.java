package org.ferry.crypto;

import java.util.List;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;

/**
 * One thing that a device's store is to write. What one message or one answer changes is a list of
 * these, written in one transaction; writing it twice is as writing it once.
 */
public sealed interface CryptoChange {
  /** Names the row that it is about; among the changes of a commit each row is once. */
  Object row();

  /** The account, whole. */
  record Account(AccountState state) implements CryptoChange {
    @Override
    public Object row() {
      return "account";
    }
  }

  /** Where {@code /sync} goes on. */
  record SyncToken(String token) implements CryptoChange {
    @Override
    public Object row() {
      return "token";
    }
  }

  /** An Olm session, new or moved on. */
  record PutSession(PickledSession session) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("session", session.senderKey(), session.id());
    }
  }

  /** An Olm session that is not needed any more. */
  record DropSession(String senderKey, String id) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("session", senderKey, id);
    }
  }

  /** The hash of an Olm message that was processed. */
  record Processed(String hash) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("processed", hash);
    }
  }

  /** A room key; the store keeps the better of two. */
  record PutRoomKey(RoomKey key) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("room key", key);
    }
  }

  /** A followed user. */
  record PutTracked(Tracked user) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("tracked", user.user());
    }
  }

  /** A user who is not followed any more. */
  record DropTracked(UserId user) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("tracked", user);
    }
  }

  /** A device of a followed user. */
  record PutDevice(Device device) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("device", device.ref());
    }
  }

  /** That a new Olm session is wanted or was made. */
  record PutUnwedging(Unwedging unwedging) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("unwedging", unwedging.senderKey());
    }
  }

  /** A to-device message to send. */
  record Queue(QueuedMessage message) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("queue", message.request().id());
    }
  }

  /** A to-device message that was accepted. */
  record Unqueue(String id) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("queue", id);
    }
  }

  /** A room's outgoing session, new or moved on. */
  record PutOutbound(OutboundSession session) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("outbound", session.ref().room());
    }
  }

  /** A room's outgoing session is not used again. */
  record DropOutbound(RoomId room) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("outbound", room);
    }
  }

  /** That a device has the key of an outgoing session, or was refused it. */
  record PutShare(SessionRef ref, Share share) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("share", ref, share.device());
    }
  }

  /** An encrypted message about to be sent. */
  record PutSent(SentMessage message) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("sent", message.txn());
    }
  }

  /** An encrypted message that was accepted. */
  record DropSent(String txn) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("sent", txn);
    }
  }

  /** A refusal of a room key. */
  record PutWithheld(Withheld withheld) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("withheld", withheld.ref(), withheld.sender());
    }
  }

  /** A room key that was asked for. */
  record PutRequest(KeyRequest request) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("request", request.ref());
    }
  }

  /** A request for a room key that is settled. */
  record DropRequest(SessionRef ref) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("request", ref);
    }
  }

  /** A room key that another device of the user asks for. */
  record PutAsked(AskedKey asked) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("asked", asked.by(), asked.id());
    }
  }

  /** A request of another device that was answered, refused or taken back. */
  record DropAsked(DeviceId by, String id) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("asked", by, id);
    }
  }

  /** A secret that the user's other devices were asked for. */
  record PutSecretRequest(SecretRequest request) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("secret request", request.name());
    }
  }

  /** A secret that is of no use any more. */
  record DropSecret(String name) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("secret", name);
    }
  }

  /** A sealed secret of the account's, by name. */
  record PutSecret(String name, SealedSecret secret) implements CryptoChange {
    @Override
    public Object row() {
      return List.of("secret", name);
    }
  }
}
