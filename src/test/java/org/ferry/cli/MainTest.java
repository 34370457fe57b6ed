package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.migrate.LedgerException;
import org.ferry.source.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  @TempDir Path folder;

  @Test
  void showsWhatThereIsWithoutACommand() {
    CommandRun run = CommandRun.in(folder);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("Usage: ferry", "migrate", "doctor", "(not available yet)");
  }

  @Test
  void suggestsTheNearestCommandAndOption() {
    CommandRun command = CommandRun.in(folder, "migrat");
    assertThat(command.status()).isEqualTo(2);
    assertThat(command.err())
        .contains("there is no command migrat", "Did you mean migrate?", "ferry --help");
    CommandRun inside = CommandRun.in(folder, "webhooks", "lst");
    assertThat(inside.status()).isEqualTo(2);
    assertThat(inside.err()).contains("there is no command webhooks lst", "Did you mean list?");
    assertThat(CommandRun.in(folder, "qqqqqq").err()).doesNotContain("Did you mean");
    CommandRun help = CommandRun.in(folder, "replay", "--help");
    assertThat(help.status()).isEqualTo(2);
    assertThat(help.err()).contains("there is no command replay");
    CommandRun needed = CommandRun.in(folder, "webhooks", "replay", "shop");
    assertThat(needed.err()).contains("--since", "ferry webhooks replay --help shows");
    CommandRun option = CommandRun.in(folder, "migrate", "--dryrun");
    assertThat(option.status()).isEqualTo(2);
    assertThat(option.err()).contains("--dryrun", "Did you mean --dry-run?", "migrate --help");
    CommandRun value = CommandRun.in(folder, "migrate", "--plan");
    assertThat(value.status()).isEqualTo(2);
    assertThat(value.err()).contains("--plan").doesNotContain("\tat ");
  }

  @Test
  void saysOfWhatIsNotBuiltThatItIsNotAvailableYet() {
    for (List<String> line : List.of(List.of("cutover", "freeze"), List.of("cutover", "run"))) {
      CommandRun run = CommandRun.in(folder, line.toArray(String[]::new));
      assertThat(run.status()).as(String.valueOf(line)).isEqualTo(2);
      assertThat(run.err()).as(String.valueOf(line)).contains("is not available yet.");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void everyCommandHasHelpWithAnExample() {
    for (String command : Commands.line(World.real(), new Stop()).getSubcommands().keySet()) {
      CommandRun run = CommandRun.in(folder, command, "--help");
      assertThat(run.status()).as(command).isZero();
      assertThat(run.out()).as(command).contains("Usage: ferry " + command, "Example:\n  ferry ");
      assertThat(run.err()).as(command).isEmpty();
    }
  }

  @Test
  void takesTheConfigurationBeforeOrAfterTheCommand() throws IOException {
    Files.writeString(folder.resolve("bad.yaml"), "homeserver: {adress: x}\nlog: 1\n");
    CommandRun before = CommandRun.in(folder, "-c", "bad.yaml", "registration");
    CommandRun after = CommandRun.in(folder, "registration", "-c", "bad.yaml");
    assertThat(before).isEqualTo(after);
    assertThat(before.status()).isEqualTo(3);
    assertThat(before.err())
        .contains("4 problems:", "bad.yaml:1: homeserver.adress: unknown key")
        .doesNotContain("\tat ");
  }

  @Test
  void aResultThatNobodyTookIsNoSuccess() {
    var err = new ByteArrayOutputStream();
    World world =
        new World(
            Map.of(),
            folder,
            System.in,
            new PrintStream(new OutputTest.Full(), true, UTF_8),
            new PrintStream(err, true, UTF_8),
            new Terminal(false, false, false, 80));
    assertThat(new Main(world, new Stop()).run(List.of("--version"))).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("not all was written to standard output");
  }

  @Test
  void refusesAPortThatIsNone() throws IOException {
    Files.writeString(folder.resolve("s"), "whsec_" + "QUJD".repeat(8));
    CommandRun run =
        CommandRun.in(folder, "webhooks", "listen", "--secret-file", "s", "--port", "70000");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("--port is 0 to 65535, not 70000.");
  }

  @Test
  void endsWithTheStatusThatFitsTheFailure() {
    assertThat(status(new SourceException("x"))).isEqualTo(3);
    assertThat(status(new LedgerException("x"))).isEqualTo(4);
    assertThat(status(new UsageException("x"))).isEqualTo(2);
    assertThat(status(new IllegalStateException("x"))).isEqualTo(1);
  }

  private int status(Exception failure) {
    return failed(failure, false).status();
  }

  private CommandRun failed(Exception failure, boolean debug) {
    var bytes = new ByteArrayOutputStream();
    World world =
        new World(
            Map.of("XDG_CACHE_HOME", folder.toString()),
            folder,
            System.in,
            System.out,
            new PrintStream(bytes, true, UTF_8),
            new Terminal(false, false, false, 80));
    int status = new Failures(world, debug).failed(failure, List.of("status"));
    return new CommandRun(status, "", bytes.toString(UTF_8));
  }

  @Test
  void keepsTheTraceOfAMistakeInAFileAndOutOfSight() throws IOException {
    CommandRun run = failed(new IllegalStateException("odd"), false);
    assertThat(run.err()).hasLineCount(1).contains("IllegalStateException: odd", "what was done");
    try (var files = Files.list(folder.resolve("ferry/errors"))) {
      Path log = files.findAny().orElseThrow();
      assertThat(run.err()).contains(log.toString());
      assertThat(log).content().contains("ferry status", "at org.ferry.cli.MainTest");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
          .isEqualTo("rw-------");
    }
    assertThat(failed(new IllegalStateException("odd"), true).err()).contains("\tat org.ferry");
  }

  @Test
  void saysHowToGoOnAfterAStop() {
    assertThat(Failures.again(List.of("migrate", "--rooms", "#a b:*", "it's")))
        .isEqualTo("ferry migrate --rooms '#a b:*' 'it'\\''s'");
  }

  @Test
  void asksTheCommandToStopOnceAndKeepsWhichSignalItWas() {
    Stop stop = new Stop();
    var asked = new AtomicInteger();
    stop.onRequest(asked::incrementAndGet);
    assertThat(stop.requested()).isFalse();
    stop.request(15);
    stop.request(2);
    assertThat(asked).hasValue(1);
    assertThat(stop.signal()).isEqualTo(15);
    stop.onRequest(asked::incrementAndGet);
    assertThat(asked).hasValue(2);
  }
}
