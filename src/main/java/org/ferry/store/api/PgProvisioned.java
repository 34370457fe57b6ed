package org.ferry.store.api;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.provision.Person;
import org.ferry.live.provision.Place;
import org.ferry.live.provision.Provisioned;
import org.ferry.live.provision.Role;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;

/**
 * What stands for the names of applications: {@code ferry.api_user}, {@code ferry.api_room} and
 * {@code ferry.api_member}.
 */
public final class PgProvisioned implements Provisioned {
  private static final String PERSON =
      "select ext_id, user_id, state, generation, displayname, avatar_url, email from ferry.api_user";
  private static final String PERSON_BY_NAME = PERSON + " where ext_id = $1";
  private static final String PERSON_BY_USER = PERSON + " where user_id = $1";
  private static final String KEEP_PERSON =
      """
      insert into ferry.api_user
        (ext_id, user_id, state, generation, displayname, avatar_url, email)
      values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (ext_id) do update set user_id = excluded.user_id, state = excluded.state,
        generation = excluded.generation, displayname = excluded.displayname,
        avatar_url = excluded.avatar_url, email = excluded.email, at = now()
      """;
  private static final String DROP_PERSON =
      "delete from ferry.api_user where ext_id = $1 and state = 'making'";
  private static final String PLACE = "select key, room, state, levels from ferry.api_room";
  private static final String PLACE_BY_KEY = PLACE + " where key = $1";
  private static final String PLACE_BY_ROOM = PLACE + " where room = $1 order by at, key limit 1";
  private static final String KEEP_PLACE =
      """
      insert into ferry.api_room (key, room, state, levels) values ($1, $2, $3, $4)
      on conflict (key) do update set room = excluded.room, state = excluded.state,
        levels = excluded.levels
      """;
  private static final String MEMBER =
      """
      insert into ferry.api_member (room, user_id, role) values ($1, $2, $3)
      on conflict (room, user_id) do update set role = excluded.role
      """;
  private static final String NO_MEMBER =
      "delete from ferry.api_member where room = $1 and user_id = $2";
  private static final String NOWHERE = "delete from ferry.api_member where user_id = $1";
  private static final String ROOMS =
      "select room from ferry.api_member where user_id = $1 order by room";
  private static final String MEMBERS =
      """
      select user_id from ferry.api_member where room = $1
      order by array_position(array['admin', 'moderator', 'member'], role::text), at limit 20
      """;

  private final Database database;
  private final Turns turns;

  /**
   * What is provisioned, in a database.
   *
   * @param database stays the caller's
   */
  public PgProvisioned(Database database) {
    this.database = database;
    this.turns = new Turns(database);
  }

  @Override
  public Optional<Person> person(String extId) {
    return first(database.run(PERSON_BY_NAME, extId)).map(PgProvisioned::person);
  }

  @Override
  public Optional<Person> personOf(UserId user) {
    return first(database.run(PERSON_BY_USER, user.value())).map(PgProvisioned::person);
  }

  @Override
  public void keep(Person person) {
    Person.Profile profile = person.profile();
    var unused =
        database.run(
            KEEP_PERSON,
            person.extId(),
            person.user().value(),
            word(person.state()),
            person.generation(),
            profile.displayname(),
            profile.avatarUrl(),
            profile.email());
  }

  @Override
  public void drop(Person person) {
    var unused = database.run(DROP_PERSON, person.extId());
  }

  @Override
  public Optional<Place> place(String key) {
    return first(database.run(PLACE_BY_KEY, key)).map(PgProvisioned::place);
  }

  @Override
  public Optional<Place> placeOf(RoomId room) {
    return first(database.run(PLACE_BY_ROOM, room.value())).map(PgProvisioned::place);
  }

  @Override
  public void keep(Place place) {
    @Nullable String room = place.room() == null ? null : place.room().value();
    var unused = database.run(KEEP_PLACE, place.key(), room, word(place.state()), place.levels());
  }

  @Override
  public void member(RoomId room, UserId user, Role role) {
    var unused = database.run(MEMBER, room.value(), user.value(), role.word());
  }

  @Override
  public void noMember(RoomId room, UserId user) {
    var unused = database.run(NO_MEMBER, room.value(), user.value());
  }

  @Override
  public void noMember(UserId user) {
    var unused = database.run(NOWHERE, user.value());
  }

  @Override
  public List<UserId> members(RoomId room) {
    List<UserId> members = new ArrayList<>();
    database.run(MEMBERS, room.value()).forEach(r -> members.add(new UserId(r.getString(0))));
    return members;
  }

  @Override
  public List<RoomId> roomsOf(UserId user) {
    List<RoomId> rooms = new ArrayList<>();
    database.run(ROOMS, user.value()).forEach(r -> rooms.add(new RoomId(r.getString(0))));
    return rooms;
  }

  @Override
  public <T> T alone(String name, Supplier<T> work) {
    return turns.alone(name, work);
  }

  private static Optional<Row> first(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next());
  }

  private static Person person(Row row) {
    return new Person(
        row.getString(0),
        new UserId(row.getString(1)),
        Person.State.valueOf(row.getString(2).toUpperCase(Locale.ROOT)),
        row.getInteger(3),
        new Person.Profile(row.getString(4), row.getString(5), row.getString(6)));
  }

  private static Place place(Row row) {
    String room = row.getString(1);
    return new Place(
        row.getString(0),
        room == null ? null : new RoomId(room),
        Place.State.valueOf(row.getString(2).toUpperCase(Locale.ROOT)),
        row.getString(3));
  }

  private static String word(Enum<?> state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
