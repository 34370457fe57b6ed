package org.ferry.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.stream.LongStream;
import org.ferry.id.Secret;
import org.ferry.store.Database;
import org.ferry.store.DatabaseOptions;
import org.ferry.store.DatabaseUrl;
import org.ferry.store.TlsMode;
import org.ferry.store.webhook.PgDesk;
import org.ferry.store.webhook.PgOutbox;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.ferry.webhook.AddressRange;
import org.ferry.webhook.Dispatcher;
import org.ferry.webhook.Enclosures;
import org.ferry.webhook.Endpoint;
import org.ferry.webhook.Feed;
import org.ferry.webhook.Guard;
import org.ferry.webhook.MediaLinks;
import org.ferry.webhook.Message;
import org.ferry.webhook.SigningSecret;

/**
 * Measures deliveries: how many messages are put into the outbox, signed, posted and written off in
 * a second of this process's processor time, and how its memory stands meanwhile. PostgreSQL and
 * the receiver are processes of their own. {@code bench/webhook} starts it.
 */
public final class WebhookBench {
  private static final int ROOMS = 200;
  private static final long WARM = 20_000;
  private static final Duration LONGEST = Duration.ofHours(2);

  private WebhookBench() {}

  /**
   * Measures.
   *
   * @param arguments how many messages; or {@code receiver} to be the receiver
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("receiver")) {
      receive();
    } else {
      measure(Long.parseLong(arguments[0]));
    }
  }

  /** Answers 204 to everything, and says where. */
  private static void receive() throws InterruptedException {
    var server =
        Vertx.vertx()
            .createHttpServer()
            .requestHandler(request ->
                request
                    .body()
                    .onSuccess(b -> {
                      var unused = request.response().setStatusCode(204).end();
                    }))
            .listen(0, "127.0.0.1")
            .await();
    System.out.println(server.actualPort());
    new CountDownLatch(1).await();
  }

  private static void measure(long messages) throws Exception {
    Process receiver =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                WebhookBench.class.getName(),
                "receiver")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var out = receiver.inputReader(StandardCharsets.UTF_8)) {
      String port = String.valueOf(out.readLine());
      deliver(messages, "http://127.0.0.1:" + port + "/");
    } finally {
      receiver.destroy();
    }
  }

  private static void deliver(long messages, String url) throws Exception {
    TestPostgres.Db db = TestPostgres.freshDatabase();
    Vertx vertx = Vertx.vertx();
    try (Database database = open(vertx, db)) {
      PgDesk desk = new PgDesk(database, InstantSource.system());
      try (Dispatcher dispatcher = dispatcher(vertx, database, url, messages + WARM)) {
        dispatcher.start();
        await(desk, WARM, 0);
        long cpu = cpu();
        long begin = System.nanoTime();
        long peak = await(desk, messages + WARM, WARM);
        double seconds = (System.nanoTime() - begin) / 1e9;
        double busy = (cpu() - cpu) / 1e9;
        Machine.say(
            "%,d messages in %d rooms: %.1f s, %.0f/s; %.1f CPU-s, %.0f per CPU-second; heap at"
                + " most %,d MiB%n",
            messages, ROOMS, seconds, messages / seconds, busy, messages / busy, peak >> 20);
      }
    } finally {
      vertx.close().await();
    }
  }

  private static Database open(Vertx vertx, TestPostgres.Db db) {
    DatabaseUrl where =
        new DatabaseUrl(
            db.host(), db.port(), db.database(), db.user(), db.password(), TlsMode.PREFER, null);
    return Database.open(
        vertx, new DatabaseOptions(where, 20, Duration.ofSeconds(30)), System.err::println);
  }

  /** Waits; gives the largest heap that was seen meanwhile, garbage included. */
  private static long await(PgDesk desk, long delivered, long from) {
    LongAccumulator peak = new LongAccumulator(Math::max, 0);
    AtomicLong told = new AtomicLong(from);
    Wait.until(
        LONGEST,
        "%,d deliveries".formatted(delivered),
        () -> {
          long now = desk.standings().stream().mapToLong(s -> s.delivered()).sum();
          Runtime runtime = Runtime.getRuntime();
          long used = runtime.totalMemory() - runtime.freeMemory();
          peak.accumulate(used);
          if (now < delivered && now - told.get() >= 100_000) {
            told.set(now);
            System.out.printf("  %,d delivered, heap %,d MiB%n", now, used >> 20);
          }
          return now >= delivered;
        });
    return peak.get();
  }

  private static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static Dispatcher dispatcher(Vertx vertx, Database database, String url, long messages) {
    Endpoint endpoint =
        new Endpoint(
            "bench",
            URI.create(url),
            List.of(SigningSecret.of(Secret.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))),
            new Endpoint.Rules(List.of("message.*"), List.of(), List.of("*"), List.of("*")),
            "beginning",
            Map.of(),
            List.of(AddressRange.of("127.0.0.1")));
    return new Dispatcher(
        new Dispatcher.House(
            vertx,
            feed(messages),
            new PgOutbox(database),
            MediaLinks.none(),
            Duration.ofDays(7),
            Enclosures.none(),
            new Guard(Guard.Resolver.system(), List.of()),
            InstantSource.system(),
            () -> 0.5,
            "bench"),
        List.of(endpoint),
        new Dispatcher.Retention(Duration.ofDays(7), Duration.ofDays(30)));
  }

  /** A log that is made while it is read; reading the real one from PostgreSQL is left out. */
  private static Feed feed(long messages) {
    return new Feed() {
      @Override
      public long last() {
        return messages;
      }

      @Override
      public long before(Instant time) {
        return 0;
      }

      @Override
      public Optional<String> alias(String room) {
        return Optional.empty();
      }

      @Override
      public List<Message> after(long pos, int limit) {
        return LongStream.rangeClosed(pos + 1, Math.min(messages, pos + limit))
            .mapToObj(WebhookBench::message)
            .toList();
      }
    };
  }

  private static Message message(long pos) {
    String room = "!room" + pos % ROOMS + ":new.example.org";
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("event_id", "$event" + pos);
    data.putObject("room").put("id", room).put("name", "Room").put("network", "instagram");
    data.putObject("sender")
        .put("id", "@instagram_123:new.example.org")
        .put("displayname", "Alice")
        .put("network", "instagram")
        .put("remote_id", "123")
        .put("is_me", false);
    data.put("direction", "incoming").put("encrypted", true).put("trust", "verified");
    data.put("msgtype", "m.text").put("body", "message " + pos + " of a conversation");
    data.put("origin_server_ts", 1_800_000_000_000L + pos);
    data.putObject("content").put("msgtype", "m.text").put("body", "message " + pos);
    return new Message(
        pos, "message.created", room, "instagram", "@a:b", Instant.ofEpochSecond(pos), data);
  }
}
