package org.ferry.live.sending;

/** A key was given again, with another message. */
public final class KeyReused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * For whom the key was given before.
   *
   * @param key the key
   */
  public KeyReused(String key) {
    super(
        "the key \"" + key + "\" was used for another message; take a fresh one for each message");
  }
}
