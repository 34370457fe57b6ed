package org.ferry.web.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.live.message.MediaRef;
import org.jspecify.annotations.Nullable;

/**
 * Answers with a file of a stranger's, or the part of it that was asked for (RFC 9110, section 14):
 * nothing in it runs in a browser, and nothing that is said of it becomes a header but its name,
 * percent-encoded, and its type, where it is one of a few.
 */
final class FileAnswer {
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

  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");
  private static final int LONGEST_NAME = 200;

  private FileAnswer() {}

  /** The bytes from one place up to another, which is not among them. */
  private record Part(long from, long to) {}

  /**
   * Answers; returns when all was sent.
   *
   * @param ref what its message says of it
   * @param file where it is
   * @param request who asks
   * @throws Problem 416 where it has no such part
   */
  static void send(MediaRef ref, Path file, HttpServerRequest request)
      throws IOException, InterruptedException {
    long size = Files.size(file);
    Part part = part(request.getHeader("Range"), size);
    HttpServerResponse response = headed(ref, request.response());
    if (part == null) {
      part = new Part(0, size);
    } else {
      response =
          response
              .setStatusCode(206)
              .putHeader(
                  "Content-Range", "bytes %d-%d/%d".formatted(part.from(), part.to() - 1, size));
    }
    try {
      Void unused =
          response
              .sendFile(file.toString(), part.from(), part.to() - part.from())
              .toCompletionStage()
              .toCompletableFuture()
              .get();
    } catch (ExecutionException e) {
      throw new Problem(503, "not_now", "the file could not be sent");
    }
  }

  /** Null for all of it: also where several parts are asked for, or nothing that makes sense. */
  private static @Nullable Part part(@Nullable String header, long size) {
    Matcher range = RANGE.matcher(header == null ? "" : header);
    if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
      return null;
    }
    long from;
    long to = size;
    if (range.group(1).isEmpty()) {
      from = Math.max(0, size - Long.parseLong(range.group(2)));
    } else {
      from = Long.parseLong(range.group(1));
      if (!range.group(2).isEmpty()) {
        long last = Long.parseLong(range.group(2));
        if (last < from) {
          return null;
        }
        to = Math.min(size, last + 1);
      }
    }
    if (from >= size) {
      throw new Problem(416, "no_such_part", "the file has " + size + " bytes")
          .with("Content-Range", "bytes */" + size);
    }
    return new Part(from, to);
  }

  private static HttpServerResponse headed(MediaRef ref, HttpServerResponse response) {
    String said = Objects.requireNonNullElse(ref.mimetype(), "").split(";", 2)[0];
    String type = said.strip().toLowerCase(Locale.ROOT);
    boolean shown = SHOWN.contains(type);
    String name = Objects.requireNonNullElse(ref.filename(), "file");
    return response
        .putHeader("Content-Type", shown ? type : "application/octet-stream")
        .putHeader("Accept-Ranges", "bytes")
        .putHeader("Content-Security-Policy", "sandbox; default-src 'none'")
        .putHeader("Cross-Origin-Resource-Policy", "cross-origin")
        .putHeader(
            "Content-Disposition",
            (shown ? "inline" : "attachment") + "; filename*=UTF-8''" + escape(name));
  }

  private static String escape(String name) {
    String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    // The end has what tells what kind it is.
    String end = last.substring(Math.max(0, last.length() - LONGEST_NAME));
    return URLEncoder.encode(end.isBlank() ? "file" : end, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A");
  }
}
