package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/**
 * Finds out whether a homeserver stores anything at all, by a user's account data. What it writes
 * is large and new each time: where the disk is full a small row may still find room between
 * others. Afterwards it is emptied; Matrix knows no way to remove a type of account data.
 */
final class StorageProbe {
  private static final String TYPE = "org.ferry.probe";
  private static final int BYTES = 32_768;
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final int LARGEST_FILE = 1 << 20;

  private final Wire wire;
  private final boolean named;

  /**
   * A probe.
   *
   * @param wire to the homeserver
   * @param named whether requests say for whom they speak
   */
  StorageProbe(Wire wire, boolean named) {
    this.wire = wire;
    this.named = named;
  }

  /**
   * Stores something and empties it.
   *
   * @param user whose account data take it
   * @return the answer to the storing
   * @throws Lost where none came
   */
  Answer store(UserId user) throws Lost {
    byte[] filling = new byte[BYTES];
    RANDOM.nextBytes(filling);
    String text = Base64.getEncoder().encodeToString(filling);
    Answer answer = put(user, Json.object().put("filling", text));
    return answer.isSuccess() ? put(user, Json.object()) : answer;
  }

  /**
   * Stores a file of random bytes, which stays: nobody but an administrator can remove one.
   *
   * @param user whose file it is
   * @param bytes how large, cut to a megabyte
   * @return the answer
   * @throws Lost where none came
   * @throws IOException never, but that files may throw it
   */
  Answer storeFile(UserId user, long bytes) throws Lost, IOException {
    byte[] filling = new byte[(int) Math.min(bytes, LARGEST_FILE)];
    RANDOM.nextBytes(filling);
    MediaBody body =
        new MediaBody(
            filling.length,
            "application/octet-stream",
            TYPE,
            () -> new ByteArrayInputStream(filling));
    Call call =
        Call.post(Json.object(), "/_matrix/media/v3/upload")
            .as(user, null)
            .with("filename", body.fileName());
    return wire.upload(named ? call : call.unnamed(), body);
  }

  private Answer put(UserId user, ObjectNode content) throws Lost {
    Call call =
        Call.put(content, "/_matrix/client/v3/user/{}/account_data/{}", user.value(), TYPE)
            .as(user, null);
    return wire.send(named ? call : call.unnamed());
  }
}
