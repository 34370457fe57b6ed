package org.ferry.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A command whose part of Ferry has not been built: says so, whatever its arguments are. */
@Command
final class NotYet extends FerryCommand {
  static final String MARK = "not available yet";

  private final String name;

  @Parameters(paramLabel = "ARGUMENT", hidden = true)
  List<String> ignored = new ArrayList<>();

  NotYet(Session session, String name) {
    super(session);
    this.name = name;
  }

  @Override
  public Integer call() {
    throw refusal("ferry " + name);
  }

  /** What a person is told who asks for something that is not built. */
  static UsageException refusal(String what) {
    return new UsageException(what + " is " + MARK + ".");
  }
}
