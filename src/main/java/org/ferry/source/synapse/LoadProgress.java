package org.ferry.source.synapse;

/** Told now and then how far the reading of a dump has come; must return at once. */
@FunctionalInterface
public interface LoadProgress {
  /** Tells nobody. */
  LoadProgress NONE = (read, total) -> {};

  /**
   * Called about once a mebibyte, by the loading thread.
   *
   * @param read bytes of the file read so far, compressed where it is
   * @param total bytes of the whole file, -1 where unknown
   */
  void at(long read, long total);
}
