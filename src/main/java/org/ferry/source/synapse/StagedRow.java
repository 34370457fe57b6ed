package org.ferry.source.synapse;

import org.jspecify.annotations.Nullable;

/** One row of a {@link StagedView}; its columns are counted from 0. */
public interface StagedRow {
  /** The text in a column, null where it has no value. */
  @Nullable String text(int column);

  /** The number in a column, or the other one where it has no value. */
  long number(int column, long otherwise);

  /** The truth value in a column, false where it has none. */
  boolean flag(int column);
}
