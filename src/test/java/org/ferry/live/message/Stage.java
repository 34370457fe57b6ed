package org.ferry.live.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Leader;
import org.ferry.live.events.Arrival;
import org.ferry.live.events.Echoes;
import org.ferry.live.events.Held;
import org.ferry.live.events.Verdict;
import org.ferry.live.events.Verdict.State;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.live.PgLeader;
import org.ferry.store.live.PgLiveEvents;
import org.ferry.store.live.PgMessages;
import org.ferry.store.live.PgNarration;
import org.jspecify.annotations.Nullable;

/** Events on their way into a real database and out of it as what is told of them. */
public final class Stage implements AutoCloseable {
  /** The room that everything happens in. */
  public static final RoomId ROOM = new RoomId("!room:hs");

  /** The account that follows it. */
  public static final UserId ME = new UserId("@me:hs");

  final StoreLab lab = new StoreLab();
  final PgLiveEvents events = new PgLiveEvents(lab.database());
  final PgMessages messages = new PgMessages(lab.database());
  final Map<RoomId, List<ObjectNode>> states = new HashMap<>();
  final Map<EventId, ObjectNode> now = new HashMap<>();

  /** Rooms whose state the homeserver fails to give. */
  final Set<RoomId> failing = new HashSet<>();

  final Leader.Term term = new PgLeader(lab.database()).take().orElseThrow();
  private final List<NetworkOptions> networks;
  private Narrator narrator;

  /** How far the narrator's clock is ahead. */
  Duration ahead = Duration.ZERO;

  /** Rooms that Ferry carries meanwhile, and when it does. */
  Instant carrying = Instant.EPOCH;

  final Echoes echoes = new Echoes(() -> carrying);

  private long read;
  private int number;

  Stage(NetworkOptions... networks) {
    this.networks = List.of(networks);
    this.narrator = narrator();
  }

  /** Another one, who knows only what is kept. */
  @CanIgnoreReturnValue
  Narrator narrator() {
    narrator =
        new Narrator(
            new PgNarration(lab.database()),
            new RoomReader() {
              @Override
              public Optional<List<ObjectNode>> state(RoomId room, @Nullable UserId as) {
                if (failing.contains(room)) {
                  throw new MatrixException("GET", "/state", 502, "", "no", Optional.empty());
                }
                return Optional.ofNullable(states.get(room));
              }

              @Override
              public Optional<ObjectNode> event(RoomId room, EventId event, @Nullable UserId as) {
                return Optional.ofNullable(now.get(event));
              }
            },
            Ours.of(Set.of(ME), user -> user.startsWith("@old_")),
            new Networks(networks, Set.of("hs")),
            () -> Instant.now().plus(ahead),
            echoes,
            term.epoch());
    return narrator;
  }

  /** An event whose id is its number. */
  ObjectNode event(String sender, String type, String content) {
    number++;
    ObjectNode event =
        Json.object()
            .put("room_id", ROOM.value())
            .put("event_id", "$" + number)
            .put("sender", sender)
            .put("type", type)
            .put("origin_server_ts", 1_000 + number);
    JsonNode unused = event.set("content", Json.parseObject(content));
    return event;
  }

  ObjectNode state(String sender, String type, String key, String content) {
    return event(sender, type, content).put("state_key", key);
  }

  /** Lets events come in that can be read, and gives what is told of them. */
  @CanIgnoreReturnValue
  List<LiveMessage> tell(ObjectNode... given) throws InterruptedException {
    settles(given);
    return told();
  }

  /** The same, and nobody looks yet. */
  void settles(ObjectNode... given) {
    take(given);
    settle(held -> new Verdict(held.key(), State.CLEAR, "none", null, null, null));
  }

  /** Lets an encrypted event come in that nothing opens. */
  List<LiveMessage> closed(ObjectNode given, String reason) throws InterruptedException {
    closes(given, reason);
    return told();
  }

  /** The same, and nobody looks yet. */
  void closes(ObjectNode given, String reason) {
    take(given);
    settle(held -> new Verdict(held.key(), State.UNDECRYPTABLE, null, reason, null, null));
  }

  /** Lets an encrypted event come in that says something. */
  List<LiveMessage> opened(ObjectNode given, String trust, String type, String content)
      throws InterruptedException {
    take(given);
    settle(held -> verdict(held.key(), State.CLEAR, trust, type, content));
    return told();
  }

  /**
   * Notes that the device of the one who follows waits for the key of an event.
   *
   * @param event its id
   */
  void waits(String event) {
    var unused =
        lab.database()
            .run(
                "insert into ferry.olm_device (user_id, device_id) values ($1, 'D')"
                    + " on conflict do nothing",
                ME.value());
    unused =
        lab.database()
            .run(
                """
                insert into ferry.megolm_waiting
                  (device, event_id, room_id, session_id, event, since, reason)
                select id, $1, $2, 's', '{"body":"canary ciphertext"}', now(), 'NO_KEY'
                from ferry.olm_device
                """,
                event,
                ROOM.value());
  }

  /** The events that wait for keys. */
  long waiting() {
    return lab.number("select count(*) from ferry.megolm_waiting");
  }

  /** Opens late what was undecryptable. */
  List<LiveMessage> late(String event, String type, String content) throws InterruptedException {
    long key = lab.number("select pk from ferry.live_event where event = '" + event + "'");
    int unused =
        events.settle(term.epoch(), List.of(verdict(key, State.LATE, "verified", type, content)));
    return told();
  }

  private static Verdict verdict(long key, State state, String trust, String type, String content) {
    return new Verdict(key, state, trust, null, type, Buffer.buffer(content));
  }

  private interface Judge {
    Verdict of(Held held);
  }

  private void take(ObjectNode... given) {
    List<Arrival> arrivals = new ArrayList<>();
    for (ObjectNode event : given) {
      arrivals.add(Arrival.of(event, null, ME, TraceId.fresh()).orElseThrow());
    }
    int unused = events.take(arrivals);
  }

  private void settle(Judge judge) {
    for (RoomId room : events.waitingRooms(10)) {
      List<Verdict> verdicts = events.waiting(room, 10_000).stream().map(judge::of).toList();
      int unused = events.settle(term.epoch(), verdicts);
    }
  }

  /** What was told since the last look; each as its schema says. */
  List<LiveMessage> told() throws InterruptedException {
    while (narrator.turn() > 0) {
      // All of it.
    }
    List<LiveMessage> told = messages.after(read, 10_000);
    told.forEach(Shapes::check);
    read = messages.last();
    return told;
  }

  @Override
  public void close() {
    term.close();
    lab.close();
  }
}
