package org.ferry.migrate.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Patience;
import org.ferry.testing.HttpFaultProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Timelines as a server with a fault gives them. */
class BackwardsTest {
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

  private List<String> read() {
    List<String> ids = new ArrayList<>();
    new Backwards(
            homeserver.as(new UserId("@bot:new.example.org")), new RoomId("!r:new.example.org"))
        .forEachRemaining(event -> ids.add(event.path("event_id").asText()));
    return ids;
  }

  private static String event(String id) {
    return "{\"event_id\":\"" + id + "\"}";
  }

  @Test
  void anEmptyPageInBetweenIsNotTheEnd() {
    page("", event("$3"), "t1");
    page("from=t1", "", "t2");
    page("from=t2", event("$2") + "," + event("$1"), "");
    assertThat(read()).containsExactly("$3", "$2", "$1");
  }

  @Test
  void aWholePageIsReadAcrossEmptyOnes() {
    page("", "", "t1");
    page("from=t1", event("$3") + "," + event("$2"), "t2");
    page("from=t2", "", "t3");
    page("from=t3", event("$1"), "");
    Backwards timeline =
        new Backwards(
            homeserver.as(new UserId("@bot:new.example.org")), new RoomId("!r:new.example.org"), 2);
    assertThat(timeline.page()).hasSize(2);
    assertThat(timeline.page()).hasSize(1);
    assertThat(timeline.page()).isEmpty();
  }

  @Test
  void tokensThatLeadInACircleEnd() {
    page("", event("$3"), "t1");
    page("from=t1", event("$2"), "t2");
    page("from=t2", event("$1"), "t1");
    assertThat(read()).containsExactly("$3", "$2", "$1");
  }
}
