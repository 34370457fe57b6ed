package org.ferry.store.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.ferry.id.RoomId;
import org.ferry.live.Typing;
import org.ferry.matrix.event.Json;
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

  /** As many users as there is room for; more who type at once nobody can follow. */
  private static String payload(Typed typed) {
    ObjectNode payload = Json.object().put("room", typed.room().value());
    ArrayNode users = payload.putArray("users");
    int bytes = Json.bytes(payload).length;
    for (String user : typed.users()) {
      bytes += Json.bytes(users.arrayNode().add(user)).length + 1;
      if (bytes > MOST_BYTES) {
        break;
      }
      users.add(user);
    }
    return Json.text(payload);
  }

  private void heard(String payload) {
    try {
      ObjectNode told = Json.parseObject(payload);
      List<String> users = new ArrayList<>();
      for (JsonNode user : told.path("users")) {
        users.add(user.asText());
      }
      Typed typed = new Typed(new RoomId(told.path("room").asText()), users);
      listeners.forEach(listener -> listener.accept(typed));
    } catch (IllegalArgumentException e) {
      LOG.debug("event=typing_lost {}", e.getMessage());
    }
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
