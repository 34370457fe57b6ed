package org.ferry.live.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.ferry.crypto.DecryptOutcome;
import org.junit.jupiter.api.Test;

/** Programs branch on the reason of what cannot be read: each is in the reference. */
class ReasonsTest {
  @Test
  void everyReasonIsDocumented() throws IOException {
    String page = Files.readString(Path.of("docs/reference/events.md"));
    for (DecryptOutcome.Reason reason : DecryptOutcome.Reason.values()) {
      assertThat(page).contains("| `" + reason.name().toLowerCase(Locale.ROOT) + "` |");
    }
    assertThat(page).contains("| `" + Verdict.NO_DEVICE + "` |");
  }
}
