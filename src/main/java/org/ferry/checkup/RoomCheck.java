package org.ferry.checkup;

import static org.ferry.checkup.Check.ALIASES;
import static org.ferry.checkup.Check.RATE_LIMITS;
import static org.ferry.checkup.Check.READING;
import static org.ferry.checkup.Check.REDACTIONS;
import static org.ferry.checkup.Check.ROOM_VERSIONS;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.ferry.config.Config;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/** What a migration does in rooms besides sending: read, redact, give addresses, hurry. */
final class RoomCheck {
  /** One more than what Synapse lets through at once where it limits. */
  private static final int BURST = 12;

  private static final int DATED_REDACTIONS = 11;

  private final Door door;
  private final Scratch scratch;
  private final Config config;
  private final Remedies remedies;

  RoomCheck(Door door, Scratch scratch, Config config, Remedies remedies) {
    this.door = door;
    this.scratch = scratch;
    this.config = config;
    this.remedies = remedies;
  }

  void run(Findings findings) throws InterruptedException {
    Reply capabilities = door.ask(Ask.get(Scratch.V3 + "/capabilities").as(scratch.one()));
    findings.add(versions(capabilities));
    redactions(findings);
    aliases(findings);
    readBack(findings);
    findings.add(limits());
  }

  // Room versions --------------------------------------------------------------------------------

  Finding versions(Reply capabilities) {
    var versions = capabilities.at("capabilities").path("m.room_versions");
    String standard = versions.path("default").asText("");
    List<String> offered = new ArrayList<>();
    versions.path("available").fieldNames().forEachRemaining(offered::add);
    String wish = config.rooms().version();
    boolean named = !wish.equals("default") && !wish.equals("source");
    if (named && !offered.contains(wish)) {
      return Finding.problem(
          ROOM_VERSIONS,
          "rooms.version is %s, which the homeserver does not make; it makes %s"
              .formatted(wish, shown(offered)),
          remedies.ferry("rooms: {version: default}"));
    }
    if (standard.isEmpty()) {
      return Finding.warning(
          ROOM_VERSIONS,
          "the homeserver does not say which room versions it makes (%s); Ferry asks for none, and takes what it gets"
              .formatted(capabilities.words()),
          null);
    }
    return Finding.ok(
        ROOM_VERSIONS,
        "new rooms get version %s; %s can be made"
            .formatted(named ? wish : standard, shown(offered)));
  }

