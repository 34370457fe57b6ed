package org.ferry.checkup;

/**
 * What the ledger's last load asks of the homeserver.
 *
 * @param server the old server; empty where nothing was loaded
 * @param largestFile the bytes of its largest file, 0 where there is none
 * @param waiting events that are to be carried still
 */
public record LastLoad(String server, long largestFile, long waiting) {
  /** Nothing was loaded. */
  public static LastLoad none() {
    return new LastLoad("", 0, 0);
  }
}
