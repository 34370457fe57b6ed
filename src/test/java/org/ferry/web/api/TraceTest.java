package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Inbox;
import org.ferry.live.Leader;
import org.ferry.live.Signal;
import org.ferry.live.TransactionEvents;
import org.ferry.live.TransactionStore;
import org.ferry.live.events.Echo;
import org.ferry.live.events.Echoes;
import org.ferry.live.events.Intake;
import org.ferry.live.events.Releaser;
import org.ferry.live.message.Narrator;
import org.ferry.live.message.Networks;
import org.ferry.live.message.Ours;
import org.ferry.live.message.RoomReader;
import org.ferry.store.PgInbox;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgLeader;
import org.ferry.store.live.PgLiveEvents;
import org.ferry.store.live.PgLiveTrace;
import org.ferry.store.live.PgNarration;
import org.ferry.store.webhook.PgDesk;
import org.ferry.store.webhook.PgOutbox;
import org.ferry.testing.Wait;
import org.ferry.webhook.AddressRange;
import org.ferry.webhook.Dispatcher;
import org.ferry.webhook.Enclosures;
import org.ferry.webhook.Endpoint;
import org.ferry.webhook.Guard;
import org.ferry.webhook.MediaLinks;
import org.ferry.webhook.Message;
import org.ferry.webhook.Receiver;
import org.ferry.webhook.SigningSecret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * One message from the transaction that brings it to the post that delivers it and the answer that
 * shows it: by the one id that all of them carry, and that the log shows.
 */
class TraceTest {
  private static final RoomId ROOM = new RoomId("!room:new.example.org");
  private static final UserId BOT = UserId.of("ferrybot", ApiHouse.DOMAIN);

  private final ApiHouse house =
      new ApiHouse(ApiHouse.options(ApiHouse.token("all", Scope.values())));
  private final Receiver receiver = new Receiver(house.vertx);
  private final Logger logger = (Logger) LoggerFactory.getLogger("org.ferry");
  private final Lines lines = new Lines();

