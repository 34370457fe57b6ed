package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.ferry.crypto.keys.Keyring;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;

/**
 * One device that encrypts and decrypts. What a message, an answer or a sync changes is written in
 * one transaction before the method returns; where that fails nothing of it is kept in memory, and
 * the same may be given again. It sends nothing itself: {@link #outgoing} says what is to be sent.
 *
 * <p>For any number of threads, which wait for each other where the device's ratchets move;
 * decrypting events of rooms waits for nobody. Methods block. Each throws {@link
 * FencedOutException} where another process has taken the device over, {@link
 * DeviceBrokenException} where it must not be used any more, and the store's own exception where
 * the database cannot be used.
 */
public final class OlmMachine implements AutoCloseable {
  /** A key that is only late comes by itself meanwhile. */
  private static final Duration LATE = Duration.ofSeconds(5);

  private final CryptoStore store;
  private final InstantSource clock;
  private final Tally tally = new Tally();
  private final DeviceLists lists;
  private final Turns turns;
  private final Post post;
  private final MegolmReader reader;
  private final SetBack setBack;

  private OlmMachine(Turns.Means means, Consumer<String> alarm) {
    this.store = means.store();
    this.clock = means.clock();
    this.lists = new DeviceLists(store);
    Judge judge = new Judge(store, lists);
    this.reader = new MegolmReader(store, means.keys(), judge, tally);
    Progress progress = new Progress();
    this.turns = new Turns(means, new Turns.Company(lists, judge, tally, progress), alarm);
    this.post = new Post(store, lists, turns);
    this.setBack = new SetBack(means, turns, lists, progress);
  }

  /**
   * Opens a device: that of the store, or a new one where the store has none.
   *
   * @param store what it keeps; stays the caller's
   * @param keys the room keys; stay the caller's
   * @param keyring what secrets are protected with
   * @param lease of {@link CryptoStore#claim}; renewed by the caller and by each commit
   * @param clock for the age of keys
   * @param alarm told in one sentence what a person has to know; called by any thread
   * @return the machine; the caller closes it
   * @throws org.ferry.crypto.keys.KeyException where its pickle does not open; nothing was changed
   */
  public static OlmMachine open(
      CryptoStore store,
      RoomKeys keys,
      Keyring keyring,
      Lease lease,
      InstantSource clock,
      Consumer<String> alarm) {
    Turns.Means means =
        new Turns.Means(store, keys, new Pickler(keyring, store.device()), lease, clock);
    OlmMachine machine = new OlmMachine(means, alarm);
    machine.turns.run(turn -> {
      UserId self = store.device().user();
      machine.lists.track(List.of(self), turn);
      // What the homeserver lists of this device is compared at each start.
      machine.lists.changed(List.of(self), turn);
      machine.turns.account().tend(turn.now());
    });
    return machine;
  }

  /** Whose device it is. */
  public DeviceRef device() {
    return store.device();
  }

  /** Its Curve25519 identity key, unpadded base64. */
  public String curve25519() {
    return turns.account().curve25519();
  }

  /** Its Ed25519 signing key, unpadded base64. */
  public String ed25519() {
    return turns.account().ed25519();
  }

  /** How often what was thrown away or noted, since this machine was opened. */
  public Map<Incident, Long> incidents() {
    return tally.all();
  }

  /**
   * Takes in what a sync says, all of it in one commit with the token to go on from.
   *
   * @param input one answer
   * @return what became of it
   */
  public SyncOutcome receive(SyncInput input) {
    return turns.take(turn -> {
      lists.changed(users(input.changed()), turn);
      lists.left(users(input.left()), turn);
      int handled = 0;
      for (JsonNode event : input.toDevice()) {
        handled += turns.parts().inbox().take(event, turn) ? 1 : 0;
      }
      turns
          .account()
          .counted(
              Math.max(0, input.oneTimeKeyCounts().getOrDefault(AccountKeeper.SIGNED_KEY, 0)),
              input.unusedFallback(),
              input.toDevice().isEmpty(),
              turn);
      turn.add(new CryptoChange.SyncToken(input.nextBatch()));
      Set<SessionRef> keys = turns.commit(turn);
      return new SyncOutcome(handled, input.toDevice().size() - handled, keys);
    });
  }

  /** Follows the devices of these users, as those in encrypted rooms. */
  public void track(Collection<UserId> users) {
    turns.run(turn -> lists.track(users, turn));
  }

