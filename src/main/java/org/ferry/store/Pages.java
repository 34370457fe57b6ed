package org.ferry.store;

import io.vertx.sqlclient.Row;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A long result in short statements: each page begins behind the last row of the one before. No
 * cursor stays open, so a reader may take hours, stop in the middle, and outlive a lost connection.
 */
final class Pages {
  /** Rows of a page where rows are small. */
  static final int SMALL_ROWS = 1_000;

  /** Rows of a page where each holds an event's content: at most 64 KiB, so 16 MiB at the worst. */
  static final int CONTENT_ROWS = 250;

  private Pages() {}

  /** Reads the page behind a row; null stands for the beginning. */
  interface Next<T> {
    List<T> after(@Nullable T last);
  }

  static <T> Stream<T> of(int size, Next<T> next) {
    return StreamSupport.stream(new Walk<>(size, next), false);
  }

  private static final class Walk<T> extends Spliterators.AbstractSpliterator<T> {
    private final int size;
    private final Next<T> next;
    private final Deque<T> page = new ArrayDeque<>();
    private @Nullable T last;
    private boolean ended;

    Walk(int size, Next<T> next) {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
      this.size = size;
      this.next = next;
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
      if (page.isEmpty() && !ended) {
        List<T> rows = next.after(last);
        ended = rows.size() < size;
        page.addAll(rows);
      }
      T row = page.poll();
      if (row == null) {
        return false;
      }
      last = row;
      action.accept(row);
      return true;
    }
  }

  /** The rows of a source in the order of their ids, behind {@code $2} and at most {@code $3}. */
  static <T> Stream<T> byId(
      Database database, String sql, long source, Function<Row, T> mapper, Function<T, String> id) {
    return of(
        SMALL_ROWS,
        last ->
            EventRows.list(
                database.run(sql, source, last == null ? "" : id.apply(last), (long) SMALL_ROWS),
                mapper));
  }
}
