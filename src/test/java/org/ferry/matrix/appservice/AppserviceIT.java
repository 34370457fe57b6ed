package org.ferry.matrix.appservice;

import static java.lang.Thread.State.TERMINATED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixLab;
import org.ferry.matrix.event.Json;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Both directions with a real Synapse whose registration knows no MSC4190. */
class AppserviceIT {
  private static MatrixLab lab;

  @BeforeAll
  static void start() throws Exception {
    lab = new MatrixLab("appservice", false);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  private static RoomId room(Intent owner) {
    return owner.createRoom(Json.object().put("preset", "public_chat"));
  }

  private static ObjectNode text(String body) {
    return Json.object().put("msgtype", "m.text").put("body", body);
  }

  @Test
  void theHomeserverReachesUsAndWeReachIt() {
    lab.ghost().ping(MatrixLab.ID, "t1");
  }

  @Test
  void eventsOfOurRoomsComeIn() {
    Intent ghost = lab.ghost();
    EventId sent = ghost.send(room(ghost), "m.room.message", "t", text("NUL \u0000 inside"), null);
    Wait.until(() -> lab.transactions().stream().anyMatch(t -> t.contains(sent.value())));
  }

  @Test
  void aDeviceIsMadeByLoginWhereTheServerKnowsNoOtherWay() {
    Intent ghost = lab.ghost();
    DeviceId device = ghost.devices().ensure(new DeviceId("FERRYREPLAY"), "Ferry");
    assertThat(device).isEqualTo(new DeviceId("FERRYREPLAY"));
    assertThat(lab.homeserver().as(ghost.user(), device).whoami().device()).isEqualTo(device);
    assertThat(ghost.devices().ensure(device, "Ferry")).isEqualTo(device);
  }

  /** Killed in the middle: the same transactions are repeated, and none makes a second event. */
  @Test
  void aHomeserverThatIsKilledAndComesBackLosesAndDoublesNothing() throws Exception {
    Intent plain = lab.ghost();
    DeviceId device = plain.devices().ensure(new DeviceId("FERRYREPLAY"), "Ferry");
    Intent ghost = lab.homeserver().as(plain.user(), device);
    RoomId room = room(ghost);
    List<String> notices = new CopyOnWriteArrayList<>();
    lab.homeserver().onWaiting(notices::add);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<String> sent = new ArrayList<>();
    Thread killer = Thread.ofPlatform().unstarted(() -> lab.synapse().kill());
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (int i = 0; i < 60; i++) {
                  sent.add(
                      ghost.send(room, "m.room.message", "n" + i, text("n" + i), null).value());
                  if (i == 20) {
                    killer.start();
                  } else if (i == 40) {
                    // However late the killer is: the rest is sent to a server that is not there.
                    killer.join();
                  }
                }
              } catch (RuntimeException | InterruptedException e) {
                failure.set(e);
              }
            });
    // Not as soon as the process is dead: the killer still notes that.
    Wait.until(Duration.ofMinutes(2), "the kill", () -> killer.getState() == TERMINATED);
    killer.join();
    var unused = lab.synapse().start();
    sender.join();
    assertThat(failure.get()).isNull();
    List<String> found = new ArrayList<>();
    String from = null;
    do {
      var page = ghost.messages(room, from, 'f', 50);
      for (ObjectNode e : page.chunk()) {
        if (e.path("type").asText().equals("m.room.message")) {
          found.add(e.path("event_id").asText());
        }
      }
      from = page.end();
    } while (from != null);
    assertThat(found).isEqualTo(sent).hasSize(60);
    assertThat(notices).anyMatch(n -> n.contains("answers again"));
  }
}
