package org.ferry.store.live;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.live.Signal;
import org.ferry.live.message.News;
import org.ferry.store.Database;

/** Hears what any process tells. */
public final class PgNews implements News {
  private final Set<Signal> signals = ConcurrentHashMap.newKeySet();
  private final Listening listening;

  /**
   * Begins to listen.
   *
   * @param database stays the caller's
   */
  public PgNews(Database database) {
    // What was told before this listened is news as well.
    this.listening = new Listening(database, PgMessages.CHANNEL, payload -> wake(), this::wake);
  }

  private void wake() {
    signals.forEach(Signal::wake);
  }

  @Override
  public Signal subscribe() {
    Signal signal = new Signal();
    boolean unused = signals.add(signal);
    return signal;
  }

  @Override
  public void unsubscribe(Signal signal) {
    boolean unused = signals.remove(signal);
  }

  @Override
  public void close() {
    listening.close();
  }
}
