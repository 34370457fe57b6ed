package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.Forgotten;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.model.AccountDatum;
import org.jspecify.annotations.Nullable;

/**
 * What a person who has an account on the destination should find there, besides rooms. Safe for
 * use by many threads as far as its look-ups are.
 */
public final class Wishes {
  /** What is left out only until its room stands; no row is kept of it. */
  public static final String LATER = "its room is not carried yet";

  /** What belongs to devices and keys of the old account, and tokens of other services. */
  private static final Pattern NOT_CARRIED =
      Pattern.compile(
          "(?i).*(secret|cross_signing|megolm|key_backup|backup_disabled|dehydrated|device|token"
              + "|local_notification_settings|integration_provisioning"
              + "|analytics).*");

  /** Types that have a way of their own. */
  private static final Set<String> APART =
      Set.of("m.direct", "m.tag", "m.fully_read", "m.push_rules", "m.ignored_user_list");

  private final Voyage voyage;
  private final Lookups lookups;
  private final Ids ids;
  private final PushRules rules;
  private final ReadMarks marks;

  /**
   * Wishes of a crossing.
   *
   * @param voyage the crossing
   * @param lookups the new ids of people, rooms and events
   */
  public Wishes(Voyage voyage, Lookups lookups) {
    this.voyage = voyage;
    this.lookups = lookups;
    this.ids = new Ids(lookups);
    this.rules = new PushRules(lookups);
    this.marks = new ReadMarks(voyage, lookups);
  }

  /**
   * Everything that a person kept for themselves, but their direct chats (see {@link DirectChats}).
   *
   * @param person a line of the plan whose target somebody logs in to
   * @return a wish for each thing, those that are left out too
   */
  public List<Wish> of(Plan.PlanPerson person) {
    List<AccountDatum> data = voyage.sources().accountData(voyage.source().id(), person.id());
    List<Wish> wishes = new ArrayList<>();
    for (AccountDatum datum : data) {
      ObjectNode content;
      try {
        content = Json.parseObject(datum.content());
      } catch (IllegalArgumentException e) {
        wishes.add(Wish.left("data", name(datum), "its content cannot be read"));
        continue;
      }
      wishes.addAll(datum(person, datum, content));
    }
    wishes.addAll(marks.of(person, data));
    return wishes;
  }

  /** Rooms made for a person's old ones of which they had read something. */
  public Set<RoomId> readRooms(Plan.PlanPerson person) {
    return marks.rooms(person, voyage.sources().accountData(voyage.source().id(), person.id()));
  }

  private List<Wish> datum(Plan.PlanPerson person, AccountDatum datum, ObjectNode content) {
    if (datum.type().equals("m.push_rules")) {
      return rules.of(content);
    }
    RoomId old = datum.room();
    if (old == null) {
      return global(person, datum, content);
    }
    if (datum.type().equals("m.fully_read")) {
      return List.of();
    }
    return switch (lookups.room(old)) {
      case Lookups.RoomFate.Carried c -> ofRoom(datum, old, c.target(), content);
      case Lookups.RoomFate.Pending p -> List.of(Wish.left(kind(datum), name(datum), LATER));
      case Lookups.RoomFate.Left l ->
          List.of(Wish.left(kind(datum), name(datum), "the room is not carried"));
      case Lookups.RoomFate.Elsewhere e ->
          List.of(Wish.left(kind(datum), name(datum), "the room is not carried"));
    };
  }

  private static String kind(AccountDatum datum) {
    return datum.type().equals("m.tag") ? "tag" : "data";
  }

  private static String name(AccountDatum datum) {
    return datum.room() == null ? datum.type() : datum.room() + " " + datum.type();
  }

  private List<Wish> global(Plan.PlanPerson person, AccountDatum datum, ObjectNode content) {
    if (datum.type().equals("m.ignored_user_list")) {
      return List.of(ignored(person, content));
    }
    if (APART.contains(datum.type())) {
      return List.of();
    }
    return List.of(plain(datum, null, content));
  }

  private List<Wish> ofRoom(AccountDatum datum, RoomId old, RoomId target, ObjectNode content) {
    if (!datum.type().equals("m.tag")) {
      return List.of(plain(datum, target, content));
    }
    List<Wish> tags = new ArrayList<>();
    for (Map.Entry<String, JsonNode> tag : content.path("tags").properties()) {
      ObjectNode about = tag.getValue() instanceof ObjectNode o ? o : Json.object();
      Spot spot = new Spot.Tag(target, tag.getKey());
      tags.add(Wish.of("tag", old + " " + tag.getKey(), Json.canonical(about), spot));
    }
    return tags;
  }

  private Wish plain(AccountDatum datum, @Nullable RoomId target, ObjectNode content) {
    String type = datum.type();
    if (NOT_CARRIED.matcher(type).matches()) {
      return Wish.left("data", name(datum), "belongs to devices or secrets of the old account");
    }
    String translated = Json.canonical(ids.object(content));
    return Wish.of("data", name(datum), translated, new Spot.Data(target, type));
  }

  /** Ignored people stay ignored under every id that they may speak by. */
  private Wish ignored(Plan.PlanPerson person, ObjectNode content) {
    ObjectNode users = Json.object();
    for (Map.Entry<String, JsonNode> entry : content.path("ignored_users").properties()) {
      String id = entry.getKey();
      if (UserId.isValid(id) && Forgotten.isErased(new UserId(id))) {
        continue;
      }
      Optional<UserId> target =
          UserId.isValid(id) ? lookups.user(new UserId(id)) : Optional.empty();
      target
          .filter(t -> !t.equals(person.target()))
          .ifPresent(t -> users.set(t.value(), Json.object()));
      boolean local =
          UserId.isValid(id) && new UserId(id).server().equals(voyage.source().info().server());
      if (!local || target.isEmpty()) {
        users.set(id, Json.object());
      }
    }
    return Additions.to("m.ignored_user_list", "ignored_users", users);
  }

  /** The profile that an account should have. */
  public static List<Wish> profile(String name, String avatar) {
    return List.of(
        Wish.of("profile", "displayname", name, new Spot.Field("displayname")),
        Wish.of("profile", "avatar_url", avatar, new Spot.Field("avatar_url")));
  }
}
