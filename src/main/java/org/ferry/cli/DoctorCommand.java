package org.ferry.cli;

import java.nio.file.Path;
import java.util.List;
import org.ferry.app.Doctor;
import org.ferry.app.Ferry;
import org.ferry.checkup.Check;
import org.ferry.checkup.Finding;
import org.ferry.checkup.LastLoad;
import org.ferry.checkup.Level;
import org.ferry.checkup.Report;
import org.ferry.checkup.Words;
import org.ferry.config.Config;
import org.ferry.config.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Check configuration, database, and both directions with the homeserver.",
      "Says ok, warning or problem of each thing, with the commands or lines that put it right."
    },
    footer = {"  ferry doctor", "  ferry doctor --measure --json"})
final class DoctorCommand extends FerryCommand {
  @Option(
      names = "--measure",
      description = "Also send some hundred messages into scratch rooms, and say how fast that is.")
  boolean measure;

  @Option(names = "--json", description = "As JSON on standard output.")
  boolean json;

  DoctorCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    Config config;
    try {
      config = session().silentConfig();
    } catch (ConfigException e) {
      return unreadable(e);
    }
    try (Ferry ferry = new Ferry(config, session().world().environment(), session()::tell)) {
      Path plan = session().world().folder().resolve("plan.yaml");
      Report report = new Doctor(ferry).examine(plan, measure, this::show);
      if (json) {
        session().json(DoctorView.json(report));
      } else {
        DoctorView.end(report).forEach(session()::say);
      }
      return status(report);
    }
  }

  private void show(Finding finding) {
    if (!json) {
      Words.lines(finding).forEach(session()::say);
    }
  }

  private int unreadable(ConfigException e) {
    List<Finding> findings =
        e.problems().stream()
            .map(p ->
                new Finding(
                    Check.CONFIGURATION, Level.PROBLEM, p.toString(), "then run: ferry doctor"))
            .toList();
    findings.forEach(this::show);
    if (json) {
      session().json(DoctorView.json(new Report(null, findings, LastLoad.none(), null)));
    }
    return ExitStatus.INPUT;
  }

  private static int status(Report report) {
    boolean server =
        report.server() == null
            || report.broken(Check.AS_TOKEN)
            || report.broken(Check.DATABASE)
            || report.broken(Check.HOMESERVER);
    if (server) {
      return ExitStatus.SERVER;
    }
    return report.count(Level.PROBLEM) > 0 ? ExitStatus.FAILED : ExitStatus.DONE;
  }
}
