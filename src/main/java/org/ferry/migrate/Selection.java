package org.ferry.migrate;

import java.time.Instant;
import java.util.Set;
import org.ferry.id.UserId;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a source a run carries; the others wait for a run that selects them.
 *
 * @param since only events of that time or later; null for all times
 * @param people only what these people of the source sent, and their membership; null for everybody
 */
public record Selection(@Nullable Instant since, @Nullable Set<UserId> people) {
  /** Everything. */
  public static final Selection ALL = new Selection(null, null);

  /** True where something is left waiting on purpose. */
  public boolean isPartial() {
    return since != null || people != null;
  }

  /** The time as milliseconds, null for all times. */
  public @Nullable Long sinceMillis() {
    return since == null ? null : since.toEpochMilli();
  }

  /** The people's ids, null for everybody. */
  public String @Nullable [] peopleIds() {
    return people == null ? null : people.stream().map(UserId::value).toArray(String[]::new);
  }

  /** True for a person of the source whose part is carried. */
  public boolean selects(UserId person) {
    return people == null || people.contains(person);
  }

  /** True for an event that is carried. */
  public boolean selects(Event event) {
    boolean then = since == null || event.ts() >= since.toEpochMilli();
    return then && (people == null || concerns(event, people));
  }

  private static boolean concerns(Event event, Set<UserId> people) {
    String key = event.stateKey();
    boolean member =
        event.type().equals("m.room.member")
            && key != null
            && UserId.isValid(key)
            && people.contains(new UserId(key));
    return member || people.contains(event.sender());
  }
}
