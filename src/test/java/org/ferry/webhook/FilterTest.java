package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which messages an endpoint gets. */
class FilterTest {
  private static final Message SAID = message("!fest:hs", "Summer fest");

  private final List<String> asked = new ArrayList<>();

  private static Message message(String room, String name) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.putObject("room").put("id", room).put("name", name);
    return new Message(1, "message.created", room, "matrix", "@anna:hs", Instant.EPOCH, data);
  }

  private Filter of(String rooms) {
    return new Filter(
        new Endpoint.Rules(List.of("*"), List.of(), List.of(rooms), List.of("*")),
        null,
        room -> {
          boolean unused = asked.add(room);
          return room.equals("!fest:hs") ? Optional.of("#fest:hs") : Optional.empty();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"*", "!fest:hs", "!fest*", "Summer fest", "Summer*", "#fest:hs", "#fest:*"})
  void roomsGoByIdNameOrAlias(String rooms) {
    assertThat(of(rooms).against(SAID)).isEmpty();
    assertThat(of(rooms).against(message("!other:hs", "Other")))
        .isEqualTo(rooms.equals("*") ? Optional.empty() : Optional.of("rooms"));
  }

  @Test
  void anAliasIsAskedForOnceAndWhereNothingElseFits() {
    assertThat(of("Summer fest").against(SAID)).isEmpty();
    assertThat(of("!x*").against(SAID)).contains("rooms");
    assertThat(asked).isEmpty();
    Filter filter = of("#fest:hs");
    for (int i = 0; i < 3; i++) {
      assertThat(filter.against(SAID)).isEmpty();
    }
    assertThat(asked).containsExactly("!fest:hs");
  }
}
