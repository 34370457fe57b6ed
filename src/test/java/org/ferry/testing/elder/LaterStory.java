package org.ferry.testing.elder;

import static org.ferry.testing.elder.Elder.edit;
import static org.ferry.testing.elder.Elder.json;
import static org.ferry.testing.elder.Elder.reaction;

import org.ferry.lab.LabClient;

/** What happens on the old server after the first dump: new things, and changes to old ones. */
final class LaterStory {
  private final Elder elder;

  LaterStory(Elder elder) {
    this.elder = elder;
  }

  void tell() {
    String hall = elder.facts.room("v10");
    elder.note("later.message", elder.ben.say(hall, "said after the first dump"));
    String old = elder.facts.event("v10.message");
    elder.note("later.edit", elder.ben.send(hall, "m.room.message", edit(old, "edited later")));
    elder.note("later.reaction", elder.ann.send(hall, "m.reaction", reaction(old, "🕰")));
    elder.note(
        "later.redaction", elder.ann.redact(hall, elder.facts.event("v10.reply"), "too late"));
    elder.note(
        "later.name",
        elder.ann.setState(hall, "m.room.name", "", json("{'name': 'Renamed later'}")));
    LabClient nina = elder.person(elder.home, "nina", false);
    nina.join(hall);
    elder.note("later.newcomer", nina.say(hall, "I am new"));
    elder.room("later", nina, "{'preset': 'public_chat', 'name': 'Made later'}");
    elder.note("later.inNewRoom", nina.say(elder.facts.room("later"), "first words"));
    elder.file("later.txt", nina, "text/plain");
  }
}
