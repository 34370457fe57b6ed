package org.ferry.store.live;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.ferry.id.RoomId;
import org.ferry.live.Typing;
import org.ferry.store.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who types, by notifications of PostgreSQL: no row is written, and each process hears it. */
public final class PgTyping implements Typing, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PgTyping.class);
  private static final String CHANNEL = "ferry_typing";

  /** PostgreSQL takes less than 8,000 bytes, and a user id has up to 255. */
  private static final int MOST_BYTES = 7_900;

  private final Database database;
  private final Set<Consumer<Typed>> listeners = new CopyOnWriteArraySet<>();
  private final Listening listening;

  /**
   * Begins to listen.
   *
   * @param database stays the caller's
   */
  public PgTyping(Database database) {
    this.database = database;
    this.listening = new Listening(database, CHANNEL, this::heard, () -> {});
  }

  @Override
  public void tell(Typed typed) {
    var unused = database.run("select pg_notify('" + CHANNEL + "', $1)", payload(typed));
  }

  /**
   * The room and who types in it, a line for each: as many users as there is room for; more who
   * type at once nobody can follow.
   */
  private static String payload(Typed typed) {
    StringBuilder payload = new StringBuilder(typed.room().value());
    int bytes = bytes(typed.room().value());
    for (String user : typed.users().stream().filter(u -> u.lines().count() == 1).toList()) {
      bytes += bytes(user) + 1;
      if (bytes > MOST_BYTES) {
        break;
      }
      payload.append('\n').append(user);
    }
    return payload.toString();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private void heard(String payload) {
    List<String> lines = payload.lines().toList();
    if (lines.isEmpty() || RoomId.parse(lines.getFirst()).isEmpty()) {
      LOG.debug("event=typing_lost payload of {} characters", payload.length());
      return;
    }
    Typed typed = new Typed(new RoomId(lines.getFirst()), lines.subList(1, lines.size()));
    listeners.forEach(listener -> listener.accept(typed));
  }

  @Override
  public void listen(Consumer<Typed> told) {
    boolean unused = listeners.add(told);
  }

  @Override
  public void close() {
    listening.close();
  }
}
