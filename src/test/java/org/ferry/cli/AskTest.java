package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Questions on a terminal, whose reader nothing wakes but a line. */
class AskTest {
  private final Stop stop = new Stop();

  private Ask on(InputStream terminal) {
    return new Ask(
        new World(
            Map.of(),
            Path.of(""),
            terminal,
            System.out,
            new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
            new Terminal(true, false, false, 80)),
        stop);
  }

  @Test
  void aStopEndsAQuestionThatNobodyAnswers() throws Exception {
    try (PipedOutputStream person = new PipedOutputStream();
        PipedInputStream terminal = new PipedInputStream(person)) {
      Ask ask = on(terminal);
      FutureTask<Boolean> asking = new FutureTask<>(() -> ask.confirm("Carry all of this", false));
      Thread unused = Thread.ofVirtual().start(asking);
      stop.request(2);
      assertThatThrownBy(() -> asking.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(CancellationException.class);
    }
  }

  @Test
  void whatIsTypedIsTheAnswerAndTheEndOfInputIsNone() {
    Ask ask = on(new ByteArrayInputStream("y\n\nvillage\n".getBytes(UTF_8)));
    assertThat(ask.confirm("Really", false)).isTrue();
    assertThat(ask.text("Space", "standard", "--space")).isEqualTo("standard");
    assertThat(ask.text("Space", null, "--space")).isEqualTo("village");
    assertThatThrownBy(() -> ask.confirm("Really", false))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--yes");
  }

  /** Where the terminal cannot hide what is typed, nothing is asked for that must not be seen. */
  @Test
  void aSecretIsNeverTypedInSight() throws IOException {
    assertThat(System.console()).as("no terminal in tests").isNull();
    try (InputStream typed = new ByteArrayInputStream("hunter2\n".getBytes(UTF_8))) {
      assertThatThrownBy(() -> on(typed).secret("The passphrase", "name a file"))
          .isInstanceOf(UsageException.class)
          .hasMessage("The passphrase: what is typed here would show; name a file.");
      assertThat(typed.available()).isEqualTo(8);
    }
  }
}
