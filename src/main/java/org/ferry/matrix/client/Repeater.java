package org.ferry.matrix.client;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Repeats a request for as long as the patience lasts. */
final class Repeater {
  private final Wire wire;
  private final HomeserverOptions options;
  private final Patience patience;
  private final InstantSource clock;
  private final Pace pace;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  Repeater(
      Wire wire, HomeserverOptions options, Patience patience, InstantSource clock, Pace pace) {
    this.wire = wire;
    this.options = options;
    this.patience = patience;
    this.clock = clock;
    this.pace = pace;
  }

  void onWaiting(Consumer<String> notice) {
    boolean unused = listeners.add(notice);
  }

  Answer answer(Call call) {
    try {
      Answer answer = wire.send(call);
      if (answer.isSuccess()) {
        return answer;
      }
      throw answer.refusal(call);
    } catch (Lost e) {
      throw new Unreachable(options.address(), e.sentence());
    }
  }

  @Override
  public String toString() {
    return "Repeater[" + patience + clock + pace.limit() + "]";
  }
}
