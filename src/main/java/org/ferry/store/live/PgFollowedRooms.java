package org.ferry.store.live;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
      insert into ferry.followed_room as f (user_id, room, anchor) values ($1, $2, $3)
      on conflict (user_id, room) do update set left_at = null where f.left_at is not null
      """;
  // Held for as long as it takes: no time that is set later by who reads a room begins there.
  private static final String TRY_OUT =
      """
      insert into ferry.followed_room as f (user_id, room, held_until) values ($1, $2, 'infinity')
      on conflict (user_id, room) do update set left_at = null where f.left_at is not null
      """;
  private static final String TRIED_OUT =
      "select room from ferry.followed_room where user_id = $1 and held_until = 'infinity'";
  private static final String SETTLE =
      """
      update ferry.followed_room set anchor = $3, held_until = null
      where user_id = $1 and room = $2 and held_until = 'infinity'
      """;
  private static final String OTHERS_TRIED_OUT =
      """
      select user_id, room from ferry.followed_room
      where held_until = 'infinity' and user_id is distinct from $1::text
      """;
  private static final String COMPLETE =
      """
      update ferry.followed_room set anchor = $3
      where user_id = $1 and room = $2 and behind = 0 and left_at is null
      """;
  private static final String LEAVE =
      """
      update ferry.followed_room set left_at = coalesce(left_at, now())
      where user_id = $1 and room = $2
      """;
  // Beside the former in one statement it would not see what was completed meanwhile.
  private static final String LEFT =
      """
      delete from ferry.followed_room
      where user_id = $1 and room = $2 and behind = 0 and left_at is not null
      """;
  // What came in stays counted among all that did.
  private static final String DROP =
      """
      with gone as (
        delete from ferry.followed_room where user_id = $1 and room = $2 returning room),
      stays as (
        select (select min(f.user_id) from ferry.followed_room f
            where f.room = $2 and f.user_id <> $1 and f.left_at is null) as other,
          exists (select from ferry.crossing_room c where c.target = $2)
            or exists (select from ferry.crossing c where c.space = $2) as carried),
      passed as (
        update ferry.live_event e set seen_by = s.other from stays s, gone
        where (s.carried or s.other is not null)
          and e.room = gone.room and e.state = 'waiting' and e.seen_by = $1),
      dropped as (
        delete from ferry.live_event e using stays s, gone
        where not s.carried and s.other is null
          and e.room = gone.room and e.state = 'waiting' and e.seen_by = $1
        returning 1)
      insert into ferry.live_count as c (outcome, n)
      select 'dropped', count(*) from dropped having count(*) > 0
      on conflict (outcome) do update set n = c.n + excluded.n
      """;
  private static final String OF =
      "select room, anchor from ferry.followed_room where user_id = $1 and left_at is null";
  private static final String AMONG =
      """
      select room, anchor from ferry.followed_room
      where user_id = $1 and room = any($2) and left_at is null
      """;
  private static final String FOLLOWS =
      """
      select from ferry.followed_room where user_id = $1 and room = $2 and left_at is null
      """;
  // Longer than a homeserver is waited for between two signs of life of who reads the room.
  private static final String GAP =
      """
      update ferry.followed_room set behind = behind + 1, held_until = now() + interval '5 minutes'
      where user_id = $1 and room = $2
      """;
  private static final String BEHIND =
      """
      select room, coalesce(held_until > now(), false) from ferry.followed_room
      where user_id = $1 and behind > 0 order by room
      """;
  private static final String STANDING =
      """
      select anchor, since, behind, coalesce(held_until = 'infinity', false)
      from ferry.followed_room where user_id = $1 and room = $2
      """;
  private static final String ADVANCE =
      """
      update ferry.followed_room set anchor = $3,
        held_until = case when held_until is not null then now() + interval '5 minutes' end
      where user_id = $1 and room = $2
      """;
  private static final String HOLD =
      """
      update ferry.followed_room set held_until = now() + interval '5 minutes'
      where user_id = $1 and room = $2 and behind > 0 and held_until is not null
      """;
  private static final String HOLD_ON =
      """
      update ferry.followed_room set held_until = now() + interval '5 minutes'
      where user_id = $1 and behind > 0 and held_until < now() + interval '4 minutes'
      """;
  private static final String RELEASE =
      "update ferry.followed_room set held_until = null where user_id = $1 and room = $2";
  private static final String WHOLE =
      """
      with gone as (
        delete from ferry.followed_room
        where user_id = $1 and room = $2 and behind = $3 and left_at is not null returning 1),
      done as (
        update ferry.followed_room set behind = 0, held_until = null
        where user_id = $1 and room = $2 and behind = $3 and left_at is null returning 1)
      select (select count(*) from gone) + (select count(*) from done)
      """;

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
  public void tryOut(UserId user, RoomId room) {
    var unused = database.run(TRY_OUT, user.value(), room.value());
  }

  @Override
  public Set<RoomId> triedOut(UserId user) {
    Set<RoomId> rooms = new HashSet<>();
    database.run(TRIED_OUT, user.value()).forEach(row -> rooms.add(new RoomId(row.getString(0))));
    return rooms;
  }

  @Override
  public void dropOthersTriedOut(@Nullable UserId user) {
    database
        .run(OTHERS_TRIED_OUT, user == null ? null : user.value())
        .forEach(row -> drop(new UserId(row.getString(0)), new RoomId(row.getString(1))));
  }

  @Override
  public void settle(UserId user, RoomId room, EventId anchor) {
    var unused = database.run(SETTLE, user.value(), room.value(), anchor.value());
  }

  @Override
  public void complete(UserId user, RoomId room, EventId newest) {
    var unused = database.run(COMPLETE, user.value(), room.value(), newest.value());
  }

  @Override
  public void leave(UserId user, RoomId room) {
    var unused = database.run(LEAVE, user.value(), room.value());
    unused = database.run(LEFT, user.value(), room.value());
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
  public void drop(UserId user, RoomId room) {
    var unused = database.run(DROP, user.value(), room.value());
  }

  @Override
  public void gap(UserId user, RoomId room) {
    var unused = database.run(GAP, user.value(), room.value());
  }

  @Override
  public Map<RoomId, Boolean> behind(UserId user) {
    Map<RoomId, Boolean> behind = new LinkedHashMap<>();
    for (Row row : database.run(BEHIND, user.value())) {
      behind.put(new RoomId(row.getString(0)), row.getBoolean(1));
    }
    return behind;
  }

  @Override
  public Optional<Standing> standing(UserId user, RoomId room) {
    for (Row row : database.run(STANDING, user.value(), room.value())) {
      return Optional.of(
          new Standing(
              Optional.ofNullable(row.getString(0)).map(EventId::new),
              row.getOffsetDateTime(1).toInstant(),
              row.getInteger(2),
              row.getBoolean(3)));
    }
    return Optional.empty();
  }

  @Override
  public void advance(UserId user, RoomId room, EventId newest) {
    var unused = database.run(ADVANCE, user.value(), room.value(), newest.value());
  }

  @Override
  public void hold(UserId user, RoomId room) {
    var unused = database.run(HOLD, user.value(), room.value());
  }

  @Override
  public void holdOn(UserId user) {
    var unused = database.run(HOLD_ON, user.value());
  }

  @Override
  public void release(UserId user, RoomId room) {
    var unused = database.run(RELEASE, user.value(), room.value());
  }

  @Override
  public boolean whole(UserId user, RoomId room, int behind) {
    return database.run(WHOLE, user.value(), room.value(), behind).iterator().next().getLong(0) > 0;
  }

  @Override
  public boolean follows(UserId user, RoomId room) {
    return database.run(FOLLOWS, user.value(), room.value()).size() > 0;
  }
}
