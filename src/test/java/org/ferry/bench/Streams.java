package org.ferry.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.testing.Wait;
import org.jspecify.annotations.Nullable;

/** Many open streams of the API, each on a connection of its own. */
final class Streams implements AutoCloseable {
  static final String TOKEN = "a-token-of-the-bench";

  private static final Pattern EVENT = Pattern.compile("\"event_id\":\"([^\"]+)\"");
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final URI address;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<WebSocket> sockets = new ArrayList<>();
  private final AtomicInteger ready = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final ConcurrentHashMap<String, AtomicInteger> heard = new ConcurrentHashMap<>();

  Streams(URI address) {
    this.address = address;
  }

  /** Opens so many and waits until each of them was let in. */
  void open(int count) throws InterruptedException, ExecutionException {
    for (int i = 0; i < count; i++) {
      WebSocket socket =
          client.newWebSocketBuilder().buildAsync(address, new Ear(new StringBuilder())).get();
      WebSocket unused =
          socket.sendText("{\"type\":\"auth\",\"token\":\"" + TOKEN + "\"}", true).get();
      boolean unusedToo = sockets.add(socket);
    }
    Wait.until(LIMIT, "all to be let in", () -> ready.get() == count);
  }

  /** With how many of them an event came. */
  int heard(String event) {
    AtomicInteger times = heard.get(event);
    return times == null ? 0 : times.get();
  }

  int closed() {
    return closed.get();
  }

  @Override
  public void close() {
    sockets.forEach(WebSocket::abort);
    client.shutdownNow();
  }

  private final class Ear implements WebSocket.Listener {
    private final StringBuilder part;

    Ear(StringBuilder part) {
      this.part = part;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      StringBuilder unused = part.append(data);
      if (last) {
        take(part.toString());
        part.setLength(0);
      }
      socket.request(1);
      return null;
    }

    private void take(String frame) {
      if (frame.contains("\"ready\"")) {
        int unused = ready.incrementAndGet();
      }
      Matcher event = EVENT.matcher(frame);
      if (event.find()) {
        int unused =
            heard.computeIfAbsent(event.group(1), e -> new AtomicInteger()).incrementAndGet();
      }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      int unused = closed.incrementAndGet();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      int unused = closed.incrementAndGet();
    }
  }
}
