package org.ferry.migrate;

/** Another process is writing to the destination. */
public final class AlreadyRunning extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Names a process that follows the homeserver, which has to make way.
   *
   * @param holder its process and host
   */
  public AlreadyRunning(String holder) {
    super(
        "ferry run is at work with this database (%s). Stop it, also on other machines, and start it again afterwards: it would write what it holds in memory."
            .formatted(holder));
  }

  /**
   * Names the holder.
   *
   * @param worker the process that holds the right to write
   */
  public AlreadyRunning(CrossingLedger.Worker worker) {
    super(
        "ferry %s is running already (process %d on %s, since %s). Wait for it, or stop it with Ctrl-C or kill %d; what it did is kept."
            .formatted(
                worker.command(), worker.pid(), worker.host(), worker.since(), worker.pid()));
  }
}
