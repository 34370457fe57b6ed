package org.ferry.live.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.lab.LabClient;
import org.ferry.live.provision.Rooms.Wanted;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixLab;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.api.PgProvisioned;
import org.ferry.store.live.PgRoomCards;
import org.ferry.testing.TestLab;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rooms of an application's on a real Synapse. */
class RoomsIT {
  private static final Wanted NOTHING_NEW = new Wanted(null, null, List.of(), List.of());

  private static MatrixLab lab;
  private static LabClient alice;

  private final StoreLab store = new StoreLab();
  private final Provisioned rows = new PgProvisioned(store.database());
  private final Intent bot = ghost();
  private final Naming naming =
      new Naming(
          MatrixLab.DOMAIN,
          bot.user(),
          name -> UserId.of("old_" + name, MatrixLab.DOMAIN),
          u -> u.localpart().startsWith("old_"));

  @BeforeAll
  static void open() throws IOException {
    lab = new MatrixLab("provision-rooms", true);
    alice = lab.synapse().register("alice", TestLab.PASSWORD, false);
  }

  private static Intent ghost() {
    return lab.ghost();
  }

  @AfterAll
  static void end() {
    lab.close();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private record Door(Homeserver homeserver) implements ServiceDoor {
    @Override
    public boolean renewed(Homeserver refused) {
      return false;
    }

    @Override
    public Optional<Admin> admin() {
      return Optional.empty();
    }
  }

  private Rooms rooms(Provisioned with) {
    ServiceDoor door = new Door(lab.homeserver());
    return new Rooms(with, new PgRoomCards(store.database()), door, new People(with, door, naming));
  }

  /** A browser asks for the messages of everything that Ferry follows; its user is in few of it. */
  @Test
  void whoIsInARoomIsAskedForWithoutEnteringIt() {
    Rooms rooms = rooms(rows);
    Intent reader = lab.ghost();
    RoomId open = new RoomId(alice.createRoom(Json.object().put("preset", "public_chat")));
    RoomId closed = new RoomId(alice.createRoom(Json.object().put("preset", "private_chat")));
    for (RoomId room : List.of(open, closed, new RoomId("!gone:" + MatrixLab.DOMAIN))) {
      assertThat(rooms.joined(room, reader.user())).isEmpty();
    }
    assertThat(bot.memberships().joinedRooms()).isEmpty();
    RoomId unused = reader.memberships().join(open.value(), List.of());
    assertThat(rooms.joined(open, reader.user()))
        .contains(Set.of(reader.user(), new UserId(alice.userId())));
    assertThat(rooms.joined(closed, new UserId(alice.userId()))).isEmpty();
    assertThat(bot.memberships().joinedRooms()).isEmpty();
  }

  /** Ferry dies, or the database goes away, after the room was closed and before it is noted. */
  @Test
  void anArchivingThatWasNotNotedToItsEndForgetsNothing() {
    for (boolean repeated : List.of(true, false)) {
      String key = "fest " + repeated;
      RoomId room = rooms(rows).put(key, NOTHING_NEW).what();
      JsonNode before = levels(room);
      assertThatThrownBy(() -> rooms(new Broken(rows)).archive(key))
          .isInstanceOf(CancellationException.class);
      assertThat(levels(room).path("events_default").asInt()).isEqualTo(100);
      if (repeated) {
        rooms(rows).archive(key);
      }
      assertThat(rooms(rows).put(key, NOTHING_NEW).what()).isEqualTo(room);
      for (String name : List.of("events_default", "invite", "events")) {
        assertThat(levels(room).path(name)).as(name).isEqualTo(before.path(name));
      }
      assertThat(rows.place(key).orElseThrow().levels()).isNull();
    }
  }

  private JsonNode levels(RoomId room) {
    return bot.state(room, "m.room.power_levels", "").orElseThrow();
  }

  /** Cannot note that a room is archived. */
  private record Broken(Provisioned rows) implements Provisioned {
    @Override
    public void keep(Place place) {
      if (place.state() == Place.State.ARCHIVED) {
        throw new CancellationException("as a kill would");
      }
      rows.keep(place);
    }

    @Override
    public Optional<Person> person(String extId) {
      return rows.person(extId);
    }

    @Override
    public Optional<Person> personOf(UserId user) {
      return rows.personOf(user);
    }

    @Override
    public void keep(Person person) {
      rows.keep(person);
    }

    @Override
    public void drop(Person person) {
      rows.drop(person);
    }

    @Override
    public Optional<Place> place(String key) {
      return rows.place(key);
    }

    @Override
    public Optional<Place> placeOf(RoomId room) {
      return rows.placeOf(room);
    }

    @Override
    public void member(RoomId room, UserId user, Role role) {
      rows.member(room, user, role);
    }

    @Override
    public void noMember(RoomId room, UserId user) {
      rows.noMember(room, user);
    }

    @Override
    public void noMember(UserId user) {
      rows.noMember(user);
    }

    @Override
    public List<UserId> members(RoomId room) {
      return rows.members(room);
    }

    @Override
    public List<RoomId> roomsOf(UserId user) {
      return rows.roomsOf(user);
    }

    @Override
    public <T> T alone(String name, Supplier<T> work) {
      return rows.alone(name, work);
    }
  }
}
