package org.ferry.source.recount;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.Sha256;
import org.ferry.source.RoomTally;
import org.ferry.source.SecondReading;
import org.ferry.source.SourceException;
import org.ferry.source.packed.Compression;

/**
 * Counts the events of a plain {@code pg_dump} of a Synapse database: line by line, without a
 * database, in constant memory but for eight bytes for each event that is left out.
 *
 * <p>An event counts where it is no outlier, was neither rejected nor soft-failed, and has an id, a
 * room and a type; its place is its depth and its stream ordering.
 */
public final class DumpReading implements SecondReading {
  private static final int HEAD = 16;
  private static final Pattern COPY =
      Pattern.compile("COPY (?:\"?\\w+\"?\\.)?\"?(\\w+)\"? \\((.*)\\) FROM stdin;.*");
  private static final Pattern INSERT =
      Pattern.compile("(?i)INSERT INTO (?:\"?\\w+\"?\\.)?\"?events\"?[ (].*");
  private static final Pattern LEFT_OUT =
      Pattern.compile("\"(?:soft_failed|outlier)\"\\s*:\\s*true");

  private final String label;
  private final Sorted sorted;
  private final Ids leftOut = new Ids();
  private final Map<String, Long> servers = new TreeMap<>();
  private String fingerprint = "";
  private boolean copied;

  private DumpReading(String label, Path scratch) {
    this.label = label;
    this.sorted = new Sorted(scratch);
  }

  /**
   * Reads a dump.
   *
   * @param dump the file
   * @param scratch a folder for large dumps' intermediate files; made where it is missing
   * @param progress told of the bytes read so far
   * @return the reading, which the caller closes; empty where the dump is not of this form, which
   *     another reading has to count
   * @throws SourceException where the file cannot be read to its end
   */
  public static Optional<SecondReading> of(Path dump, Path scratch, LongConsumer progress) {
    try (InputStream in = Files.newInputStream(dump)) {
      return of(in, dump.toString(), scratch, progress);
    } catch (IOException e) {
      throw new SourceException(dump + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a dump from a stream, as {@link #of(Path, Path, LongConsumer)}.
   *
   * @param in the dump; not closed
   * @param label what to call it
   * @param scratch a folder for intermediate files
   * @param progress told of the bytes read so far
   * @return the reading, or empty
   * @throws IOException where the stream cannot be read to its end
   */
  public static Optional<SecondReading> of(
      InputStream in, String label, Path scratch, LongConsumer progress) throws IOException {
    DumpReading reading = new DumpReading(label, scratch);
    try {
      if (reading.read(in, progress)) {
        return Optional.of(reading);
      }
      reading.close();
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      reading.close();
      throw e;
    }
  }

  /** Reads everything; false where it is no text with COPY blocks. */
  private boolean read(InputStream in, LongConsumer progress) throws IOException {
    Counted counted = new Counted(in, progress);
    MessageDigest sha256 = Sha256.digest();
    BufferedInputStream file =
        new BufferedInputStream(new DigestInputStream(counted, sha256), 1 << 16);
    InputStream text = Compression.of(head(file)).open(file, counted::count, label);
    Lines lines = new Lines(text);
    boolean whole = tables(lines);
    if (!whole || !copied) {
      return false;
    }
    // What stands behind the compressed part belongs to the file as well.
    long unused = file.transferTo(OutputStream.nullOutputStream());
    fingerprint = HexFormat.of().formatHex(sha256.digest());
    sorted.seal();
    return true;
  }

  private static byte[] head(BufferedInputStream file) throws IOException {
    file.mark(HEAD);
    byte[] head = file.readNBytes(HEAD);
    file.reset();
    return head;
  }

  private boolean tables(Lines lines) throws IOException {
    boolean first = true;
    while (lines.advance()) {
      String line = start(lines);
      boolean binary = first && line.indexOf('\u0000') >= 0;
      if (binary || INSERT.matcher(line).matches()) {
        return false;
      }
      first = false;
      Matcher copy = COPY.matcher(line);
      if (copy.matches()) {
        table(lines, copy.group(1), columns(copy.group(2)));
      }
    }
    return true;
  }

  /** Enough of a line to know what it begins. */
  private static String start(Lines lines) {
    return new String(lines.bytes(), 0, Math.min(lines.length(), 1 << 16), StandardCharsets.UTF_8);
  }

  private static List<String> columns(String list) {
    return Arrays.stream(list.split(",")).map(c -> c.strip().replace("\"", "")).toList();
  }

  private void table(Lines lines, String table, List<String> columns) throws IOException {
    copied |= table.equals("events");
    Row row = new Row(columns);
    while (lines.advance()) {
      byte[] bytes = lines.bytes();
      if (lines.length() == 2 && bytes[0] == '\\' && bytes[1] == '.') {
        return;
      }
      switch (table) {
        case "events" -> event(row, lines);
        case "event_json" -> notes(row, lines);
        case "rejections" -> rejection(row, lines);
        case "users" -> account(row, lines);
        default -> {}
      }
    }
    throw new SourceException(label + " ends in the middle of table " + table + ".");
  }

  private void event(Row row, Lines lines) throws IOException {
    if (!row.take(lines.bytes(), lines.length())) {
      return;
    }
    String id = row.text("event_id");
    String room = row.text("room_id");
    String type = row.text("type");
    boolean outlier = "t".equals(row.text("outlier"));
    if (id == null || room == null || type == null || outlier) {
      return;
    }
    if (row.text("rejection_reason") != null) {
      return;
    }
    long depth = row.number("topological_ordering", row.number("depth", 0));
    sorted.add(new Placed(room, depth, row.number("stream_ordering", 0), id, type));
  }

  private void notes(Row row, Lines lines) {
    if (row.take(lines.bytes(), lines.length())) {
      String notes = row.text("internal_metadata");
      String id = row.text("event_id");
      if (id != null && notes != null && LEFT_OUT.matcher(notes).find()) {
        leftOut.add(id);
      }
    }
  }

  private void rejection(Row row, Lines lines) {
    String id = row.take(lines.bytes(), lines.length()) ? row.text("event_id") : null;
    if (id != null) {
      leftOut.add(id);
    }
  }

  private void account(Row row, Lines lines) {
    String name = row.take(lines.bytes(), lines.length()) ? row.text("name") : null;
    int colon = name == null ? -1 : name.indexOf(':');
    if (name != null && colon > 0 && colon + 1 < name.length()) {
      long unused = servers.merge(name.substring(colon + 1), 1L, Long::sum);
    }
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public String server() {
    return servers.entrySet().stream()
        .max(Map.Entry.<String, Long>comparingByValue().thenComparing(e -> e.getKey()))
        .map(Map.Entry::getKey)
        .orElse("");
  }

  @Override
  public Optional<Stream<Seen>> events() {
    Accepted events = accepted();
    return Optional.of(
        stream(events)
            .map(e -> new Seen(new RoomId(e.room()), new EventId(e.id()), e.type()))
            .onClose(events::close));
  }

  @Override
  public Stream<RoomTally> tallies() {
    Accepted events = accepted();
    return stream(new Counting(events)).onClose(events::close);
  }

  private Accepted accepted() {
    try {
      return new Accepted(sorted.read(), leftOut);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> Stream<T> stream(Iterator<T> each) {
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(each, 0), false);
  }

  @Override
  public void close() {
    sorted.close();
  }
}
