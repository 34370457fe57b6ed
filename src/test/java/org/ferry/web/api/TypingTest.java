package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.live.Typing.Typed;
import org.ferry.matrix.event.Json;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who types reaches the sockets of those who may read the room. */
class TypingTest {
  private static final RoomId FIRST = new RoomId("!first:" + ApiHouse.DOMAIN);
  private static final RoomId SECOND = new RoomId("!second:" + ApiHouse.DOMAIN);

  private final HttpClient client = HttpClient.newHttpClient();
  private final ApiHouse house =
      new ApiHouse(
          ApiHouse.options(
              ApiHouse.token("all", Scope.READ),
              new ApiOptions.Token(
                  "second",
                  Secret.of("second-token"),
                  Set.of(Scope.READ),
                  List.of(SECOND.value()),
                  List.of(),
                  Set.of()),
              new ApiOptions.Token(
                  "phone",
                  Secret.of("phone-token"),
                  Set.of(Scope.READ),
                  List.of("*"),
                  List.of("whatsapp"),
                  Set.of())));

  @AfterEach
  void close() {
    house.close();
    client.shutdownNow();
    client.close();
  }

  /** What a socket was told of typing, as it comes in. */
  private final class Ears {
    private final Frames frames = new Frames();
    private final List<JsonNode> heard = new ArrayList<>();

    Ears(String token) throws InterruptedException {
      var unused = frames.open(client, house, "{\"type\":\"auth\",\"token\":\"" + token + "\"}");
      assertThat(frames.next()).contains("ready");
    }

    boolean hear(RoomId room) {
      for (String text : frames.waiting()) {
        heard.add(Json.parseObject(text));
      }
      return rooms().contains(room.value());
    }

    List<String> rooms() {
      return heard.stream().map(f -> f.at("/data/room/id").asText()).toList();
    }
  }

  /** Told until it is heard: what nobody listens to yet is lost, as it is meant to be. */
  @Test
  void whoMayReadTheRoomHearsItAndNobodyElse() throws Exception {
    Ears all = new Ears("all-token");
    Ears second = new Ears("second-token");
    Ears phone = new Ears("phone-token");
    List<String> users =
        Collections.nCopies(200, "@" + "\u00e4".repeat(120) + ":" + ApiHouse.DOMAIN);
    Wait.until(() -> {
      // Ids that hold line breaks are nobody's, and make no others.
      house.typing.tell(
          new Typed(
              FIRST, List.of("@eve:x\n", "@eve:x\n@bob:x", "@ann:" + ApiHouse.DOMAIN, "@o:x\n")));
      house.typing.tell(new Typed(new RoomId(SECOND.value() + "\n@eve:x"), List.of("@a:x")));
      house.typing.tell(new Typed(SECOND, users));
      boolean heard = second.hear(SECOND);
      return all.hear(SECOND) && heard;
    });
    assertThat(all.rooms()).contains(FIRST.value());
    assertThat(second.rooms()).containsOnly(SECOND.value());
    assertThat(phone.hear(SECOND)).isFalse();
    assertThat(phone.heard).isEmpty();
    JsonNode frame = all.heard.getFirst();
    assertThat(frame.path("type").asText()).isEqualTo("typing");
    assertThat(frame.at("/data/users")).hasToString("[\"@ann:" + ApiHouse.DOMAIN + "\"]");
    assertThat(second.heard.getFirst().at("/data/users")).hasSizeBetween(10, 199);
  }
}
