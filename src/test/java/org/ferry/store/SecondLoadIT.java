package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ferry.migrate.LoadedSource;
import org.ferry.source.synapse.LoadProgress;
import org.ferry.source.synapse.SynapseDump;
import org.ferry.testing.DumpTables;
import org.junit.jupiter.api.Test;

/** A dump, and a later one of the same server with a tenth more in it. */
class SecondLoadIT {
  @Test
  void addsExactlyWhatIsNew() {
    DumpTables later = DumpTables.sample();
    DumpTables first = DumpTables.sample();
    Set<String> newest = newest(first, 72);
    for (String table : List.of("events", "event_json", "current_state_events")) {
      DumpTables.Table rows = first.table(table);
      boolean unused = rows.rows().removeIf(r -> newest.contains(rows.get(r, "event_id")));
    }
    try (StoreLab lab = new StoreLab()) {
      LoadedSource before = load(lab, first);
      assertThat(before.totals().newEvents()).isEqualTo(715 - 72);
      LoadedSource after = load(lab, later);
      assertThat(after.id()).isEqualTo(before.id());
      assertThat(after.load()).isEqualTo(2);
      assertThat(after.totals().events()).isEqualTo(715);
      assertThat(after.totals().newEvents()).isEqualTo(72);
      assertThat(lab.number("select count(*) from ferry.event")).isEqualTo(715);
      assertThat(lab.number("select count(distinct event_id) from ferry.event")).isEqualTo(715);
      assertThat(load(lab, later).totals().newEvents()).isZero();
      // An older dump takes nothing away.
      assertThat(load(lab, first).totals().events()).isEqualTo(715);
    }
  }

  private static Set<String> newest(DumpTables dump, int count) {
    DumpTables.Table events = dump.table("events");
    Set<String> ids = new HashSet<>();
    events.rows().stream()
        .sorted((a, b) ->
            Long.compare(
                Long.parseLong(events.get(b, "stream_ordering")),
                Long.parseLong(events.get(a, "stream_ordering"))))
        .limit(count)
        .forEach(r -> ids.add(events.get(r, "event_id")));
    return ids;
  }

  private static LoadedSource load(StoreLab lab, DumpTables dump) {
    try (SynapseDump source =
        SynapseDump.load("-", dump.open(), lab.database.staging(), LoadProgress.NONE)) {
      return lab.sources.load(source, p -> {});
    }
  }
}
