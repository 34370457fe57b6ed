package org.ferry.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.ferry.source.RoomTally;
import org.ferry.source.SecondReading;
import org.ferry.source.Source;
import org.ferry.source.SourceException;
import org.ferry.source.recount.DumpReading;
import org.ferry.source.synapse.SynapseDump;

/** Counts a source a second time. */
public final class SecondCounts {
  private final Ferry ferry;

  /**
   * Counts for a Ferry.
   *
   * @param ferry the running Ferry
   */
  public SecondCounts(Ferry ferry) {
    this.ferry = ferry;
  }

  /**
   * Reads a source again, by a way of its own where it is a plain dump. A dump in another form is
   * counted where its rows are staged, which is not the way by which the ledger is filled either.
   *
   * @param source a path, or {@code -} for standard input
   * @param standardInput what {@code -} reads
   * @param progress told of the bytes read and of all, -1 where unknown
   * @return the reading; the caller closes it
   * @throws SourceException where it cannot be read to its end
   */
  public SecondReading read(
      String source, InputStream standardInput, BiConsumer<Long, Long> progress) {
    Path scratch = ferry.config().dataDir().resolve("scratch");
    try {
      if (source.equals("-")) {
        return DumpReading.of(
                standardInput, "standard input", scratch, n -> progress.accept(n, -1L))
            .orElseThrow(() ->
                new SourceException(
                    "standard input is no plain dump; name the file that is to be counted"));
      }
      Path path = Path.of(source);
      long size = Files.isRegularFile(path) ? Files.size(path) : -1;
      Optional<SecondReading> own =
          size < 0
              ? Optional.empty()
              : DumpReading.of(path, scratch, n -> progress.accept(n, size));
      return own.orElseGet(() -> staged(source, standardInput, progress));
    } catch (IOException e) {
      throw new SourceException(source + " cannot be read: " + e.getMessage(), e);
    }
  }

  private SecondReading staged(
      String source, InputStream standardInput, BiConsumer<Long, Long> progress) {
    Source dump =
        SynapseDump.load(
            source,
            standardInput,
            ferry.database().staging(),
            (n, all) -> progress.accept(n, all),
            ferry.surroundings());
    return new Staged(dump);
  }

  /** The count over the staged rows. */
  private record Staged(Source dump) implements SecondReading {
    @Override
    public String label() {
      return dump.info().label();
    }

    @Override
    public String fingerprint() {
      return dump.info().fingerprint();
    }

    @Override
    public String server() {
      return dump.info().server();
    }

    @Override
    public Stream<RoomTally> tallies() {
      return dump.tallies();
    }

    @Override
    public Optional<Stream<Seen>> events() {
      return Optional.of(dump.events().map(e -> new Seen(e.room(), e.id(), e.type())));
    }

    @Override
    public void close() {
      dump.close();
    }
  }
}
