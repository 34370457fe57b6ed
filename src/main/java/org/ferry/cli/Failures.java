package org.ferry.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ferry.app.FailureKind;
import org.ferry.config.ConfigException;
import org.ferry.id.Nearest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into a sentence on standard error and an exit status. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private final World world;
  private final boolean debug;
  private final boolean logged;

  Failures(World world, boolean debug) {
    this(world, debug, false);
  }

  /**
   * Tells what went wrong.
   *
   * @param world where
   * @param debug whether with the stack
   * @param logged whether in the log, which is all that is read of a service
   */
  Failures(World world, boolean debug, boolean logged) {
    this.world = world;
    this.debug = debug;
    this.logged = logged;
  }

  /** A command line that picocli did not understand. */
  int usage(ParameterException e) {
    PrintStream err = world.err();
    err.println("ferry: " + message(e));
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      near(unmatched).ifPresent(n -> err.println("Did you mean " + n + "?"));
    }
    err.println("ferry " + name(e) + "--help shows what there is.");
    return ExitStatus.USAGE;
  }

  /** The option or command that was most likely meant: what picocli suggests is often another. */
  private static Optional<String> near(UnmatchedArgumentException e) {
    String written = e.getUnmatched().getFirst();
    var spec = e.getCommandLine().getCommandSpec();
    return Nearest.to(
        written,
        written.startsWith("-") ? spec.optionsMap().keySet() : spec.subcommands().keySet());
  }

  private static String name(ParameterException e) {
    var command = e.getCommandLine();
    String whole = command.getCommandSpec().qualifiedName(" ");
    return command.getParent() == null ? "" : whole.substring(whole.indexOf(' ') + 1) + " ";
  }

  private static String message(ParameterException e) {
    String text = String.valueOf(e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      String what = unmatched.getUnmatched().getFirst();
      boolean command = !e.getCommandLine().getSubcommands().isEmpty() && !what.startsWith("-");
      return (command ? "there is no command " + name(e) : "unknown argument ") + what;
    }
    return text;
  }

  /** What a command threw. */
  int failed(Throwable failure, List<String> arguments) {
    if (debug) {
      failure.printStackTrace(world.err());
    }
    if (failure instanceof UsageException) {
      world.err().println("ferry: " + failure.getMessage());
      return ExitStatus.USAGE;
    }
    if (failure instanceof OutputLost) {
      return say(String.valueOf(failure.getMessage()), ExitStatus.FAILED);
    }
    return switch (FailureKind.of(failure)) {
      case INPUT -> say(input(failure), ExitStatus.INPUT);
      case SERVER -> say(FailureKind.sentence(failure), ExitStatus.SERVER);
      case BUSY -> say(FailureKind.sentence(failure), ExitStatus.FAILED);
      case BUG -> bug(failure, arguments);
    };
  }

  private static String input(Throwable failure) {
    if (failure instanceof ConfigException e && e.problems().size() > 1) {
      return e.problems().size() + " problems:\n" + e.getMessage();
    }
    return FailureKind.sentence(failure);
  }

  /** After Ctrl-C or a signal like it. */
  int stopped(int signal, List<String> arguments) {
    world.err().println("stopped; what was done is kept; go on with: " + again(arguments));
    return ExitStatus.SIGNAL + signal;
  }

  static String again(List<String> arguments) {
    return "ferry " + String.join(" ", arguments.stream().map(Failures::quote).toList());
  }

  static String quote(String argument) {
    return argument.matches("[A-Za-z0-9_./:=@%+,-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  private int say(String text, int status) {
    if (logged) {
      LOG.error("{}", text);
    } else {
      world.err().println("ferry: " + Shown.lines(text));
    }
    return status;
  }

  private int bug(Throwable failure, List<String> arguments) {
    String what = failure.getClass().getSimpleName() + ": " + failure.getMessage();
    String where =
        new ErrorLog(world.environment())
            .write(failure, arguments, Instant.now())
            .map(f -> "The details are in " + f)
            .orElse("Run it again with --debug for the details");
    return say(
        "something unexpected happened (" + what + "). " + where + "; what was done is kept.",
        ExitStatus.FAILED);
  }
}
