package org.ferry.store;

import io.vertx.sqlclient.Row;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.CrossingLedger.Invitation;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.LedgerException;
import org.jspecify.annotations.Nullable;

/** A crossing's rows about people, rooms, files and aliases: everything but events. */
final class CrossingRows {
  // In a restored ledger a new crossing may have been begun before: after the backup.
  private static final String OPEN =
      """
      with opened as (
        insert into ferry.crossing (source, domain, space, used_at) values ($1, $2, $3, clock_timestamp())
        on conflict (source, space) do update set used_at = excluded.used_at
        returning id, source, domain, space),
      noted as (
        insert into ferry.crossing_note (crossing, name, json)
        select o.id, m.name, m.json from opened o join ferry.memo m on m.name = 'restored'
        on conflict do nothing)
      select o.id, o.source, s.server, o.domain, o.space
      from opened o join ferry.source s on s.id = o.source
      """;
  private static final String ALL =
      """
      select c.id, c.source, s.server, c.domain, c.space
      from ferry.crossing c join ferry.source s on s.id = c.source order by c.used_at desc, c.id desc
      """;
  private static final String PEOPLE =
      """
      select old, target, state, device, profile, reason from ferry.crossing_person
      where crossing = $1 and old > $2 order by old limit $3
      """;
  private static final String MADE_PERSON =
      "select from ferry.crossing_person where target = $1 and state = 'ready' limit 1";
  private static final String MADE_ALIAS =
      "select from ferry.crossing_alias where target = $1 and state in ('carried', 'making') limit 1";
  private static final String PERSON =
      """
      insert into ferry.crossing_person (crossing, old, target, state, device, profile, reason)
      values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (crossing, old) do update set target = excluded.target, state = excluded.state,
        device = excluded.device, profile = excluded.profile, reason = excluded.reason
      """;
  private static final String ROOM_COLUMNS =
      "select old, target, state, action, actor, version, reason, detail from ferry.crossing_room ";
  private static final String ROOMS =
      ROOM_COLUMNS + "where crossing = $1 and old > $2 order by old limit $3";
  private static final String ONE_ROOM = ROOM_COLUMNS + "where crossing = $1 and old = $2";
  private static final String ROOM =
      """
      insert into ferry.crossing_room
        (crossing, old, target, state, action, actor, version, reason, detail)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      on conflict (crossing, old) do update set target = excluded.target, state = excluded.state,
        action = excluded.action, actor = excluded.actor, version = excluded.version,
        reason = excluded.reason, detail = excluded.detail
      """;
  private static final String MEDIA_COLUMNS =
      "select old, target, state, sha256, length, reason from ferry.crossing_media ";
  private static final String ALL_MEDIA =
      MEDIA_COLUMNS + "where crossing = $1 and old > $2 order by old limit $3";
  private static final String ONE_MEDIA = MEDIA_COLUMNS + "where crossing = $1 and old = $2";
  private static final String MEDIA =
      """
      insert into ferry.crossing_media (crossing, old, target, state, sha256, length, reason)
      values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (crossing, old) do update set target = excluded.target, state = excluded.state,
        sha256 = excluded.sha256, length = excluded.length, reason = excluded.reason
      """;
  private static final String ALIASES =
      """
      select old, target, room, state, reason from ferry.crossing_alias
      where crossing = $1 and old > $2 order by old limit $3
      """;
  private static final String ALIAS =
      """
      insert into ferry.crossing_alias (crossing, old, target, room, state, reason)
      values ($1, $2, $3, $4, $5, $6)
      on conflict (crossing, old) do update set target = excluded.target, room = excluded.room,
        state = excluded.state, reason = excluded.reason
      """;
  private static final String INVITATIONS =
      """
      select room, invitee, state, reason from ferry.crossing_invitation
      where crossing = $1 order by room, invitee
      """;
  private static final String INVITATION =
      """
      insert into ferry.crossing_invitation (crossing, room, invitee, state, reason)
      values ($1, $2, $3, $4, $5)
      on conflict (crossing, room, invitee) do update set state = excluded.state,
        reason = excluded.reason
      """;
  private static final String PUT_NOTE =
      """
      insert into ferry.crossing_note (crossing, name, json) values ($1, $2, $3)
      on conflict (crossing, name) do update set json = excluded.json
      """;
  private static final String GET_NOTE =
      "select json from ferry.crossing_note where crossing = $1 and name = $2";

  private final Database database;

  CrossingRows(Database database) {
    this.database = database;
  }

  Crossing open(long source, String domain, RoomId space) {
    Crossing crossing =
        crossing(database.run(OPEN, source, domain, space.value()).iterator().next());
    if (!crossing.domain().equals(domain)) {
      throw new LedgerException(
          "the Space %s was carried into as one of %s, and the configuration now says %s; set homeserver.domain back"
              .formatted(space, crossing.domain(), domain));
    }
    return crossing;
  }

  List<Crossing> all() {
    return EventRows.list(database.run(ALL), CrossingRows::crossing);
  }

