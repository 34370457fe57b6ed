package org.ferry.checkup;

import static org.ferry.checkup.Check.FORCED_ENCRYPTION;
import static org.ferry.checkup.Check.MARKS;
import static org.ferry.checkup.Check.NAMES;
import static org.ferry.checkup.Check.RETENTION;
import static org.ferry.checkup.Check.TIMESTAMPS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.rewrite.Origin;

/**
 * Whether history would arrive as it was: a message, a setting and a join dated 2001, the join with
 * a name of its own, read back by somebody else; and whether the room was left unencrypted.
 */
final class HistoryCheck {
  /** Older than any retention. */
  static final long THEN = Instant.parse("2001-02-03T04:05:06Z").toEpochMilli();

  static final String NAME_OF_THEN = "Ferry's doctor in 2001";

  private static final String MEMBER = "m.room.member";
  private static final String VISIBILITY = "m.room.history_visibility";
  private static final String TOPIC = "m.room.topic";

  private final Door door;
  private final Scratch scratch;
  private final Map<String, Long> dates = new LinkedHashMap<>();

  HistoryCheck(Door door, Scratch scratch) {
    this.door = door;
    this.scratch = scratch;
  }

  /** Looks at a scratch room, which must have been made. */
  void run(Findings findings) throws InterruptedException {
    Reply encryption = door.ask(state("m.room.encryption", "").as(scratch.one()));
    findings.add(forced(encryption.ok()));
    ObjectNode join = Json.object().put("membership", "join").put("displayname", NAME_OF_THEN);
    Reply joined = door.ask(setState(join, MEMBER, scratch.two().value()).as(scratch.two()));
    if (!joined.ok()) {
      // Without a date, so that the rest can be looked at.
      Reply unused = door.ask(setState(join, MEMBER, scratch.two().value(), 0).as(scratch.two()));
    }
    Reply topic =
        door.ask(setState(Json.object().put("topic", "2001"), TOPIC, "").as(scratch.one()));
    Reply sent = door.ask(scratch.message("then").at(THEN));
    Reply seen = sent.ok() ? door.ask(event(sent.at("event_id").asText()).as(scratch.two())) : sent;
    note("messages", sent, seen);
    note("settings", topic, door.ask(stateEvent(TOPIC, "").as(scratch.two())));
    Reply member = door.ask(stateEvent(MEMBER, scratch.two().value()).as(scratch.one()));
    note("joins", joined, member);
    if (!sent.ok()) {
      findings.add(refused(sent));
      return;
    }
    findings.add(timestamps(dates));
    findings.add(retention(seen));
    findings.add(names(member.at("content").path("displayname")));
    findings.add(marks());
  }

  /** Comes last, and takes the mark off again: other checks read the room too. */
  private Finding marks() throws InterruptedException {
    ObjectNode content = Json.object().put("history_visibility", "shared");
    Ask bare = setState(content.deepCopy(), VISIBILITY, "", 0).as(scratch.one());
    content.putObject(Origin.KEY).put("server", "ferry.doctor.invalid").put("ts", THEN);
    Reply told = door.ask(setState(content, VISIBILITY, "", 0).as(scratch.one()));
    if (told.ok()) {
      told = door.ask(state(MEMBER, scratch.one().value()).as(scratch.one()));
    }
    Reply unused = door.ask(bare);
    return marks(told);
  }

  /**
   * Judges whether marks do harm. Dendrite takes every value of this one content for text, and then
   * tells nothing of the room any more, to nobody.
   *
   * @param told what it says of the room's state afterwards
   */
  static Finding marks(Reply told) {
    return told.ok()
        ? Finding.ok(MARKS, "a room stays readable with Ferry's marks in its settings")
        : Finding.problem(
            MARKS,
            "once a room's m.room.history_visibility says where it came from (%s), the homeserver no longer tells the room's state to anybody (%s): carried rooms could not be opened"
                .formatted(Origin.KEY, told.words()),
            "this homeserver reads that content as text alone, which the specification does not ask for; carry to one that does not, such as Synapse");
  }

