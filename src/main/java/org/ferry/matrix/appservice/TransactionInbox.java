package org.ferry.matrix.appservice;

/**
 * Where transactions are put before they are answered.
 *
 * <p>Called on a virtual thread, never on an event loop, possibly for the same transaction by
 * several threads at once: a homeserver repeats a transaction while the first is still under way.
 */
@FunctionalInterface
public interface TransactionInbox {
  /**
   * Stores a transaction for good. When this returns the homeserver is told to forget it.
   *
   * @param txnId the id in the request's path; may come again with another body
   * @param body the raw bytes, not read by anybody yet: perhaps no JSON, perhaps with NUL in it
   * @throws Exception where it could not be stored; the homeserver is asked to repeat it
   */
  void store(String txnId, byte[] body) throws Exception;
}
