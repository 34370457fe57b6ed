package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.OutgoingRequest;
import org.ferry.crypto.RequestFailure;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomSettings;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.SyncInput;
import org.ferry.crypto.SyncOutcome;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;

/**
 * What following needs of a device's encryption. Safe for use by many threads; each call is
 * committed when it returns. Every method throws {@link org.ferry.crypto.FencedOutException} where
 * another process works with the device by now.
 */
public interface Machine extends AutoCloseable {
  /** The token that the last sync which was received ended with; empty before the first. */
  Optional<String> syncToken();

  /** Takes what a sync says to the device, its token included. */
  SyncOutcome receive(SyncInput input);

  /** What is to be sent now, in this order. */
  List<OutgoingRequest> outgoing();

  /** Tells the answer to a request. */
  void answered(OutgoingRequest request, JsonNode response);

  /** Tells that a request was refused. */
  void failed(OutgoingRequest request, RequestFailure failure);

  /** Opens an encrypted event of a room. */
  DecryptOutcome decrypt(RoomId room, ObjectNode event);

  /** Tells that an event which waited for its key was settled otherwise. */
  void handled(EventId event);

  /**
   * What has to be sent before a message can be encrypted for a room; asked again after each was
   * answered or failed, until it is empty.
   *
   * @param room where to
   * @param members whose devices are to read it
   * @param settings of the room
   */
  List<OutgoingRequest> prepare(RoomId room, Set<UserId> members, RoomSettings settings);

  /**
   * Encrypts a message of a room that was prepared; the same transaction id gives the same
   * ciphertext until {@link #sent}.
   *
   * @param room where to
   * @param txn the transaction id that it is sent with
   * @param type of the clear event
   * @param content of the clear event
   * @return the content of {@code m.room.encrypted}
   */
  ObjectNode encrypt(RoomId room, String txn, String type, ObjectNode content);

  /** Tells that a message was accepted. */
  void sent(String txn);

  /**
   * How far the device has come; less than the homeserver knows where the database was set back.
   */
  long mark();

  /** Held by who tells the homeserver how far the device has come: one at a time, in order. */
  Lock witnessing();

  /** Whether a to-device message that was given out is still to be sent. */
  boolean isQueued(OutgoingRequest.ToDevice message);

  /** Raises the mark by one. */
  long raiseMark();

  /**
   * Whether the room's next message goes on with a session that was used before the machine was
   * opened, or further than the database says.
   */
  boolean goesOn(RoomId room);

  /**
   * Compares what the device said in a room with what is known of it; where that is not certain,
   * the room gets a new session.
   *
   * @param room where
   * @param said contents of the latest encrypted events of the device's user there, the latest
   *     first
   * @return whether the database was set back
   */
  boolean isSetBack(RoomId room, List<ObjectNode> said);

  /**
   * The database was set back: nothing that is stored encrypts any more.
   *
   * @param seen the mark that the homeserver knows
   */
  void begunAnew(long seen);

  /**
   * The homeserver has forgotten how far the device has come: what it knows of the device is looked
   * at anew, and nothing is taken for granted that it may have forgotten.
   */
  void homeserverSetBack();

  /** Whether the homeserver lists the device as signed by its account's identity. */
  boolean isSigned();

  /**
   * Takes over a private cross-signing key of the account: the self-signing key, so that the device
   * gets signed, or the master key, by which the present identity is the one that counts.
   *
   * @param name as in secret storage
   * @param seed base64
   * @return false where it is not of the account's identity, as far as that is known by now
   */
  boolean adoptIdentity(String name, Secret seed);

  /**
   * Where the homeserver shows the account's own self-signing key under another master key than the
   * account's, as nobody does who resets an identity, the account's is the one that counts.
   *
   * @param master as in secret storage: base64
   * @param selfSigning likewise
   * @return whether it is so
   */
  boolean refuteIdentity(Secret master, Secret selfSigning);

  /**
   * The sessions to be looked for in the account's backup now; of each room in turn.
   *
   * @param limit how many at most
   */
  List<SessionRef> missing(int limit);

  /**
   * Tells that sessions were looked for.
   *
   * @param refs which
   * @param pause until those that are still missing are looked for again; doubled each time
   */
  void sought(List<SessionRef> refs, Duration pause);

  /** The private key of the account's server-side backup, of this or a former one. */
  Optional<Secret> backupKey();

  /**
   * Keeps the private key of the account's server-side backup.
   *
   * @return false where it is no such key
   */
  boolean keepBackupKey(Secret key);

  /** The key of the backup is of no use any more. */
  void dropBackupKey();

  /**
   * Takes room keys out of the account's own backup.
   *
   * @param found the keys; their sessions stay the caller's
   * @return those that are new or reach further back
   */
  Set<SessionRef> restored(List<RoomKey> found);

  /** Gives the device back; what is kept stays. */
  @Override
  void close();
}
