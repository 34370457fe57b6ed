package org.ferry.crypto.vodozemac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandleTest {
  private static final byte[] TEXT = "text".getBytes(UTF_8);

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(Vodozemac.openHandles()).isZero();
  }

  @Test
  void whatIsOpenIsCounted() {
    try (OlmAccount account = OlmAccount.create()) {
      assertThat(Vodozemac.openHandles()).isEqualTo(1);
      assertThat(account.sign(TEXT)).isNotEmpty();
    }
  }

  @Test
  void useAfterCloseIsRefusedAndASecondCloseDoesNothing() {
    OlmAccount account = OlmAccount.create();
    account.close();
    account.close();
    assertThatThrownBy(account::identityKeys)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("OlmAccount is used after its close");
  }

  @Test
  void whatIsLostIsFreedByTheCleaner() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(OlmAccount.create().maxOneTimeKeys()).isEqualTo(50);
    }
    Wait.until(
        Duration.ofSeconds(30),
        "the cleaner to free what was lost",
        () -> {
          System.gc();
          return Vodozemac.openHandles() == 0;
        });
  }

  @Test
  void nothingIsCalledOnAnEventLoop() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      String message = out.encrypt(TEXT);
      List<Callable<Object>> calls =
          List.of(
              OlmAccount::create,
              MegolmOutbound::create,
              Vodozemac::selfTest,
              () -> MegolmInbound.fromSessionKey(out.sessionKey()),
              () -> MegolmInbound.fromPickle("AAAA", new byte[32]),
              () -> in.decrypt(message));
      for (Callable<Object> call : calls) {
        assertThatThrownBy(
                () -> onEventLoop(vertx, call).toCompletionStage().toCompletableFuture().join())
            .hasCauseInstanceOf(IllegalStateException.class)
            .hasMessageContaining("event loop");
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private static io.vertx.core.Future<Object> onEventLoop(Vertx vertx, Callable<Object> call) {
    io.vertx.core.Promise<Object> promise = io.vertx.core.Promise.promise();
    vertx.runOnContext(go -> {
      try {
        promise.complete(call.call());
      } catch (Exception e) {
        promise.fail(e);
      }
    });
    return promise.future();
  }

  @Test
  void manyThreadsOnOneSessionTakeTurns() throws Exception {
    Set<String> messages = ConcurrentHashMap.newKeySet();
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> indexes = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        indexes.add(
            threads.submit(() -> {
              String message = out.encrypt(TEXT);
              messages.add(message);
              return in.decrypt(message).index();
            }));
      }
      List<Long> seen = new ArrayList<>();
      for (Future<Long> index : indexes) {
        seen.add(index.get());
      }
      assertThat(seen).doesNotHaveDuplicates().hasSize(500);
      assertThat(messages).hasSize(500);
    }
  }

  @Test
  void twoSessionsComparedFromBothSidesDoNotWaitForEachOther() throws Exception {
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound one = MegolmInbound.fromSessionKey(out.sessionKey());
        MegolmInbound two = MegolmInbound.fromSessionKey(out.sessionKey());
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<Integer> there = threads.submit(() -> connections(one, two));
      Future<Integer> back = threads.submit(() -> connections(two, one));
      assertThat(there.get() + back.get()).isEqualTo(2000);
    }
  }

  private static int connections(MegolmInbound one, MegolmInbound two) {
    int connected = 0;
    for (int i = 0; i < 1000; i++) {
      connected += one.isConnected(two) ? 1 : 0;
    }
    return connected;
  }

  @Test
  void closingWhileOthersCallFreesOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 300; round++) {
        MegolmOutbound out = MegolmOutbound.create();
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Boolean>> ends = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          boolean closes = i % 2 == 0;
          ends.add(threads.submit(() -> closes ? close(go, out) : encrypt(go, out)));
        }
        go.countDown();
        for (Future<Boolean> end : ends) {
          assertThat(end.get()).isTrue();
        }
      }
    }
  }

  private static boolean close(CountDownLatch go, MegolmOutbound out) throws InterruptedException {
    go.await();
    out.close();
    return true;
  }

  private static boolean encrypt(CountDownLatch go, MegolmOutbound out)
      throws InterruptedException {
    go.await();
    try {
      return !out.encrypt(TEXT).isEmpty();
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage()).contains("after its close");
    }
  }
}