  private static String shown(List<String> versions) {
    return versions.stream()
        .filter(v -> v.matches("[0-9]{1,4}"))
        .map(Integer::valueOf)
        .sorted()
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  // Redactions -----------------------------------------------------------------------------------

  private void redactions(Findings findings) throws InterruptedException {
    Reply create =
        door.ask(
            Ask.get(Scratch.ROOM + "/state/m.room.create", scratch.room().value())
                .as(scratch.one()));
    String version = create.at("room_version").asText("1");
    if (!dated(version)) {
      findings.add(undated(version));
      return;
    }
    String target = door.ask(scratch.message("taken back")).at("event_id").asText("");
    ObjectNode redaction = Json.object().put("redacts", target);
    Reply sent =
        door.ask(
            Ask.put(
                    redaction,
                    Scratch.ROOM + "/send/m.room.redaction/{}",
                    scratch.room().value(),
                    "doctor-" + UUID.randomUUID())
                .as(scratch.one())
                .at(HistoryCheck.THEN));
    findings.add(redaction(version, sent, event(target), event(sent.at("event_id").asText("?"))));
  }

  private static boolean dated(String version) {
    return version.matches("[0-9]{1,4}") && Integer.parseInt(version) >= DATED_REDACTIONS;
  }

  private Reply event(String id) throws InterruptedException {
    return door.ask(
        Ask.get(Scratch.ROOM + "/event/{}", scratch.room().value(), id).as(scratch.one()));
  }

  /**
   * Judges a redaction that was sent with a date.
   *
   * @param version the room's version
   * @param sent the answer to the redaction
   * @param target what it takes back, read afterwards
   * @param redaction the redaction itself, read back
   */
  static Finding redaction(String version, Reply sent, Reply target, Reply redaction) {
    boolean gone = sent.ok() && target.at("content").isEmpty();
    boolean dated = redaction.at("origin_server_ts").asLong() == HistoryCheck.THEN;
    if (gone && dated) {
      return Finding.ok(REDACTIONS, "redactions keep their dates (room version " + version + ")");
    }
    if (gone && !redaction.ok()) {
      return Finding.warning(
          REDACTIONS,
          "whether redactions keep their dates cannot be seen while old events are hidden",
          null);
    }
    if (sent.ok() && !gone) {
      return Finding.warning(
          REDACTIONS,
          "a redaction with a date is taken and takes nothing back: replay.redacted: tombstone would leave content readable",
          "keep the default, which does not carry what was redacted:\n  replay: {redacted: skip}");
    }
    return Finding.warning(
        REDACTIONS,
        "redactions with a date are not kept as such (%s): with replay.redacted: tombstone they would have today's"
            .formatted(sent.ok() ? "the date is today's" : sent.words()),
        null);
  }

  private Finding undated(String version) {
    String text =
        "in rooms of version %s redactions get today's date; what was redacted is gone all the same"
            .formatted(version);
    return config.replay().redacted().equals("tombstone")
        ? Finding.warning(REDACTIONS, text, remedies.ferry("rooms: {version: \"11\"}   # or newer"))
        : Finding.ok(REDACTIONS, text);
  }

  // Aliases --------------------------------------------------------------------------------------

  private void aliases(Findings findings) throws InterruptedException {
    String unique = UUID.randomUUID().toString().substring(0, 8);
    String alias = "#ferry-doctor/%s:%s".formatted(unique, config.homeserver().domain());
    Ask remove = Ask.delete(null, Scratch.V3 + "/directory/room/{}", alias).as(scratch.one());
    scratch.atTheEnd(remove);
    Reply made =
        door.ask(
            Ask.put(
                    Json.object().put("room_id", scratch.room().value()),
                    Scratch.V3 + "/directory/room/{}",
                    alias)
                .as(scratch.one()));
    Reply found = door.ask(Ask.get(Scratch.V3 + "/directory/room/{}", alias).as(scratch.one()));
    findings.add(alias(made, found));
  }

  Finding alias(Reply made, Reply found) {
    if (made.is("M_EXCLUSIVE")) {
      return Finding.problem(
          ALIASES,
          "Ferry may not make aliases of %s: the registration that the homeserver reads does not claim them (%s)"
              .formatted(config.homeserver().domain(), made.words()),
          remedies.writeAndHandOver());
    }
    if (!made.ok() && (made.unrecognized() || !made.isMatrix())) {
      return Finding.warning(
          ALIASES,
          "aliases do not reach the homeserver (%s). Rooms would be carried without their addresses"
              .formatted(made.words()),
          "see proxy above: paths with %2F have to arrive as they are sent");
    }
    if (!made.ok()) {
      return Finding.warning(
          ALIASES,
          "aliases cannot be made: %s. Rooms would be carried without their addresses"
              .formatted(made.words()),
          "see alias_creation_rules in homeserver.yaml:\n  alias_creation_rules:\n    - {user_id: \"%s\", alias: \"*\", room_id: \"*\", action: allow}"
              .formatted("@*:" + config.homeserver().domain()));
    }
    return found.ok()
        ? Finding.ok(ALIASES, "aliases can be made in " + config.homeserver().domain())
        : Finding.warning(ALIASES, "an alias was made and is not found: " + found.words(), null);
  }

  // Reading --------------------------------------------------------------------------------------

  void readBack(Findings findings) throws InterruptedException {
    findings.add(reading());
  }

  private Finding reading() throws InterruptedException {
    Reply page =
        door.ask(
            Ask.get(Scratch.ROOM + "/messages", scratch.room().value())
                .with("dir", "b")
                .with("limit", "5")
                .as(scratch.one()));
    return reading(page, scratch.one());
  }

  static Finding reading(Reply page, UserId who) {
    return page.ok() && !page.at("chunk").isEmpty()
        ? Finding.ok(READING, "rooms can be read back")
        : Finding.problem(
            READING,
            "a room cannot be read back as %s (%s): what is in doubt after a crash could not be looked up, and verify could not compare"
                .formatted(who, page.words()),
            "this homeserver does not answer /messages to an application service; use one that does, such as Synapse");
  }

  // Limits ---------------------------------------------------------------------------------------

  private Finding limits() throws InterruptedException {
    boolean limited = door.wasLimited();
    Reply between = door.between();
    for (int i = 0; i < BURST && !limited && between == null; i++) {
      Reply reply = door.once(scratch.message("burst " + i));
      limited = reply.limited() && reply.isMatrix();
      between = reply.gateway() ? reply : null;
    }
    return between == null ? limits(limited) : limits(between);
  }

  /** Judges what something in front of the homeserver answered in its place, for a while. */
  static Finding limits(Reply between) {
    return Finding.problem(
        RATE_LIMITS,
        "something in front of the homeserver answers in its place now and then (%s): it limits how fast Ferry may write, or loses the homeserver; history would take much longer"
            .formatted(between.words()),
        "take its limit off for this machine: in nginx limit_req and limit_conn of that location, in HAProxy the rule that denies by http_req_rate, and maxconn and timeout queue;\nwhere it is 504, let it wait longer: proxy_read_timeout in nginx, timeout server in HAProxy");
  }

  Finding limits(boolean limited) {
    return limited
        ? Finding.problem(
            RATE_LIMITS,
            "the homeserver limits how fast Ferry may write (429 in a burst of %d messages): history would take weeks"
                .formatted(BURST),
            "the registration that the homeserver reads must say:\n  rate_limited: false\nso "
                + remedies.writeAndHandOver())
        : Finding.ok(RATE_LIMITS, "a burst of %d messages goes through".formatted(BURST));
  }
}
