package org.ferry.cli;

import java.util.concurrent.Callable;

/** A command: picocli fills the fields, {@link #call} does the work and gives the exit status. */
abstract class FerryCommand implements Callable<Integer> {
  private final Session session;

  FerryCommand(Session session) {
    this.session = session;
  }

  final Session session() {
    return session;
  }
}
