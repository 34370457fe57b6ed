package org.ferry.migrate.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.Patience;
import org.ferry.testing.HttpFaultProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Timelines in both directions, as a server with a fault gives them, or one that hides some of
 * them.
 */
class TimelineTest {
  private static final RoomId ROOM = new RoomId("!r:new.example.org");

  private final Vertx vertx = Vertx.vertx();
  private final HttpFaultProxy server = HttpFaultProxy.to(URI.create("http://127.0.0.1:1"));
  private final Homeserver homeserver =
      new Homeserver(
          vertx,
          HomeserverOptions.of(server.url().toString(), "new.example.org", Secret.of("token")),
          Patience.none(),
          InstantSource.system());

  @AfterEach
  void close() {
    homeserver.close();
    server.close();
    vertx.close().await();
  }

  private void page(String from, String events, String end) {
    server.answer(
        seen -> from.isEmpty() ? !seen.path().contains("from=") : seen.path().contains(from),
        1_000,
        200,
        "{\"chunk\":[%s],\"start\":\"s\"%s}"
            .formatted(events, end.isEmpty() ? "" : ",\"end\":\"" + end + "\""));
  }

  private static String event(String id) {
    return "{\"event_id\":\"" + id + "\"}";
  }

  private Intent bot() {
    return homeserver.as(new UserId("@bot:new.example.org"));
  }

  private static List<String> read(Iterator<ObjectNode> timeline) {
    List<String> ids = new ArrayList<>();
    timeline.forEachRemaining(event -> ids.add(event.path("event_id").asText()));
    return ids;
  }

  @Test
  void aPageWithoutAnythingVisibleIsNotTheEnd() {
    page("", event("$1"), "t1");
    page("from=t1", "", "t2");
    page("from=t2", event("$2"), "");
    Timeline timeline = new Timeline(bot(), ROOM);
    assertThat(read(timeline)).containsExactly("$1", "$2");
  }

  @Test
  void anEmptyPageWithTheTokenThatAskedForItIsTheEnd() {
    page("", event("$1"), "t1");
    page("from=t1", "", "t1");
    Timeline timeline = new Timeline(bot(), ROOM);
    assertThat(read(timeline)).containsExactly("$1");
    assertThat(timeline.resume()).isFalse();
  }

  @Test
  void anEmptyPageInBetweenIsNotTheEndBackwardsEither() {
    page("", event("$3"), "t1");
    page("from=t1", "", "t2");
    page("from=t2", event("$2") + "," + event("$1"), "");
    assertThat(read(new Backwards(bot(), ROOM))).containsExactly("$3", "$2", "$1");
  }

  @Test
  void aWholePageIsReadBackwardsAcrossEmptyOnes() {
    page("", "", "t1");
    page("from=t1", event("$3") + "," + event("$2"), "t2");
    page("from=t2", "", "t3");
    page("from=t3", event("$1"), "");
    Backwards timeline = new Backwards(bot(), ROOM, 2);
    assertThat(timeline.page()).hasSize(2);
    assertThat(timeline.page()).hasSize(1);
    assertThat(timeline.page()).isEmpty();
  }

  @Test
  void tokensThatLeadInACircleBackwardsEnd() {
    page("", event("$3"), "t1");
    page("from=t1", event("$2"), "t2");
    page("from=t2", event("$1"), "t1");
    assertThat(read(new Backwards(bot(), ROOM))).containsExactly("$3", "$2", "$1");
  }
}
