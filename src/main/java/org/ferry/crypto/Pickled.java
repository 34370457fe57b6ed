package org.ferry.crypto;

/**
 * A pickle as it is stored.
 *
 * @param generation of the key it is under ({@link org.ferry.crypto.keys.Keyring})
 * @param text what vodozemac wrote
 */
public record Pickled(int generation, String text) {
  @Override
  public String toString() {
    return "Pickled[generation=" + generation + "]";
  }
}
