package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CommandReferenceTest {
  @Test
  void theReferencePageShowsEveryCommandAndOption() throws IOException {
    Path page = Path.of("docs/reference/commands.md");
    String made = CommandReference.markdown();
    if (Boolean.getBoolean("ferry.write-reference")) {
      Files.writeString(page, made);
    }
    assertThat(page)
        .as("run ./mvnw test -Dferry.write-reference=true and commit what changed")
        .hasContent(made);
  }
}
