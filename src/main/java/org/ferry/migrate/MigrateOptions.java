package org.ferry.migrate;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * How people, rooms and history are to be carried, as configured.
 *
 * @param space the destination Space, alias or id
 * @param createSpace make it where it does not exist
 * @param bot the bot's user id
 * @param language {@code en} or {@code fr}, for notices
 * @param identities how people are named
 * @param rooms how rooms are treated
 * @param replay how history is replayed
 */
public record MigrateOptions(
    String space,
    boolean createSpace,
    UserId bot,
    String language,
    Identities identities,
    Rooms rooms,
    Replay replay) {

  /**
   * How people are named.
   *
   * @param mode {@code ghost}, or {@code account}: people of the source get accounts that they log
   *     in to
   * @param administered whether there is an administrator's token, for what only that can do
   * @param usernameTemplate such as {@code old_{localpart}}
   * @param displaynameTemplate such as {@code {displayname}}
   * @param mapFile a CSV with old_id and new_id columns, null where none
   * @param overrides old ids with the new ids they are to have
   */
  public record Identities(
      String mode,
      boolean administered,
      String usernameTemplate,
      String displaynameTemplate,
      @Nullable Path mapFile,
      Map<UserId, UserId> overrides) {
    /** True where people of the source get accounts that they log in to. */
    public boolean accounts() {
      return mode.equals("account");
    }
  }

  /**
   * How rooms are treated; the words are those of the configuration.
   *
   * @param match in which order a room is looked for: id, alias, name
   * @param reuse append, archive or skip
   * @param local carry or skip
   * @param foreign list or skip
   * @param direct carry or skip
   * @param deserted carry or skip
   * @param encrypted shell, decrypt or skip
   * @param undecryptable placeholder or skip: what stands for a message that no key opens
   * @param version a room version for new rooms, {@code default} for the server's own choice, or
   *     {@code source} for the version that the room has
   * @param privateInSpace false leaves rooms that are not public out of the Space
   */
  public record Rooms(
      List<String> match,
      String reuse,
      String local,
      String foreign,
      String direct,
      String deserted,
      String encrypted,
      String undecryptable,
      String version,
      boolean privateInSpace) {}

  /**
   * How history is replayed.
   *
   * @param concurrency rooms worked on at a time; 0 finds the number out
   * @param provenance whether carried events say openly where they came from
   * @param redacted skip or tombstone
   * @param missingMedia fail or carry
   */
  public record Replay(int concurrency, boolean provenance, String redacted, String missingMedia) {}
}
