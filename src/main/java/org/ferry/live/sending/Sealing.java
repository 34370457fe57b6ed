package org.ferry.live.sending;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.ferry.crypto.OutgoingRequest;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.sync.Machine;
import org.ferry.live.sync.Requests;
import org.ferry.live.sync.Witness;
import org.ferry.matrix.client.Intent;

/** Encrypts messages with the devices of those who write them. Safe for use by many threads. */
final class Sealing {
  /** Questions for devices, claims of their keys, the room key, and each once more. */
  private static final int MOST_ROUNDS = 12;

  private final Rooms rooms;
  private final Machinery machinery;

  Sealing(Rooms rooms, Machinery machinery) {
    this.rooms = rooms;
    this.machinery = machinery;
  }

  /** Whether messages into a room are encrypted. */
  boolean isSealed(Intent as, RoomId room) {
    return rooms.isEncrypted(as, room);
  }

  /**
   * Encrypts a message, for who is in the room now. What was encrypted for its transaction id
   * before comes out again.
   *
   * @param as its sender
   * @param letter the message
   * @return the content of {@code m.room.encrypted}; it is kept until {@link #delivered}
   * @throws NotYet where the device is not ready, or keys cannot be handed out now
   */
  ObjectNode seal(Intent as, Letter letter) {
    Outgoing out = letter.out();
    return machinery.fresh(
        as,
        machine -> {
          new Witness(as, machine).recall(out.room());
          share(as, machine, out.room(), rooms.look(as, out.room()));
          return machine.encrypt(out.room(), letter.txn(), out.type(), out.content());
        });
  }

  private static void share(Intent as, Machine machine, RoomId room, Rooms.Sealed now) {
    Requests requests = new Requests(machine, as);
    for (int round = 0; round < MOST_ROUNDS; round++) {
      List<OutgoingRequest> wanted = machine.prepare(room, now.readers(), now.settings());
      if (wanted.isEmpty()) {
        return;
      }
      wanted.forEach(requests::send);
    }
    throw new NotYet("the keys of " + room + " could not be handed out to everybody in it");
  }

  /** A device is not to be used as it is known. */
  void dropped(UserId user) {
    machinery.drop(user);
  }

  /** A message is an event: its ciphertext is not needed any more. */
  void delivered(Intent as, Letter letter) {
    boolean unused =
        machinery.open(
            as,
            machine -> {
              machine.sent(letter.txn());
              return true;
            });
  }
}
