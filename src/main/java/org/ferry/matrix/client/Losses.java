package org.ferry.matrix.client;

import io.vertx.core.http.HttpClosedException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.ferry.matrix.client.Lost.Kind;

/** Says in a sentence why no answer came, and what to look at. */
final class Losses {
  private Losses() {}

  static Lost explain(Throwable cause, String address) {
    String at = " at " + address;
    if (has(cause, InterruptedException.class)) {
      return new Lost(Kind.INTERRUPTED, "stopped while waiting for the homeserver" + at);
    }
    if (has(cause, UnknownHostException.class)) {
      return new Lost(
          Kind.NOT_SENT, "no such host" + at + ": is homeserver.address spelled right?");
    }
    if (has(cause, SSLException.class)) {
      return new Lost(
          Kind.HOPELESS,
          "no trusted TLS connection" + at + ": is the certificate valid, or is it plain http?");
    }
    // Netty's own timeout of a connection attempt is a ConnectException, too.
    if (has(cause, ConnectException.class) || has(cause, NoRouteToHostException.class)) {
      return new Lost(Kind.NOT_SENT, "connection refused" + at + ": is the homeserver running?");
    }
    if (has(cause, TimeoutException.class)) {
      return new Lost(Kind.TIMEOUT, "no answer in time" + at);
    }
    if (has(cause, HttpClosedException.class)) {
      return new Lost(Kind.NO_ANSWER, "the connection was closed before the answer" + at);
    }
    return new Lost(Kind.NO_ANSWER, "the connection broke (" + cause.getMessage() + ")" + at);
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
