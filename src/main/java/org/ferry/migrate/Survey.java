package org.ferry.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.model.AccountDatum;
import org.ferry.model.Alias;
import org.ferry.model.Event;
import org.ferry.model.Room;

/**
 * Folds what the ledger holds of a source into a few facts for each room. Contents come from
 * anybody: what is missing or of the wrong kind counts as not set, and nothing in them makes the
 * survey fail.
 */
public final class Survey {
  private static final Set<String> TYPES =
      Set.of(
          "m.room.create",
          "m.room.name",
          "m.room.topic",
          "m.room.canonical_alias",
          "m.room.member",
          "m.room.encryption",
          "m.room.tombstone",
          "m.room.join_rules",
          "m.room.power_levels",
          "m.room.history_visibility",
          "m.space.child");

  private final String server;
  private final TreeMap<RoomId, RoomDraft> drafts = new TreeMap<>();
  private final Map<RoomId, Set<UserId>> directClaims = new HashMap<>();
  private final Map<UserId, UserId> people = new HashMap<>();

  private Survey(String server) {
    this.server = server;
  }

  /**
   * Reads the facts of every room.
   *
   * @param ledger read stream by stream, one at a time
   * @param source which source
   * @return one entry for each room, ordered by id
   */
  public static List<RoomFacts> of(SourceLedger ledger, LoadedSource source) {
    Survey survey = new Survey(source.info().server());
    long id = source.id();
    each(ledger.rooms(id), survey::room);
    each(ledger.currentState(id, TYPES), survey::state);
    each(ledger.aliases(id), survey::alias);
    each(ledger.roomCounts(id), c -> survey.draft(c.room()).counts = c);
    each(ledger.accountData(id, "m.direct"), survey::direct);
    each(
        ledger.directInvitations(id),
        i -> {
          survey.claim(i.room(), i.inviter());
          survey.claim(i.room(), i.invitee());
        });
    return survey.facts();
  }

  private static <T> void each(Stream<T> rows, Consumer<T> action) {
    try (rows) {
      rows.forEach(action);
    }
  }

  private RoomDraft draft(RoomId id) {
    return drafts.computeIfAbsent(id, RoomDraft::new);
  }

  private void room(Room room) {
    RoomDraft draft = draft(room.id());
    draft.version = room.version();
    draft.owner = room.creator();
    draft.listed = room.listed();
  }

  private void alias(Alias alias) {
    draft(alias.room()).aliases.add(alias.alias());
  }

  private void state(Event event) {
    String key = event.stateKey();
    if (key == null) {
      return;
    }
    RoomDraft draft = draft(event.room());
    JsonNode content = Content.object(event.content());
    if (event.type().equals("m.room.member")) {
      member(draft, event, key, content);
    } else if (event.type().equals("m.space.child")) {
      draft.child(key, event.ts(), content);
    } else if (key.isEmpty()) {
      draft.state(event, content);
    }
  }

  private void member(RoomDraft draft, Event event, String key, JsonNode content) {
    Content.userId(key)
        .map(this::known)
        .ifPresent(user -> {
          draft.member(user, Content.text(content, "membership", "leave"), event);
          if (content.path("is_direct").asBoolean(false)) {
            claim(event.room(), user);
            claim(event.room(), event.sender());
          }
        });
  }

  /** One object for each person, who may be a member of thousands of rooms. */
  private UserId known(UserId user) {
    UserId before = people.putIfAbsent(user, user);
    return before == null ? user : before;
  }

  private void direct(AccountDatum datum) {
    if (datum.room() == null) {
      Content.object(datum.content())
          .forEach(rooms -> Content.roomIds(rooms).forEach(room -> claim(room, datum.user())));
    }
  }

  private void claim(RoomId room, UserId who) {
    if (drafts.containsKey(room)) {
      directClaims.computeIfAbsent(room, r -> new HashSet<>()).add(who);
    }
  }

  private List<RoomFacts> facts() {
    Set<RoomId> inSpaces =
        drafts.values().stream().flatMap(RoomDraft::children).collect(Collectors.toSet());
    List<RoomFacts> facts = new ArrayList<>(drafts.size());
    for (var next = drafts.pollFirstEntry(); next != null; next = drafts.pollFirstEntry()) {
      RoomDraft draft = next.getValue();
      boolean unmarked = draft.looksDirect() && !inSpaces.contains(draft.id);
      facts.add(draft.facts(unmarked || isDirect(draft)));
    }
    return facts;
  }

  /**
   * One word is enough between two; in a larger room at least half of those of this server must
   * agree, so that one member's client cannot turn a club into a direct chat.
   */
  private boolean isDirect(RoomDraft draft) {
    Set<UserId> claims = directClaims.getOrDefault(draft.id, Set.of());
    if (claims.isEmpty() || draft.isNeverDirect()) {
      return false;
    }
    List<UserId> present = draft.present();
    long agreeing = present.stream().filter(claims::contains).count();
    long local = present.stream().filter(u -> u.server().equals(server)).count();
    return agreeing > 0 && (present.size() <= 2 || 2 * agreeing >= local);
  }
}
