package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point of the jar. */
public final class Main {
  private static final String VERTX_LOGS = "io.vertx.core.logging.SLF4JLogDelegateFactory";

  private final World world;
  private final Stop stop;

  Main(World world, Stop stop) {
    this.world = world;
    this.stop = stop;
  }

  /**
   * Runs one command and exits with its status.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    // SQL, JSON and HTTP are made of formatted numbers, which some locales write in other digits.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    System.setProperty("vertx.logger-delegate-factory-class-name", VERTX_LOGS);
    World world = World.real();
    Stop stop = new Stop();
    Thread command = Thread.currentThread();
    stop.onRequest(command::interrupt);
    stop.install(() -> stopping(world));
    int status = new Main(world, stop).run(List.of(args));
    world.out().flush();
    world.err().flush();
    System.exit(status);
  }

  private static void stopping(World world) {
    if (Logging.isJson()) {
      LoggerFactory.getLogger(Main.class).info("stopping");
    } else {
      world.err().println("\nstopping; Ctrl-C again ends at once");
    }
  }

  /** Runs one command and gives its exit status. */
  int run(List<String> arguments) {
    CommandLine line = Commands.line(world, stop);
    var set =
        line.setParameterExceptionHandler((e, args) -> new Failures(world, false).usage(e))
            .setExecutionExceptionHandler((e, command, result) -> failed(line, e, arguments))
            .setExecutionStrategy(Main::execute)
            .setOut(new PrintWriter(world.out(), true, UTF_8))
            .setErr(new PrintWriter(world.err(), true, UTF_8));
    if (arguments.isEmpty()) {
      set.usage(world.err());
      return ExitStatus.USAGE;
    }
    try {
      return told(set.execute(arguments.toArray(String[]::new)));
    } catch (Error e) {
      // picocli hands on exceptions only; nobody shall see the trace of a stack that was too deep.
      return failed(line, e, arguments);
    }
  }

  /** A result that nobody could be told is no success. */
  private int told(int status) {
    if (!world.out().checkError() || status != ExitStatus.DONE) {
      return status;
    }
    world
        .err()
        .println(
            "ferry: not all was written to standard output: its reader has ended, or its disk is full; what was done is kept.");
    return ExitStatus.FAILED;
  }

  /** Who asks for the help of a command that is not there is told so, and not shown another. */
  private static int execute(ParseResult parsed) {
    for (ParseResult each :
        parsed.asCommandLineList().stream().map(CommandLine::getParseResult).toList()) {
      CommandLine command = each.commandSpec().commandLine();
      if (!each.unmatched().isEmpty() && !command.isUnmatchedArgumentsAllowed()) {
        throw new UnmatchedArgumentException(command, each.unmatched());
      }
    }
    return new RunLast().execute(parsed);
  }

  private int failed(CommandLine line, Throwable failure, List<String> arguments) {
    Commands.Root root = line.getCommand();
    Failures failures = new Failures(world, root.globals.debug, root.globals.logged());
    return stop.requested()
        ? failures.stopped(stop.signal(), arguments)
        : failures.failed(failure, arguments);
  }
}
