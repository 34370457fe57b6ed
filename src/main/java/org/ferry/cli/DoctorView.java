package org.ferry.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ferry.checkup.Finding;
import org.ferry.checkup.LastLoad;
import org.ferry.checkup.Level;
import org.ferry.checkup.Measurement;
import org.ferry.checkup.Report;
import org.ferry.checkup.ServerInfo;
import org.jspecify.annotations.Nullable;

/** What a checkup found, for a person and as JSON. */
final class DoctorView {
  private DoctorView() {}

  /** What stands below the findings. */
  static List<String> end(Report report) {
    List<String> lines = new ArrayList<>();
    Measurement measured = report.measured();
    if (measured != null) {
      lines.add(measured(measured));
      if (report.load().waiting() > 0) {
        lines.add(expected(measured, report.load()));
      }
    }
    lines.add(
        "%d ok, %s, %s"
            .formatted(
                report.count(Level.OK),
                counted(report.count(Level.WARNING), "warning"),
                counted(report.count(Level.PROBLEM), "problem")));
    if (!report.blocking().isEmpty()) {
      lines.add(
          "ferry migrate does not begin until this is put right: "
              + String.join(
                  ", ", report.blocking().stream().map(f -> f.check().word()).distinct().toList()));
    }
    return lines;
  }

  private static String counted(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static String measured(Measurement m) {
    return "measured: %.1f messages/s one by one, %.1f messages/s in %d rooms at a time"
        .formatted(m.oneByOne(), m.atOnce(), m.rooms());
  }

  private static String expected(Measurement m, LastLoad load) {
    return "the %,d events of %s that wait would take about %s"
        .formatted(load.waiting(), load.server(), words(m.expected(load.waiting())));
  }

  private static String words(Duration time) {
    if (time.toHours() > 0) {
      return "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
    }
    return time.toMinutes() > 0
        ? "%d min".formatted(time.toMinutes())
        : "%d s".formatted(Math.max(1, time.toSeconds()));
  }

  static ObjectNode json(Report report) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ServerInfo server = report.server();
    if (server != null) {
      json.putObject("server")
          .put("name", server.name())
          .put("version", server.version())
          .put("spec", server.spec());
    }
    json.put("ok", report.count(Level.OK))
        .put("warnings", report.count(Level.WARNING))
        .put("problems", report.count(Level.PROBLEM))
        .put("blocks_migrate", !report.blocking().isEmpty());
    ArrayNode checks = json.putArray("checks");
    for (Finding f : report.findings()) {
      checks
          .addObject()
          .put("check", f.check().word())
          .put("level", f.level().word())
          .put("text", f.text())
          .put("remedy", f.remedy())
          .put("blocks_migrate", f.blocks());
    }
    measured(json, report.measured(), report.load());
    return json;
  }

  private static void measured(ObjectNode json, @Nullable Measurement m, LastLoad load) {
    if (m == null) {
      return;
    }
    json.putObject("measured")
        .put("messages_per_second", m.oneByOne())
        .put("rooms", m.rooms())
        .put("messages_per_second_in_rooms", m.atOnce())
        .put("waiting", load.waiting())
        .put("expected_seconds", m.expected(load.waiting()).toSeconds());
  }
}
