package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Onlooker;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contents that no client sends and that stand in old databases all the same. */
class BadContentIT {
  private static final String BULK = "!HxqUbiZkkhmAWZQStO:old.example.org";
  private static final String UPGRADED = "!lvgYScymhyyZiSYumk:old.example.org";
  private static final String BEFORE = "!jASETwliqFVKDcwtVN:old.example.org";

  @TempDir Path folder;
  private final List<String> lines = new ArrayList<>();

  /** Changes the content of the one event of a room whose row holds a text. */
  private void change(String room, String mark, String from, String to) {
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("$") && line.contains("\t" + room + "\t{") && line.contains(mark)) {
        assertThat(line).contains(from);
        lines.set(i, line.replace(from, to));
        return;
      }
    }
    throw new AssertionError("no event with " + mark);
  }

  /** Gives a message of the large room another content; backslashes are COPY's. */
  private void message(int number, String content) {
    String body = "\"body\":\"message " + number + ": ";
    for (String line : lines) {
      int at = line.indexOf(body);
      if (line.startsWith("$") && at > 0) {
        int end = line.indexOf('}', at);
        change(BULK, body, line.substring(at, end), "\"msgtype\":\"m.text\"," + content);
        return;
      }
    }
    throw new AssertionError("no message " + number);
  }

  private Path hostile() throws IOException {
    lines.addAll(BadInputIT.dump().lines().toList());
    message(20, "\"body\":\"hostile 20 \\\\u0000\"");
    message(21, "\"body\":\"hostile 21 \\\\ud800 and \\\\udc00\"");
    message(22, "\"body\":\"hostile 22\",\"score\":1.5,\"small\":-0.0,\"huge\":1e400");
    message(23, "\"body\":\"hostile 23\",\"big\":9007199254740993,\"digits\":" + "9".repeat(600));
    message(24, "\"body\":\"hostile 24 " + "x".repeat(64_600) + "\"");
    message(25, "\"body\":\"hostile 25\",\"deep\":" + "[".repeat(150) + "]".repeat(150));
    message(26, "\"body\":\"hostile 26\",\"deep\":" + "[".repeat(1000) + "]".repeat(1000));
    message(27, "\"body\":\"hostile 27\",\"url\":\"mxc://old.example.org/../../etc/passwd\"");
    message(28, "\"body\":\"hostile 28\",\"url\":\"mxc://old.example.org/%2e%2e%2fx?a#b\"");
    message(29, "\"body\":\"hostile 29\",\"blob\":\"" + "y".repeat(65_200) + "\"");
    String link = "https://matrix.to/#/" + BULK + "/$a%00";
    message(31, "\"body\":\"hostile 31 " + link + "\"");
    String nothing = "{\"m.in_reply_to\":{\"event_id\":\"$a\\\\u0000\"}}";
    message(32, "\"body\":\"hostile 32\",\"m.relates_to\":" + nothing);
    message(33, "\"body\":\"hostile 33 https://matrix.to/#/!a%00:x and @a%00:x\"");
    message(30, "\"body\":7,\"m.relates_to\":\"no object\",\"m.mentions\":[1]");
    change(BULK, "\"m.room.name\"}\t", "\"Bulk\"", "\"" + "N".repeat(10_000) + "\"");
    change(
        BULK,
        "\"m.room.power_levels\"}\t",
        "\"ban\":50,",
        "\"ban\":\"50\",\"strange\":{\"deep\":\"x\"},");
    change(
        BULK,
        "\"m.room.power_levels\"}\t",
        "\"@bob:old.example.org\":100",
        "\"@bob:old.example.org\":\"100\"");
    change(
        BEFORE,
        "\"m.room.create\"}\t",
        "\"room_version\":\"9\"}",
        "\"predecessor\":{\"event_id\":\"$x\",\"room_id\":\"%s\"},\"room_version\":\"9\"}"
            .formatted(UPGRADED));
    Path dump = folder.resolve("hostile.sql");
    return Files.writeString(dump, String.join("\n", lines) + "\n");
  }

  @Test
  void whatAServerWouldRefuseIsMendedOrNamedAndTheRestArrives() throws IOException {
    try (Workplace work = Workplace.in(folder)) {
      work.configure("rooms: {version: source}");
      String dump = hostile().getFileName().toString();
      FerryProcess.Result loaded = work.ferry("analyze", dump).run();
      assertThat(loaded.status()).as(loaded.toString()).isZero();
      assertThat(loaded.out())
          .contains("table event_json: holds an event that is nested more than 400 levels deep");
      FerryProcess.Result result =
          work.goOn("--rooms", BULK, "--rooms", UPGRADED, "--rooms", BEFORE).run();
      assertThat(result.err() + loaded.err()).doesNotContain("\tat ", "Exception", "unexpected");
      assertThat(result.status()).as(result.toString()).isEqualTo(1);
      assertThat(result.out())
          .containsOnlyOnce("  failed: ")
          .contains(
              "larger than the 65,536 bytes that a homeserver takes, and cannot be shortened");
      arrived(work);
      FerryProcess.Result compared = work.ferry("verify").run();
      assertThat(compared.status()).as(compared.toString()).isEqualTo(1);
      assertThat(compared.err()).doesNotContain("\tat ", "Exception", "unexpected");
    }
  }

  /** Read as the homeserver holds it, by somebody who only looks. */
  private static void arrived(Workplace work) {
    Map<String, JsonNode> hostile = new TreeMap<>();
    Onlooker onlooker = new Onlooker(work.server());
    for (String room : onlooker.rooms()) {
      for (JsonNode event : onlooker.events(room)) {
        String body = event.path("content").path("body").asText();
        if (body.startsWith("hostile ")) {
          hostile.put(body.substring(8, 10), event.path("content"));
        }
      }
    }
    assertThat(hostile)
        .containsOnlyKeys("20", "21", "22", "23", "24", "25", "27", "28", "31", "32", "33");
    assertThat(text(hostile, "20", "body")).isEqualTo("hostile 20 \u0000");
    assertThat(text(hostile, "21", "body")).isEqualTo("hostile 21 \ufffd and \ufffd");
    assertThat(text(hostile, "22", "score")).isEqualTo("1.5");
    assertThat(text(hostile, "23", "big")).isEqualTo("9007199254740993");
    assertThat(text(hostile, "24", "body")).startsWith("hostile 24 xxx").endsWith(" […]");
    assertThat(text(hostile, "27", "url")).isEqualTo("mxc://old.example.org/../../etc/passwd");
    assertThat(text(hostile, "31", "body"))
        .startsWith("hostile 31 https://matrix.to/#/%21")
        .doesNotContain("%00", "\0");
    assertThat(work.proxy().seen()).noneMatch(seen -> seen.path().contains("passwd"));
  }

  private static String text(Map<String, JsonNode> hostile, String number, String key) {
    return hostile.getOrDefault(number, LabClient.json("{}")).path(key).asText();
  }
}
