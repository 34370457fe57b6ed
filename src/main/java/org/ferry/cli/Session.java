package org.ferry.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of one command: what it reads and where it writes. */
final class Session {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);
  private static final Duration PLAIN_PAUSE = Duration.ofSeconds(5);

  private final World world;
  private final Globals globals;
  private final Stop stop;
  private final Ask ask;

  Session(World world, Globals globals, Stop stop) {
    this.world = world;
    this.globals = globals;
    this.stop = stop;
    this.ask = new Ask(world, stop);
  }

  World world() {
    return world;
  }

  Globals globals() {
    return globals;
  }

  Stop stop() {
    return stop;
  }

  Ask ask() {
    return ask;
  }

  /** The configuration; its warnings are shown and its logging is in force from here on. */
  Config config() {
    Config config = silentConfig();
    for (Problem warning : config.warnings()) {
      warn(warning);
    }
    return config;
  }

  private void warn(Problem warning) {
    if (globals.logged()) {
      LOG.warn("{}", warning);
    } else {
      world.err().println("warning: " + warning);
    }
  }

  /** The configuration, whose warnings somebody else shows. */
  Config silentConfig() {
    Config config = new ConfigLoader(world.environment(), world.folder()).load(globals.config);
    Logging.apply(config.logging(), globals.debug);
    return config;
  }

  /** How long work of this run is shown. */
  Progress progress() {
    if (globals.quiet) {
      return new Progress.Quiet(world.err());
    }
    return world.terminal().err()
        ? new BarProgress(world.err(), world.terminal().width())
        : new PlainProgress(world.err(), InstantSource.system(), PLAIN_PAUSE);
  }

  /** A line of the result, on standard output. */
  void say(String line) {
    world.out().println(Shown.lines(line));
  }

  /** A line beside the result, on standard error. */
  void tell(String line) {
    if (globals.logged()) {
      LOG.info("{}", line);
    } else {
      world.err().println(Shown.lines(line));
    }
  }

  /** The one document of {@code --json}: records, maps, lists, texts and numbers. */
  void json(Object document) {
    world.out().println(Json.pretty(document));
  }

  /** The same for a document that is too large to be held. */
  void json(Json.Pieces pieces) {
    PrintWriter writer = new PrintWriter(world.out(), false, StandardCharsets.UTF_8);
    try {
      Json.write(writer, pieces);
    } catch (IOException e) {
      throw new UncheckedIOException("standard output cannot be written", e);
    }
    writer.flush();
  }
}
