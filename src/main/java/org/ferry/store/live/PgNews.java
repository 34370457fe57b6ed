package org.ferry.store.live;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.live.Signal;
import org.ferry.live.message.News;

/** Hears what any process tells. */
public final class PgNews implements News {
  private final Set<Signal> signals = ConcurrentHashMap.newKeySet();

  /**
   * Begins to listen.
   *
   * @param channels stay the caller's
   */
  public PgNews(PgChannels channels) {
    // What was told before this listened is news as well.
    channels.on(PgChannels.MESSAGES, payload -> wake(), this::wake);
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
}