  /**
   * What is to be sent now, in this order. One thread at a time sends, and tells {@link #answered}
   * or {@link #failed} of each before it asks again.
   */
  public List<OutgoingRequest> outgoing() {
    return turns.take(post::outgoing);
  }

  /**
   * A request was accepted.
   *
   * @param request as it was given out
   * @param response the answer's body
   */
  public void answered(OutgoingRequest request, JsonNode response) {
    turns.run(turn -> post.answered(request, response, turn));
  }

  /**
   * A request was refused, or nobody answered. What may be tried again is given out again, after a
   * pause where that helps.
   *
   * @param request as it was given out
   * @param failure how
   */
  public void failed(OutgoingRequest request, RequestFailure failure) {
    turns.run(turn -> post.failed(request, failure, turn));
  }

  /**
   * Gives this device the private keys of the account's cross-signing identity: those of a former
   * device of the account, or those of one that is made, with an alarm where another one has to
   * give way because nobody has its keys. Only for accounts that nobody but Ferry uses. Uploads
   * follow in {@link #outgoing}.
   *
   * @return whether they are here now and were not before; false also while the homeserver was not
   *     asked yet, and where the device is signed
   */
  public boolean createIdentity() {
    return turns.take(turn -> turns.parts().signing().create(turn));
  }

  /**
   * Takes over a private cross-signing key of the account: the self-signing key, so that this
   * device is signed, or the master key, which is not kept and makes the account's present identity
   * the one that counts, as after its owner has replaced it.
   *
   * @param name as in secret storage, such as {@code m.cross_signing.self_signing}
   * @param seed base64
   * @return false where it does not belong to the account's identity; nothing was kept
   */
  public boolean adoptIdentity(String name, Secret seed) {
    return turns.take(turn -> turns.parts().signing().adopt(name, seed, turn));
  }

  /**
   * Where the homeserver shows the account's own self-signing key under another master key than the
   * account's, as nobody does who resets an identity, the account's is the one that counts.
   *
   * @param master as in secret storage: base64
   * @param selfSigning likewise
   * @return whether it is so
   */
  public boolean refuteIdentity(Secret master, Secret selfSigning) {
    return turns.take(turn -> turns.parts().signing().refute(master, selfSigning, turn));
  }

  /**
   * Keeps the private key of the account's server-side backup.
   *
   * @param key as in secret storage: base64
   * @return false where it is no such key; nothing was kept
   */
  public boolean keepBackupKey(Secret key) {
    return turns.take(turn -> turns.parts().secrets().keepBackupKey(key, turn));
  }

  /** The private key of the account's server-side backup, from wherever; of which is not known. */
  public Optional<Secret> backupKey() {
    return turns.parts().secrets().backupKey();
  }

  /** The key of the backup is of no use: the backup is another one by now. */
  public void dropBackupKey() {
    turns.run(turn -> turn.add(new CryptoChange.DropSecret(SecretRequests.BACKUP)));
  }

  /**
   * The sessions to be looked for in the account's backup now, because events have waited for them
   * for some seconds; of each room in turn the one of its latest event.
   *
   * @param limit how many at most
   */
  public List<SessionRef> missing(int limit) {
    Instant now = clock.instant();
    return store.missing(now.minus(LATE), now, limit);
  }

  /**
   * Sessions were looked for in the account's backup.
   *
   * @param refs which
   * @param pause until {@link #missing} names those again that are still missing; doubled each time
   */
  public void sought(Collection<SessionRef> refs, Duration pause) {
    store.sought(refs, clock.instant(), pause);
  }

  /**
   * Takes room keys out of the account's own backup.
   *
   * @param found the keys; their sessions stay the caller's
   * @return those that are new or reach further back
   */
  public Set<SessionRef> restored(Collection<RoomKey> found) {
    return turns.take(turn -> {
      found.forEach(key -> turn.add(new CryptoChange.PutRoomKey(key)));
      return turns.commit(turn);
    });
  }

  /** The private cross-signing keys that are here, by their names in secret storage. */
  Map<String, Secret> identitySecrets() {
    return turns.parts().signing().secrets();
  }

  /** Whether the homeserver lists this device as signed by its account's identity. */
  public boolean isSigned() {
    return turns.take(turn ->
        lists.listed(List.of(self())).stream()
            .filter(d -> d.ref().equals(store.device()))
            .anyMatch(d -> Identities.vouches(lists.of(self()), d)));
  }

