package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.crypto.PgRoomKeys;

/** A device with a database of its own, on a relay. */
final class Peer implements AutoCloseable {
  static final RoomSettings SETTINGS = new RoomSettings(100, Duration.ofDays(7), "joined", false);

  private static final String OPENABLE =
      """
      select w.room_id, w.event::text
      from ferry.megolm_waiting w join ferry.room_key k using (room_id, session_id)
      where w.known_index is null or k.first_index < w.known_index
      order by w.position
      """;

  /** A clock that is set by hand. */
  static final class Clock implements InstantSource {
    Instant now = Instant.parse("2026-11-21T09:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    void pass(Duration time) {
      now = now.plus(time);
    }
  }

  final KeyRelay relay;
  final Clock clock;
  final DeviceRef ref;
  final StoreLab lab = new StoreLab();
  final PickleKey pickleKey = PickleKey.random();
  final PgKeyring keyring = PgKeyring.open(lab.database(), pickleKey);
  final PgRoomKeys keys = new PgRoomKeys(lab.database(), keyring, 100);
  final PgCryptoStore store;
  final List<String> alarms = new ArrayList<>();
  Lease lease;
  OlmMachine machine;
  private int events;

  Peer(String user, String device, KeyRelay relay, Clock clock) {
    this.relay = relay;
    this.clock = clock;
    this.ref = new DeviceRef(new UserId(user), new DeviceId(device));
    this.store = PgCryptoStore.of(lab.database(), keys, ref);
    this.lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
    this.machine = open();
  }

  OlmMachine open() {
    return OlmMachine.open(store, keys, keyring, lease, clock, alarms::add);
  }

  /** As a process that was killed and started again. */
  void restart() {
    machine.close();
    lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
    machine = open();
  }

  /** Sends all that is wanted until nothing more is. */
  @CanIgnoreReturnValue
  Peer send() {
    for (int i = 0; i < 20; i++) {
      List<OutgoingRequest> wanted = machine.outgoing();
      if (wanted.isEmpty()) {
        return this;
      }
      wanted.forEach(this::send);
    }
    throw new AssertionError("still wanted: " + machine.outgoing());
  }

  void send(OutgoingRequest request) {
    try {
      machine.answered(request, relay.take(ref, request));
    } catch (KeyRelay.Refusal e) {
      machine.failed(request, e.failure);
    }
  }

  @CanIgnoreReturnValue
  SyncOutcome sync() {
    SyncOutcome outcome = machine.receive(page());
    send();
    return outcome;
  }

  SyncInput page() {
    return relay.sync(ref, store.syncToken().orElse(""), 1000);
  }

  /** Encrypts for a room, all that it takes included; the event as a homeserver would show it. */
  @CanIgnoreReturnValue
  ObjectNode say(RoomId room, Set<UserId> to, String words) {
    return say(room, to, SETTINGS, "txn" + clock.now + (events + 1), words);
  }

  @CanIgnoreReturnValue
  ObjectNode say(RoomId room, Set<UserId> to, RoomSettings settings, String txn, String words) {
    prepare(room, to, settings);
    ObjectNode content = Json.object().put("msgtype", "m.text").put("body", words);
    ObjectNode encrypted = machine.encrypt(room, txn, "m.room.message", content);
    machine.sent(txn);
    return event(encrypted);
  }

  void prepare(RoomId room, Set<UserId> to, RoomSettings settings) {
    List<OutgoingRequest> wanted = machine.prepare(room, to, settings);
    for (int i = 0; i < 10 && !wanted.isEmpty(); i++) {
      wanted.forEach(this::send);
      wanted = machine.prepare(room, to, settings);
    }
    if (!wanted.isEmpty()) {
      throw new AssertionError("still wanted: " + wanted);
    }
  }

  ObjectNode event(ObjectNode encrypted) {
    events++;
    ObjectNode event =
        Json.object()
            .put("type", "m.room.encrypted")
            .put("event_id", "$" + ref.device() + events)
            .put("sender", ref.user().value())
            .put("origin_server_ts", clock.now.toEpochMilli() + events);
    event.set("content", encrypted);
    return event;
  }

  /** An event that waited and was opened after all. */
  record Released(EventId id, DecryptOutcome outcome) {}

  /**
   * Tries the events again that wait although a key is there that was not there when they were
   * tried.
   *
   * @return those that wait no longer, the oldest first; {@link OlmMachine#handled} ends that
   */
  List<Released> released() {
    List<Released> released = new ArrayList<>();
    for (EncryptedEvent event : openable()) {
      DecryptOutcome outcome = machine.decrypt(List.of(event)).getFirst();
      if (!(outcome instanceof DecryptOutcome.Waiting)) {
        EventId id = new EventId(event.event().path("event_id").asText());
        released.add(new Released(id, outcome));
      }
    }
    return released;
  }

  private List<EncryptedEvent> openable() {
    List<EncryptedEvent> events = new ArrayList<>();
    try (Connection connection = lab.db().connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(OPENABLE)) {
      while (row.next()) {
        events.add(
            new EncryptedEvent(new RoomId(row.getString(1)), StoredJson.parse(row.getString(2))));
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return events;
  }

  void sql(String statement) {
    try (Connection connection = lab.db().connect()) {
      var unused = connection.createStatement().execute(statement);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    machine.close();
    keys.close();
    keyring.close();
    lab.close();
  }
}
