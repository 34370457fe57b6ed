package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.FerryProcess.Result;
import org.ferry.testing.HttpFaultProxy.Seen;
import org.ferry.testing.Onlooker;
import org.ferry.testing.Workplace;
import org.ferry.testing.crossing.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What failed is tried again, of every kind, and nothing else is done. */
class RetryIT {
  private static final String REFUSED = "{\"errcode\":\"M_BAD_JSON\",\"error\":\"Not today\"}";
  private static final List<String> KINDS =
      List.of("alias", "event", "file", "invitation", "setting");

  @TempDir Path folder;

  @Test
  void everyKindOfFailureGoesOnceItsCauseIsGone() {
    try (Workplace work = Workplace.in(folder)) {
      for (String part :
          List.of(
              "/directory/room/%23general",
              "/send/m.reaction/", "/media/v3/upload/", "/account_data/m.direct")) {
        work.proxy()
            .answer(
                seen -> seen.method().equals("PUT") && seen.path().contains(part),
                10_000,
                400,
                REFUSED);
      }
      Result first =
          work.migrate("--rooms", "#general:*", "--rooms", Sample.facts().room("dm")).run();
      assertThat(first.status()).as(first.toString()).isEqualTo(1);
      Result again = work.ferry("retry", "--json").run();
      assertThat(again.status()).as(again.toString()).isEqualTo(1);
      JsonNode said = LabClient.json(again.out());
      assertThat(said.path("helped")).isEmpty();
      assertThat(new TreeSet<>(said.path("failed").findValuesAsText("kind")))
          .isEqualTo(new TreeSet<>(KINDS));
      assertThat(said.path("failed"))
          .filteredOn(f -> !f.path("kind").asText().equals("invitation"))
          .extracting(f -> f.path("reason").asText())
          .allMatch(r -> r.contains("Not today"));

      work.proxy().heal();
      int before = work.proxy().seen().size();
      Result healed = work.ferry("retry").run();
      assertThat(healed.status()).as(healed.toString()).isZero();
      assertThat(healed.out())
          .contains("helped: event", "helped: setting", "failed: invitation")
          .doesNotContain("failed: event", "failed: file", "failed: alias", "failed: setting");
      assertThat(work.proxy().seen().stream().skip(before).filter(RetryIT::isText))
          .as("messages that stood already")
          .isEmpty();
      Result rest = work.ferry("retry").run();
      assertThat(rest.status()).as("a third server that is not there").isZero();
      assertThat(rest.out()).contains("failed: invitation").doesNotContain("failed: event");
    }
  }

  /**
   * The homeserver makes the alias of a room that was there before, and says ever again that it
   * failed. It is Ferry's all the same: the next run knows it, and a rollback takes it.
   */
  @Test
  void anAliasWhoseAnswersWereLostIsFerrys() throws IOException {
    try (Workplace work = Workplace.in(folder)) {
      LabClient admin = new Onlooker(work.server()).admin();
      String there = admin.createRoom(LabClient.json("{\"preset\":\"public_chat\"}"));
      var unusedRead = must(0, work.ferry("analyze", Workplace.dump().toString()));
      reuse(work, admin, there);
      String failed = "{\"errcode\":\"M_UNKNOWN\",\"error\":\"Internal server error\"}";
      AtomicBoolean tried = new AtomicBoolean();
      work.proxy().spoilAnswer(seen -> isAlias(seen, "PUT"), 10_000, 500, failed);
      work.proxy().after(seen -> isAlias(seen, "PUT"), 10_000, seen -> tried.set(true));
      work.proxy().answer(seen -> isAlias(seen, "GET") && tried.get(), 10_000, 500, failed);
      String alias = "#general:" + Workplace.DOMAIN;
      Result first =
          must(1, work.goOn("--rooms", Sample.facts().room("general"), "--users", "@frank:*"));
      assertThat(first.err()).contains("the alias " + alias + " was not made");
      assertThat(first.out()).contains("failed: alias #general:");
      assertThat(must(1, work.ferry("verify")).out()).contains(alias + " could not be carried");
      long waiting = waiting(work);

      work.proxy().heal();
      assertThat(must(0, work.ferry("retry")).out()).contains("helped: alias #general:");
      assertThat(waiting(work)).as("left out on purpose").isPositive().isEqualTo(waiting);
      assertThat(aliases(admin, there)).contains(alias);
      var unusedBack = must(0, work.ferry("rollback", "--yes"));
      assertThat(aliases(admin, there)).doesNotContain("#general");
    }
  }

  private static long waiting(Workplace work) {
    return LabClient.json(must(0, work.ferry("status", "--json")).out())
        .at("/crossings/0/events/waiting")
        .asLong();
  }

  private static boolean isAlias(Seen seen, String method) {
    return seen.method().equals(method) && seen.path().contains("/directory/room/%23general");
  }

  private static Result must(int status, FerryProcess.Run run) {
    Result result = run.run();
    assertThat(result.status()).as(result.toString()).isEqualTo(status);
    return result;
  }

  private static String aliases(LabClient admin, String room) {
    return admin
        .get("/_matrix/client/v3/rooms/" + LabClient.esc(room) + "/aliases")
        .path("aliases")
        .toString();
  }

  /** A plan by which the room's history goes into one that was there. */
  private void reuse(Workplace work, LabClient admin, String room) throws IOException {
    var unused = must(0, work.ferry("plan"));
    String bot = "@ferrybot:" + Workplace.DOMAIN;
    admin.membership("invite", room, bot, "");
    JsonNode levels = admin.state(room, "m.room.power_levels", "");
    ((ObjectNode) levels.path("users")).put(bot, 100);
    String unusedId = admin.setState(room, "m.room.power_levels", "", levels);
    Path file = folder.resolve("plan.yaml");
    String text = Files.readString(file);
    int from = text.indexOf("  - id: \"" + Sample.facts().room("general") + "\"");
    Files.writeString(
        file,
        text.substring(0, from)
            + text.substring(from)
                .replaceFirst("action: create", "action: reuse\n    target: \"" + room + "\""));
  }

  /** Messages with a file wait for it; all others had gone before. */
  private static boolean isText(Seen seen) {
    return seen.method().equals("PUT")
        && seen.path().contains("/send/m.room.message/")
        && !seen.text().contains("\"url\":");
  }
}
