package org.ferry.crypto.keys;

/**
 * The keys that rows of the database are protected with. There is one, and two while the pickle key
 * is being changed: each protected row says its generation, new rows get the present one. The keys
 * themselves stand in the database, sealed under the pickle key of the configuration.
 *
 * <p>For any number of threads. Blocks where it has to ask the database.
 */
public interface Keyring {
  /**
   * A key with its number.
   *
   * @param generation what a protected row notes
   * @param key what protects it
   */
  record Numbered(int generation, PickleKey key) {}

  /**
   * The key for what is written now. Ask for each transaction: it changes under a running process.
   */
  Numbered current();

  /**
   * The key that a row says it is protected with.
   *
   * @param generation as the row has it
   * @throws KeyException where there is no such key
   */
  PickleKey of(int generation);
}
