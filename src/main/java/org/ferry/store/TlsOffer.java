package org.ferry.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * Settles whether a connection that prefers TLS gets it. The client for rows would find out by
 * itself, but leaves the connection open on which TLS was refused; the server keeps a place for
 * each of these for a minute, and does not shut down before.
 */
final class TlsOffer {
  private static final int TIMEOUT_MILLIS = 10_000;

  /** The length of the message and the code of an SSLRequest (PostgreSQL's frontend protocol). */
  private static final byte[] REQUEST =
      ByteBuffer.allocate(8).putInt(8).putInt((1234 << 16) | 5679).array();

  private TlsOffer() {}

  /**
   * An address whose connections need not ask; the same one where nothing is left open or the
   * server does not answer, which the next attempt to use it says better.
   *
   * @param url the address
   * @return the same with {@link TlsMode#REQUIRE} or {@link TlsMode#DISABLE} instead of {@link
   *     TlsMode#PREFER}
   */
  static DatabaseUrl settled(DatabaseUrl url) {
    if (url.isSocket() || url.tls() != TlsMode.PREFER) {
      return url;
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(url.host(), url.port()), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(REQUEST);
      InputStream answer = socket.getInputStream();
      return switch (answer.read()) {
        case 'S' -> url.with(TlsMode.REQUIRE);
        case 'N' -> url.with(TlsMode.DISABLE);
        default -> url;
      };
    } catch (IOException e) {
      return url;
    }
  }
}