  /** What was logged: each message with the trace that it carries. */
  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final List<Map.Entry<String, String>> all = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      String trace = event.getMDCPropertyMap().getOrDefault(TraceId.FIELD, "");
      if (event.getKeyValuePairs() != null) {
        trace = String.valueOf(event.getKeyValuePairs().getFirst().value);
      }
      boolean unused = all.add(Map.entry(event.getFormattedMessage(), trace));
    }

    /** The trace of the first line of a kind; empty where there is none yet. */
    String traceOf(String event) {
      return all.stream()
          .filter(line -> line.getKey().startsWith("event=" + event + " "))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElse("");
    }
  }

  @BeforeEach
  void listen() {
    lines.setContext(logger.getLoggerContext());
    lines.start();
    logger.addAppender(lines);
    logger.setLevel(Level.DEBUG);
  }

  @AfterEach
  void close() {
    logger.setLevel(null);
    logger.detachAppender(lines);
    receiver.close();
    house.close();
  }

  private void push(String txn, String event) {
    PgInbox inbox = new PgInbox(house.database);
    byte[] body =
        ("{\"events\":[{\"room_id\":\"%s\",\"event_id\":\"%s\",\"sender\":\"@a:new.example.org\","
                + "\"type\":\"m.room.message\",\"origin_server_ts\":7,"
                + "\"content\":{\"msgtype\":\"m.text\",\"body\":\"hello\"}}]}")
            .formatted(ROOM, event)
            .getBytes(StandardCharsets.UTF_8);
    new TransactionStore(ApiHouse.DOMAIN, BOT, inbox, Instant::now, () -> {}, house.typing)
        .store(txn, body);
  }

  private void live() throws InterruptedException {
    PgLiveEvents events = new PgLiveEvents(house.database);
    Signal news = new Signal();
    PgFollowedRooms followed = new PgFollowedRooms(house.database);
    Echoes echoes = new Echoes(Instant::now);
    Intake intake =
        new Intake(
            events, followed, new Echo("hs", user -> false, marked -> Set.of()), news, echoes);
    PgInbox inbox = new PgInbox(house.database);
    for (Inbox.Untaken one : inbox.untaken(10)) {
      var came = TransactionEvents.of(one.body().getBytes(), intake::unreadable);
      int unused = intake.take(came, null, BOT, one.trace());
      inbox.taken(one.key());
    }
    try (Leader.Term term = new PgLeader(house.database).take().orElseThrow()) {
      int unused =
          new Releaser(events, (held, e) -> Optional.empty(), Instant::now, term.epoch(), news)
              .turn();
      int unusedToo =
          new Narrator(
                  new PgNarration(house.database),
                  new Nobody(),
                  Ours.of(Set.of(BOT), user -> false),
                  new Networks(List.of(), Set.of()),
                  Instant::now,
                  echoes,
                  term.epoch())
              .turn();
    }
  }

  /** No homeserver answers. */
  private static final class Nobody implements RoomReader {
    @Override
    public Optional<List<com.fasterxml.jackson.databind.node.ObjectNode>> state(
        RoomId room, @org.jspecify.annotations.Nullable UserId as) {
      return Optional.empty();
    }

    @Override
    public Optional<com.fasterxml.jackson.databind.node.ObjectNode> event(
        RoomId room, EventId event, @org.jspecify.annotations.Nullable UserId as) {
      return Optional.empty();
    }
  }

  private Dispatcher deliveries() {
    Endpoint shop =
        new Endpoint(
            "shop",
            URI.create(receiver.url()),
            List.of(SigningSecret.of(Receiver.secret())),
            new Endpoint.Rules(List.of("message.*"), List.of(), List.of("*"), List.of("*")),
            "beginning",
            Map.of(),
            List.of(AddressRange.of("127.0.0.1")));
    return new Dispatcher(
        new Dispatcher.House(
            house.vertx,
            new LogFeed(house.stage.messages),
            new PgOutbox(house.database),
            MediaLinks.none(),
            Duration.ofDays(7),
            Enclosures.none(),
            new Guard(Guard.Resolver.system(), List.of()),
            Instant::now,
            () -> 0.5,
            "test"),
        List.of(shop),
        new Dispatcher.Retention(Duration.ofDays(7), Duration.ofDays(30)));
  }

  private record LogFeed(org.ferry.live.message.Messages messages)
      implements org.ferry.webhook.Feed {
    @Override
    public Optional<String> alias(String room) {
      return Optional.empty();
    }

    @Override
    public long last() {
      return messages.last();
    }

    @Override
    public long before(Instant time) {
      return messages.firstSince(time) - 1;
    }

    @Override
    public List<Message> after(long pos, int limit) {
      return messages.after(pos, limit).stream()
          .map(m ->
              new Message(
                  m.pos(), m.type(), m.room().value(), m.network(), m.sender(), m.at(), m.data()))
          .toList();
    }
  }

  @Test
  void oneIdLeadsFromTheTransactionToTheDelivery() throws Exception {
    new PgFollowedRooms(house.database).follow(BOT, ROOM, null);
    push("txn-1", "$first");
    push("txn-1", "$first");
    push("txn-2", "$second");
    live();
    try (Dispatcher dispatcher = deliveries()) {
      dispatcher.start();
      Wait.until(() -> receiver.got().size() == 2 && !lines.traceOf("delivered").isEmpty());
    }
    String trace = lines.traceOf("transaction_stored");
    assertThat(trace).matches("[0-9a-f]{32}");
    for (String step : List.of("live_event_taken", "live_event_settled", "told", "delivered")) {
      assertThat(lines.traceOf(step)).as(step).isEqualTo(trace);
    }
    assertThat(lines.traceOf("transaction_repeated")).isEmpty();
    assertThat(receiver.got().getFirst().headers().get("traceparent"))
        .matches("00-" + trace + "-[0-9a-f]{16}-01");
    PgLiveTrace.Trace known = new PgLiveTrace(house.database).of("$first").getFirst();
    assertThat(known.trace()).isEqualTo(trace);
    assertThat(known.transaction()).isEqualTo("txn-1");
    var about = new PgDesk(house.database, Instant::now).about("$first");
    assertThat(about).singleElement().satisfies(d -> assertThat(d.trace()).isEqualTo(trace));
    JsonNode messages = house.get("/messages", "all-token").json().path("messages");
    assertThat(messages.path(1).path("event_id").asText()).isEqualTo("$first");
    assertThat(messages.path(1).path("trace").asText()).isEqualTo(trace);
    assertThat(messages.path(0).path("trace").asText()).matches("[0-9a-f]{32}").isNotEqualTo(trace);
  }

  @Test
  void aRequestHasAnIdOfItsOwnOrTheOneThatItBrings() throws Exception {
    ApiHouse.Answer answer = house.get("/nothing", "all-token");
    assertThat(answer.header("ferry-trace")).matches("[0-9a-f]{32}");
    Wait.until(() -> lines.traceOf("api_answered").equals(answer.header("ferry-trace")));
    String mine = "0af7651916cd43dd8448eb211c80319c";
    String[] good = {"traceparent", "00-" + mine + "-b7ad6b7169203331-01"};
    assertThat(house.ask("GET", "/health", null, null, good).header("ferry-trace")).isEqualTo(mine);
    for (String bad :
        List.of(
            "00-" + "0".repeat(32) + "-b7ad6b7169203331-01",
            "00-" + mine + "-" + "0".repeat(16) + "-01",
            "ff-" + mine + "-b7ad6b7169203331-01",
            mine,
            "x".repeat(5000))) {
      assertThat(house.ask("GET", "/health", null, null, "traceparent", bad).header("ferry-trace"))
          .as(bad)
          .matches("[0-9a-f]{32}")
          .isNotEqualTo(mine);
    }
  }
}
