package org.ferry.matrix.client;

/**
 * Tells a homeserver that may have no room for files from a file that it fails on: one after the
 * other fails then, and none of that size is taken. Files that fail for themselves may do so in a
 * row too; where a file of Ferry's own is stored meanwhile, twice as many are borne the next time.
 * Safe for use by many threads.
 */
final class FileTrouble {
  private static final int IN_A_ROW = 3;
  private static final int MOST = 1 << 20;

  private int refused;
  private int borne = IN_A_ROW;
  private long smallest = Long.MAX_VALUE;

  /** A file of so many bytes was stored: smaller ones have no room's lack to blame. */
  synchronized void stored(long bytes) {
    if (bytes >= smallest) {
      borne = IN_A_ROW;
      forget();
    }
  }

  /** A file that was made to try it was stored: those before failed for themselves. */
  synchronized void proven() {
    borne = Math.min(MOST, 2 * borne);
    forget();
  }

  private void forget() {
    refused = 0;
    smallest = Long.MAX_VALUE;
  }

  /**
   * The homeserver failed on a file, again and again, while it stored other things.
   *
   * @param bytes the file's size
   * @return the size of the smallest that failed, where there were so many that a file of ours has
   *     to be tried; else 0
   */
  synchronized long failed(long bytes) {
    refused++;
    smallest = Math.min(smallest, bytes);
    return refused >= borne ? Math.max(1, smallest) : 0;
  }
}
