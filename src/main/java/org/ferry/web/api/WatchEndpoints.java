package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.ferry.crypto.keys.KeyException;
import org.ferry.live.message.MediaRef;
import org.ferry.live.message.Messages;
import org.ferry.live.watch.Figures;
import org.ferry.live.watch.MediaFiles;
import org.ferry.matrix.event.Json;

/** Files that messages name, and what could not be decrypted. */
final class WatchEndpoints {
  /** Each is kept on this machine while it is handed out. */
  private static final int MOST_READERS = 256;

  private static final int MOST_FETCHES = 16;

  private static final long SECONDS_TO_BEGIN = 10;

  private final Messages messages;
  private final View view;
  private final MediaFiles files;
  private final MediaSigns signs;
  private final Figures figures;
  private final InstantSource clock;
  private final Runnable refused;
  private final Semaphore fetches = new Semaphore(MOST_FETCHES);
  private final Semaphore readers = new Semaphore(MOST_READERS);

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

  private void media(Request request, Exchange exchange) throws Exception {
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
    // Readers may be slow: what is being read holds a file on the disk, and up no other file.
    enter(readers);
    try {
      Path file = fetch(ref);
      try {
        FileAnswer.send(ref, file, exchange.ctx().request());
      } finally {
        boolean unused = Files.deleteIfExists(file);
      }
    } finally {
      readers.release();
    }
  }

  private Path fetch(MediaRef ref) throws IOException, InterruptedException {
    enter(fetches);
    try {
      return files.fetch(ref);
    } catch (KeyException e) {
      throw new Problem(502, "broken_file", "the file is not what its message says");
    } finally {
      fetches.release();
    }
  }

  private static void enter(Semaphore places) throws InterruptedException {
    if (!places.tryAcquire(SECONDS_TO_BEGIN, TimeUnit.SECONDS)) {
      throw new Problem(503, "busy", "too many files are fetched at once; ask again")
          .with("Retry-After", "10");
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
}
