package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;

/**
 * Finds that the database was set back, as by an old backup, and begins anew what would otherwise
 * encrypt two different texts with one key. The homeserver is the witness: it keeps a mark that is
 * raised before each Olm message leaves, and the rooms show which Megolm indexes were used.
 */
final class SetBack {
  private final CryptoStore store;
  private final RoomKeys keys;
  private final Turns turns;
  private final DeviceLists lists;
  private final Progress progress;

  SetBack(Turns.Means means, Turns turns, DeviceLists lists, Progress progress) {
    this.store = means.store();
    this.keys = means.keys();
    this.turns = turns;
    this.lists = lists;
    this.progress = progress;
  }

  /** How far this database has come. */
  long mark() {
    return store.mark();
  }

  /** Raises the mark; committed before it is returned. */
  long raise() {
    return turns.take(turn -> {
      long mark = store.mark() + 1;
      turn.add(new CryptoChange.Mark(mark));
      return mark;
    });
  }

  /**
   * Begins anew: no session that is stored encrypts any more, other one-time keys are made, all
   * lists of devices are asked for, and those who wrote before are given new sessions.
   *
   * @param seen the mark that the homeserver knows
   */
  void recover(long seen) {
    turns.run(turn -> {
      turn.add(new CryptoChange.Mark(Math.max(store.mark(), seen)));
      turn.add(new CryptoChange.SpoilSessions());
      turn.add(new CryptoChange.DropAllOutbound());
      turns.account().renewKeys(turn.now());
      for (Device device : lists.listed(lists.everybody())) {
        if (!device.gone() && !store.sessions(device.curve25519()).isEmpty()) {
          Unwedger.want(store, device, turn);
        }
      }
      lists.changedAll(turn);
      boolean unused = turn.refuse(Incident.SET_BACK);
      turn.alarm(
          "the database is older than what was sent from it: it was set back, as by a backup, or a second database is used for the device %s. No key is used twice: Ferry begins new sessions and one-time keys. Messages whose keys came in between may stay unreadable; ferry keys restore fetches them from a backup of the account."
              .formatted(store.device()));
      turns.beginAnew();
    });
  }

  /** What the homeserver may have forgotten is not taken for granted any more. */
  void homeserver() {
    turns.run(turn -> {
      turns.account().renewKeys(turn.now());
      turn.add(new CryptoChange.DropAllOutbound());
      turn.add(new CryptoChange.SyncToken(null));
      lists.changedAll(turn);
      boolean unused = turn.refuse(Incident.HOMESERVER_SET_BACK);
      turn.alarm(
          "the homeserver does not know how far the device %s has come: its database was set back, or what Ferry told it last was lost. Ferry uploads other one-time keys, looks whether its device and identity are still there, and begins new sessions."
              .formatted(store.device()));
    });
  }

  /** What a room shows of what the device said there. */
  enum Memory {
    /** Nothing that this database does not know. */
    WHOLE,
    /** Not enough to tell. */
    UNSURE,
    /** More than this database knows. */
    SET_BACK
  }

  /** Whether the room's next message goes on with a session of which this process is not sure. */
  boolean goesOn(RoomId room) {
    return store.outbound(room).filter(s -> !progress.isAt(s)).isPresent();
  }

  /**
   * Compares what the device said in a room with what is known of it, in the database and in this
   * process.
   *
   * @param said contents of its user's encrypted events there, the latest first
   */
  Memory compare(RoomId room, List<ObjectNode> said) {
    OutboundSession session = store.outbound(room).orElse(null);
    if (session == null) {
      return Memory.WHOLE;
    }
    if (progress.isBeyond(session)) {
      return Memory.SET_BACK;
    }
    Memory memory = compare(session, room, said);
    if (memory != Memory.WHOLE) {
      return memory;
    }
    progress.met(session);
    // A later session was used: its messages need not have come to the room.
    return progress.isPast(session) ? Memory.UNSURE : Memory.WHOLE;
  }

  private Memory compare(OutboundSession session, RoomId room, List<ObjectNode> said) {
    String device = store.device().device().value();
    for (ObjectNode content : said) {
      String id = content.path("session_id").asText("");
      if (id.isEmpty()) {
        // Redacted: which index it had is not to be known any more.
        break;
      }
      if (content.path("device_id").asText().equals(device)) {
        boolean known =
            id.equals(session.ref().session())
                ? index(content) < session.messages()
                : isKnown(new SessionRef(room, id));
        return known ? Memory.WHOLE : Memory.SET_BACK;
      }
    }
    return session.messages() == 0 ? Memory.WHOLE : Memory.UNSURE;
  }

  /** What cannot be read as a message of ours counts as one too many. */
  private static long index(ObjectNode content) {
    try {
      return MegolmInbound.indexOf(content.path("ciphertext").asText());
    } catch (CryptoException e) {
      // reason: somebody puts rubbish in our place; a new session does no harm.
      return Long.MAX_VALUE;
    }
  }

  private boolean isKnown(SessionRef ref) {
    try {
      Optional<InboundSession> found = keys.find(ref.room(), ref.session());
      found.ifPresent(InboundSession::close);
      return found.isPresent();
    } catch (DamagedRowException e) {
      // reason: damaged or not, its row says that it was known.
      return true;
    }
  }
}
