package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import org.ferry.matrix.client.Homeserver;

/**
 * Which room versions the destination offers.
 *
 * @param standard what it makes when nothing is asked for
 * @param offered all it can make
 */
public record RoomVersions(String standard, Set<String> offered) {
  /**
   * What a homeserver offers; asked before Ferry's users exist there as well.
   *
   * @param homeserver which
   * @return its versions
   */
  public static RoomVersions of(Homeserver homeserver) {
    JsonNode versions = homeserver.capabilities().path("m.room_versions");
    Set<String> offered = new TreeSet<>();
    versions.path("available").fieldNames().forEachRemaining(offered::add);
    return new RoomVersions(versions.path("default").asText("1"), offered);
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
