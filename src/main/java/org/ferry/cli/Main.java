package org.ferry.cli;

/** The entry point of the jar. */
public final class Main {
  private Main() {}

  /**
   * Runs one command and exits with its status.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(args.length == 0 ? 2 : 0);
  }
}
