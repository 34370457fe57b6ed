package org.ferry.live.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.ferry.crypto.SyncInput;
import org.ferry.crypto.SyncOutcome;
import org.ferry.live.Signal;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.SyncRequest;

/**
 * One device's way of news. An answer is kept whole before the next question acknowledges it: first
 * the rooms' events, then, in one commit, everything that concerns keys together with the token to
 * go on from. What a crash cuts off comes again and finds itself known. For one thread.
 */
final class SyncLoop {
  private static final int JITTER_MS = 700;

  private final Intent intent;
  private final Machine machine;
  private final Consumer<ObjectNode> rooms;
  private final Signal requests;
  private final Signal keys;

  /**
   * A loop.
   *
   * @param intent the user as the device
   * @param machine the device's
   * @param rooms keeps what an answer says of rooms; does the same where it is told twice
   * @param requests woken when the machine may want something sent
   * @param keys woken when a room key came
   */
  SyncLoop(
      Intent intent, Machine machine, Consumer<ObjectNode> rooms, Signal requests, Signal keys) {
    this.intent = intent;
    this.machine = machine;
    this.rooms = rooms;
    this.requests = requests;
    this.keys = keys;
  }

  /**
   * Asks once, and keeps the answer.
   *
   * @param filter what is asked for
   * @param most how long the server may wait for news; where that is more than nothing, a lost
   *     answer is thrown at once
   */
  void once(ObjectNode filter, Duration most) {
    boolean wait = most.isPositive();
    // Never twice in the same words: Synapse keeps answers for two minutes.
    Duration timeout =
        wait ? most.minusMillis(ThreadLocalRandom.current().nextInt(JITTER_MS)) : Duration.ZERO;
    SyncRequest request = new SyncRequest(machine.syncToken().orElse(null), filter, timeout);
    ObjectNode answer = wait ? intent.syncOnce(request) : intent.sync(request);
    SyncInput input = SyncInputs.of(answer);
    rooms.accept(answer);
    SyncOutcome outcome = machine.receive(input);
    requests.wake();
    if (!outcome.newKeys().isEmpty()) {
      keys.wake();
    }
  }
}
