package org.ferry.store.live;

import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.message.Card;
import org.ferry.live.message.Networks;
import org.ferry.live.message.RoomCard;
import org.ferry.live.message.RoomCards;
import org.ferry.store.Database;
import org.ferry.store.EncryptedRooms;
import org.jspecify.annotations.Nullable;

/**
 * What is known of rooms, in PostgreSQL: {@code ferry.live_room} and {@code ferry.followed_room}.
 */
public final class PgRoomCards implements RoomCards {
  private static final String ROOMS =
      """
      with rooms as (
        select room from ferry.live_room union
        select room from ferry.followed_room where held_until is distinct from 'infinity'
      ), page as (
        select room from rooms where ($1::text is null or room > $1)
          and ($2::text is null or room = $2) order by room limit $3
      )
      select p.room, r.name, r.network,
        coalesce(r.encrypted, false) or exists (select from ferry.encrypted_room e where e.room = p.room)
          or exists (select from ferry.room_key k where k.room_id = p.room),
        (select count(*) from ferry.room_key k where k.room_id = p.room),
        r.last_event, r.last_at,
        (select array_agg(f.user_id order by f.user_id) from ferry.followed_room f
          where f.room = p.room and f.held_until is distinct from 'infinity'), r.card
      from page p left join ferry.live_room r on r.room = p.room order by p.room
      """;

  private final Database database;
  private final EncryptedRooms encrypted;

  /**
   * Rooms in a database.
   *
   * @param database stays the caller's
   */
  public PgRoomCards(Database database) {
    this.database = database;
    this.encrypted = new EncryptedRooms(database);
  }

  @Override
  public Optional<RoomCard> find(RoomId room) {
    return rooms(null, room, 1).stream().findFirst();
  }

  @Override
  public List<RoomCard> page(@Nullable RoomId after, int limit) {
    return rooms(after, null, limit);
  }

  @Override
  public boolean isEncrypted(RoomId room) {
    return encrypted.has(room);
  }

  @Override
  public void encrypted(RoomId room) {
    encrypted.add(room);
  }

  private List<RoomCard> rooms(@Nullable RoomId after, @Nullable RoomId only, int limit) {
    List<RoomCard> rooms = new ArrayList<>();
    database
        .run(ROOMS, after == null ? null : after.value(), only == null ? null : only.value(), limit)
        .forEach(row -> rooms.add(card(row)));
    return rooms;
  }

  private static RoomCard card(Row row) {
    String network = row.getString(2);
    String event = row.getString(5);
    OffsetDateTime at = row.getOffsetDateTime(6);
    String[] users = row.getArrayOfStrings(7);
    String facts = row.getString(8);
    return new RoomCard(
        new RoomId(row.getString(0)),
        row.getString(1),
        facts == null ? null : Card.Facts.of(facts).alias(),
        network == null ? Networks.MATRIX : network,
        row.getBoolean(3),
        row.getLong(4),
        event == null ? null : new EventId(event),
        at == null ? null : at.toInstant(),
        users == null ? List.of() : Arrays.stream(users).map(UserId::new).toList());
  }
}
