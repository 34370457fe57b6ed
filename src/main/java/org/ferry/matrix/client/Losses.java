package org.ferry.matrix.client;

import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.http.HttpClosedException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.ferry.matrix.client.Lost.Kind;

/** Says in a sentence why no answer came, and what to look at. */
final class Losses {
  private Losses() {}

  static Lost explain(Throwable cause, String address) {
    Kind kind = kind(cause);
    return new Lost(kind, sentence(kind, cause, " at " + address), cause);
  }

  private static Kind kind(Throwable cause) {
    if (has(cause, InterruptedException.class)) {
      return Kind.INTERRUPTED;
    }
    if (has(cause, CertificateException.class)
        || has(cause, CertPathValidatorException.class)
        || has(cause, NotSslRecordException.class)) {
      return Kind.HOPELESS;
    }
    if (has(cause, SSLHandshakeException.class)) {
      return Kind.NOT_SENT;
    }
    // Netty's own timeout of a connection attempt is a ConnectException, too.
    if (has(cause, UnknownHostException.class)
        || has(cause, ConnectException.class)
        || has(cause, NoRouteToHostException.class)) {
      return Kind.NOT_SENT;
    }
    return has(cause, TimeoutException.class) ? Kind.TIMEOUT : Kind.NO_ANSWER;
  }

  private static String sentence(Kind kind, Throwable cause, String at) {
    return switch (kind) {
      case INTERRUPTED -> "stopped while waiting for the homeserver" + at;
      case HOPELESS ->
          "no trusted TLS connection"
              + at
              + ": is the certificate valid and signed by whom Java trusts, or is it plain http? ferry doctor says more";
      case NOT_SENT ->
          has(cause, UnknownHostException.class)
              ? "no such host" + at + ": is homeserver.address spelled right?"
              : has(cause, SSLHandshakeException.class)
                  ? "the TLS connection broke while it was made" + at + ": does its proxy restart?"
                  : "connection refused" + at + ": is the homeserver running?";
      case TIMEOUT -> "no answer in time" + at;
      case NO_ANSWER ->
          has(cause, HttpClosedException.class)
              ? "the connection was closed before the answer" + at
              : "the connection broke (" + cause.getMessage() + ")" + at;
    };
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
