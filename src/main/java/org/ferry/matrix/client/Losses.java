package org.ferry.matrix.client;

import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Says in a sentence why no answer came, and what to look at. */
final class Losses {
  private Losses() {}

  static Lost explain(Throwable cause, String address) {
    String at = " at " + address;
    if (has(cause, UnknownHostException.class)) {
      return new Lost(
          Lost.Kind.NOT_SENT, "no such host" + at + ": is homeserver.address spelled right?");
    }
    if (has(cause, SSLException.class)) {
      return new Lost(
          Lost.Kind.HOPELESS,
          "no trusted TLS connection" + at + ": is the certificate valid, or is it plain http?");
    }
    if (cause instanceof ConnectException && !has(cause, TimeoutException.class)) {
      return new Lost(
          Lost.Kind.NOT_SENT, "connection refused" + at + ": is the homeserver running?");
    }
    if (has(cause, TimeoutException.class)) {
      return new Lost(Lost.Kind.TIMEOUT, "no answer in time" + at);
    }
    if (cause instanceof HttpClosedException || cause instanceof VertxException) {
      return new Lost(Lost.Kind.NO_ANSWER, "the connection was closed before the answer" + at);
    }
    return new Lost(Lost.Kind.NO_ANSWER, "the connection broke (" + cause.getMessage() + ")" + at);
  }

  private static boolean has(Throwable thrown, Class<?> type) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }
}
