package org.ferry.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Writes the text of {@code docs/reference/commands.md} from the command line itself. */
final class CommandReference {
  private static final String HEAD =
      """
      # Commands

      <!-- Made from the code by CommandReferenceTest; run ./mvnw test -Dferry.write-reference=true. -->

      `ferry [-c config.yaml] COMMAND`. Results go to standard output, everything else to standard
      error; with `--json` one document is all that standard output holds. On a terminal long work
      shows a bar for each phase, elsewhere a line every few seconds. Secrets are never arguments.
      Without `--space` a command means the Space of the configuration; `status` alone shows all.

      ## Exit status

      | status | meaning |
      | --- | --- |
      | 0 | done; what the plan skips is no failure. `run`: ended by Ctrl-C, SIGTERM or SIGHUP |
      | 1 | done, but something failed or differs, or standard output took no more; another Ferry is at work already; or a mistake in Ferry, whose details are in the file that the message names |
      | 2 | wrong usage, a question that nobody could answer, or something that is not available yet |
      | 3 | bad configuration, plan or input file |
      | 4 | a server could not be reached or refused |
      | 130, 143, 129 | stopped by Ctrl-C, SIGTERM or SIGHUP; what was done is kept, and the same command goes on. A second Ctrl-C ends at once, which loses nothing either |

      No stack trace is shown unless `--debug` asks for it.

      ## Options of every command

      """;

  private final StringBuilder out = new StringBuilder(HEAD);

  private CommandReference() {}

  static String markdown() {
    CommandReference r = new CommandReference();
    CommandLine line = Commands.line(World.real(), new Stop());
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    List<OptionSpec> common = line.getCommandSpec().options();
    r.options(common);
    line.getSubcommands().forEach((name, sub) -> r.commands(name, sub));
    return r.out.toString();
  }

  /** A command, and those that it has itself. */
  private void commands(String name, CommandLine line) {
    if (line.getSubcommands().isEmpty()) {
      command(name, line.getCommandSpec());
    } else {
      String does = String.join("\n", line.getCommandSpec().usageMessage().description());
      out.append("\n## ferry ").append(name).append("\n\n").append(does).append("\n");
      line.getSubcommands().forEach((sub, each) -> commands(name + " " + sub, each));
    }
  }

  private void command(String name, CommandSpec spec) {
    out.append("\n## ferry ").append(name).append("\n\n");
    out.append(String.join("\n", spec.usageMessage().description())).append("\n");
    List<OptionSpec> own = spec.options().stream().filter(o -> !o.inherited()).toList();
    boolean arguments = spec.positionalParameters().stream().anyMatch(p -> !p.hidden());
    if (arguments || !own.isEmpty()) {
      out.append('\n');
      table();
      spec.positionalParameters().forEach(p -> row("`[" + p.paramLabel() + "]`", p));
      own.forEach(o -> row(names(o), o));
    }
    out.append("\n```\n");
    out.append(
        List.of(spec.usageMessage().footer()).stream()
            .map(l -> l.replaceFirst("^  ", ""))
            .collect(Collectors.joining("\n")));
    out.append("\n```\n");
  }

  private void options(List<OptionSpec> options) {
    table();
    options.forEach(o -> row(names(o), o));
  }

  private void table() {
    out.append("| | |\n| --- | --- |\n");
  }

  private void row(String what, ArgSpec spec) {
    String text = CommandLine.Help.Ansi.OFF.string(String.join(" ", describe(spec)));
    out.append("| ").append(what).append(" | ").append(text.replace("|", "\\|")).append(" |\n");
  }

  private static List<String> describe(ArgSpec spec) {
    return List.of(spec.description()).stream()
        .map(d -> d.replace("${DEFAULT-VALUE}", String.valueOf(spec.defaultValueString())))
        .toList();
  }

  private static String names(OptionSpec option) {
    String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
    return "`" + String.join("`, `", option.names()) + value + "`";
  }
}
