package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpMethod;
import java.util.Set;
import java.util.TreeSet;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;

/**
 * Which room versions the destination offers.
 *
 * @param standard what it makes when nothing is asked for
 * @param offered all it can make
 */
public record RoomVersions(String standard, Set<String> offered) {
  private static final String NEWEST = "12";

  static RoomVersions of(Intent bot) {
    JsonNode versions =
        bot.call(HttpMethod.GET, "/_matrix/client/v3/capabilities", null)
            .path("capabilities")
            .path("m.room_versions");
    Set<String> offered = new TreeSet<>();
    versions.path("available").fieldNames().forEachRemaining(offered::add);
    return new RoomVersions(versions.path("default").asText("1"), offered);
  }

  /**
   * The version that a homeserver makes when nothing is asked for; the newest that Ferry knows
   * where the homeserver does not know Ferry's user yet, who is made by the first run.
   */
  public static String standard(Homeserver homeserver, UserId bot) {
    try {
      return of(homeserver.as(bot)).standard();
    } catch (MatrixException e) {
      if (!e.is("M_FORBIDDEN")) {
        throw e;
      }
      return NEWEST;
    }
  }

  /**
   * The version a new room gets.
   *
   * @param wish {@code default}, {@code source} or a version
   * @param source the version of the room on the source
   */
  String choose(String wish, String source) {
    return switch (wish) {
      case "default" -> standard;
      case "source" -> offered.contains(source) ? source : standard;
      default -> wish;
    };
  }
}
