package org.ferry.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.store.StoreLab;
import org.ferry.store.webhook.PgDesk;
import org.ferry.store.webhook.PgOutbox;
import org.ferry.testing.Wait;
import org.jspecify.annotations.Nullable;

/** A real database, a log of messages, and dispatchers as several processes have them. */
final class Depot implements AutoCloseable {
  final StoreLab lab = new StoreLab();
  final Vertx vertx = Vertx.vertx();
  final PgOutbox outbox = new PgOutbox(lab.database());
  private final Log log = new Log();
  private final AtomicInteger failures = new AtomicInteger();
  private final Map<String, Runnable> meanwhile = new ConcurrentHashMap<>();
  private final AtomicInteger processes = new AtomicInteger();
  private final List<Dispatcher> running = new ArrayList<>();
  private volatile Instant now = Instant.now();
  private volatile Duration fast = Duration.ZERO;
  private volatile Enclosures files = Enclosures.none();
  final PgDesk desk = new PgDesk(lab.database(), () -> now);

  /** The log of messages. */
  private static final class Log implements Feed {
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final Map<String, String> aliases = new ConcurrentHashMap<>();

    @Override
    public Optional<String> alias(String room) {
      return Optional.ofNullable(aliases.get(room));
    }

    @Override
    public long last() {
      return messages.size();
    }

    @Override
    public long before(Instant time) {
      return messages.stream().filter(m -> m.at().isBefore(time)).count();
    }

    @Override
    public List<Message> after(long pos, int limit) {
      return messages.stream().skip(pos).limit(limit).toList();
    }
  }

  Instant now() {
    return now;
  }

  /** Time goes on, and whoever delivers looks. */
  void pass(Duration time) {
    now = now.plus(time);
    running.forEach(Dispatcher::news);
  }

  /** The clocks of processes are fast from now on; what is told goes by the database's. */
  void fast(Duration by) {
    fast = by;
  }

  /** The next readings of deliveries fail, as those do whose database is away for too long. */
  void failReading(int times) {
    failures.set(times);
  }

  /** What happens, once, just before a process asks the outbox for that. */
  void before(String call, Runnable what) {
    meanwhile.put(call, what);
  }

  private Outbox failing() {
    return (Outbox)
        Proxy.newProxyInstance(
            Outbox.class.getClassLoader(),
            new Class<?>[] {Outbox.class},
            (proxy, method, values) -> {
              Runnable first = meanwhile.remove(method.getName());
              if (first != null) {
                first.run();
              }
              if (method.getName().equals("next") && failures.getAndUpdate(n -> n - 1) > 0) {
                throw new IllegalStateException("the database is away");
              }
              if (method.getName().equals("now")) {
                return now;
              }
              try {
                return method.invoke(outbox, values);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Tells something; the event's id. */
  String tell(String room, String body) {
    return tell(room, body, now);
  }

  /** A room has an alias. */
  void alias(String room, String alias) {
    String unused = log.aliases.put(room, alias);
  }

  /** How files are read from now on. */
  void files(Enclosures how) {
    files = how;
  }

  /** Tells something that is older. */
  String tell(String room, String body, Instant at) {
    return tell(room, body, at, null, 0);
  }

  /** Tells of a file, of so many bytes as its sender says. */
  String tellFile(String room, String id, int size) {
    return tell(room, id, now, id, size);
  }

  private String tell(String room, String body, Instant at, @Nullable String file, int size) {
    long pos = log.messages.size() + 1L;
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("event_id", "$" + pos);
    data.putObject("room").put("id", room).put("name", "Room " + room).put("network", "matrix");
    data.put("body", body);
    if (file != null) {
      data.putObject("media").put("id", file).put("size", size).putNull("sha256");
    }
    log.messages.add(new Message(pos, "message.created", room, "matrix", "@alice:new", at, data));
    return "$" + pos;
  }

  /** The message at a position of the log. */
  Message told(int pos) {
    return log.messages.get(pos - 1);
  }

  Endpoint endpoint(String name, String url, String from) {
    return new Endpoint(
        name,
        URI.create(url),
        List.of(SigningSecret.of(Receiver.secret())),
        new Endpoint.Rules(List.of("message.*"), List.of(), List.of("*"), List.of("*")),
        from,
        Map.of(),
        List.of(AddressRange.of("127.0.0.1")));
  }

  /** One whose posts hold small files. */
  Endpoint inline(String name, String url, int most) {
    Endpoint plain = endpoint(name, url, "beginning");
    return new Endpoint(
        name,
        plain.url(),
        plain.secrets(),
        plain.rules(),
        "beginning",
        Map.of(),
        plain.allowPrivate(),
        most);
  }

  /** Another process that delivers. */
  Dispatcher start(Endpoint... endpoints) {
    Dispatcher dispatcher =
        new Dispatcher(
            new Dispatcher.House(
                vertx,
                log,
                failing(),
                MediaLinks.none(),
                Duration.ofDays(7),
                files,
                new Guard(Guard.Resolver.system(), List.of()),
                () -> now.plus(fast),
                () -> 0.5,
                "process " + processes.incrementAndGet()),
            List.of(endpoints),
            new Dispatcher.Retention(Duration.ofDays(7), Duration.ofDays(30)));
    running.add(dispatcher);
    dispatcher.start();
    return dispatcher;
  }

  Desk.Standing standing(String name) {
    Wait.until(() -> desk.key(name).isPresent());
    return desk.standings().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    running.forEach(Dispatcher::close);
    vertx.close().await();
    lab.close();
  }
}
