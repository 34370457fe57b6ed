package org.ferry.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Print the totals, ask, then carry everything.",
      "Run again it goes on, and carries only what is new or failed."
    },
    footer = {
      "  ferry migrate --dry-run",
      "  ferry migrate synapse.sql.gz --media media_store --rooms '#garden:*' --yes"
    })
final class MigrateCommand extends FerryCommand {
  @Mixin final Sources source = new Sources();

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description = "The plan to follow; plan.yaml where it exists.")
  @Nullable Path plan;

  @Option(
      names = "--space",
      paramLabel = "ALIAS",
      description = "The destination Space, instead of the configured one.")
  @Nullable String space;

  @Option(
      names = "--dry-run",
      description = "Do all but write to a server, and say what would be written.")
  boolean dryRun;

  @Option(
      names = "--rooms",
      paramLabel = "GLOB",
      description = "Only rooms whose id, alias or name matches; may be repeated.")
  List<String> rooms = new ArrayList<>();

  @Option(
      names = "--users",
      paramLabel = "GLOB",
      description = "Only people whose id or name matches; may be repeated.")
  List<String> users = new ArrayList<>();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only what was sent at TIME or later.")
  @Nullable String since;

  @Option(
      names = "--take-aliases",
      description = "Move aliases here that an earlier destination holds.")
  boolean takeAliases;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  boolean yes;

  @Option(names = "--json", description = "The outcome as JSON on standard output.")
  boolean json;

  MigrateCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    throw NotYet.refusal("ferry migrate");
  }
}
