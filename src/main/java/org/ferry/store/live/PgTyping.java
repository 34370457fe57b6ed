package org.ferry.store.live;

import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.Typing;
import org.ferry.live.TypingRelay;
import org.ferry.store.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who types, by notifications of PostgreSQL: no row is written, and each process hears it. It is
 * told on the connection that listens, and so never takes one that somebody waits for, and once:
 * what fails is dropped.
 */
public final class PgTyping implements Typing, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PgTyping.class);

  /** PostgreSQL takes less than 8,000 bytes, and a user id has up to 255. */
  private static final int MOST_BYTES = 7_900;

  /** Of a server that is gone without a word nothing is waited for. */
  private static final long LONGEST_SECONDS = 10;

  private static final String TELL =
      "select pg_notify('" + PgChannels.TYPING + "', said) from unnest($1::text[]) as s(said)";
  private static final int MOST_AT_ONCE = 100;

  private final Set<Consumer<Typed>> listeners = new CopyOnWriteArraySet<>();
  private final PgChannels channels;
  private final TypingRelay relay;

  /**
   * Begins to listen.
   *
   * @param channels stay the caller's
   * @param clock now
   */
  public PgTyping(PgChannels channels, InstantSource clock) {
    this.channels = channels;
    channels.on(PgChannels.TYPING, this::heard, () -> {});
    this.relay = new TypingRelay(clock, MOST_AT_ONCE, this::send);
  }

  @Override
  public void tell(Typed typed) {
    if (isOneLine(typed.room().value()) && bytes(typed.room().value()) <= MOST_BYTES) {
      relay.put(typed);
    }
  }

  private void send(List<TypingRelay.Heard> some) {
    PgConnection connection = channels.connection();
    if (connection == null) {
      return;
    }
    Object payloads = some.stream().map(h -> payload(h.typed())).toArray(String[]::new);
    try {
      var unused =
          Database.await(
              connection
                  .preparedQuery(TELL)
                  .execute(Tuple.of(payloads))
                  .timeout(LONGEST_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      // reason: a moment later it is not true any more.
      LOG.debug("event=typing_lost {}", e.toString());
    }
  }

  /**
   * The room and who types in it, a line for each: as many users as there is room for; more who
   * type at once nobody can follow.
   */
  private static String payload(Typed typed) {
    StringBuilder payload = new StringBuilder(typed.room().value());
    int bytes = bytes(typed.room().value());
    for (String user : typed.users().stream().filter(PgTyping::isOneLine).toList()) {
      bytes += bytes(user) + 1;
      if (bytes > MOST_BYTES) {
        break;
      }
      payload.append('\n').append(user);
    }
    return payload.toString();
  }

  /** Ids may hold line breaks, which would make other ids of them. */
  private static boolean isOneLine(String id) {
    return id.indexOf('\n') < 0;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private void heard(String payload) {
    String[] lines = payload.split("\n", -1);
    Optional<RoomId> room = RoomId.parse(lines[0]);
    if (room.isEmpty()) {
      LOG.debug("event=typing_lost payload of {} characters", payload.length());
      return;
    }
    List<String> users = Arrays.stream(lines).skip(1).filter(UserId::isValid).toList();
    Typed typed = new Typed(room.get(), users);
    listeners.forEach(listener -> listener.accept(typed));
  }

  @Override
  public void listen(Consumer<Typed> told) {
    boolean unused = listeners.add(told);
  }

  @Override
  public void close() {
    relay.close();
  }
}
