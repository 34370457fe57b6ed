package org.ferry.crypto;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;

/**
 * What one device keeps. Reading needs no right; {@link #commit} needs the lease. Methods block,
 * are for any number of threads, and throw the store's own exception where the database cannot be
 * used.
 */
public interface CryptoStore {
  /** Whose store it is. */
  DeviceRef device();

  /**
   * Takes the device, unless another process holds it.
   *
   * @param holder who takes it, for messages: host and process
   * @param ttl how long it stays taken without a sign of life; each commit and {@link #renew} is
   *     one
   * @return the lease; empty where another holder's has not run out
   */
  Optional<Lease> claim(String holder, Duration ttl);

  /**
   * Says that the holder is alive.
   *
   * @throws FencedOutException where somebody else has claimed since
   */
  void renew(Lease lease);

  /** Gives the device back at once; nothing where somebody else has it already. */
  void release(Lease lease);

  /** The account; empty for a device that has none yet. */
  Optional<AccountState> account();

  /** Where {@code /sync} goes on; empty before the first. */
  Optional<String> syncToken();

  /**
   * Writes all or nothing. An exception other than {@link FencedOutException} leaves open which;
   * the caller forgets what it has in memory and reads again.
   *
   * @param lease of {@link #claim}
   * @param changes each row at most once, in any order
   * @return what became of the room keys among them
   * @throws FencedOutException where somebody else has claimed since; nothing was written
   */
  Map<SessionRef, RoomKeys.Added> commit(Lease lease, List<CryptoChange> changes);

  /** The Olm sessions with a device, the liveliest first. */
  List<PickledSession> sessions(String senderKey);

  /** Tells whether an Olm message was processed. */
  boolean processed(String hash);

  /** All followed users. */
  List<Tracked> tracked();

  /** What is known of these users, whether they are followed or were once. */
  List<Tracked> known(Collection<UserId> users);

  /**
   * The followed users, but the device's own, who were given no key of a session that is used, and
   * from whom nothing came over Olm since a time.
   */
  List<UserId> idle(Instant since);

  /**
   * A device as one of all devices in the same database knows it that were given a session.
   *
   * @param ref the session
   * @param user whose device
   * @param curve25519 its identity key
   * @param ed25519 its signing key
   */
  Optional<OwnDevice> known(SessionRef ref, UserId user, String curve25519, String ed25519);

  /**
   * Whether a device in the same database that was given a session is to ask for a user's devices,
   * and no attempt has failed yet.
   */
  boolean isAsking(SessionRef ref, UserId user);

  /** Those among the devices of these users that were told that there is no way to them. */
  Set<DeviceRef> noOlm(Collection<UserId> users);

  /** The devices of these users, those that are gone included. */
  List<Device> devices(Collection<UserId> users);

  /** The devices with this Curve25519 key, those that are gone included. */
  List<Device> devicesByKey(String curve25519);

  /**
   * A device whose account is in the same database, with its owner as that device knows it.
   *
   * @param curve25519 its identity key
   * @param ed25519 its signing key
   */
  Optional<OwnDevice> own(String curve25519, String ed25519);

  /** When a device was last given a new session, or is to be. */
  Optional<Unwedging> unwedging(String senderKey);

  /** The new sessions that are still to be made. */
  List<Unwedging> unwedgings();

  /** The oldest to-device messages that are to be sent. */
  List<QueuedMessage> queued(int limit);

  /** The to-device messages that share the key of this session and are to be sent. */
  List<QueuedMessage> queued(SessionRef session);

  /** Whether a to-device message is still to be sent. */
  boolean isQueued(String id);

  /** How often a to-device message that is to be sent was refused; empty where it never was. */
  Optional<Refusals> refusals(String id);

  /**
   * How far the device has come, as a number that only grows; less than what the homeserver was
   * told where the database was set back.
   */
  long mark();

