package org.ferry.live.message;

import static org.ferry.live.message.MessageType.MEMBER_BANNED;
import static org.ferry.live.message.MessageType.MEMBER_INVITED;
import static org.ferry.live.message.MessageType.MEMBER_JOINED;
import static org.ferry.live.message.MessageType.MEMBER_LEFT;
import static org.ferry.live.message.MessageType.MESSAGE_CREATED;
import static org.ferry.live.message.MessageType.MESSAGE_DECRYPTED_LATE;
import static org.ferry.live.message.MessageType.MESSAGE_DELETED;
import static org.ferry.live.message.MessageType.MESSAGE_EDITED;
import static org.ferry.live.message.MessageType.MESSAGE_UNDECRYPTABLE;
import static org.ferry.live.message.MessageType.REACTION_ADDED;
import static org.ferry.live.message.MessageType.REACTION_REMOVED;
import static org.ferry.live.message.MessageType.ROOM_CREATED;
import static org.ferry.live.message.MessageType.ROOM_UPDATED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.live.message.Narration.Place;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What events mean. It follows the events in their order. For one thread. */
final class Meaning {
  private static final Logger LOG = LoggerFactory.getLogger(Meaning.class);
  private static final String CLIENT_REF = "org.ferry.client_ref";
  private static final String MEMBER = "m.room.member";
  private static final String ENCRYPTED = "m.room.encrypted";
  private static final String REPLACES = "m.replace";
  private static final Set<String> MESSAGES =
      Set.of(
          "m.room.message",
          "m.sticker",
          "m.poll.start",
          "m.poll.response",
          "m.poll.end",
          "org.matrix.msc3381.poll.start",
          "org.matrix.msc3381.poll.response",
          "org.matrix.msc3381.poll.end");
  private static final Set<String> UPDATES =
      Set.of(
          "m.room.name",
          "m.room.topic",
          "m.room.avatar",
          "m.room.canonical_alias",
          "m.room.encryption",
          "m.room.join_rules",
          "m.room.history_visibility",
          "m.room.guest_access",
          "m.room.power_levels",
          "m.room.pinned_events",
          "m.room.server_acl",
          "m.room.tombstone",
          "m.bridge",
          "uk.half-shot.bridge");

  /** What clients and servers say to each other, not people. */
  private static final List<String> SIGNALS =
      List.of("m.", "org.matrix.", "im.vector.", "io.element.", "org.ferry.", "com.beeper.");

  private final Scene scene;
  private final Map<Place, ObjectNode> asked;

  /** What was taken back for sure. */
  private final Set<Place> takenBack = new HashSet<>();

  /**
   * A meaning.
   *
   * @param scene what is known
   * @param asked events that were taken back or edited as their homeserver has them now, where it
   *     was asked
   */
  Meaning(Scene scene, Map<Place, ObjectNode> asked) {
    this.scene = scene;
    this.asked = asked;
  }

  /**
   * What an event comes to.
   *
   * @param drafts what is told
   * @param silence why nothing is; null where something is
   */
  record Told(List<Draft> drafts, @Nullable String silence) {
    static Told nothing(String why) {
      return new Told(List.of(), why);
    }
  }

  /** Says what an event means, and follows what it changes. */
  Told of(Event event) {
    if (event.redacted() && event.stateKey() == null) {
      return Told.nothing("it was taken back before it was read");
    }
    return switch (event.release().kind()) {
      case UNDECRYPTABLE -> undecryptable(event);
      case LATE -> late(event);
      case CREATED -> event.stateKey() == null ? said(event) : state(event, event.stateKey());
    };
  }

  /** What was taken back for sure by what was asked about so far. */
  Set<Place> takenBack() {
    return Set.copyOf(takenBack);
  }

  private static Told one(Draft draft) {
    return new Told(List.of(draft), null);
  }

  private Told said(Event event) {
    if (event.is("m.room.redaction")) {
      return redaction(event);
    }
    if (event.is("m.reaction")) {
      return event.relatesBy("m.annotation").isPresent()
          ? one(message(event, REACTION_ADDED))
          : Told.nothing("a reaction to nothing");
    }
    if (event.is(ENCRYPTED)) {
      return Told.nothing("encrypted in a way that is none");
    }
    boolean signal = SIGNALS.stream().anyMatch(event.type()::startsWith);
    if (signal && !MESSAGES.contains(event.type())) {
      return Told.nothing("no message: " + event.type());
    }
    Optional<EventId> edited = event.relatesBy(REPLACES);
    return edited.isPresent() ? edit(event, edited.get()) : one(message(event, MESSAGE_CREATED));
  }

