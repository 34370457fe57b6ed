package org.ferry.web.api;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What comes on WebSockets of {@code /stream}: texts, and how they are closed unless in order. */
final class Frames implements WebSocket.Listener {
  private final LinkedBlockingQueue<String> all = new LinkedBlockingQueue<>();

  /** A socket that said this first. */
  WebSocket open(HttpClient client, ApiHouse house, String first) {
    URI uri = URI.create("ws://127.0.0.1:" + house.port() + "/api/v1/stream");
    return client.newWebSocketBuilder().buildAsync(uri, this).join().sendText(first, true).join();
  }

  @Override
  public @org.jspecify.annotations.Nullable CompletionStage<?> onText(
      WebSocket socket, CharSequence text, boolean last) {
    socket.request(1);
    boolean unused = all.add(text.toString());
    return null;
  }

  @Override
  public @org.jspecify.annotations.Nullable CompletionStage<?> onClose(
      WebSocket socket, int code, String reason) {
    boolean unused = code == 1000 || all.add(code + " " + reason);
    return null;
  }

  String next() throws InterruptedException {
    return String.valueOf(all.poll(10, TimeUnit.SECONDS));
  }
}
