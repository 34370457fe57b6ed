package org.ferry.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionStoreTest {
  private static final UserId BOT = new UserId("@bot:example.org");

  private final AtomicInteger news = new AtomicInteger();
  private final List<Received> rows = new ArrayList<>();
  private final List<Set<String>> asked = new ArrayList<>();

  private final Inbox inbox =
      new Inbox() {
        @Override
        public Set<String> ours(Set<String> rooms) {
          asked.add(rooms);
          return rooms.contains("!ours") ? Set.of("!ours") : Set.of();
        }

        @Override
        public boolean store(Received transaction) {
          return rows.add(transaction);
        }

        @Override
        public List<Untaken> untaken(int limit) {
          return List.of();
        }

        @Override
        public boolean waits() {
          return false;
        }

        @Override
        public void taken(long key) {
          throw new AssertionError("nothing is taken up here");
        }

        @Override
        public int forget(Instant before) {
          throw new AssertionError("nothing is forgotten here");
        }

        @Override
        public Optional<Newest> newest(String server) {
          return Optional.empty();
        }
      };

  private final List<Typing.Typed> typed = new ArrayList<>();
  private final Typing typing =
      new Typing() {
        @Override
        public void tell(Typed told) {
          boolean unused = typed.add(told);
        }

        @Override
        public void listen(Consumer<Typed> told) {
          throw new AssertionError("nobody listens here");
        }
      };

  private Received stored(String body) {
    new TransactionStore(
            "example.org", BOT, inbox, () -> Instant.EPOCH, news::incrementAndGet, typing)
        .store("7", body.getBytes(StandardCharsets.UTF_8));
    return rows.getLast();
  }

  private static String kept(Received row) {
    return row.body().toString(StandardCharsets.UTF_8);
  }

  @Test
  void storesUnderServerIdAndTheHashOfTheWhole() {
    Received row = stored("abc");
    assertThat(row.server()).isEqualTo("example.org");
    assertThat(row.txnId()).isEqualTo("7");
    assertThat(row.at()).isEqualTo(Instant.EPOCH);
    assertThat(row.sha256())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(kept(row)).isEqualTo("{}");
  }

  @Test
  void keepsWhatIsOfOwnRoomsAsItCameAndNothingElse() {
    String strange =
        "{ \"content\" : {\"body\":\"\\u0000 \\ud800 \u00fc\",\"n\":1e400,\"big\":9007199254740993,"
            + "\"room_id\":\"!inner\", \"deep\":"
            + "[".repeat(5000)
            + "]".repeat(5000)
            + "}, \"room_id\":\"!ours\"}";
    Received row =
        stored(
            "{\"events\":[{\"room_id\":\"!theirs\",\"content\":{\"body\":\"secret\"}}, "
                + strange
                + ",{\"room_id\":\"!ours\",\"n\":2},{\"type\":\"none\"},7,[\"!ours\"],null],"
                + "\"de.sorunome.msc2409.to_device\":[{\"room_id\":\"!ours\",\"key\":\"secret\"}],"
                + "\"ephemeral\":[{\"room_id\":\"!ours\",\"type\":\"m.typing\"},"
                + "{\"type\":\"m.presence\",\"content\":{\"status_msg\":\"secret\"}}]}");
    assertThat(kept(row))
        .isEqualTo("{\"events\":[" + strange + ",{\"room_id\":\"!ours\",\"n\":2}]}");
    assertThat(row.kept()).isEqualTo(2);
    assertThat(row.dropped()).isEqualTo(7);
    assertThat(asked).containsExactly(Set.of("!ours", "!theirs"));
  }

  @Test
  void whoTypesInOwnRoomsIsToldOnceAndNotKept() {
    String typing =
        """
        [{"type":"m.typing","room_id":"!theirs","content":{"user_ids":["@eve:example.org"]}},
         {"type":"m.receipt","room_id":"!ours","content":{"user_ids":["@eve:example.org"]}},
         {"type":"m.typing","room_id":"!ours","content":{"user_ids":7}},
         {"type":"m.typing","room_id":"!ours","content":{"user_ids":["@ann:example.org",7,"no user"]}}]
        """;
    Received row =
        stored("{\"ephemeral\":%1$s,\"de.sorunome.msc2409.ephemeral\":%1$s}".formatted(typing));
    assertThat(kept(row)).isEqualTo("{}");
    assertThat(typed)
        .containsExactly(new Typing.Typed(new RoomId("!ours"), List.of("@ann:example.org")));
  }

  @Test
  void keepsWhatBecomesOfFerrysOwnMembershipsInAnyRoom() {
    String invitation =
        "{\"type\":\"m.room.member\",\"room_id\":\"!theirs\",\"state_key\":\"@bot:example.org\"}";
    Received row =
        stored(
            "{\"events\":["
                + invitation
                + ",{\"type\":\"m.room.member\",\"room_id\":\"!theirs\",\"state_key\":\"@eve:example.org\"}"
                + ",{\"type\":\"m.other\",\"room_id\":\"!theirs\",\"state_key\":\"@bot:example.org\"}]}");
    assertThat(kept(row)).isEqualTo("{\"events\":[" + invitation + "]}");
    assertThat(row.dropped()).isEqualTo(2);
    assertThat(news).hasValue(1);
    assertThat(TransactionEvents.of(row.body().getBytes(), unreadable -> {}))
        .singleElement()
        .satisfies(e -> assertThat(e.path("room_id").asText()).isEqualTo("!theirs"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"events\":[{\"room_id\":\"!ours\",\"body\":\"secret\"}",
        "{\"events\":[{\"room_id\":\"!ours\"}]",
        "{\"events\":{\"room_id\":\"!ours\"}}",
        "{\"events\":[{\"room_id\":\"!ours\",\"room_id\":\"!theirs\",\"body\":\"secret\"}]}",
        "{\"events\":[{\"room_id\":[\"!ours\"],\"body\":\"secret\"}]}",
        "\0\1\2"
      })
  void keepsNothingOfWhatNobodyCanAttribute(String body) {
    assertThat(kept(stored(body))).isEqualTo("{}");
  }
}
