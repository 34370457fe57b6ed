package org.ferry.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A TCP proxy on loopback that behaves badly on demand, for any protocol. Faults apply to open and
 * to new connections from the moment they are set.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;
  private static final long NEVER = Long.MAX_VALUE;

  private final ServerSocket listener;
  private final List<InetSocketAddress> servers;
  private final AtomicInteger turn = new AtomicInteger();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicLong untilCut = new AtomicLong(NEVER);

  private volatile Duration latency = Duration.ZERO;
  private volatile long bytesPerSecond = NEVER;
  private volatile Duration closing = Duration.ZERO;
  private volatile int slice = CHUNK;
  private volatile boolean silent;
  private volatile boolean refusing;
  private volatile byte[] watched = {};
  private volatile Supplier<Fate> fates = () -> Fate.PASSES;

  private FaultProxy(ServerSocket listener, List<InetSocketAddress> servers) {
    this.listener = listener;
    this.servers = servers;
  }

  /** A proxy in front of a server; it works faultlessly until told otherwise. */
  public static FaultProxy to(String host, int port) {
    return to(List.of(new InetSocketAddress(host, port)));
  }

  /** A load balancer: each connection goes to the next server that takes it. */
  public static FaultProxy to(List<InetSocketAddress> servers) {
    try {
      var listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
      var proxy = new FaultProxy(listener, List.copyOf(servers));
      var unused = Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new IllegalStateException("no port for a proxy", e);
    }
  }

  /** A proxy in front of an HTTP server. */
  public static FaultProxy to(URI server) {
    return to(server.getHost(), server.getPort());
  }

  /** Its port on 127.0.0.1. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Its address, for an HTTP server. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + port());
  }

  /** Holds each piece of data back for this long, each way. */
  public void latency(Duration delay) {
    latency = delay;
  }

  /** Lets at most so many bytes a second through, each way and connection. */
  public void bandwidth(long bytesEachSecond) {
    bytesPerSecond = bytesEachSecond;
  }

  /** Passes the end of a connection on so much later. */
  public void slowClose(Duration delay) {
    closing = delay;
  }

  /** Sends everything on in pieces of at most so many bytes, each way. */
  public void slice(int bytes) {
    slice = bytes;
  }

  /** Swallows everything of connections that are open now, and closes them after a while. */
  public void timeout(Duration after) {
    Set<Link> open = Set.copyOf(links);
    open.forEach(Link::swallow);
    var unused =
        Thread.ofVirtual()
            .start(() -> {
              try {
                // The time is the fault itself: nothing is waited for.
                Thread.sleep(after);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              open.forEach(Link::reset);
            });
  }

  /** Swallows everything and answers nothing, connections stay open; they never recover. */
  public void blackhole() {
    silent = true;
  }

  /** Resets every open connection. */
  public void reset() {
    links.forEach(Link::reset);
  }

  /** Resets the client's end of every open connection; the server hears nothing of it. */
  public void halve() {
    links.forEach(Link::halve);
  }

  /** Resets every new connection at once, as a server that is down does. */
  public void refuse() {
    refusing = true;
  }

  /** Resets all connections after so many more bytes have come from the server. */
  public void cutAfter(long bytes) {
    untilCut.set(bytes);
  }

  /** Faultless again, for what is sent from now on. */
  public void heal() {
    latency = Duration.ZERO;
    closing = Duration.ZERO;
    slice = CHUNK;
    bytesPerSecond = NEVER;
    silent = false;
    refusing = false;
    untilCut.set(NEVER);
    watched = new byte[0];
  }

  /** What becomes of a piece of data that a client sends, and of its connection. */
  public enum Fate {
    /** It passes, and its answer. */
    PASSES,
    /** It never arrives; the connection is reset. */
    LOST,
    /** It arrives; the connection is reset in place of the answer. */
    UNANSWERED
  }

  /** Asks for the fate of each piece of data in which a client sends such a text. */
  public void whenSent(String text, Supplier<Fate> fate) {
    fates = fate;
    watched = text.getBytes(StandardCharsets.US_ASCII);
  }

  /** How many connections are open. */
  public int connections() {
    return links.size();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var client = listener.accept();
        if (refusing) {
          client.setSoLinger(true, 0);
          client.close();
        } else {
          connect(client);
        }
      } catch (IOException e) {
        // The listener was closed, or one connection was lost before it began.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    int first = turn.getAndIncrement();
    for (int i = 0; i < servers.size(); i++) {
      InetSocketAddress server = servers.get(Math.floorMod(first + i, servers.size()));
      try {
        var link = new Link(client, new Socket(server.getAddress(), server.getPort()));
        links.add(link);
        link.start();
        return;
      } catch (IOException e) {
        // The next one, if there is any.
      }
    }
    client.setSoLinger(true, 0);
    client.close();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    reset();
  }

  private final class Link {
    private final Socket client;
    private final Socket server;
    private volatile boolean dead;
    private volatile boolean halved;
    private volatile boolean unanswered;

    Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void start() {
      var up = Thread.ofVirtual().start(() -> pump(client, server, false));
      var down = Thread.ofVirtual().start(() -> pump(server, client, true));
      if (up.equals(down)) {
        throw new AssertionError();
      }
    }

    private void pump(Socket from, Socket to, boolean fromServer) {
      byte[] buffer = new byte[CHUNK];
      try {
        var in = from.getInputStream();
        var out = to.getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          delay(n);
          if (silent || dead) {
            dead = true;
            continue;
          }
          if (isFatal(buffer, n, fromServer)) {
            reset();
            return;
          }
          int allowed = fromServer ? allowed(n) : n;
          send(buffer, allowed, out);
          if (allowed < n) {
            // Whatever has been healed meanwhile: what follows a gap must never be passed on.
            FaultProxy.this.reset();
            boolean unused = untilCut.compareAndSet(0, NEVER);
            return;
          }
        }
        rest(closing.toMillis());
      } catch (IOException e) {
        // One side ended the connection; the other is closed with it.
      } finally {
        if (!halved) {
          ended();
        }
      }
    }

    private boolean isFatal(byte[] data, int bytes, boolean fromServer) {
      if (fromServer || !contains(data, bytes, watched)) {
        return fromServer && unanswered;
      }
      Fate fate = fates.get();
      unanswered = fate == Fate.UNANSWERED;
      return fate == Fate.LOST;
    }

    private static boolean contains(byte[] data, int bytes, byte[] text) {
      for (int at = 0; text.length > 0 && at + text.length <= bytes; at++) {
        if (Arrays.equals(data, at, at + text.length, text, 0, text.length)) {
          return true;
        }
      }
      return false;
    }

    /** How many of these bytes may still pass; fewer than all means the end of the connection. */
    private int allowed(int bytes) {
      long left = untilCut.getAndUpdate(now -> now == NEVER ? NEVER : Math.max(0, now - bytes));
      return (int) Math.min(bytes, left);
    }

    private void send(byte[] buffer, int bytes, OutputStream out) throws IOException {
      for (int at = 0; at < bytes; at += slice) {
        out.write(buffer, at, Math.min(slice, bytes - at));
        out.flush();
        if (slice < CHUNK) {
          rest(1);
        }
      }
    }

    void swallow() {
      dead = true;
    }

    void halve() {
      dead = true;
      halved = true;
      reset(client);
    }

    private void ended() {
      links.remove(this);
      close(client);
      close(server);
    }

    private void delay(int bytes) throws IOException {
      long millis = latency.toMillis();
      if (bytesPerSecond != NEVER) {
        millis += 1000L * bytes / bytesPerSecond;
      }
      rest(millis);
    }

    private static void rest(long millis) throws IOException {
      if (millis > 0) {
        try {
          // The slowness is the fault itself: nothing is waited for.
          Thread.sleep(millis);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", e);
        }
      }
    }

    void reset() {
      links.remove(this);
      reset(client);
      reset(server);
    }

    private static void reset(Socket socket) {
      try {
        socket.setSoLinger(true, 0);
      } catch (SocketException e) {
        // Already closed.
      }
      close(socket);
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new IllegalStateException("a proxied connection does not close", e);
      }
    }
  }
}