  /** What came back of the date; nothing where the event was not shown at all. */
  private void note(String what, Reply written, Reply read) {
    if (!written.ok()) {
      dates.put(what, 0L);
    } else if (read.ok()) {
      dates.put(what, read.at("origin_server_ts").asLong());
    }
  }

  private Ask state(String type, String key) {
    return Ask.get(Scratch.ROOM + "/state/{}/{}", scratch.room().value(), type, key);
  }

  private Ask stateEvent(String type, String key) {
    return state(type, key).with("format", "event");
  }

  private Ask setState(ObjectNode content, String type, String key) {
    return setState(content, type, key, THEN);
  }

  private Ask setState(ObjectNode content, String type, String key, long ts) {
    Ask ask = Ask.put(content, Scratch.ROOM + "/state/{}/{}", scratch.room().value(), type, key);
    return ts == 0 ? ask : ask.at(ts);
  }

  private Ask event(String id) {
    return Ask.get(Scratch.ROOM + "/event/{}", scratch.room().value(), id);
  }

  static Finding forced(boolean encrypted) {
    return encrypted
        ? Finding.problem(
            FORCED_ENCRYPTION,
            "the homeserver encrypts new rooms by itself: carried history would stand in clear in encrypted rooms, with a warning at each message, so no room would be carried",
            "until everything is carried, "
                + Remedies.synapse("encryption_enabled_by_default_for_room_type: \"off\"")
                + "; or accept it: forced_encryption: accept in plan.yaml")
        : Finding.ok(FORCED_ENCRYPTION, "new rooms are encrypted only where that is asked for");
  }

  static Finding refused(Reply sent) {
    if (!sent.isMatrix()) {
      return Finding.problem(
          TIMESTAMPS,
          "something in front of the homeserver takes no message to it (" + sent.words() + ")",
          Remedies.methods());
    }
    return Finding.problem(
        TIMESTAMPS,
        "the homeserver does not take a message with a date of its own (" + sent.words() + ")",
        "use a homeserver that takes ts from application services (Matrix 1.3, Application Service API, \"Timestamp massaging\"); Synapse does");
  }

  /**
   * What became of the dates.
   *
   * @param dates what came back of {@link #THEN}, by kind of event; 0 where it was refused
   */
  static Finding timestamps(Map<String, Long> dates) {
    var lost = new LinkedHashMap<>(dates);
    lost.values().removeIf(ts -> ts == THEN);
    if (lost.isEmpty()) {
      return Finding.ok(
          TIMESTAMPS, "messages, settings and joins keep the date they are sent with");
    }
    long now = lost.values().iterator().next();
    String came = now == 0 ? "is refused" : "came back as " + Instant.ofEpochMilli(now);
    return Finding.problem(
        TIMESTAMPS,
        "%s do not keep their dates: %s %s; history would arrive with today's date"
            .formatted(String.join(" and ", lost.keySet()), Instant.ofEpochMilli(THEN), came),
        "look whether something between Ferry and the homeserver takes the query (?ts=…) off requests, and let homeserver.address go past it; if nothing does, this homeserver does not take dates from application services (\"Timestamp massaging\"), and history needs one that does, such as Synapse");
  }

  static Finding retention(Reply seen) {
    return seen.ok()
        ? Finding.ok(RETENTION, "a message of 2001 is shown")
        : Finding.problem(
            RETENTION,
            "a message dated 2001 was taken but is not shown to the room's other member ("
                + seen.words()
                + "): message retention hides and deletes what is older than max_lifetime",
            Remedies.synapse("retention:", "  enabled: false"));
  }

  static Finding names(JsonNode displayname) {
    if (displayname.asText().equals(NAME_OF_THEN)) {
      return Finding.ok(NAMES, "members keep the name they had then, room by room");
    }
    String now = displayname.isTextual() ? "\"" + displayname.asText() + "\"" : "none";
    return Finding.problem(
        NAMES,
        "a member that joins under a name of then has another name in the room (%s): everybody would appear under today's name"
            .formatted(now),
        Remedies.synapse("allow_per_room_profiles: true"));
  }
}
