package org.ferry.migrate.plan;

import java.util.List;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/**
 * The destination Space as it stands.
 *
 * @param id its room id, null where it does not exist or could not be reached
 * @param name its name, null where unknown
 * @param rooms the rooms and sub-spaces in it, ordered by id, without the Space itself
 * @param problems what keeps Ferry from working in it, each with the sentence to type
 * @param misnamed whether the configuration names something that is no Space
 */
public record TargetSpace(
    @Nullable RoomId id,
    @Nullable String name,
    List<TargetRoom> rooms,
    List<String> problems,
    boolean misnamed) {
  /** What the configuration names, as far as it is known, is a Space. */
  public TargetSpace(
      @Nullable RoomId id, @Nullable String name, List<TargetRoom> rooms, List<String> problems) {
    this(id, name, rooms, problems, false);
  }
}
