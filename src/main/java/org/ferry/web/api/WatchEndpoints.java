package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.ferry.crypto.keys.KeyException;
import org.ferry.live.message.MediaRef;
import org.ferry.live.message.Messages;
import org.ferry.live.watch.Figures;
import org.ferry.live.watch.MediaFiles;
import org.ferry.matrix.event.Json;

/** Files that messages name, and what could not be decrypted. */
final class WatchEndpoints {
  /** What a browser may show by itself; everything else is saved. */
  private static final Set<String> SHOWN =
      Set.of(
          "image/png",
          "image/jpeg",
          "image/gif",
          "image/webp",
          "audio/ogg",
          "audio/mpeg",
          "audio/mp4",
          "video/mp4",
          "video/webm",
          "text/plain");

  private final Messages messages;
  private final View view;
  private final MediaFiles files;
  private final MediaSigns signs;
  private final Figures figures;
  private final InstantSource clock;
  private final Runnable refused;

  WatchEndpoints(
      Messages messages,
      View view,
      MediaFiles files,
      MediaSigns signs,
      Figures figures,
      InstantSource clock,
      Runnable refused) {
    this.messages = messages;
    this.view = view;
    this.files = files;
    this.signs = signs;
    this.figures = figures;
    this.clock = clock;
    this.refused = refused;
  }

  List<Endpoint> all() {
    return List.of(
        Endpoint.stream(
            "/media/{id}",
            Scope.READ,
            Endpoint.Doc.of(
                "media",
                "A file that a message names, decrypted; by token, or by the link of a message",
                "Bytes",
                "expires",
                "signature"),
            true,
            this::media),
        Endpoint.get(
            "/utds",
            Scope.ADMIN,
            Endpoint.Doc.of("utds", "How many events no key opens so far, by reason", "Utds"),
            request -> utds()));
  }

  private Reply utds() {
    ObjectNode answer = Json.object();
    ObjectNode reasons = answer.putObject("reasons");
    long total = 0;
    for (var reason : figures.undecryptable().entrySet()) {
      reasons.put(reason.getKey(), reason.getValue());
      total += reason.getValue();
    }
    return Reply.ok(answer.put("total", total));
  }

  private void media(Request request, RoutingContext ctx) throws Exception {
    String id = request.part("id");
    boolean bearer = !request.caller().scopes().isEmpty();
    if (!bearer) {
      bySignature(request, id);
    }
    MediaRef ref =
        messages.media(id).orElseThrow(() -> Problem.notFound("there is no such file any more"));
    if (bearer && !view.seesAllOf(request.caller(), ref.room())) {
      throw Problem.notFound("there is no such file any more");
    }
    Path file;
    try {
      file = files.fetch(ref);
    } catch (KeyException e) {
      throw new Problem(502, "broken_file", "the file is not what its message says");
    }
    try {
      send(ref, file, ctx.response());
    } finally {
      boolean unused = Files.deleteIfExists(file);
    }
  }

  private void bySignature(Request request, String id) {
    String signature = request.param("signature").orElse("");
    long end =
        request
            .param("expires")
            .filter(e -> e.matches("[0-9]{1,12}"))
            .map(Long::parseLong)
            .orElse(0L);
    if (signature.isEmpty()) {
      refused.run();
      throw new Problem(401, "missing_token", "a file takes a token, or the link of its message")
          .with("WWW-Authenticate", "Bearer realm=\"ferry\"");
    }
    if (!signs.holds(id, end, signature)) {
      refused.run();
      throw Problem.forbidden("the link was changed");
    }
    if (end < clock.instant().getEpochSecond()) {
      throw new Problem(410, "link_ended", "the link has ended; read the message again");
    }
  }

  private static void send(MediaRef ref, Path file, HttpServerResponse response)
      throws InterruptedException {
    String type = Objects.requireNonNullElse(ref.mimetype(), "").split(";", 2)[0];
    boolean shown = SHOWN.contains(type);
    String name = Objects.requireNonNullElse(ref.filename(), "file");
    HttpServerResponse unused =
        response
            .putHeader("Content-Type", shown ? type : "application/octet-stream")
            .putHeader("Content-Security-Policy", "sandbox; default-src 'none'")
            .putHeader("Cross-Origin-Resource-Policy", "cross-origin")
            .putHeader(
                "Content-Disposition",
                (shown ? "inline" : "attachment") + "; filename*=UTF-8''" + escape(name));
    try {
      Void unusedDone =
          response.sendFile(file.toString()).toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw new Problem(503, "not_now", "the file could not be sent");
    }
  }

  private static String escape(String name) {
    return java.net.URLEncoder.encode(name, java.nio.charset.StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A");
  }
}
