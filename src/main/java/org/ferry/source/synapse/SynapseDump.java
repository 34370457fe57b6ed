package org.ferry.source.synapse;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.ferry.model.AccountDatum;
import org.ferry.model.Alias;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Receipt;
import org.ferry.model.Room;
import org.ferry.model.WayIn;
import org.ferry.source.Problem;
import org.ferry.source.ProblemLog;
import org.ferry.source.RoomTally;
import org.ferry.source.Source;
import org.ferry.source.SourceException;
import org.ferry.source.SourceInfo;
import org.jspecify.annotations.Nullable;

/**
 * The source {@code synapse-dump}: a dump of a Synapse's database, or the database itself where
 * that is SQLite, read once from its first to its last byte when it is loaded, then answered from a
 * {@link Staging}. Memory does not grow with the dump.
 */
public final class SynapseDump implements Source {
  private static final String TYPE = "synapse-dump";

  private final SourceInfo info;
  private final Staging staging;
  private final ProblemLog problems;
  private final ModelReader reader;

  private SynapseDump(SourceInfo info, Staging staging, ProblemLog problems) {
    this.info = info;
    this.staging = staging;
    this.problems = problems;
    reader = new ModelReader(info.server());
  }

  /**
   * Reads a dump of text into a staging, as {@link #load(String, InputStream, Staging,
   * LoadProgress, Surroundings)} does where no program is at hand.
   */
  public static SynapseDump load(
      String source, InputStream standardInput, Staging staging, LoadProgress progress) {
    return load(source, standardInput, staging, progress, Surroundings.none());
  }

  /**
   * Reads a dump into a staging. Blocks until all of it was read; call it on a thread that may.
   *
   * @param source a path, or {@code "-"} for standard input; what {@code pg_dump} writes in any of
   *     its formats or an SQLite database, as it is or as .gz, .zst or .xz, told by the content
   * @param standardInput what {@code "-"} reads
   * @param staging an empty staging; it belongs to the source afterwards and is closed with it, or
   *     at once where loading fails
   * @param progress told how far the reading is
   * @param around what of the machine may be used
   * @return the source
   * @throws SourceException where it is no dump of a Synapse, or is cut off or damaged; then
   *     nothing of it is left anywhere
   */
  public static SynapseDump load(
      String source,
      InputStream standardInput,
      Staging staging,
      LoadProgress progress,
      Surroundings around) {
    ProblemLog problems = new ProblemLog();
    try (DumpFile file = DumpFile.open(source, standardInput, progress, around)) {
      Stamp stamp =
          file.isSqlite()
              ? SmallServer.load(file, source, staging, problems, around)
              : text(file, staging, problems);
      for (String repeated : staging.seal()) {
        problems.add(
            "repeated rows",
            new Problem(
                file.label() + ", table " + repeated.replaceFirst(":.*", ""),
                "has rows twice (" + repeated + ")",
                "one of each was kept"));
      }
      SourceInfo info = describe(file.label(), stamp.writer(), stamp.fingerprint(), staging);
      tellMidway(info, staging, problems);
      return new SynapseDump(info, staging, problems);
    } catch (IOException e) {
      staging.close();
      throw DumpFile.failure(source, "at its end", e);
    } catch (RuntimeException e) {
      staging.close();
      throw e;
    }
  }

  /**
   * What is known of a dump once it was read.
   *
   * @param writer what wrote it, null where unknown
   * @param fingerprint the SHA-256 of its bytes
   */
  record Stamp(@Nullable String writer, String fingerprint) {}

  private static Stamp text(DumpFile file, Staging staging, ProblemLog problems)
      throws IOException {
    DumpLoader loader = new DumpLoader(file, staging, problems);
    loader.load();
    String writer = loader.writer();
    String format = file.format();
    return new Stamp(
        writer == null || format == null ? writer : writer + " (" + format + ")",
        file.fingerprint());
  }

