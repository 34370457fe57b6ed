package org.ferry.store.staging;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.source.synapse.LoadProgress;
import org.ferry.source.synapse.SynapseDump;
import org.ferry.testing.TestPostgres;

/** A dump that is written row by row, as pg_dump writes it. */
final class CraftedDump {
  static final String EVENTS =
      "events: topological_ordering, event_id, type, room_id, outlier, depth, origin_server_ts, sender, stream_ordering, rejection_reason";
  static final String JSON = "event_json: event_id, room_id, internal_metadata, json";

  private final Map<String, List<String>> tables = new LinkedHashMap<>();
  private int stream;

  /** The rows of tables, by name and columns; it may be changed. */
  Map<String, List<String>> tables() {
    return tables;
  }

  void event(
      String id,
      String type,
      String json,
      String notes,
      String outlier,
      String rejection,
      String sender) {
    stream++;
    row(
        EVENTS,
        String.valueOf(stream),
        id,
        type,
        "!r:old",
        outlier,
        String.valueOf(stream),
        "1600000000000",
        sender.equals("\\N") ? "@a:old" : sender,
        String.valueOf(stream),
        rejection);
    row(JSON, id, "!r:old", notes, json);
  }

  void eventIn(String room, String id, String type, String json) {
    stream++;
    row(
        EVENTS,
        String.valueOf(stream),
        id,
        type,
        room,
        "f",
        String.valueOf(stream),
        "1600000000000",
        "@a:old",
        String.valueOf(stream),
        "\\N");
    row(JSON, id, room, "{}", json);
  }

  void redaction(String id, String of, String notes, String recheck, String sender, String room) {
    stream++;
    row(
        EVENTS,
        String.valueOf(stream),
        id,
        "m.room.redaction",
        room,
        "f",
        String.valueOf(stream),
        "1600000000000",
        sender,
        String.valueOf(stream),
        "\\N");
    row(JSON, id, room, notes, "{\"content\":{},\"redacts\":\"" + of + "\"}");
    row(
        "redactions: event_id, redacts, have_censored, received_ts, recheck",
        id,
        of,
        "f",
        "1",
        recheck);
  }

  /** Adds a row; {@code table} is its name and its columns. Only {@code \N} is left unescaped. */
  void row(String table, String... values) {
    tables
        .computeIfAbsent(table, t -> new ArrayList<>())
        .add(
            Stream.of(values)
                .map(v -> v.equals("\\N") ? v : v.replace("\\", "\\\\").replace("\t", "\\t"))
                .collect(Collectors.joining("\t")));
  }

  String text() {
    StringBuilder text = new StringBuilder("--\n-- PostgreSQL database dump\n--\n\n");
    tables.keySet().stream()
        .sorted()
        .forEach(table -> {
          String[] parts = table.split(": ", 2);
          text.append("COPY public.")
              .append(parts[0])
              .append(" (")
              .append(parts[1])
              .append(") FROM stdin;\n");
          tables.getOrDefault(table, List.of()).forEach(row -> text.append(row).append('\n'));
          text.append("\\.\n\n");
        });
    return text.append("--\n-- PostgreSQL database dump complete\n--\n").toString();
  }

  void with(Check check) throws Exception {
    tables.computeIfAbsent(EVENTS, t -> new ArrayList<>());
    tables.computeIfAbsent(JSON, t -> new ArrayList<>());
    byte[] text = text().getBytes(StandardCharsets.UTF_8);
    try (SynapseDump dump =
        SynapseDump.load(
            "-",
            new ByteArrayInputStream(text),
            PgStaging.on(TestPostgres.freshDatabase().connect()),
            LoadProgress.NONE)) {
      check.accept(dump);
    }
  }

  interface Check {
    void accept(SynapseDump dump) throws Exception;
  }
}
