package org.ferry.live.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ferry.live.message.Stage.ROOM;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import org.ferry.matrix.event.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rooms whose homeserver does not say what they are: nothing wrong is told of them meanwhile. */
class UnreadRoomIT {
  private static final String OTHER = "!other:hs";

  private final Stage stage = new Stage();

  @AfterEach
  void close() {
    stage.close();
  }

  private ObjectNode said(String room, String text) {
    String content = Json.text(Json.object().put("msgtype", "m.text").put("body", text));
    return stage.event("@alice:hs", "m.room.message", content).put("room_id", room);
  }

  private static List<String> bodies(List<LiveMessage> told) {
    return told.stream().map(m -> m.data().path("body").asText()).toList();
  }

  private static ObjectNode bridged() {
    ObjectNode state = Json.object().put("type", "m.bridge").put("state_key", "b");
    state = state.put("sender", "@instagrambot:hs");
    state.putObject("content").putObject("protocol").put("id", "instagram");
    return state;
  }

  @Test
  void itWaitsInItsOrderAndNobodyWaitsForIt() throws InterruptedException {
    stage.failing.add(ROOM);
    String room = ROOM.value();
    List<LiveMessage> told =
        stage.tell(said(OTHER, "a"), said(room, "1"), said(OTHER, "b"), said(room, "2"));
    assertThat(bodies(told)).containsExactly("a", "b");
    assertThat(bodies(stage.tell(said(room, "3"), said(OTHER, "c")))).containsExactly("c");
    stage.failing.clear();
    stage.states.put(ROOM, List.of(bridged()));
    stage.ahead = Duration.ofMinutes(2);
    List<LiveMessage> then = stage.tell(said(room, "4"));
    assertThat(bodies(then)).containsExactly("1", "2", "3", "4");
    assertThat(then).allMatch(m -> m.network().equals("instagram"));
  }

  @Test
  void whatStaysUnreadIsToldInTheEnd() throws InterruptedException {
    stage.failing.add(ROOM);
    assertThat(stage.tell(said(ROOM.value(), "1"))).isEmpty();
    stage.ahead = Inquiries.GIVEN_UP.plusSeconds(1);
    assertThat(bodies(stage.told())).containsExactly("1");
  }

  @Test
  void itWaitsAlsoForTheNextProcess() throws InterruptedException {
    stage.failing.add(ROOM);
    assertThat(stage.tell(said(ROOM.value(), "1"))).isEmpty();
    stage.narrator();
    stage.failing.clear();
    stage.states.put(ROOM, List.of(bridged()));
    assertThat(stage.told()).singleElement().matches(m -> m.network().equals("instagram"));
  }
}