  private Told late(Event event) {
    if (takenBack.contains(new Place(event.release().room(), event.release().event()))) {
      return Told.nothing("it was taken back before it could be read");
    }
    String foreign = event.relatesBy(REPLACES).map(edited -> foreign(event, edited)).orElse(null);
    return foreign == null ? one(message(event, MESSAGE_DECRYPTED_LATE)) : Told.nothing(foreign);
  }

  /** Why an edit does not count: anybody may send one of anything. Null where it does. */
  private @Nullable String foreign(Event event, EventId edited) {
    Place place = new Place(event.release().room(), edited);
    LiveMessage before = scene.past(place);
    ObjectNode now = asked.get(place);
    String author = before != null ? before.sender() : null;
    if (author == null && now != null) {
      author = now.path("sender").textValue();
    }
    if (author == null) {
      LOG.info(
          "event=edit_untold room={} id={} the homeserver does not say whose {} is",
          place.room(),
          event.release().event(),
          edited);
      return "an edit of a message of which the homeserver does not say whose it is";
    }
    return author.equals(event.release().sender()) ? null : "an edit of somebody else's message";
  }

  private Told edit(Event event, EventId edited) {
    String foreign = foreign(event, edited);
    if (foreign != null) {
      return Told.nothing(foreign);
    }
    return event.content().path("m.new_content").isObject()
        ? one(message(event, MESSAGE_EDITED))
        : Told.nothing("an edit without a new text");
  }

  private Told undecryptable(Event event) {
    ObjectNode shown = event.content().deepCopy();
    JsonNode unused = shown.remove("ciphertext");
    ObjectNode data = data(event, shown).put("msgtype", event.type());
    JsonNode unusedToo = data.set("relates_to", Relations.of(event));
    data = data.put("reason", event.release().reason());
    return one(draft(event, MESSAGE_UNDECRYPTABLE, data, null));
  }

  private Draft message(Event event, MessageType type) {
    boolean edit = event.relatesBy(REPLACES).isPresent();
    JsonNode fresh = event.content().path("m.new_content");
    ObjectNode said = edit && fresh instanceof ObjectNode o ? o : event.content();
    Contents contents = Contents.of(event, said);
    ObjectNode relation = Relations.of(event);
    ObjectNode data =
        data(event, event.content())
            .put("msgtype", contents.msgtype())
            .put("body", contents.body())
            .put("formatted_body", contents.html());
    if (event.is("m.reaction") && relation != null) {
      data = data.put("body", relation.path("key").textValue());
    }
    JsonNode unused = data.set("relates_to", relation);
    unused = data.set("media", contents.media());
    return draft(event, type, data, contents.ref());
  }

  /** Every field that is always there, in the order of the documentation. */
  private ObjectNode data(Event event, ObjectNode content) {
    Release release = event.release();
    RoomId room = release.room();
    ObjectNode data = Json.object().put("event_id", release.event().value());
    ObjectNode sender = scene.person(room, release.sender());
    boolean given = givenToFerry(event);
    boolean outgoing = given || sender.path("is_me").asBoolean();
    JsonNode unused = data.set("room", scene.room(room));
    unused = data.set("sender", sender);
    data =
        data.put("direction", outgoing ? LiveMessage.OUTGOING : LiveMessage.INCOMING)
            .put("encrypted", release.encrypted())
            .put("trust", release.trust())
            .put("msgtype", event.type())
            .putNull("body")
            .putNull("formatted_body")
            .putNull("relates_to")
            .putNull("media")
            .put("client_ref", given ? event.text(CLIENT_REF) : null)
            .put("origin_server_ts", release.ts());
    unused = data.set("content", content);
    return data;
  }

  /** Whether Ferry's own API was given a message; others may write the same, which is nothing. */
  private boolean givenToFerry(Event event) {
    return scene.ours().wrote(event.release().sender()) && event.content().has(CLIENT_REF);
  }

