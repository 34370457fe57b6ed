package org.ferry.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.jspecify.annotations.Nullable;

/**
 * What of a plan a person wants carried now.
 *
 * @param rooms globs of the rooms; empty for all
 * @param users globs of the people of the source; empty for everybody
 * @param since only what was sent then or later; null for everything
 * @param takeAliases true to move aliases here that an earlier destination holds
 */
public record Wishes(
    List<String> rooms, List<String> users, @Nullable Instant since, boolean takeAliases) {
  private static final String NOTE = "last_run";

  /** Everything. */
  public static Wishes all() {
    return rooms(List.of());
  }

  /** Everything of some rooms; of all where no glob is given. */
  public static Wishes rooms(List<String> globs) {
    return new Wishes(globs, List.of(), null, false);
  }

  /** True where events are left waiting on purpose. */
  public boolean isPartial() {
    return !users.isEmpty() || since != null;
  }

  /** Keeps what the run was asked for, so that {@code status} can say why so much waits. */
  void keep(CrossingLedger ledger, Crossing crossing) {
    ObjectNode note = Json.object();
    ArrayNode list = note.putArray("users");
    users.forEach(list::add);
    note.put("since", since == null ? null : since.toString());
    ledger.note(crossing.id(), NOTE, Json.text(note));
  }

  /**
   * Why events of a crossing wait, where its last run left some out on purpose.
   *
   * @param ferry the running Ferry
   * @param crossing the crossing
   * @return such as {@code --since 2024-01-01T00:00:00Z}, or empty
   */
  public static Optional<String> left(Ferry ferry, Crossing crossing) {
    return ferry.crossings().note(crossing.id(), NOTE).map(Json::parseObject).flatMap(Wishes::left);
  }

  private static Optional<String> left(ObjectNode note) {
    StringBuilder words = new StringBuilder();
    note.path("users").forEach(u -> words.append(" --users '").append(u.asText()).append('\''));
    if (note.path("since").isTextual()) {
      words.append(" --since ").append(note.path("since").asText());
    }
    return words.isEmpty() ? Optional.empty() : Optional.of(words.substring(1));
  }
}
