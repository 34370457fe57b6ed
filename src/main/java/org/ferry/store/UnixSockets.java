package org.ferry.store;

import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** Lets pgjdbc, which knows only TCP, talk through a Unix socket; it makes this class by name. */
public final class UnixSockets extends SocketFactory {
  private final String file;

  /**
   * Called by the driver.
   *
   * @param file the socket file
   */
  public UnixSockets(String file) {
    this.file = file;
  }

  @Override
  public Socket createSocket() {
    return new UnixSocket(file);
  }

  @Override
  public Socket createSocket(String host, int port) {
    return createSocket();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    return createSocket();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    return createSocket();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    return createSocket();
  }
}