  private static Crossing crossing(Row row) {
    return new Crossing(
        row.getLong(0),
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        new RoomId(row.getString(4)));
  }

  Stream<CarriedPerson> people(long crossing) {
    return byOld(PEOPLE, crossing, CrossingRows::personOf, p -> p.old().value());
  }

  boolean made(UserId target) {
    return database.run(MADE_PERSON, target.value()).size() > 0;
  }

  boolean made(RoomAlias target) {
    return database.run(MADE_ALIAS, target.value()).size() > 0;
  }

  private static CarriedPerson personOf(Row row) {
    return new CarriedPerson(
        new UserId(row.getString(0)),
        new UserId(row.getString(1)),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5));
  }

  void person(long crossing, CarriedPerson person) {
    var unused =
        database.run(
            PERSON,
            crossing,
            person.old().value(),
            person.target().value(),
            person.state(),
            person.device(),
            person.profile(),
            Storable.text(person.reason()));
  }

  Stream<CarriedRoom> rooms(long crossing) {
    return byOld(ROOMS, crossing, CrossingRows::roomOf, r -> r.old().value());
  }

  Optional<CarriedRoom> room(long crossing, RoomId old) {
    return PgCrossingLedger.one(
        database.run(ONE_ROOM, crossing, old.value()), CrossingRows::roomOf);
  }

  private static CarriedRoom roomOf(Row row) {
    return new CarriedRoom(
        new RoomId(row.getString(0)),
        EventRows.roomId(row.getString(1)),
        RoomState.valueOf(row.getString(2)),
        row.getString(3),
        new UserId(row.getString(4)),
        row.getString(5),
        row.getString(6),
        row.getString(7));
  }

  void room(long crossing, CarriedRoom room) {
    var unused =
        database.run(
            ROOM,
            crossing,
            room.old().value(),
            room.target() == null ? null : room.target().value(),
            room.state().name(),
            room.action(),
            room.actor().value(),
            room.version(),
            Storable.text(room.reason()),
            room.detail());
  }

  Stream<CarriedMedia> media(long crossing) {
    return byOld(ALL_MEDIA, crossing, CrossingRows::mediaOf, m -> m.old().toString());
  }

  Optional<CarriedMedia> media(long crossing, MxcUri old) {
    return PgCrossingLedger.one(
        database.run(ONE_MEDIA, crossing, old.toString()), CrossingRows::mediaOf);
  }

  private static CarriedMedia mediaOf(Row row) {
    String target = row.getString(1);
    return new CarriedMedia(
        SourceRows.mxc(row.getString(0)),
        target == null ? null : SourceRows.mxc(target),
        row.getString(2),
        row.getString(3),
        row.getLong(4),
        row.getString(5));
  }

  void media(long crossing, CarriedMedia media) {
    var unused =
        database.run(
            MEDIA,
            crossing,
            media.old().toString(),
            media.target() == null ? null : media.target().toString(),
            media.state(),
            media.sha256(),
            media.length(),
            Storable.text(media.reason()));
  }

  Stream<CarriedAlias> aliases(long crossing) {
    return byOld(ALIASES, crossing, CrossingRows::aliasOf, a -> a.old().value());
  }

  private static CarriedAlias aliasOf(Row row) {
    return new CarriedAlias(
        new RoomAlias(row.getString(0)),
        new RoomAlias(row.getString(1)),
        new RoomId(row.getString(2)),
        row.getString(3),
        row.getString(4));
  }

  void alias(long crossing, CarriedAlias alias) {
    var unused =
        database.run(
            ALIAS,
            crossing,
            alias.old().value(),
            alias.target().value(),
            alias.room().value(),
            alias.state(),
            Storable.text(alias.reason()));
  }

  Stream<Invitation> invitations(long crossing) {
    return EventRows.list(database.run(INVITATIONS, crossing), CrossingRows::invitationOf).stream();
  }

  private static Invitation invitationOf(Row row) {
    return new Invitation(
        new RoomId(row.getString(0)),
        new UserId(row.getString(1)),
        row.getString(2),
        row.getString(3));
  }

  void invitation(long crossing, Invitation invitation) {
    var unused =
        database.run(
            INVITATION,
            crossing,
            invitation.room().value(),
            invitation.invitee().value(),
            invitation.state(),
            Storable.text(invitation.reason()));
  }

  void note(long crossing, String name, String json) {
    var unused = database.run(PUT_NOTE, crossing, name, json);
  }

  Optional<String> note(long crossing, String name) {
    return PgCrossingLedger.one(database.run(GET_NOTE, crossing, name), row -> row.getString(0));
  }

  private <T> Stream<T> byOld(
      String sql, long crossing, Function<Row, T> mapper, Function<T, @Nullable String> old) {
    return Pages.of(
        Pages.SMALL_ROWS,
        last ->
            EventRows.list(
                database.run(
                    sql, crossing, last == null ? "" : old.apply(last), (long) Pages.SMALL_ROWS),
                mapper));
  }
}
