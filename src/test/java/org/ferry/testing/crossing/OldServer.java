package org.ferry.testing.crossing;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.ferry.lab.LabClient;
import org.jspecify.annotations.Nullable;

/**
 * The events of a dump, read by a plain reader of COPY text that shares nothing with Ferry's: small
 * dumps only.
 */
public final class OldServer {
  private static final Set<String> TABLES =
      Set.of("events", "event_json", "redactions", "rejections");

  private final Map<String, List<Map<String, String>>> tables = new HashMap<>();
  private final Map<String, OldEvent> events = new LinkedHashMap<>();

  /**
   * An event that the old server had accepted.
   *
   * @param id its id
   * @param room its room
   * @param json as the server stored it
   * @param redacted whether a redaction names it
   * @param depth its depth
   * @param stream its stream ordering
   */
  public record OldEvent(
      String id, String room, JsonNode json, boolean redacted, long depth, long stream) {
    /** Its type. */
    public String type() {
      return json.path("type").asText();
    }

    /** Who sent it. */
    public String sender() {
      return json.path("sender").asText();
    }

    /** Its time. */
    public long ts() {
      return json.path("origin_server_ts").asLong();
    }

    /** Its content. */
    public JsonNode content() {
      return json.path("content");
    }

    /** Its state key, null for a message. */
    public @Nullable String stateKey() {
      return json.has("state_key") ? json.path("state_key").asText() : null;
    }
  }

  private OldServer() {}

  /** Reads a gzipped plain dump. */
  public static OldServer read(Path dump) {
    var old = new OldServer();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(dump)), StandardCharsets.UTF_8))) {
      old.tables(lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    old.join();
    return old;
  }

  private void tables(BufferedReader lines) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.startsWith("COPY public.")) {
        continue;
      }
      String table = line.substring(12, line.indexOf(' ', 12));
      String[] columns =
          line.substring(line.indexOf('(') + 1, line.indexOf(')'))
              .replace("\"", "")
              .split(", ", -1);
      List<Map<String, String>> rows = new ArrayList<>();
      for (String row = lines.readLine(); !"\\.".equals(row); row = lines.readLine()) {
        if (TABLES.contains(table)) {
          rows.add(row(columns, row));
        }
      }
      tables.put(table, rows);
    }
  }

  private static Map<String, String> row(String[] columns, String line) {
    String[] fields = line.split("\t", -1);
    Map<String, String> row = new HashMap<>();
    for (int i = 0; i < columns.length; i++) {
      if (!fields[i].equals("\\N")) {
        // JSON holds no control characters, so the backslash is the only escape in it.
        row.put(columns[i], fields[i].replace("\\\\", "\\"));
      }
    }
    return row;
  }

  private List<Map<String, String>> table(String name) {
    return tables.getOrDefault(name, List.of());
  }

  private void join() {
    Map<String, Map<String, String>> json = new HashMap<>();
    table("event_json").forEach(r -> json.put(r.getOrDefault("event_id", ""), r));
    Set<String> redacted = new HashSet<>();
    table("redactions").forEach(r -> redacted.add(r.getOrDefault("redacts", "")));
    Set<String> rejected = new HashSet<>();
    table("rejections").forEach(r -> rejected.add(r.getOrDefault("event_id", "")));
    List<OldEvent> found = new ArrayList<>();
    for (Map<String, String> row : table("events")) {
      String id = row.getOrDefault("event_id", "");
      Map<String, String> body = json.get(id);
      if (body != null && accepted(row, body) && !rejected.contains(id)) {
        found.add(event(id, row, body, redacted.contains(id)));
      }
    }
    found.sort(Comparator.comparingLong(OldEvent::depth).thenComparingLong(OldEvent::stream));
    found.forEach(e -> events.put(e.id(), e));
  }

  private static boolean accepted(Map<String, String> row, Map<String, String> body) {
    String json = body.getOrDefault("json", "");
    return "f".equals(row.get("outlier"))
        && !row.containsKey("rejection_reason")
        && !body.getOrDefault("internal_metadata", "")
            .replace(" ", "")
            .contains("soft_failed\":true")
        && json.endsWith("}");
  }

  private static OldEvent event(
      String id, Map<String, String> row, Map<String, String> body, boolean redacted) {
    return new OldEvent(
        id,
        row.getOrDefault("room_id", ""),
        LabClient.json(body.getOrDefault("json", "")),
        redacted,
        Long.parseLong(row.getOrDefault("depth", "0")),
        Long.parseLong(row.getOrDefault("stream_ordering", "0")));
  }

  /** All accepted events, in their rooms' order. */
  public List<OldEvent> events() {
    return List.copyOf(events.values());
  }

  /** The accepted events of a room, in order. */
  public List<OldEvent> events(String room) {
    return events.values().stream().filter(e -> e.room().equals(room)).toList();
  }

  /** One event. */
  public OldEvent event(String id) {
    OldEvent event = events.get(id);
    if (event == null) {
      throw new AssertionError("the old server has no accepted event " + id);
    }
    return event;
  }
}
