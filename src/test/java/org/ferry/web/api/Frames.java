package org.ferry.web.api;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What comes on WebSockets of {@code /stream}: texts, and how they are closed unless in order. */
final class Frames implements WebSocket.Listener {
  private final LinkedBlockingQueue<String> all = new LinkedBlockingQueue<>();
  private final StringBuilder part = new StringBuilder();

  /** A socket that said this first. */
  WebSocket open(HttpClient client, ApiHouse house, String first) {
    URI uri = URI.create("ws://127.0.0.1:" + house.port() + "/api/v1/stream");
    return client.newWebSocketBuilder().buildAsync(uri, this).join().sendText(first, true).join();
  }

  @Override
  public @org.jspecify.annotations.Nullable CompletionStage<?> onText(
      WebSocket socket, CharSequence text, boolean last) {
    socket.request(1);
    StringBuilder unusedPart = part.append(text);
    if (last) {
      boolean unused = all.add(part.toString());
      part.setLength(0);
    }
    return null;
  }

  @Override
  public @org.jspecify.annotations.Nullable CompletionStage<?> onClose(
      WebSocket socket, int code, String reason) {
    boolean unused = code == 1000 || all.add(code + " " + reason);
    return null;
  }

  /** What came and was not looked at yet. */
  List<String> waiting() {
    List<String> came = new ArrayList<>();
    int unused = all.drainTo(came);
    return came;
  }

  String next() throws InterruptedException {
    return String.valueOf(all.poll(10, TimeUnit.SECONDS));
  }
}
