package org.ferry.web;

/** One thing that must work for Ferry to be of use. */
public interface HealthCheck {
  /** A short name, such as {@code database}; the key in the answer. */
  String name();

  /**
   * Looks, on a virtual thread; whoever asks waits at most 5 seconds for it.
   *
   * @return a few words about what was found, possibly empty
   * @throws Exception where it does not work; the message says what and what to do
   */
  String check() throws Exception;
}
