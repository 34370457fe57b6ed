package org.ferry.migrate.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Kit.Room;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class ParentsTest {
  private static Map<RoomId, List<RoomId>> of(Room... rooms) {
    return of(Stream.of(rooms).map(Room::facts).toList());
  }

  private static Map<RoomId, List<RoomId>> of(List<RoomFacts> facts) {
    Set<RoomId> spaces =
        facts.stream().filter(RoomFacts::isSpace).map(RoomFacts::id).collect(Collectors.toSet());
    return Parents.of(facts, spaces);
  }

  @Test
  void letsTheOlderOfTwoInARingContainTheOther() {
    var parents = of(new Room("a").since(1).children("b"), new Room("b").since(2).children("a"));
    assertThat(parents.get(Kit.id("b"))).containsExactly(Kit.id("a"));
    assertThat(parents.get(Kit.id("a"))).isEmpty();
  }

  @Test
  void neverPutsASpaceIntoItself() {
    var parents = of(new Room("a").children("a", "b"), new Room("b").children());
    assertThat(parents.getOrDefault(Kit.id("a"), List.of())).isEmpty();
    assertThat(parents.get(Kit.id("b"))).containsExactly(Kit.id("a"));
  }

  @Test
  void leavesEverythingOutsideOfARingAsItIs() {
    var parents =
        of(
            new Room("top").since(9).children("a", "x"),
            new Room("a").since(1).children("b"),
            new Room("b").since(2).children("a", "leaf"),
            new Room("leaf").since(0).children("x"),
            new Room("x"));
    assertThat(parents.get(Kit.id("a"))).containsExactly(Kit.id("top"));
    assertThat(parents.get(Kit.id("leaf"))).containsExactly(Kit.id("b"));
    assertThat(parents.get(Kit.id("x"))).containsExactly(Kit.id("leaf"), Kit.id("top"));
    assertThat(Parents.ringed(parents)).isEmpty();
  }

  @Test
  void endsOnAChainAndOnARingOfAHundredThousand() {
    List<RoomFacts> chain = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      chain.add(new Room("c" + i).since(i).children("c" + (i + 1)).facts());
    }
    List<RoomFacts> ring = new ArrayList<>(chain);
    ring.add(new Room("c100000").since(100_000).children("c0").facts());
    Assertions.assertTimeout(
        Duration.ofMinutes(2),
        () -> {
          assertThat(Parents.ringed(of(chain))).isEmpty();
          assertThat(Parents.ringed(of(ring))).isEmpty();
          assertThat(of(ring).get(Kit.id("c0"))).isEmpty();
        });
  }
}
