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
 * Moves a response into a stream on the thread that calls. The event loop hands over a few buffers
 * ahead and no more.
 */
final class Download {
  private static final int AHEAD = 16;

  private sealed interface Piece {}

  private record Bytes(Buffer buffer) implements Piece {}

  private record End(@Nullable Throwable broken) implements Piece {}

  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private final HttpClientResponse response;

  private Download(HttpClientResponse response) {
    this.response = response;
  }

  /** Begins to listen; on the event loop that brings the response, so that nothing is missed. */
  static Download of(HttpClientResponse response) {
    Download download = new Download(response);
    HttpClientResponse unused =
        response
            .exceptionHandler(e -> download.pieces.add(new End(e)))
            .endHandler(v -> download.pieces.add(new End(null)))
            .handler(buffer -> download.pieces.add(new Bytes(buffer)))
            .pause()
            .fetch(AHEAD);
    return download;
  }

  /**
   * Copies all, on the thread that calls.
   *
   * @param to where to
   * @param counter told of each number of bytes before they are written
   * @return what broke the connection, or null where the whole file arrived
   */
  @Nullable Throwable copy(OutputStream to, Consumer<Integer> counter) throws IOException {
    try {
      while (true) {
        switch (pieces.take()) {
          case Bytes bytes -> {
            counter.accept(bytes.buffer().length());
            to.write(bytes.buffer().getBytes());
            HttpClientResponse unused = response.fetch(1);
          }
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

  private void hangUp() {
    response.request().reset().onFailure(e -> {});
  }
}
