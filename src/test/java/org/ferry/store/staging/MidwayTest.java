package org.ferry.store.staging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.ferry.model.Event;
import org.ferry.source.RoomTally;
import org.ferry.source.synapse.LoadProgress;
import org.ferry.source.synapse.SynapseDump;
import org.ferry.testing.DumpTables;
import org.ferry.testing.Purged;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.crossing.Sample;
import org.junit.jupiter.api.Test;

/** Rooms of which the beginning is not in the dump: their state before it stands at the front. */
class MidwayTest {
  private static final String ROOM = Sample.facts().room("general");

  @Test
  void theStateBeforeTheFirstEventStandsInFrontOfIt() throws Exception {
    DumpTables dump = DumpTables.sample();
    Purged purged = Purged.of(dump, ROOM, Purged.depthOfMessage(dump, ROOM, 10));
    assertThat(purged.deleted()).hasSizeGreaterThanOrEqualTo(10);
    try (SynapseDump source = load(dump)) {
      List<Event> events = events(source);
      List<Event> prior = events.stream().filter(Event::isPrior).toList();
      assertThat(prior).extracting(e -> e.type() + "|" + e.stateKey()).doesNotHaveDuplicates();
      assertThat(prior).allMatch(e -> e.isState() && e.room().value().equals(ROOM));
      assertThat(prior).extracting(e -> e.id().value()).isSubsetOf(purged.state());
      assertThat(prior).extracting(Event::type).startsWith("m.room.create");
      assertThat(prior).extracting(Event::type).contains("m.room.name", "m.room.power_levels");
      assertThat(events.getFirst().depth()).isNegative();
      assertThat(source.problems())
          .singleElement()
          .satisfies(p -> {
            assertThat(p.where()).contains(ROOM);
            assertThat(p.what()).contains("middle of its history");
            assertThat(p.remedy()).contains(prior.size() + " pieces of state");
          });
      List<Event> history =
          events.stream().filter(e -> !e.isPrior() && e.room().value().equals(ROOM)).toList();
      assertThat(history).noneMatch(e -> purged.deleted().contains(e.id().value()));
      try (Stream<RoomTally> tallies = source.tallies()) {
        assertThat(tallies.filter(t -> t.room().value().equals(ROOM)))
            .singleElement()
            .satisfies(t -> assertThat(t.events()).isEqualTo(history.size()));
      }
    }
  }

  /** The newest of each key counts, and one that was refused never does. */
  @Test
  void onlyTheLastStateBeforeItCounts() throws Exception {
    DumpTables dump = DumpTables.sample();
    DumpTables.Table events = dump.table("events");
    DumpTables.Table json = dump.table("event_json");
    for (String name : List.of("older", "newest", "refused")) {
      copyOfName(events, json, name);
    }
    dump.table("rejections").rows().add(rejection(dump.table("rejections"), "$refused"));
    Purged unused = Purged.of(dump, ROOM, Purged.depthOfMessage(dump, ROOM, 10));
    String ours = "$older $newest $refused";
    dump.table("current_state_events")
        .rows()
        .removeIf(r -> {
          DumpTables.Table current = dump.table("current_state_events");
          return current.get(r, "room_id").equals(ROOM)
              && current.get(r, "type").equals("m.room.name");
        });
    try (SynapseDump source = load(dump)) {
      assertThat(events(source))
          .filteredOn(e -> ours.contains(e.id().value()))
          .extracting(e -> e.id().value())
          .containsExactly("$newest");
    }
  }

  @Test
  void whereTheBeginningIsThereNothingIsAdded() throws Exception {
    try (SynapseDump source = load(DumpTables.sample())) {
      assertThat(events(source)).hasSize(715).noneMatch(Event::isPrior);
      assertThat(source.problems()).isEmpty();
    }
  }

  /** Puts a copy of the room's name into the first depths. */
  private static void copyOfName(DumpTables.Table events, DumpTables.Table json, String name) {
    String[] original =
        events.rows().stream()
            .filter(r -> events.get(r, "room_id").equals(ROOM))
            .filter(r -> events.get(r, "type").equals("m.room.name"))
            .findFirst()
            .orElseThrow();
    String id = events.get(original, "event_id");
    String[] copy = original.clone();
    copy[events.columns().indexOf("event_id")] = "$" + name;
    String depth = name.equals("older") ? "3" : name.equals("newest") ? "11" : "12";
    copy[events.columns().indexOf("depth")] = depth;
    copy[events.columns().indexOf("topological_ordering")] = depth;
    events.rows().add(copy);
    String[] body =
        json.rows().stream()
            .filter(r -> json.get(r, "event_id").equals(id))
            .findFirst()
            .orElseThrow()
            .clone();
    body[json.columns().indexOf("event_id")] = "$" + name;
    json.rows().add(body);
  }

  private static String[] rejection(DumpTables.Table rejections, String id) {
    String[] row = new String[rejections.columns().size()];
    java.util.Arrays.fill(row, "x");
    row[rejections.columns().indexOf("event_id")] = id;
    return row;
  }

  private static SynapseDump load(DumpTables dump) throws Exception {
    return SynapseDump.load(
        "-", dump.open(), PgStaging.on(TestPostgres.freshDatabase().connect()), LoadProgress.NONE);
  }

  private static List<Event> events(SynapseDump source) {
    try (Stream<Event> events = source.events()) {
      return events
          .sorted(Comparator.comparingLong(Event::depth).thenComparingLong(Event::stream))
          .toList();
    }
  }
}
