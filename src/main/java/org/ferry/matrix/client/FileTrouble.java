package org.ferry.matrix.client;

/**
 * Tells a homeserver that has no room for files from a file that it fails on: one after the other
 * fails then, and none of that size is taken. Safe for use by many threads.
 */
final class FileTrouble {
  private static final int IN_A_ROW = 3;

  private int refused;
  private long smallest = Long.MAX_VALUE;

  /** A file of so many bytes was stored: smaller ones have no room's lack to blame. */
  synchronized void stored(long bytes) {
    if (bytes >= smallest) {
      refused = 0;
      smallest = Long.MAX_VALUE;
    }
  }

  /**
   * The homeserver failed on a file, again and again, while it stored other things.
   *
   * @param bytes the file's size
   * @return whether that has become too much to be the files' fault
   */
  synchronized boolean failed(long bytes) {
    refused++;
    smallest = Math.min(smallest, bytes);
    return refused >= IN_A_ROW;
  }
}
