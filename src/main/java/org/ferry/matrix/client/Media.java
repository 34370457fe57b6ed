package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.ferry.id.MxcUri;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/** Files: up and down, streamed. */
final class Media {
  private static final String CLIENT = "/_matrix/client/v1/media";
  private static final String OLD = "/_matrix/media/v3";

  private final Homeserver server;
  private final UserId user;

  Media(Homeserver server, UserId user) {
    this.server = server;
    this.user = user;
  }

  MxcUri reserve() {
    // A limit here means too many addresses without a file, which may last a day.
    Call call = Call.post(Json.object(), "/_matrix/media/v1/create").throwingLimits();
    return uri(server.json(call.as(user, null)));
  }

  void uploadTo(MxcUri reserved, MediaBody body) {
    refuseTooLarge(body);
    Call call =
        Call.put(Json.object(), OLD + "/upload/{}/{}", reserved.server(), reserved.mediaId());
    try {
      Answer unused = server.upload(named(call, body), body);
    } catch (MatrixException e) {
      // The address is ours alone: an earlier attempt, whose answer was lost, put the file there.
      if (!e.is(Errcode.CANNOT_OVERWRITE_MEDIA)) {
        throw e;
      }
    }
  }

  MxcUri upload(MediaBody body) {
    refuseTooLarge(body);
    Call call = Call.post(Json.object(), OLD + "/upload").onlyOnce();
    return uri(server.upload(named(call, body), body).json(call));
  }

  private Call named(Call call, MediaBody body) {
    return call.as(user, null).with("filename", body.fileName());
  }

  private static MxcUri uri(ObjectNode answer) {
    String text = Asker.required(answer, "content_uri");
    return MxcUri.parse(text)
        .orElseThrow(() ->
            new MatrixException("", "", 200, "", "not a media address: " + text, Optional.empty()));
  }

  long uploadLimit() {
    long limit = askedLimit();
    server.noteUploadLimit(limit);
    return limit;
  }

  private long askedLimit() {
    ObjectNode config;
    try {
      config = server.json(Call.get(CLIENT + "/config").as(user, null));
    } catch (MatrixException e) {
      if (!e.isUnrecognized()) {
        throw e;
      }
      config = server.json(Call.get(OLD + "/config").as(user, null));
    }
    return config.path("m.upload.size").asLong(Long.MAX_VALUE);
  }

  /** Servers hang up without a word on a file that is far too large, so it is not sent at all. */
  private void refuseTooLarge(MediaBody body) {
    if (body.length() <= server.uploadLimit()) {
      return;
    }
    long limit = uploadLimit();
    if (body.length() > limit) {
      throw new MatrixException(
          "POST",
          OLD + "/upload",
          413,
          Errcode.TOO_LARGE,
          "the file has " + body.length() + " bytes and the server takes at most " + limit,
          Optional.empty());
    }
  }

  DownloadInfo download(MxcUri uri, OutputStream to) {
    try {
      return download(CLIENT, uri, to);
    } catch (MatrixException e) {
      if (!e.isUnrecognized()) {
        throw e;
      }
      return download(OLD, uri, to);
    }
  }

  private DownloadInfo download(String base, MxcUri uri, OutputStream to) {
    Call call = Call.get(base + "/download/{}/{}", uri.server(), uri.mediaId()).as(user, null);
    AtomicLong written = new AtomicLong();
    Answer head = server.download(call, to, written);
    return new DownloadInfo(
        head.headers().get("Content-Type"),
        ContentDisposition.fileName(head.headers().get("Content-Disposition")),
        written.get());
  }
}
