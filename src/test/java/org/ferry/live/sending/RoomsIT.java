package org.ferry.live.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.lab.LabClient;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixLab;
import org.ferry.store.StoreLab;
import org.ferry.store.live.PgRoomCards;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.TestLab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of a real Synapse before an encrypted message, and what is seen by it. */
class RoomsIT {
  private static final UserId BOT = new UserId("@_ferry:" + MatrixLab.DOMAIN);

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final StoreLab store = new StoreLab();
  private final Rooms rooms = rooms();
  private MatrixLab lab;
  private HttpFaultProxy proxy;
  private Homeserver homeserver;
  private Intent ghost;
  private RoomId room;
  private LabClient anna;
  private LabClient berta;

  @BeforeEach
  void start() throws Exception {
    lab = new MatrixLab("readers", true);
    proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
    homeserver = lab.through(proxy.url());
    ghost = homeserver.as(lab.ghost().user());
    anna = lab.synapse().register("anna", TestLab.PASSWORD, false);
    berta = lab.synapse().register("berta", TestLab.PASSWORD, false);
    room =
        ghost.createRoom(
            LabClient.json(
                """
                {"preset":"public_chat","initial_state":[{"type":"m.room.encryption",
                "content":{"algorithm":"m.megolm.v1.aes-sha2","rotation_period_msgs":5}}]}
                """));
    String unused = anna.join(room.value());
  }

  @AfterEach
  void stop() {
    homeserver.close();
    proxy.close();
    lab.close();
    store.close();
  }

  /** As another process knows them. */
  private Rooms rooms() {
    return new Rooms(
        new Company(MatrixLab.DOMAIN, BOT, List.of(), user -> user.localpart().startsWith("old_")),
        new PgRoomCards(store.database()),
        now::get);
  }

  private Set<UserId> readers() {
    return rooms.look(ghost, room).readers();
  }

  private static UserId id(LabClient person) {
    return new UserId(person.userId());
  }

  /** How many requests something makes. */
  private int requests(Runnable work) {
    int before = proxy.seen().size();
    work.run();
    return proxy.seen().size() - before;
  }

  @Test
  void aRoomIsAskedWhatChangedAndNotEachTimeWhoIsInIt() {
    assertThat(rooms.isEncrypted(ghost, room)).isTrue();
    assertThat(readers()).containsExactlyInAnyOrder(ghost.user(), id(anna));
    assertThat(rooms.look(ghost, room).settings().rotationMessages()).isEqualTo(5);
    for (int i = 0; i < 30; i++) {
      String unused = anna.say(room.value(), "talk " + i);
    }
    assertThat(requests(() -> assertThat(rooms.isEncrypted(ghost, room)).isTrue())).isZero();
    assertThat(requests(this::readers)).isEqualTo(1);

    String unused = berta.join(room.value());
    assertThat(readers()).contains(id(berta));
    assertThat(requests(() -> assertThat(readers()).contains(id(berta)))).isEqualTo(1);
    berta.leave(room.value());
    assertThat(readers()).containsExactlyInAnyOrder(ghost.user(), id(anna));
    anna.leave(room.value());
    unused = anna.join(room.value());
    anna.leave(room.value());
    assertThat(readers()).containsExactly(ghost.user());
  }

  /** Who controls the homeserver must not get what is said from then on in clear. */
  @Test
  void aRoomThatWasEncryptedOnceIsSoWhateverTheHomeserverSaysLater() {
    assertThat(rooms.isEncrypted(ghost, room)).isTrue();
    for (String said : List.of("404 {\"errcode\":\"M_NOT_FOUND\"}", "200 {}")) {
      proxy.heal();
      proxy.answer(
          seen -> seen.path().contains("/state/m.room.encryption"),
          Integer.MAX_VALUE,
          Integer.parseInt(said.substring(0, 3)),
          said.substring(4));
      Rooms restarted = rooms();
      assertThat(restarted.isEncrypted(ghost, room)).as(said).isTrue();
      Rooms.Sealed sealed = restarted.look(ghost, room);
      assertThat(sealed.readers()).as(said).contains(id(anna));
      assertThat(sealed.settings().rotationMessages()).as("the specification's").isEqualTo(100);
    }
    RoomId plain = ghost.createRoom(LabClient.json("{}"));
    assertThat(rooms.isEncrypted(ghost, plain)).as("no algorithm was ever named").isFalse();
    proxy.heal();
    assertThat(rooms.isEncrypted(ghost, plain)).isFalse();
    assertThat(rooms().isEncrypted(ghost, plain)).isFalse();
  }

  @Test
  void settingsThatChangeAreSeenAndAllIsAskedAgainNowAndThen() {
    ghost.memberships().invite(room, id(berta), null);
    assertThat(readers()).contains(id(berta));
    String unused =
        ghost
            .setState(
                room,
                "m.room.history_visibility",
                "",
                LabClient.json("{\"history_visibility\":\"joined\"}"),
                null)
            .value();
    assertThat(readers()).doesNotContain(id(berta));
    assertThat(rooms.look(ghost, room).settings().historyVisibility()).isEqualTo("joined");
    assertThat(requests(this::readers)).isEqualTo(1);
    now.set(now.get().plus(Rooms.TRUSTED).plus(Duration.ofSeconds(1)));
    assertThat(requests(this::readers)).isEqualTo(4);
    now.set(Instant.EPOCH);
    assertThat(requests(this::readers)).as("a clock that was set back").isEqualTo(4);
  }
}
