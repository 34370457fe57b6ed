package org.ferry.checkup;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/**
 * The homeserver as a probe sees it: whatever comes back is the answer. Ferry's own client waits,
 * repeats and hides what is in between, which is just what a probe has to see. Safe for use by many
 * threads; every call blocks.
 */
final class Door implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int REPEATS = 4;
  private static final long FIRST_PAUSE = 250;
  private static final long LONGEST_PAUSE = 8000;

  private final String address;
  private final @Nullable Secret token;
  private final Duration patience;
  private final AtomicBoolean limited = new AtomicBoolean();
  private final AtomicReference<@Nullable Reply> between = new AtomicReference<>();
  private final AtomicBoolean lost = new AtomicBoolean();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /**
   * Opens no connection yet.
   *
   * @param address the homeserver's address, without trailing slash
   * @param token the application service's token, null where there is no registration
   * @param patience how long one probe is repeated while no homeserver answers
   */
  Door(String address, @Nullable Secret token, Duration patience) {
    this.address = address;
    this.token = token;
    this.patience = patience;
  }

  String address() {
    return address;
  }

  /**
   * Sends a probe; where the server limits our rate, or something in front of it answers in its
   * place for the moment, again, for some seconds; where no homeserver answers, again for as long
   * as the patience lasts.
   *
   * @throws Unanswered where no answer came
   * @throws InterruptedException where the thread was told to stop
   */
  Reply ask(Ask ask) throws InterruptedException {
    Instant end = Instant.now().plus(patience);
    long pause = FIRST_PAUSE;
    while (true) {
      Unanswered away;
      try {
        Reply reply = limits(ask);
        if (patience.isZero() || !(reply.outage() || reply.limited())) {
          return reply;
        }
        away = new Unanswered("it answers " + reply.words(), null);
      } catch (Unanswered e) {
        away = e;
      }
      lost.set(true);
      if (!Instant.now().plusMillis(pause).isBefore(end)) {
        throw away;
      }
      Thread.sleep(pause);
      pause = Math.min(LONGEST_PAUSE, 2 * pause);
    }
  }

  private Reply limits(Ask ask) throws InterruptedException {
    Reply reply = once(ask);
    for (int i = 0; i < REPEATS && (reply.limited() || reply.gateway()); i++) {
      noted(reply);
      Thread.sleep(Math.min(LONGEST_PAUSE, reply.at("retry_after_ms").asLong(1000) + 50));
      reply = once(ask);
    }
    return reply;
  }

  private void noted(Reply reply) {
    if (reply.isMatrix()) {
      limited.set(true);
    } else {
      between.set(reply);
    }
  }

  /** What something in front of the homeserver last answered in its place; null where nothing. */
  @Nullable Reply between() {
    return between.get();
  }

  /** Whether an answer may have been lost, and with it what it told of. */
  boolean hasLost() {
    return lost.get();
  }

  /** Whether the homeserver itself has limited our rate. */
  boolean wasLimited() {
    return limited.get();
  }

  /**
   * Sends a probe.
   *
   * @throws Unanswered where no answer came
   * @throws InterruptedException where the thread was told to stop
   */
  Reply once(Ask ask) throws InterruptedException {
    try {
      HttpResponse<byte[]> response = client.send(request(ask), BodyHandlers.ofByteArray());
      Map<String, String> headers =
          response.headers().map().entrySet().stream()
              .filter(h -> !h.getKey().startsWith(":"))
              .collect(
                  Collectors.toMap(
                      h -> h.getKey().toLowerCase(Locale.ROOT),
                      h -> h.getValue().getFirst(),
                      (first, second) -> first));
      String text = new String(response.body(), StandardCharsets.UTF_8);
      return new Reply(response.statusCode(), headers, text);
    } catch (IOException e) {
      Unanswered silence = new Unanswered(reason(e), e);
      throw silence.untrusted()
          ? new Unanswered("its TLS certificate is signed by nobody that Java trusts", e)
          : silence;
    }
  }

  private HttpRequest request(Ask ask) {
    String body = ask.body();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + ask.uri()))
            .timeout(LIMIT)
            .method(
                ask.method(),
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (body != null) {
      request = request.header("Content-Type", "application/json");
    }
    Secret shown = ask.service() ? token : ask.token();
    return (shown == null ? request : request.header("Authorization", "Bearer " + shown.reveal()))
        .build();
  }

  private static String reason(IOException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException) {
        return "there is no such host";
      }
      if (t instanceof SSLException) {
        return "no trusted TLS connection (" + t.getMessage() + ")";
      }
      if (t instanceof HttpConnectTimeoutException) {
        return "no connection within 10 s; a firewall may swallow it";
      }
      if (t instanceof HttpTimeoutException) {
        return "no answer within " + LIMIT.toSeconds() + " s";
      }
    }
    return e instanceof ConnectException
        ? "the connection is refused"
        : "the connection broke (" + e.getMessage() + ")";
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
