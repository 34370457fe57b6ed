package org.ferry.live.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.id.RoomId;
import org.ferry.live.message.Card.Facts;
import org.ferry.live.message.Narration.Place;
import org.ferry.live.message.Narration.Seat;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * What is known while a batch of events is told: rooms, the people in them, what was told before.
 * It follows the events, and remembers what it changed. For one thread.
 */
final class Scene {
  private static final int ROOMS = 20_000;
  private static final int PEOPLE = 50_000;

  private final Ours ours;
  private final Networks networks;
  private final Map<RoomId, Card> cards = new Recent<>(ROOMS);
  private final Map<Seat, Member> members = new Recent<>(PEOPLE);
  private final Map<Place, LiveMessage> past = new HashMap<>();
  private final Map<RoomId, Card> changedCards = new LinkedHashMap<>();
  private final Map<Seat, Member> changedMembers = new LinkedHashMap<>();

  /** Nobody is called anything here, and nothing was told of them. */
  static final Member STRANGER = new Member(null, null);

  Scene(Ours ours, Networks networks) {
    this.ours = ours;
    this.networks = networks;
  }

  /** Keeps what was used last. */
  private static final class Recent<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1;
    private final int most;

    Recent(int most) {
      super(16, 0.75f, true);
      this.most = most;
    }

