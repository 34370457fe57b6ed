package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import org.ferry.id.MxcUri;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/** Files: up and down, streamed. */
final class Media {
  private final Homeserver server;
  private final UserId user;

  Media(Homeserver server, UserId user) {
    this.server = server;
    this.user = user;
  }

  MxcUri reserve() {
    ObjectNode answer =
        server.json(Call.post(Json.object(), "/_matrix/media/v1/create").as(user, null));
    return MxcUri.parse(Intent.required(answer, "content_uri")).orElseThrow();
  }

  void uploadTo(MxcUri reserved, MediaBody body) {
    notYet(reserved + " " + body.length());
  }

  MxcUri upload(MediaBody body) {
    notYet(String.valueOf(body.length()));
    return reserve();
  }

  long uploadLimit() {
    return server
        .json(Call.get("/_matrix/client/v1/media/config").as(user, null))
        .path("m.upload.size")
        .asLong(Long.MAX_VALUE);
  }

  DownloadInfo download(MxcUri uri, OutputStream to) {
    notYet(uri.toString() + to.getClass());
    return new DownloadInfo(null, null, 0);
  }

  private static void notYet(String what) {
    if (!what.isEmpty()) {
      throw new UnsupportedOperationException("not built yet: " + what);
    }
  }
}
