package org.ferry.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options of every command. They may stand before or after its name. */
final class Globals {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "The configuration; ./config.yaml if not given.")
  @Nullable Path config;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "No progress; warnings are shown.")
  boolean quiet;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Log more, and show where a failure comes from.")
  boolean debug;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this and do nothing.")
  boolean help;

  /** Whether the command stays and is watched through its log; set by the command. */
  boolean service;

  /** Whether every line has to be one of the log: who reads it takes nothing else. */
  boolean logged() {
    return service && Logging.isJson();
  }
}
