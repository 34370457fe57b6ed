package org.ferry.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.ferry.config.Config;
import org.ferry.config.ConfigException;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationCheck;
import org.ferry.config.RegistrationCheck.Difference;
import org.ferry.config.RegistrationFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Write the registration that fits the configuration, for the homeserver to read.",
      "Tokens of one that is there are kept. With --check: say in what one differs."
    },
    footer = {
      "  ferry registration",
      "  ferry registration --check /etc/matrix-synapse/ferry.yaml"
    })
final class RegistrationCommand extends FerryCommand {
  @Option(
      names = {"-r", "--registration"},
      paramLabel = "FILE",
      description = "Where to write it; the configured place if not given.")
  @Nullable Path file;

  @Option(
      names = {"-g", "--generate-registration"},
      description = "Write it; the same as without, for those used to other bridges.")
  boolean generate;

  @Option(
      names = "--check",
      paramLabel = "FILE",
      description = "Write nothing; compare this file. Exit status 1 where it differs.")
  @Nullable Path check;

  @Option(names = "--force", description = "Write over a registration that is there.")
  boolean force;

  @Option(names = "--json", description = "The comparison as JSON on standard output.")
  boolean json;

  RegistrationCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    Config config = session().config();
    return check == null
        ? write(config)
        : compare(config, session().world().folder().resolve(check));
  }

  private int write(Config config) {
    Path target =
        file == null
            ? config.appservice().registration()
            : session().world().folder().resolve(file);
    boolean exists = Files.exists(target);
    if (exists && !force) {
      List<Difference> differences = RegistrationCheck.differences(config, target);
      if (differences.isEmpty()) {
        session().say(target + " is there and fits the configuration; nothing was written.");
        return ExitStatus.DONE;
      }
      show(target, differences);
      throw new UsageException(
          target + " is there; --force writes over it and keeps its tokens where it has them.");
    }
    Registration fresh = exists ? keeping(config, target) : Registration.fresh(config);
    RegistrationFile.write(target, fresh);
    session().say(target + " was written, mode 0600. It holds two secrets.");
    session().say(Handover.text(target));
    return ExitStatus.DONE;
  }

  /** Tokens in use are kept, because the homeserver knows them; a broken file has none. */
  private Registration keeping(Config config, Path target) {
    try {
      return Registration.keeping(config, RegistrationFile.read(target));
    } catch (ConfigException e) {
      session().tell("warning: " + e.getMessage() + "; new tokens were drawn");
      return Registration.fresh(config);
    }
  }

  private int compare(Config config, Path target) {
    List<Difference> differences = RegistrationCheck.differences(config, target);
    if (json) {
      session().json(Map.of("file", target.toString(), "differences", differences));
    } else if (differences.isEmpty()) {
      session().say(target + " fits the configuration.");
    } else {
      show(target, differences);
      session()
          .say(
              "ferry registration --force writes %s anew and keeps its tokens; hand that to the homeserver and restart it."
                  .formatted(config.appservice().registration()));
    }
    return differences.isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private void show(Path target, List<Difference> differences) {
    session().say(target + " differs from what the configuration needs:");
    for (Difference d : differences) {
      session().say("  " + d.key());
      session().say("    expected  " + d.expected());
      session().say("    found     " + d.found());
      session().say("    breaks    " + d.breaks());
    }
  }
}