  /**
   * Opens an event of a room; one that has to wait is kept.
   *
   * @param room where it was read
   * @param event all of it, of the type {@code m.room.encrypted}
   * @return what became of it
   */
  public DecryptOutcome decrypt(RoomId room, ObjectNode event) {
    return decrypt(List.of(new EncryptedEvent(room, event))).getFirst();
  }

  /** Opens several events with two statements of the database; the outcomes are in their order. */
  public List<DecryptOutcome> decrypt(List<EncryptedEvent> events) {
    return reader.read(events, clock.instant());
  }

  /** Events that waited were dealt with and are forgotten. */
  public void handled(Collection<EventId> events) {
    store.handled(events);
  }

  /**
   * What has to be sent before a message can be encrypted for a room: questions for devices, claims
   * of their keys, the room key. Asked again, after each was answered or failed, until it is empty.
   *
   * @param room where to
   * @param members whose devices are to read it: not the ghosts, who read nothing
   * @param settings of the room
   * @return in the order they are to be sent
   */
  public List<OutgoingRequest> prepare(RoomId room, Set<UserId> members, RoomSettings settings) {
    return turns.take(turn -> turns.parts().encryptor().prepare(room, members, settings, turn));
  }

  /**
   * Encrypts a message of a room that was prepared. The ratchet and the ciphertext are committed
   * before it is returned; the same transaction id gives the same ciphertext until {@link #sent}.
   *
   * @param room where to
   * @param txn the transaction id that it is sent with
   * @param type of the clear event
   * @param content of the clear event
   * @return the content of {@code m.room.encrypted}
   * @throws IllegalStateException where the room was not prepared
   */
  public ObjectNode encrypt(RoomId room, String txn, String type, ObjectNode content) {
    return turns.take(turn -> turns.parts().encryptor().encrypt(room, txn, type, content, turn));
  }

  /** A message was accepted; its ciphertext is not needed any more. */
  public void sent(String txn) {
    turns.run(turn -> turn.add(new CryptoChange.DropSent(txn)));
  }

  /** The room's next message gets a new session, as after a gap in what is known of its members. */
  public void rotate(RoomId room) {
    turns.run(turn -> turn.add(new CryptoChange.DropOutbound(room)));
  }

  /**
   * How far the device has come, as a number that only grows. The homeserver is told it before an
   * Olm message leaves; where it knows a higher one, the database was set back.
   */
  public long mark() {
    return setBack.mark();
  }

  /**
   * Whether a to-device message that was given out is still to be sent: not where it was, nor where
   * the database turned out to be set back meanwhile.
   */
  public boolean isQueued(OutgoingRequest.ToDevice message) {
    return store.isQueued(message.id());
  }

  /** Raises the mark; whoever asked tells the homeserver before anything else is sent. */
  public long raiseMark() {
    return setBack.raise();
  }

  /**
   * Compares what the device said in a room with what is known of it, where the room {@link
   * #goesOn}. Where that is not certain, the room gets a new session.
   *
   * @param room where
   * @param said contents of the latest encrypted events of the device's user there, the latest
   *     first; those that were redacted are empty
   * @return whether the database was set back: {@link #begunAnew} is to be told before anything is
   *     encrypted
   */
  public boolean isSetBack(RoomId room, List<ObjectNode> said) {
    SetBack.Memory memory = setBack.compare(room, said);
    if (memory == SetBack.Memory.UNSURE) {
      rotate(room);
    }
    return memory == SetBack.Memory.SET_BACK;
  }

  /**
   * Whether the room's next message goes on with a session that was used before this machine was
   * opened, or that this machine knows to have been used further than the database says.
   */
  public boolean goesOn(RoomId room) {
    return setBack.goesOn(room);
  }

  /**
   * The database was set back: no session that is stored encrypts any more, and other one-time keys
   * are made. What may have been encrypted already is encrypted with nothing twice.
   *
   * @param seen the mark that the homeserver knows
   */
  public void begunAnew(long seen) {
    setBack.recover(seen);
  }

  /**
   * The homeserver was set back, as by an older copy of its database: other one-time keys are made,
   * all lists of devices are asked for, this device's among them, rooms get new sessions, and the
   * next sync begins without a token, which the homeserver may have to come to yet.
   */
  public void homeserverSetBack() {
    setBack.homeserver();
  }

  private UserId self() {
    return store.device().user();
  }

  private static List<UserId> users(List<String> ids) {
    return ids.stream().filter(UserId::isValid).map(UserId::new).collect(Collectors.toList());
  }

  /** Frees the memory of the library. The lease stays the caller's. */
  @Override
  public void close() {
    turns.close();
  }
}
