package org.ferry.cli;

/** What Ferry's processes end with. */
final class ExitStatus {
  /** Done; what the plan skips is no failure. */
  static final int DONE = 0;

  /** Done, but something failed or differs; or another Ferry is at work; or a mistake in Ferry. */
  static final int FAILED = 1;

  /** Wrong usage, a question that nobody could answer, or something that is not available yet. */
  static final int USAGE = 2;

  /** Bad configuration, plan or input file. */
  static final int INPUT = 3;

  /** A server could not be reached or refused. */
  static final int SERVER = 4;

  /** Stopped by a signal: this plus the signal's number, 130 after Ctrl-C. */
  static final int SIGNAL = 128;

  private ExitStatus() {}
}
