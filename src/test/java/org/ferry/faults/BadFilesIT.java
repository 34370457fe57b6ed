package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not there, and files that the homeserver does not take. */
class BadFilesIT {
  private static final String GENERAL = "!tSHBVBrvpodTnnkZvH:old.example.org";
  private static final String GOAT = "mxc://old.example.org/NFTbOmJzdthbOCmnMAEBHwJQ";
  private static final String REPORT = "local_content/kP/fq/uGShnkuXLMAYAKHEvMah";

  @TempDir Path folder;

  @Test
  void whatFailsForItsFileIsNamedAndFollowsWhenTheFileCanBeCarried()
      throws IOException, InterruptedException {
    try (Workplace work = Workplace.in(folder, s -> s.withMaxUpload("100K"))) {
      Path media = unpacked();
      Path kept = Files.move(media.resolve(REPORT), folder.resolve("report"));
      FerryProcess.Result first = migrate(work, Workplace.DUMP.toString());
      assertThat(first.status()).as(first.toString()).isEqualTo(1);
      assertThat(first.out())
          .contains(
              REPORT + " is not in the media store",
              GOAT + " has 109,241 bytes, more than the 102,400 that the homeserver takes",
              "raise max_upload_size there and run again");
      assertThat(failed(work, "event")).hasSize(2);
      assertThat(failed(work, "file")).hasSize(2);

      Path unused = Files.move(kept, media.resolve(REPORT));
      var unusedServer = work.server().reconfigure(s -> s.withMaxUpload("1M"));
      work.server().restart();
      FerryProcess.Result second = migrate(work);
      assertThat(second.status()).as(second.toString()).isZero();
      assertThat(failed(work, "event")).isEmpty();
      assertThat(failed(work, "file")).isEmpty();
      assertThat(
              LabClient.json(work.ferry("status", "--json").run().out())
                  .at("/crossings/0/events/late")
                  .asInt())
          .isEqualTo(2);
    }
  }

  private static FerryProcess.Result migrate(Workplace work, String... dump) {
    List<String> line = new java.util.ArrayList<>(List.of("migrate"));
    line.addAll(List.of(dump));
    line.addAll(List.of("--media", "store/media", "--rooms", GENERAL, "--yes"));
    return work.ferry(line.toArray(String[]::new)).run();
  }

  private static List<String> failed(Workplace work, String kind) {
    FerryProcess.Result status = work.ferry("status", "--json").run();
    return LabClient.json(status.out())
        .at("/crossings/0/failures")
        .valueStream()
        .filter(f -> f.path("kind").asText().equals(kind))
        .map(f -> f.path("reason").asText())
        .toList();
  }

  private Path unpacked() throws IOException, InterruptedException {
    Path store = Files.createDirectory(folder.resolve("store"));
    Process tar =
        new ProcessBuilder("tar", "-xzf", Workplace.MEDIA.toString(), "-C", store.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    return store.resolve("media");
  }
}