  private Draft draft(Event event, MessageType type, ObjectNode data, @Nullable MediaRef media) {
    Release release = event.release();
    return new Draft(
        release.pos(),
        type,
        release.room(),
        release.event(),
        data.path("room").path("network").asText(),
        release.sender(),
        data.path("direction").asText(),
        release.ts(),
        data,
        media);
  }

  private Told redaction(Event event) {
    RoomId room = event.release().room();
    EventId redacted = event.redacts().orElse(null);
    if (redacted == null) {
      return Told.nothing("a redaction of nothing");
    }
    Place place = new Place(room, redacted);
    LiveMessage before = scene.past(place);
    ObjectNode now = asked.get(place);
    if (now != null && !now.path("unsigned").path("redacted_because").isObject()) {
      return Told.nothing("a redaction that the homeserver did not let take effect");
    }
    String author = before == null ? null : before.sender();
    if (now != null || event.release().sender().equals(author)) {
      boolean unused = takenBack.add(place);
    }
    boolean reaction =
        before == null
            ? now != null && now.path("type").asText().equals("m.reaction")
            : before.type().equals(REACTION_ADDED.word());
    if (!reaction && !message(before, now)) {
      return Told.nothing("a redaction of what is no message");
    }
    JsonNode was = reaction && before != null ? before.data().path("relates_to") : null;
    ObjectNode data = data(event, event.content());
    JsonNode unused = data.set("relates_to", Relations.redaction(redacted, was));
    return one(draft(event, reaction ? REACTION_REMOVED : MESSAGE_DELETED, data, null));
  }

  /** What nobody knows anything of may have been a message. */
  private static boolean message(@Nullable LiveMessage before, @Nullable ObjectNode now) {
    if (before != null) {
      return before.type().startsWith("message.");
    }
    String type = now == null ? ENCRYPTED : now.path("type").asText();
    return type.equals(ENCRYPTED) || MESSAGES.contains(type);
  }

  private Told state(Event event, String key) {
    RoomId room = event.release().room();
    if (event.is(MEMBER)) {
      return membership(event, key);
    }
    scene.state(event, key);
    if (event.is("m.room.create")) {
      return scene.card(room).created()
          ? Told.nothing("a room that is known")
          : one(draft(event, ROOM_CREATED, data(event, event.content()), null));
    }
    return UPDATES.contains(event.type())
        ? one(draft(event, ROOM_UPDATED, data(event, event.content()), null))
        : Told.nothing("state that nobody is told of: " + event.type());
  }

  private Told membership(Event event, String user) {
    RoomId room = event.release().room();
    String was = before(event, user);
    String is = event.text("membership");
    scene.membership(room, user, was, event.content(), event.release().at());
    MessageType type = type(was, is);
    if (type == null) {
      return Told.nothing("a membership that stays");
    }
    List<Draft> drafts = new ArrayList<>();
    boolean own = scene.ours().users().contains(user);
    if (own && type == MEMBER_JOINED && !scene.card(room).created()) {
      drafts.add(draft(event, ROOM_CREATED, data(event, event.content()), null));
    }
    ObjectNode data = data(event, event.content());
    JsonNode unused = data.set("member", scene.person(room, user));
    drafts.add(draft(event, type, data, null));
    return new Told(drafts, null);
  }

  /** The homeserver says it with the event, or the log knows it; else there was none. */
  private @Nullable String before(Event event, String user) {
    JsonNode unsigned = event.raw().path("unsigned");
    JsonNode before = unsigned.path("prev_content");
    if (!before.isObject()) {
      before = event.raw().path("prev_content");
    }
    return before.isObject()
        ? before.path("membership").textValue()
        : scene.member(event.release().room(), user).told();
  }

  private static @Nullable MessageType type(@Nullable String was, @Nullable String is) {
    if (is == null || is.equals(was)) {
      return null;
    }
    return switch (is) {
      case "join" -> MEMBER_JOINED;
      case "invite" -> MEMBER_INVITED;
      case "ban" -> MEMBER_BANNED;
      // Who was not there cannot leave: a ban that is lifted, a knock that is taken back.
      case "leave" -> StateFold.present(was) ? MEMBER_LEFT : null;
      default -> null;
    };
  }
}
