package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans that were broken by hand, and one that is older than what was loaded. */
class BadPlanIT {
  private static final String ALICE = "{id: \"@alice:old.example.org\"";

  @TempDir Path folder;

  /** A way to break a plan: a piece of its text, what stands there instead, what is said of it. */
  private record Slip(String piece, String instead, String said) {}

  private static Map<String, Slip> slips() {
    Map<String, Slip> all = new LinkedHashMap<>();
    all.put("a quote that is never closed", new Slip("name: \"Alice", "name: \"Al\"ice", ""));
    all.put("a tab", new Slip("\n    name: \"Bulk\"", "\n\tname: \"Bulk\"", ""));
    all.put("an unknown key", new Slip(ALICE, "{sort: 1, id: \"@alice:old.example.org\"", "sort"));
    all.put(
        "a stranger", new Slip(ALICE, "{id: \"@alize:old.example.org\"", "is not in the source"));
    all.put(
        "another server",
        new Slip(
            "\"@old_alice:new.example.org\"", "\"@a:far.example\"", "is not of new.example.org"));
    all.put(
        "two people in one",
        new Slip("\"@old_alice:new.example.org\"", "\"@old_bob:new.example.org\"", "both become"));
    all.put("no such action", new Slip("\n    action: create", "\n    action: creat", "create"));
    all.put(
        "reuse of nothing",
        new Slip("\n    action: create", "\n    action: reuse", "has no target"));
    all.put("the load", new Slip("load: 1", "load: 7", "ledger holds load 1 only"));
    all.put("the destination", new Slip("#village:new", "#city:new", "#city:new.example.org"));
    return all;
  }

  @Test
  void eachMistakeIsSaidWithItsLineAndNothingIsDone() throws IOException {
    try (Workplace work = Workplace.in(folder)) {
      FerryProcess.Result made = work.ferry("-q", "plan", Workplace.DUMP.toString()).run();
      assertThat(made.status()).as(made.toString()).isZero();
      Path plan = folder.resolve("plan.yaml");
      String good = Files.readString(plan);
      for (Map.Entry<String, Slip> entry : slips().entrySet()) {
        Slip slip = entry.getValue();
        int at = good.indexOf(slip.piece());
        assertThat(at).as(entry.getKey() + ": " + slip.piece()).isPositive();
        Path unused =
            Files.writeString(
                plan,
                good.substring(0, at)
                    + slip.instead()
                    + good.substring(at + slip.piece().length()));
        String line = refused(work, entry.getKey(), slip.said());
        assertThat(line).as(entry.getKey()).matches("(?s).*plan\\.yaml:\\d+.*");
      }
      Path unused = Files.writeString(plan, good);
      String changed = BadInputIT.dump().replace("message 77: ", "message 77, ");
      unused = Files.writeString(folder.resolve("newer.sql"), changed);
      FerryProcess.Result newer = work.ferry("-q", "analyze", "newer.sql").run();
      assertThat(newer.status()).as(newer.toString()).isZero();
      assertThat(refused(work, "an older plan", "load 2"))
          .contains("run ferry plan again; your edits are kept");
      assertThat(work.proxy().seen())
          .noneMatch(seen -> seen.path().endsWith("/createRoom") || Workplace.writes(seen));
    }
  }

  private static String refused(Workplace work, String slip, String said) {
    List<String> line = List.of("-q", "migrate", "--media", Workplace.MEDIA.toString(), "--yes");
    FerryProcess.Result result = work.ferry(line.toArray(String[]::new)).run();
    System.out.println("[plan] " + slip + ": " + result.err().strip());
    assertThat(result.status()).as(slip + "\n" + result).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("ferry: ").contains(said).doesNotContain("Exception");
    return result.err();
  }
}
