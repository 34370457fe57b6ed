package org.ferry.app;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URI;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.ferry.config.Config;
import org.ferry.webhook.HeaderRules;
import org.ferry.webhook.Signature;
import org.ferry.webhook.SigningSecret;
import org.jspecify.annotations.Nullable;

/**
 * A developer's receiver on this machine: checks the signature of every post, shows it, and hands
 * the same bytes and headers on; what is answered there goes back.
 */
public final class WebhookEcho implements AutoCloseable {
  private static final int LARGEST = 32 * 1024 * 1024;
  private static final int REFUSED = 401;
  private static final int UNREACHABLE = 502;

  private static final List<String> BACK = List.of("content-type", "retry-after");

  private final List<SigningSecret> secrets;
  private final @Nullable URI forwardTo;
  private final InstantSource clock;
  private final Consumer<Seen> show;
  private final WebClient client;
  private final Listener listener;

  /**
   * What came in, and what became of it.
   *
   * @param id its {@code webhook-id}; null where it has none
   * @param problem why it is refused; null where its signature fits
   * @param body as it came
   * @param status what was answered
   * @param words of who it was handed on to, where that failed; else empty
   */
  public record Seen(
      @Nullable String id, @Nullable String problem, String body, int status, String words) {}

  /**
   * Listens.
   *
   * @param vertx stays the caller's
   * @param listen where
   * @param secrets any of which may have signed
   * @param forwardTo where to hand on; null to answer 204
   * @param show told of each post, on an event loop
   */
  public WebhookEcho(
      Vertx vertx,
      Config.Listen listen,
      List<SigningSecret> secrets,
      @Nullable URI forwardTo,
      Consumer<Seen> show) {
    this.secrets = secrets;
    this.forwardTo = forwardTo;
    this.clock = InstantSource.system();
    this.show = show;
    this.client = WebClient.create(vertx, new WebClientOptions().setFollowRedirects(false));
    Router router = Router.router(vertx);
    var unused = router.route().handler(context -> take(context.request()));
    this.listener = Listener.open(vertx, router, listen, "--port");
  }

  /** Where it listens. */
  public Config.Listen address() {
    return listener.address();
  }

  private void take(HttpServerRequest request) {
    Buffer body = Buffer.buffer();
    var unused =
        request
            .handler(chunk -> {
              if (body.length() + chunk.length() > LARGEST) {
                var unusedToo = request.connection().close();
              } else {
                var unusedToo = body.appendBuffer(chunk);
              }
            })
            .endHandler(v -> check(request, body));
  }

  private void check(HttpServerRequest request, Buffer body) {
    Signature.Headers headers =
        new Signature.Headers(
            request.getHeader(Signature.ID),
            request.getHeader(Signature.TIMESTAMP),
            request.getHeader(Signature.SIGNATURE));
    Optional<String> problem = Signature.check(secrets, headers, body.getBytes(), clock.instant());
    if (problem.isPresent()) {
      answer(request, new Seen(headers.id(), problem.get(), body.toString(), REFUSED, ""));
    } else if (forwardTo == null) {
      answer(request, new Seen(headers.id(), null, body.toString(), 204, ""));
    } else {
      forward(request, headers.id(), body, forwardTo);
    }
  }

  private void forward(HttpServerRequest request, @Nullable String id, Buffer body, URI to) {
    var post = client.requestAbs(HttpMethod.POST, to.toString());
    Set<String> hop = hop(request);
    for (var header : request.headers()) {
      if (!HeaderRules.isOfConnection(header.getKey())
          && !hop.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        var unused = post.headers().add(header.getKey(), header.getValue());
      }
    }
    post.sendBuffer(body)
        .onSuccess(
            r -> handBack(request, new Seen(id, null, body.toString(), r.statusCode(), ""), r))
        .onFailure(e ->
            answer(
                request,
                new Seen(
                    id,
                    null,
                    body.toString(),
                    UNREACHABLE,
                    to + " does not answer: " + e.getMessage())));
  }

  /** Headers that end here because the post says so. */
  private static Set<String> hop(HttpServerRequest request) {
    Set<String> hop = new HashSet<>();
    for (String named : request.headers().getAll("connection")) {
      Arrays.stream(named.split(","))
          .map(n -> n.strip().toLowerCase(Locale.ROOT))
          .forEach(hop::add);
    }
    return hop;
  }

  private void handBack(HttpServerRequest request, Seen seen, HttpResponse<Buffer> got) {
    show.accept(seen);
    HttpServerResponse response = request.response().setStatusCode(seen.status());
    for (String name : BACK) {
      String value = got.getHeader(name);
      response = value == null ? response : response.putHeader(name, value);
    }
    Buffer body = got.body();
    var unused = body == null ? response.end() : response.end(body);
  }

  private void answer(HttpServerRequest request, Seen seen) {
    show.accept(seen);
    var unused = request.response().setStatusCode(seen.status()).end();
  }

  @Override
  public void close() {
    client.close();
    listener.close();
  }
}
