package org.ferry.testing.elder;

import static org.ferry.testing.elder.Elder.edit;
import static org.ferry.testing.elder.Elder.json;
import static org.ferry.testing.elder.Elder.reaction;
import static org.ferry.testing.elder.Elder.reply;
import static org.ferry.testing.elder.Elder.text;

/** One room of each version, 1 to 12, with what the versions do differently. */
final class VersionRooms {
  private static final int LAST = 12;

  /** Up to this version a content may hold any number. */
  private static final int LAST_WITH_FLOATS = 5;

  private final Elder elder;

  VersionRooms(Elder elder) {
    this.elder = elder;
  }

  void fill() {
    for (int version = 1; version <= LAST; version++) {
      fill(version);
    }
  }

  private void fill(int version) {
    String name = "v" + version;
    String creation =
        version == LAST ? "{'additional_creators': ['" + elder.cleo.userId() + "']}" : "{}";
    String room =
        elder.room(
            name,
            elder.ann,
            "{'preset': 'public_chat', 'room_version': '%d', 'name': 'Version %d', 'creation_content': %s}"
                .formatted(version, version, creation));
    joined(room);
    String first = elder.note(name + ".message", elder.ben.say(room, "written in " + name));
    elder.note(
        name + ".edit", elder.ben.send(room, "m.room.message", edit(first, "edited in " + name)));
    elder.note(
        name + ".reply", elder.ann.send(room, "m.room.message", reply(text("answer"), first)));
    elder.note(name + ".reaction", elder.ann.send(room, "m.reaction", reaction(first, "👍")));
    String gone = elder.note(name + ".redacted", elder.ben.say(room, "CANARY redacted in " + name));
    elder.note(name + ".redaction", elder.ann.redact(room, gone, "rude"));
    redactedState(name, room);
    if (version <= LAST_WITH_FLOATS) {
      oddNumbers(name, room);
    }
    elder.cleo.leave(room);
  }

  private void joined(String room) {
    for (var who : new org.ferry.lab.LabClient[] {elder.ben, elder.cleo}) {
      String same = who.join(room);
      if (!same.equals(room)) {
        throw new AssertionError(same);
      }
    }
  }

  /** What of a state event survives its redaction differs: version 11 keeps more of some. */
  private void redactedState(String name, String room) {
    var levels =
        (com.fasterxml.jackson.databind.node.ObjectNode)
            elder.ann.state(room, "m.room.power_levels", "");
    levels.put("org.example.extra", "CANARY level").put("invite", 50);
    elder.note(
        name + ".redactedLevels", elder.ann.setState(room, "m.room.power_levels", "", levels));
    redact(room, elder.facts.event(name + ".redactedLevels"));
    String topic = elder.ann.setState(room, "m.room.topic", "", json("{'topic': 'CANARY topic'}"));
    elder.note(name + ".redactedTopic", topic);
    redact(room, topic);
    redact(
        room,
        elder.note(
            name + ".redactedMember",
            elder.ben.setState(
                room,
                "m.room.member",
                elder.ben.userId(),
                json("{'membership': 'join', 'displayname': 'CANARY name'}"))));
  }

  private void redact(String room, String event) {
    String redaction = elder.ann.redact(room, event, "");
    if (redaction.isEmpty()) {
      throw new AssertionError(event);
    }
  }

  private void oddNumbers(String name, String room) {
    var content = text("numbers").put("ratio", 1.5).put("big", 9_007_199_254_740_993L);
    elder.note(name + ".numbers", elder.ben.send(room, "m.room.message", content));
    elder.note(
        name + ".aliases",
        elder.ann.setState(
            room,
            "m.room.aliases",
            elder.home.serverName(),
            json("{'aliases': ['#%s:%s']}".formatted(name, elder.home.serverName()))));
  }
}
