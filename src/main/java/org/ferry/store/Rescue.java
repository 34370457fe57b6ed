package org.ferry.store;

/** Brings a database server back that is Ferry's own to start. */
@FunctionalInterface
public interface Rescue {
  /** For a server that is somebody else's: nothing is done. */
  Rescue NONE = () -> false;

  /**
   * Called by any thread whose connection was lost, one at a time; may block while a server starts.
   *
   * @return true where the server is known to run now
   * @throws RuntimeException where it cannot run; the message says why and what to do
   */
  boolean bringBack();
}
