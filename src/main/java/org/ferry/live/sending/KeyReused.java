package org.ferry.live.sending;

/** A key was given again, with another message. */
public final class KeyReused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The caller knows the key, which is kept as a hash only. */
  public KeyReused() {
    super("this key was used for another message; take a fresh one for each message");
  }
}
