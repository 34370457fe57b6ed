package org.ferry.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/** The facts of one room while they are being gathered. */
final class RoomDraft {
  private static final Comparator<Member> BY_ARRIVAL =
      Comparator.comparing(Member::place).thenComparing(Member::user);

  private static final int FULL_POWER = 100;

  final RoomId id;
  String version = "1";
  @Nullable UserId owner;
  boolean listed;
  SourceLedger.RoomCounts counts;
  final TreeSet<RoomAlias> aliases = new TreeSet<>();

  private @Nullable UserId creator;
  private String createContent = "{}";
  private @Nullable String name;
  private @Nullable String topic;
  private @Nullable RoomAlias canonicalAlias;
  private @Nullable String type;
  private boolean encryptionEvent;
  private boolean algorithm;
  private String joinRule = "invite";
  private String historyVisibility = "shared";
  private @Nullable RoomId predecessor;
  private @Nullable RoomId successor;
  private final List<Child> children = new ArrayList<>();
  private final List<Member> joined = new ArrayList<>();
  private final List<Member> invited = new ArrayList<>();
  private final List<Member> banned = new ArrayList<>();
  private final Set<UserId> everybody = new HashSet<>();
  private final Set<UserId> powerful = new HashSet<>();

  private record Child(RoomId room, long ts) {}

  private record Member(UserId user, Place place) {}

  RoomDraft(RoomId id) {
    this.id = id;
    this.counts = SourceLedger.RoomCounts.none(id);
  }

  void member(UserId user, String membership, Event event) {
    Member member = new Member(user, new Place(event.depth(), event.stream()));
    boolean unusedNew = everybody.add(user);
    switch (membership) {
      case "join" -> joined.add(member);
      case "invite" -> invited.add(member);
      case "ban" -> banned.add(member);
      default -> {
        // Who left or knocks is nobody's member.
      }
    }
  }

  void child(String key, long ts, JsonNode content) {
    if (Content.hasText(content.path("via"))) {
      Content.roomId(key).filter(r -> !r.equals(id)).ifPresent(r -> children.add(new Child(r, ts)));
    }
  }

  void state(Event event, JsonNode content) {
    switch (event.type()) {
      case "m.room.create" -> create(event, content);
      case "m.room.name" -> name = Content.text(content, "name");
      case "m.room.topic" -> topic = Content.text(content, "topic");
      case "m.room.canonical_alias" -> canonicalAlias = Content.alias(content, "alias");
      case "m.room.encryption" -> {
        encryptionEvent = true;
        algorithm = Content.text(content, "algorithm") != null;
      }
      case "m.room.power_levels" ->
          content
              .path("users")
              .properties()
              .forEach(e -> {
                if (e.getValue().asInt(0) >= FULL_POWER) {
                  Content.userId(e.getKey()).ifPresent(powerful::add);
                }
              });
      case "m.room.tombstone" -> successor = Content.room(content, "replacement_room");
      case "m.room.join_rules" -> joinRule = Content.text(content, "join_rule", joinRule);
      case "m.room.history_visibility" ->
          historyVisibility = Content.text(content, "history_visibility", historyVisibility);
      default -> {
        // Only the types that were asked for come here.
      }
    }
  }

  private void create(Event event, JsonNode content) {
    creator = event.sender();
    createContent = content.isEmpty() ? "{}" : event.content();
    type = Content.text(content, "type");
    predecessor = Content.room(content.path("predecessor"), "room_id");
  }

  boolean isNeverDirect() {
    return joinRule.equals("public") || "m.space".equals(type);
  }

  /**
   * A room that nobody marked, but that clients show as a chat of two: nobody else was ever in it,
   * it was never given a name, an address or a topic, and it was made as people make such chats,
   * with equal power or encrypted.
   */
  boolean looksDirect() {
    boolean bare = name == null && topic == null && canonicalAlias == null && aliases.isEmpty();
    boolean two = everybody.size() == 2 && present().size() == 2;
    return two
        && bare
        && type == null
        && predecessor == null
        && joinRule.equals("invite")
        && !listed
        && (encryptionEvent || powerful.containsAll(everybody));
  }

  /** The spaces' children: rooms that somebody put on show. */
  Stream<RoomId> children() {
    return children.stream().map(Child::room);
  }

  /** Who is a member or invited. */
  List<UserId> present() {
    return Stream.concat(joined.stream(), invited.stream()).map(Member::user).toList();
  }

  RoomFacts facts(boolean direct) {
    return new RoomFacts(
        id,
        version,
        creator == null ? owner : creator,
        createContent,
        name,
        topic,
        canonicalAlias,
        List.copyOf(aliases),
        type,
        // A redacted encryption event no longer says its algorithm; encrypted messages do.
        algorithm || (encryptionEvent && counts.encrypted() > 0),
        direct,
        users(joined),
        users(invited),
        users(banned),
        joinRule,
        historyVisibility,
        id.equals(predecessor) ? null : predecessor,
        id.equals(successor) ? null : successor,
        childrenByAge(),
        listed,
        counts);
  }

  private static List<UserId> users(List<Member> members) {
    return members.stream().sorted(BY_ARRIVAL).map(Member::user).toList();
  }

  private Map<RoomId, Long> childrenByAge() {
    if (!"m.space".equals(type)) {
      return Map.of();
    }
    Map<RoomId, Long> byAge = new LinkedHashMap<>();
    children.stream()
        .sorted(Comparator.comparingLong(Child::ts).thenComparing(Child::room))
        .forEach(c -> byAge.putIfAbsent(c.room(), c.ts()));
    return byAge;
  }
}
