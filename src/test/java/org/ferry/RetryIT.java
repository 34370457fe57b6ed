package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess.Result;
import org.ferry.testing.HttpFaultProxy.Seen;
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

  /** Messages with a file wait for it; all others had gone before. */
  private static boolean isText(Seen seen) {
    return seen.method().equals("PUT")
        && seen.path().contains("/send/m.room.message/")
        && !seen.text().contains("\"url\":");
  }
}