    void trim() {
      var oldest = keySet().iterator();
      for (int surplus = size() - most; surplus > 0; surplus--) {
        K unused = oldest.next();
        oldest.remove();
      }
    }
  }

  boolean knows(RoomId room) {
    return cards.containsKey(room);
  }

  boolean knows(Seat seat) {
    return members.containsKey(seat);
  }

  /** Takes in what is kept. */
  void put(RoomId room, Card card) {
    Card unused = cards.put(room, card);
  }

  /** Takes in what is kept. */
  void put(Seat seat, Member member) {
    Member unused = members.put(seat, member);
  }

  /** Takes in what was told. */
  void put(Place place, LiveMessage told) {
    LiveMessage unused = past.put(place, told);
  }

  /** What was told of an event last; null for nothing. */
  @Nullable LiveMessage past(Place place) {
    return past.get(place);
  }

  Card card(RoomId room) {
    return cards.getOrDefault(room, Card.NEW);
  }

  Member member(RoomId room, String user) {
    return members.getOrDefault(new Seat(room, user), STRANGER);
  }

  Map<RoomId, Card> changedCards() {
    return Map.copyOf(changedCards);
  }

  Map<Seat, Member> changedMembers() {
    return Map.copyOf(changedMembers);
  }

  /** What was changed is kept by now. */
  void kept() {
    changedCards.clear();
    changedMembers.clear();
    past.clear();
    ((Recent<?, ?>) cards).trim();
    ((Recent<?, ?>) members).trim();
  }

  /** Forgets everything: it may not be what is kept. */
  void forget() {
    kept();
    cards.clear();
    members.clear();
  }

  void change(RoomId room, Card card) {
    Card unused = cards.put(room, card);
    Card unusedToo = changedCards.put(room, card);
  }

  private void change(Seat seat, Member member) {
    Member unused = members.put(seat, member);
    Member unusedToo = changedMembers.put(seat, member);
  }

  /** Whether the state of a room was read after an event had come: then it counts already. */
  private boolean counts(RoomId room, Instant came) {
    Instant read = card(room).readAt();
    return read != null && read.isAfter(came);
  }

  /**
   * Follows a piece of state other than a membership.
   *
   * @param event which
   * @param key its state key
   */
  void state(Event event, String key) {
    RoomId room = event.release().room();
    if (counts(room, event.release().at())) {
      return;
    }
    Card card = card(room);
    Facts facts = state(card.facts(), event.release().sender(), event.type(), key, event.content());
    if (!facts.equals(card.facts())) {
      change(room, with(card, facts));
    }
  }

  /** Whose server is not one of ours may say of a room what they like: it is bridged to nothing. */
  private Facts state(
      Facts facts, @Nullable String sender, String type, String key, JsonNode content) {
    return StateFold.BRIDGES.contains(type) && !networks.trusts(sender)
        ? StateFold.state(facts, type, key, Json.object())
        : StateFold.state(facts, type, key, content);
  }

  private Card with(Card card, Facts facts) {
    return new Card(
        facts,
        StateFold.name(facts),
        networks.of(facts),
        card.created(),
        card.lastEvent(),
        card.lastAt(),
        card.readAt());
  }

  /**
   * Follows a membership.
   *
   * @param was the membership before
   * @param came when it came
   */
  void membership(
      RoomId room, String user, @Nullable String was, ObjectNode content, Instant came) {
    String membership = content.path("membership").textValue();
    String name = StateFold.displayName(content);
    Member before = member(room, user);
    // Who leaves is still called what they were called.
    String called = name == null && !"join".equals(membership) ? before.name() : name;
    change(new Seat(room, user), new Member(called, membership));
    if (!ours.wrote(user) && !counts(room, came)) {
      Card card = card(room);
      Facts facts =
          StateFold.member(
              card.facts(), user, StateFold.present(was), StateFold.present(membership), called);
      if (!facts.equals(card.facts())) {
        change(room, with(card, facts));
      }
    }
  }

  /**
   * Takes a room's state as its homeserver gave it; what was known of the room before is replaced.
   *
   * @param state all of it; null where it may not be read
   * @param at when it was read
   */
  void read(RoomId room, @Nullable List<ObjectNode> state, Instant at) {
    Card card = card(room);
    Facts facts = state == null ? card.facts() : afresh(card.facts());
    for (ObjectNode event : state == null ? List.<ObjectNode>of() : state) {
      String type = event.path("type").asText("");
      String key = event.path("state_key").asText("");
      JsonNode content = event.path("content");
      facts =
          type.equals("m.room.member") && content instanceof ObjectNode o
              ? person(room, facts, key, o)
              : state(facts, event.path("sender").textValue(), type, key, content);
    }
    Card read = with(card, facts);
    change(
        room,
        new Card(
            read.facts(),
            read.name(),
            read.network(),
            read.created(),
            read.lastEvent(),
            read.lastAt(),
            // What nobody may read is asked for once; its events are followed from the first one.
            state == null ? Instant.EPOCH : at));
  }

  /** Nothing but what cannot be taken back. */
  private static Facts afresh(Facts before) {
    Facts none = Facts.NONE;
    return before.encrypted()
        ? new Facts(none.name(), none.alias(), true, none.bridges(), none.heroes(), none.others())
        : none;
  }

  private Facts person(RoomId room, Facts facts, String user, ObjectNode content) {
    Seat seat = new Seat(room, user);
    String membership = content.path("membership").textValue();
    String name = StateFold.displayName(content);
    if (name != null || members.containsKey(seat)) {
      change(seat, new Member(name, member(room, user).told()));
    }
    boolean counts = StateFold.present(membership) && !ours.wrote(user);
    return counts ? StateFold.member(facts, user, false, true, name) : facts;
  }

  /** The room as consumers see it. */
  ObjectNode room(RoomId room) {
    Card card = card(room);
    return Json.object()
        .put("id", room.value())
        .put("name", card.name())
        .put("network", card.network());
  }

  /** Somebody as consumers see them. */
  ObjectNode person(RoomId room, String user) {
    Facts facts = card(room).facts();
    var remote = networks.remote(user, facts);
    return Json.object()
        .put("id", user)
        .put("displayname", member(room, user).name())
        .put("network", remote.map(Networks.Remote::network).orElse(Networks.MATRIX))
        .put("remote_id", remote.map(Networks.Remote::id).orElse(null))
        .put("is_me", isMe(user, facts, remote.map(Networks.Remote::id).orElse(null)));
  }

  /** A bridge says whose conversations it brings, by the id that the person has over there. */
  private boolean isMe(String user, Facts facts, @Nullable String remote) {
    return ours.users().contains(user)
        || networks.isOwn(user)
        || (remote != null
            && facts.bridges().values().stream().anyMatch(b -> remote.equals(b.receiver())));
  }

  Ours ours() {
    return ours;
  }
}