  private static SourceInfo describe(
      String label, @Nullable String writer, String fingerprint, Staging staging) {
    String server =
        first(staging, StagedView.DOMAINS)
            .orElseThrow(() ->
                new SourceException(
                    label
                        + " holds no account, so that its server's name is unknown."
                        + " Dump Synapse's own database, whole."));
    String schema = first(staging, StagedView.SCHEMA).map(v -> "Synapse schema " + v).orElse(null);
    Instant latest =
        first(staging, StagedView.LATEST)
            .map(Long::parseLong)
            .map(Instant::ofEpochMilli)
            .orElse(null);
    String madeBy = writer == null ? schema : schema == null ? writer : writer + ", " + schema;
    return new SourceInfo(TYPE, server, label, madeBy, latest, fingerprint);
  }

  /** Names the server's own rooms of which the beginning is gone. */
  private static void tellMidway(SourceInfo info, Staging staging, ProblemLog problems) {
    try (Stream<StagedRow> rows = staging.read(StagedView.MIDWAY)) {
      rows.forEach(row -> {
        String creator = row.text(1);
        if (creator == null || creator.endsWith(":" + info.server())) {
          problems.add(
              "rooms without a beginning",
              new Problem(
                  info.label() + ", room " + row.text(0),
                  "begins in the middle of its history: the old server no longer has the rest",
                  "the "
                      + row.number(2, 0)
                      + " pieces of state that stood then are put before its first event"));
        }
      });
    }
  }

  private static Optional<String> first(Staging staging, StagedView view) {
    try (Stream<StagedRow> rows = staging.read(view)) {
      Iterator<StagedRow> all = rows.iterator();
      return all.hasNext() ? Optional.ofNullable(all.next().text(0)) : Optional.empty();
    }
  }

  @Override
  public SourceInfo info() {
    return info;
  }

  @Override
  public Stream<Person> people() {
    return read(StagedView.PEOPLE, "account", reader::person);
  }

  @Override
  public Stream<Room> rooms() {
    return read(StagedView.ROOMS, "room", reader::room);
  }

  @Override
  public Stream<Event> events() {
    return read(StagedView.EVENTS, "event", reader::event);
  }

  @Override
  public Stream<Alias> aliases() {
    return read(StagedView.ALIASES, "alias", reader::alias);
  }

  @Override
  public Stream<MediaFile> media() {
    return read(StagedView.MEDIA, "file", reader::media);
  }

  @Override
  public Stream<AccountDatum> accountData() {
    return read(StagedView.ACCOUNT_DATA, "account data", reader::accountDatum);
  }

  @Override
  public Stream<Receipt> receipts() {
    return read(StagedView.RECEIPTS, "receipt", reader::receipt);
  }

  @Override
  public Stream<WayIn> waysIn() {
    return read(StagedView.WAYS_IN, "address of", reader::wayIn);
  }

  @Override
  public Stream<RoomTally> tallies() {
    Stream<StagedRow> rows = staging.read(StagedView.ORDER);
    var each = Spliterators.spliteratorUnknownSize(new Tallies(rows.iterator()), 0);
    return StreamSupport.stream(each, false).onClose(rows::close);
  }

  @Override
  public List<Problem> problems() {
    return problems.list();
  }

  @Override
  public void close() {
    staging.close();
  }

  private <T> Stream<T> read(
      StagedView view, String what, Function<StagedRow, Optional<T>> reader) {
    return staging.read(view).<T>mapMulti((row, out) -> read(row, what, reader).ifPresent(out));
  }

  private <T> Optional<T> read(
      StagedRow row, String what, Function<StagedRow, Optional<T>> reader) {
    try {
      return reader.apply(row);
    } catch (IllegalArgumentException e) {
      String name = row.text(0) == null ? row.text(1) : row.text(0);
      String where = info.label() + ", " + what + " " + name;
      problems.add(what, new Problem(where, String.valueOf(e.getMessage()), "it was left out"));
      return Optional.empty();
    }
  }
}
