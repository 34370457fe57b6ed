package org.ferry.matrix.client;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Moves a file into a request, piece by piece, on the thread that calls. A server may answer before
 * it has seen the whole file, and hang up: a file that is too large ends that way.
 */
final class Upload {
  private static final int PIECE = 64 * 1024;
  private static final Duration ANSWER_AFTER_HANGING_UP = Duration.ofSeconds(5);

  private final HttpClientRequest request;
  private final Future<Answer> answer;
  private final Duration silence;
  private final Function<Exception, Lost> lost;
  private @Nullable Exception refusal;

  Upload(
      HttpClientRequest request,
      Future<Answer> answer,
      Duration silence,
      Function<Exception, Lost> lost) {
    // Failures come back by the futures; without this they would be logged as well.
    this.request = request.exceptionHandler(e -> {});
    this.answer = answer;
    this.silence = silence;
    this.lost = lost;
  }

  /**
   * Sends the file, or as much of it as the server takes.
   *
   * @return the answer
   * @throws IOException where the file cannot be read, or is not as long as it was said to be
   * @throws Lost where the connection broke before an answer came
   */
  Answer send(MediaBody body) throws IOException, Lost {
    boolean whole = false;
    try {
      whole = pump(body);
      return answer(whole);
    } finally {
      if (!whole || !answer.isComplete()) {
        // A reset after the answer would give the connection back in the middle of a request, and
        // the next one on it would never be answered.
        request.connection().close().onFailure(e -> {});
      }
    }
  }

  /** What breaks here is the connection, never the file, although both may be told by sockets. */
  private Answer answer(boolean whole) throws Lost {
    try {
      return whole
          ? answer.await()
          : answer.await(ANSWER_AFTER_HANGING_UP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (Exception e) {
      throw lost.apply(refusal == null ? e : because(e, refusal));
    }
  }

  /** Why the server stopped listening goes with what came of it. */
  private static Exception because(Exception failure, Throwable refusal) {
    if (!failure.equals(refusal)) {
      failure.addSuppressed(refusal);
    }
    return failure;
  }

  /** False where the server stopped listening. */
  private boolean pump(MediaBody body) throws IOException, Lost {
    try (InputStream in = body.bytes().open()) {
      long left = body.length();
      byte[] piece = new byte[PIECE];
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        left -= n;
        if (left < 0) {
          break;
        }
        if (answer.isComplete()
            || !written(request.write(Buffer.buffer().appendBytes(piece, 0, n)))) {
          return false;
        }
      }
      if (left != 0) {
        throw new IOException("the file is not " + body.length() + " bytes long any more");
      }
    }
    return written(request.idleTimeout(silence.toMillis()).end());
  }

  private boolean written(Future<Void> write) throws Lost {
    try {
      Void unused = write.await(silence.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (Exception e) {
      if (e instanceof TimeoutException || e instanceof InterruptedException) {
        throw lost.apply(e);
      }
      refusal = e;
      return false;
    }
  }
}
