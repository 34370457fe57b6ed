package org.ferry.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.CrossingLedger.Picked;
import org.ferry.migrate.Selection;
import org.ferry.migrate.Standing;
import org.jspecify.annotations.Nullable;

/**
 * What of a plan a person wants carried now.
 *
 * @param rooms globs of the rooms; empty for all
 * @param users globs of the people of the source; empty for everybody
 * @param since only what was sent then or later; null for everything
 * @param takeAliases true to move aliases here that an earlier destination holds
 * @param invites false to leave members of third servers uninvited for now
 */
public record Wishes(
    List<String> rooms,
    List<String> users,
    @Nullable Instant since,
    boolean takeAliases,
    boolean invites) {
  private static final String NOTE = "last_run";

  /** Everything. */
  public static Wishes all() {
    return rooms(List.of());
  }

  /** Everything of some rooms; of all where no glob is given. */
  public static Wishes rooms(List<String> globs) {
    return new Wishes(globs, List.of(), null, false, true);
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

  /** The options that leave something out, as they are written; empty where there are none. */
  public String words() {
    List<String> words = new ArrayList<>();
    rooms.forEach(r -> words.add("--rooms '" + r + "'"));
    words.addAll(picks());
    return String.join(" ", words);
  }

  private List<String> picks() {
    List<String> words = new ArrayList<>();
    users.forEach(u -> words.add("--users '" + u + "'"));
    if (since != null) {
      words.add("--since " + since);
    }
    return words;
  }

  /**
   * What the last run of a crossing was asked to carry, where it left events waiting on purpose.
   *
   * @param how by which options, such as {@code --since 2024-01-01T00:00:00Z}
   * @param events how many events of the rooms that were begun it was asked for
   * @param waiting of these, events that wait still
   */
  public record Asked(String how, long events, long waiting) {}

  /**
   * What the last run was asked to carry.
   *
   * @param ferry the running Ferry
   * @param standing where the crossing stands
   * @return empty where it was asked for everything of its rooms
   */
  public static Optional<Asked> asked(Ferry ferry, Standing standing) {
    Crossing crossing = standing.crossing();
    Optional<Wishes> last =
        ferry.crossings().note(crossing.id(), NOTE).map(Json::parseObject).map(Wishes::read);
    if (last.isEmpty() || !last.get().isPartial()) {
      return Optional.empty();
    }
    Map<RoomId, Picked> picked =
        ferry.crossings().picked(crossing.id(), last.get().selection(ferry, crossing));
    long events = 0;
    long waiting = 0;
    for (Standing.RoomLine room : standing.rooms()) {
      Picked of = picked.getOrDefault(room.old(), new Picked(0, 0));
      events += of.events();
      waiting += of.waiting();
    }
    return Optional.of(new Asked(String.join(" ", last.get().picks()), events, waiting));
  }

  /**
   * Which events the last run of a crossing was asked for; what it left out was left on purpose.
   */
  static Selection lastSelection(Ferry ferry, Crossing crossing) {
    return ferry
        .crossings()
        .note(crossing.id(), NOTE)
        .map(Json::parseObject)
        .map(Wishes::read)
        .filter(Wishes::isPartial)
        .map(w -> w.selection(ferry, crossing))
        .orElse(Selection.ALL);
  }

  private Selection selection(Ferry ferry, Crossing crossing) {
    return new Selection(
        since, Followed.kept(ferry, crossing).map(p -> Globs.people(users, p)).orElse(null));
  }

  private static Wishes read(ObjectNode note) {
    List<String> users = new ArrayList<>();
    note.path("users").forEach(u -> users.add(u.asText()));
    String since = note.path("since").asText("");
    boolean any = note.path("since").isTextual();
    return new Wishes(List.of(), users, any ? Instant.parse(since) : null, false, true);
  }
}
