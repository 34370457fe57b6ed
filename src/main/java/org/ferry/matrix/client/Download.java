package org.ferry.matrix.client;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves a paused response into a stream on the thread that calls. The event loop hands over a few
 * buffers ahead and no more.
 */
final class Download {
  private static final int AHEAD = 16;

  private sealed interface Piece {}

  private record Bytes(Buffer buffer) implements Piece {}

  private record End(@Nullable Throwable broken) implements Piece {}

  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private final HttpClientResponse response;
  private final OutputStream to;
  private final Consumer<Integer> counter;

  Download(HttpClientResponse response, OutputStream to, Consumer<Integer> counter) {
    this.response = response;
    this.to = to;
    this.counter = counter;
  }

  /**
   * Copies all.
   *
   * @return what broke the connection, or null where the whole file arrived
   */
  @Nullable Throwable copy() throws IOException {
    HttpClientResponse unused =
        response
            .exceptionHandler(e -> pieces.add(new End(e)))
            .endHandler(v -> pieces.add(new End(null)))
            .handler(buffer -> pieces.add(new Bytes(buffer)))
            .fetch(AHEAD);
    try {
      while (true) {
        switch (pieces.take()) {
          case Bytes bytes -> write(bytes.buffer());
          case End end -> {
            return end.broken();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      hangUp();
      return e;
    } catch (IOException e) {
      hangUp();
      throw e;
    }
  }

  private void write(Buffer buffer) throws IOException {
    counter.accept(buffer.length());
    to.write(buffer.getBytes());
    HttpClientResponse unused = response.fetch(1);
  }

  private void hangUp() {
    response.request().reset().onFailure(e -> {});
  }
}