  /** The outgoing session of a room. */
  Optional<OutboundSession> outbound(RoomId room);

  /** Who has the key of an outgoing session, or was refused it. */
  Map<DeviceRef, Share> shares(SessionRef session);

  /** A message that was encrypted and is not known to have been accepted. */
  Optional<SentMessage> sent(String txn);

  /** Who refuses a session's key, and why. */
  List<Withheld> withheld(SessionRef ref);

  /** How many refusals of somebody are kept. */
  int withheldBy(UserId sender);

  /** The open request for a session's key. */
  Optional<KeyRequest> request(SessionRef ref);

  /**
   * The sessions that events wait for and that are to be looked for in the backup: of each room in
   * turn the one of its latest event.
   *
   * @param since of events that have waited since then or longer
   * @param now what was looked for is left out until its time has come again
   * @param limit how many at most
   */
  List<SessionRef> missing(Instant since, Instant now, int limit);

  /**
   * Notes that sessions were looked for; needs no lease.
   *
   * @param refs each once
   * @param now when
   * @param pause until they are looked for again; doubled each time, up to a day
   */
  void sought(Collection<SessionRef> refs, Instant now, Duration pause);

  /** The requests for keys whose session no event waits for any more. */
  List<KeyRequest> settled(int limit);

  /**
   * How many sessions a user has given this device of rooms that nobody of Ferry's knows; as many
   * as a limit at most.
   */
  int strange(UserId sender, int limit);

  /** Whether a room is followed, or was seen or carried by Ferry. */
  boolean knows(RoomId room);

  /** From which index on this device was given a session; empty where it never was. */
  OptionalLong received(SessionRef ref);

  /** How many requests for keys each of the user's other devices has open. */
  Map<DeviceId, Integer> asked();

  /** The oldest open requests of one of them. */
  List<AskedKey> asked(DeviceId by, int limit);

  /** The last request for a secret. */
  Optional<SecretRequest> secretRequest(String name);

  /** A sealed secret. */
  Optional<SealedSecret> secret(String name);

  /**
   * The sealed secrets of the same user's other devices in the same database, by their names; of
   * the device that was made last first.
   */
  Map<DeviceRef, Map<String, SealedSecret>> formerSecrets();

  /**
   * Notes which events use which message indexes; needs no lease, for all devices share the room
   * keys.
   *
   * @param uses each index of a session at most once
   * @return for each, in order, the event that used it first: the same one where it is no replay
   */
  List<MessageUse> use(List<MessageUse> uses);

  /** Keeps events until a key comes; one that is kept already keeps its time. */
  void await(Collection<WaitingEvent> events);

  /** The events of a session that wait. */
  List<WaitingEvent> waiting(SessionRef ref, int limit);

  /**
   * Of each session that was not asked for, and for which events have waited since before a time,
   * the oldest: of each room in turn.
   */
  List<WaitingEvent> unrequested(Instant before, int limit);

  /** Forgets events that wait: they were handled. */
  void handled(Collection<EventId> events);

  /**
   * Takes over the events that wait for former devices of the same user, which nobody holds any
   * more. Needs no lease.
   */
  void inherit();

  /**
   * Forgets Olm sessions. Needs no lease.
   *
   * @param unlisted last used before this with keys of devices that are gone or were never listed
   * @param unknown last used before this with keys of devices that were never listed
   */
  void pruneSessions(Instant unlisted, Instant unknown);

  /**
   * Waits no longer for the events that have waited since before a time, nor for the oldest ones of
   * rooms in which more wait than that. Needs no lease.
   *
   * @param before from when on they wait further
   * @param perRoom how many of one room wait at most
   * @return how many were given up that no key opens; they were added to the device's count
   */
  long giveUp(Instant before, int perRoom);

  /**
   * Forgets the hashes of Olm messages, and refusals of keys, from before a time; and messages that
   * were encrypted two days ago and never accepted.
   */
  void prune(Instant before);
}
