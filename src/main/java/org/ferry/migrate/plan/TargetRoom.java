package org.ferry.migrate.plan;

import java.util.List;
import java.util.stream.Stream;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/**
 * A room that is in the destination Space already.
 *
 * @param id the room
 * @param name its name, null where it has none or the bot cannot see it
 * @param canonicalAlias its main alias, null where none
 * @param aliases its other aliases
 * @param type such as {@code m.space}; null for an ordinary room
 * @param members how many are joined, -1 where unknown
 * @param origin the room of a source that it was made for, null where Ferry did not make it
 * @param joined true where Ferry's bot is a member
 * @param powerful true where the bot's power suffices for carrying history into it
 * @param sentence what a person has to type where the bot is missing or lacks power, else null
 */
public record TargetRoom(
    RoomId id,
    @Nullable String name,
    @Nullable RoomAlias canonicalAlias,
    List<RoomAlias> aliases,
    @Nullable String type,
    int members,
    @Nullable Origin origin,
    boolean joined,
    boolean powerful,
    @Nullable String sentence) {

  /**
   * What a room that Ferry made says of where it came from.
   *
   * @param server the source's server name
   * @param roomId the room there
   */
  public record Origin(String server, String roomId) {}

  /** True for a space. */
  public boolean isSpace() {
    return "m.space".equals(type);
  }

  /** Every alias, the main one first. */
  public Stream<RoomAlias> allAliases() {
    return Stream.concat(Stream.ofNullable(canonicalAlias), aliases.stream()).distinct();
  }

  /** Its id with its name, for messages. */
  public String label() {
    return name == null ? id.value() : id + " (" + Names.shown(name) + ")";
  }
}
