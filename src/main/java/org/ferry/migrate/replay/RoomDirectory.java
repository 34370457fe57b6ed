package org.ferry.migrate.replay;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;

/**
 * Lists rooms in the homeserver's public directory, as they were in the old one's. What the
 * homeserver does not allow is said once at the end and not for each room. Safe for use by many
 * threads.
 */
final class RoomDirectory {
  private static final int NAMED = 3;

  private final Intent bot;
  private final Map<String, Map<RoomId, String>> refused = new ConcurrentHashMap<>();

  RoomDirectory(Intent bot) {
    this.bot = bot;
  }

  /**
   * Lists a room.
   *
   * @param target which
   * @param name what people call it
   * @return why the homeserver did not; empty where it did
   */
  Optional<String> list(RoomId target, String name) {
    try {
      bot.setDirectoryVisibility(target, true);
      return Optional.empty();
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      String why = "%d %s %s".formatted(e.status(), e.errcode(), e.error()).strip();
      var unused = refused.computeIfAbsent(why, w -> new ConcurrentHashMap<>()).put(target, name);
      return Optional.of(why);
    }
  }

  /** Says which rooms are not listed, one line for each reason. */
  void report(Watch watch) {
    new TreeMap<>(refused)
        .forEach((why, names) -> {
          String some = String.join(", ", names.values().stream().sorted().limit(NAMED).toList());
          watch.say(
              "%,d rooms were in the old server's directory and are not in the new one's (%s%s): %s; where it is a Synapse, let room_list_publication_rules allow it and run ferry migrate again"
                  .formatted(names.size(), some, names.size() > NAMED ? ", …" : "", why));
        });
    refused.clear();
  }
}
