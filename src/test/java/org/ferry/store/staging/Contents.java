package org.ferry.store.staging;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.ferry.source.Problem;
import org.ferry.source.RoomTally;
import org.ferry.source.SourceInfo;
import org.ferry.source.synapse.LoadProgress;
import org.ferry.source.synapse.Surroundings;
import org.ferry.source.synapse.SynapseDump;
import org.ferry.testing.TestPostgres;

/**
 * Everything that came out of a source, in an order of its own, to be compared with another's.
 *
 * @param info what it is
 * @param streams the records of each stream as text
 * @param problems what was left out
 */
record Contents(SourceInfo info, List<List<String>> streams, List<Problem> problems) {
  static Contents of(String source, InputStream standardInput, Surroundings around)
      throws Exception {
    try (SynapseDump dump =
        SynapseDump.load(
            source,
            standardInput,
            PgStaging.on(TestPostgres.freshDatabase().connect()),
            LoadProgress.NONE,
            around)) {
      List<List<String>> streams = new ArrayList<>();
      streams.add(sorted(dump.people(), Object::toString));
      streams.add(sorted(dump.rooms(), Object::toString));
      streams.add(sorted(dump.events(), Object::toString));
      streams.add(sorted(dump.aliases(), Object::toString));
      streams.add(sorted(dump.media(), Object::toString));
      streams.add(sorted(dump.accountData(), Object::toString));
      streams.add(sorted(dump.receipts(), Object::toString));
      streams.add(sorted(dump.tallies(), RoomTally::toString));
      return new Contents(dump.info(), streams, dump.problems());
    }
  }

  /** The events as text. */
  List<String> events() {
    return streams.get(2);
  }

  private static <T> List<String> sorted(Stream<T> stream, Function<T, String> text) {
    try (stream) {
      return stream.map(text).sorted(Comparator.naturalOrder()).toList();
    }
  }
}
