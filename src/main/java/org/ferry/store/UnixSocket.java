package org.ferry.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A Unix socket in the shape of a TCP one, with read timeouts, for one reader and one writer. */
final class UnixSocket extends Socket {
  private final UnixDomainSocketAddress address;
  private final SocketChannel channel;
  private final Selector readable;
  private final Selector writable;
  private volatile int timeout;

  UnixSocket(String file) {
    address = UnixDomainSocketAddress.of(file);
    try {
      channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      readable = Selector.open();
      writable = Selector.open();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void connect(SocketAddress ignored) throws IOException {
    connect(ignored, 0);
  }

  @Override
  public void connect(SocketAddress ignored, int millis) throws IOException {
    if (!channel.connect(address)) {
      throw new IOException("cannot connect to " + address);
    }
    var unused = channel.configureBlocking(false);
    var reading = channel.register(readable, SelectionKey.OP_READ);
    var writing = channel.register(writable, SelectionKey.OP_WRITE);
    assert reading.isValid() && writing.isValid();
  }

  @Override
  public InputStream getInputStream() {
    return new In();
  }

  @Override
  public OutputStream getOutputStream() {
    return new Out();
  }

  @Override
  public void setSoTimeout(int millis) {
    timeout = millis;
  }

  @Override
  public int getSoTimeout() {
    return timeout;
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public void setTcpNoDelay(boolean on) {
    // A Unix socket never delays.
  }

  @Override
  public void setKeepAlive(boolean on) {
    // The other end is on this machine; its death is seen at once.
  }

  @Override
  public int getSendBufferSize() {
    return 65_536;
  }

  @Override
  public void shutdownOutput() throws IOException {
    var unused = channel.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    channel.close();
    readable.close();
    writable.close();
  }

  private final class In extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      ByteBuffer buffer = ByteBuffer.wrap(into, from, length);
      while (true) {
        int count = channel.read(buffer);
        if (count != 0) {
          return count;
        }
        await(readable, timeout);
      }
    }
  }

  private final class Out extends OutputStream {
    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int start, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(from, start, length);
      while (buffer.hasRemaining()) {
        if (channel.write(buffer) == 0) {
          await(writable, 0);
        }
      }
    }
  }

  private static void await(Selector selector, int millis) throws IOException {
    int ready = selector.select(millis);
    selector.selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      throw new IOException("interrupted while waiting for the database");
    }
    if (ready == 0 && millis > 0) {
      throw new SocketTimeoutException("the database did not answer within " + millis + " ms");
    }
  }
}
