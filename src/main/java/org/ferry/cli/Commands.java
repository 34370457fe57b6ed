package org.ferry.cli;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole command line: every command with its options, its help and an example. */
final class Commands {
  private static final int WIDTH = 100;

  private Commands() {}

  /** The root: without a command it shows what there is. */
  @Command(
      name = "ferry",
      synopsisSubcommandLabel = "COMMAND",
      description = {
        "Carries the people, rooms and history of a Matrix homeserver into a Space of another.",
        ""
      },
      commandListHeading = "%nCommands:%n",
      optionListHeading = "%nOptions:%n",
      footerHeading = "%nExample:%n",
      footer = {
        "  ferry init --homeserver http://127.0.0.1:8008 --domain new.example.org \\",
        "      --space '#village:new.example.org'",
        "",
        "ferry COMMAND --help says more about one of them, with an example."
      })
  static final class Root {
    @Mixin final Globals globals = new Globals();

    @Option(
        names = {"-V", "--version"},
        versionHelp = true,
        description = "Show which Ferry this is.")
    boolean version;
  }

  /** Builds the command line of one run. */
  static CommandLine line(World world, Stop stop) {
    Root root = new Root();
    Session session = new Session(world, root.globals, stop);
    CommandLine line = new CommandLine(root);
    line.getCommandSpec().version(Version.full());
    add(line, "demo", new DemoCommand(session));
    add(line, "init", new InitCommand(session));
    add(line, "registration", new RegistrationCommand(session));
    add(line, "doctor", new DoctorCommand(session));
    add(line, "analyze", new AnalyzeCommand(session));
    add(line, "plan", new PlanCommand(session));
    add(line, "migrate", new MigrateCommand(session));
    add(line, "status", new StatusCommand(session));
    add(line, "verify", new VerifyCommand(session));
    add(line, "explain", new ExplainCommand(session));
    add(line, "retry", new RetryCommand(session));
    add(line, "rollback", new RollbackCommand(session));
    add(line, "mapping", new MappingCommand(session));
    add(line, "backup", new BackupCommand(session));
    add(line, "restore", new RestoreCommand(session));
    add(line, "reset", new ResetCommand(session));
    add(line, "forget", new ForgetCommand(session));
    add(line, "run", new RunCommand(session));
    group(
        line,
        "keys",
        "The keys of encrypted messages: brought in, written out, counted, protected anew.",
        Map.of(
            "import", new KeysImportCommand(session),
            "restore", new KeysRestoreCommand(session),
            "export", new KeysExportCommand(session),
            "status", new KeysStatusCommand(session),
            "rotate", new KeysRotateCommand(session)));
    group(
        line,
        "accounts",
        "The Matrix accounts whose conversations Ferry follows, besides its own bot's.",
        Map.of(
            "list", new AccountsListCommand(session),
            "login", new AccountsLoginCommand(session),
            "verify", new AccountsVerifyCommand(session),
            "forget", new AccountsForgetCommand(session)));
    add(line, "rooms", new RoomsCommand(session));
    webhooks(line, session);
    later(line, session, "cutover", "The move itself, step by step.", "status");
    later(line, session, "rehearse", "Try the cutover without doing it.", "");
    later(line, session, "claim", "Give a person's ghost to their account.", "");
    later(line, session, "export", "Write a source as a neutral bundle.", "SOURCE -o FILE");
    line.setUsageHelpWidth(WIDTH);
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(world.terminal().out() ? Ansi.AUTO : Ansi.OFF));
    return line;
  }

  private static void webhooks(CommandLine line, Session session) {
    group(
        line,
        "webhooks",
        "Deliveries of live messages to programs: how they stand, tried, sent again.",
        Map.of(
            "list", new WebhooksListCommand(session),
            "test", new WebhooksTestCommand(session),
            "listen", new WebhooksListenCommand(session),
            "replay", new WebhooksReplayCommand(session),
            "failed", new WebhooksFailedCommand(session),
            "enable", new WebhooksEnableCommand(session)));
  }

  private static void add(CommandLine root, String name, FerryCommand command) {
    CommandLine sub = new CommandLine(command);
    if (!sub.getCommandSpec().positionalParameters().isEmpty()) {
      var unusedToo = sub.getCommandSpec().usageMessage().parameterListHeading("%nArguments:%n");
    }
    dress(sub, name);
    var unused = root.addSubcommand(name, sub);
  }

  /** A command that has commands of its own, each with its help; alone it says which there are. */
  private static void group(
      CommandLine root, String name, String does, Map<String, FerryCommand> commands) {
    CommandLine sub = new CommandLine(new Group());
    var unused = sub.getCommandSpec().usageMessage().description(does);
    new TreeMap<>(commands).forEach((n, c) -> add(sub, n, c));
    var first = new TreeMap<>(commands).firstKey();
    var unusedToo = sub.getCommandSpec().usageMessage().footer("  ferry " + name + " " + first);
    dress(sub, name);
    var unusedThree = root.addSubcommand(name, sub);
  }

  /** Asks for one of its commands where none was named. */
  @Command
  private static final class Group implements Callable<Integer> {
    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      throw new UsageException(
          "ferry %s needs one of: %s"
              .formatted(spec.name(), String.join(", ", spec.subcommands().keySet())));
    }
  }

  private static void later(
      CommandLine root, Session session, String name, String does, String example) {
    CommandLine sub = new CommandLine(new NotYet(session, name));
    unbuilt(sub, does, ("ferry " + name + " " + example).stripTrailing());
    dress(sub, name);
    var unusedToo = root.addSubcommand(name, sub);
  }

  private static void unbuilt(CommandLine sub, String does, String example) {
    var usage = sub.getCommandSpec().usageMessage();
    var unused = usage.description(does + " (" + NotYet.MARK + ")").footer("  " + example);
    sub.setUnmatchedArgumentsAllowed(true).setUnmatchedOptionsArePositionalParams(true);
  }

  private static void dress(CommandLine sub, String name) {
    var usage = sub.getCommandSpec().name(name).usageMessage();
    var unused =
        usage
            .footerHeading("%nExample:%n")
            .optionListHeading("%nOptions:%n")
            .abbreviateSynopsis(false)
            .sortOptions(false);
  }
}
