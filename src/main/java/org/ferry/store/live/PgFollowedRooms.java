package org.ferry.store.live;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;

/** Followed rooms in PostgreSQL: {@code ferry.followed_room}. */
public final class PgFollowedRooms implements FollowedRooms {
  private static final String FOLLOW =
      """
      insert into ferry.followed_room (user_id, room, anchor) values ($1, $2, $3)
      on conflict (user_id, room) do nothing
      """;
  private static final String COMPLETE =
      "update ferry.followed_room set anchor = $3 where user_id = $1 and room = $2";
  private static final String LEAVE =
      "delete from ferry.followed_room where user_id = $1 and room = $2";
  private static final String OF =
      "select room, anchor from ferry.followed_room where user_id = $1";
  private static final String AMONG =
      "select room, anchor from ferry.followed_room where user_id = $1 and room = any($2)";
  private static final String SINCE =
      "select since from ferry.followed_room where user_id = $1 and room = $2";
  private static final String FOLLOWS =
      "select from ferry.followed_room where user_id = $1 and room = $2";

  private final Database database;

  /**
   * Followed rooms in a database.
   *
   * @param database stays the caller's
   */
  public PgFollowedRooms(Database database) {
    this.database = database;
  }

  @Override
  public void follow(UserId user, RoomId room, @Nullable EventId anchor) {
    var unused =
        database.run(FOLLOW, user.value(), room.value(), anchor == null ? null : anchor.value());
  }

  @Override
  public void complete(UserId user, RoomId room, EventId newest) {
    var unused = database.run(COMPLETE, user.value(), room.value(), newest.value());
  }

  @Override
  public void leave(UserId user, RoomId room) {
    var unused = database.run(LEAVE, user.value(), room.value());
  }

  @Override
  public Map<RoomId, Optional<EventId>> of(UserId user) {
    return anchors(database.run(OF, user.value()));
  }

  @Override
  public Map<RoomId, Optional<EventId>> among(UserId user, Collection<RoomId> some) {
    Object ids = some.stream().map(RoomId::value).toArray(String[]::new);
    return anchors(database.run(AMONG, user.value(), ids));
  }

  private static Map<RoomId, Optional<EventId>> anchors(RowSet<Row> rows) {
    Map<RoomId, Optional<EventId>> rooms = new HashMap<>();
    rows.forEach(row ->
        rooms.put(
            new RoomId(row.getString(0)), Optional.ofNullable(row.getString(1)).map(EventId::new)));
    return rooms;
  }

  @Override
  public Optional<Instant> since(UserId user, RoomId room) {
    for (Row row : database.run(SINCE, user.value(), room.value())) {
      return Optional.of(row.getOffsetDateTime(0).toInstant());
    }
    return Optional.empty();
  }

  @Override
  public boolean follows(UserId user, RoomId room) {
    return database.run(FOLLOWS, user.value(), room.value()).size() > 0;
  }
}
