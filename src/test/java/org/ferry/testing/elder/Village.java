package org.ferry.testing.elder;

import static org.ferry.testing.elder.Elder.json;
import static org.ferry.testing.elder.Elder.post;
import static org.ferry.testing.elder.Elder.put;
import static org.ferry.testing.elder.Elder.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.ferry.lab.LabClient;
import org.ferry.lab.LabClient.Answer;
import org.ferry.testing.Wait;

/**
 * Rooms in their relations: spaces, memberships of every kind, upgrades, direct and foreign ones.
 */
final class Village {
  private static final String V3 = "/_matrix/client/v3/";

  private final Elder elder;
  private final String server;

  Village(Elder elder) {
    this.elder = elder;
    this.server = elder.home.serverName();
  }

  void fill() {
    spaces();
    memberships();
    knocking();
    names();
    upgrades();
    direct();
    encrypted();
    left();
    foreign();
  }

  private void spaces() {
    String root =
        elder.room(
            "space",
            elder.ann,
            "{'preset': 'public_chat', 'name': 'Elder', 'room_alias_name': 'elder', 'creation_content': {'type': 'm.space'}}");
    String sub =
        elder.room(
            "subspace",
            elder.ann,
            "{'preset': 'public_chat', 'name': 'Crafts', 'creation_content': {'type': 'm.space'}}");
    String deep =
        elder.room(
            "deepspace",
            elder.ann,
            "{'preset': 'public_chat', 'name': 'Wood', 'creation_content': {'type': 'm.space'}}");
    child(root, sub, "{'via': ['%s'], 'order': 'a', 'suggested': true}");
    child(sub, deep, "{'via': ['%s']}");
    child(deep, elder.facts.room("workshop"), "{'via': ['%s']}");
    child(sub, elder.facts.room("workshop"), "{'via': ['%s'], 'order': 'z'}");
    child(root, elder.facts.room("v10"), "{'via': ['%s']}");
    child(root, elder.facts.room("v9"), "{'via': ['%s']}");
    elder.note(
        "space.removedChild",
        elder.ann.setState(root, "m.space.child", elder.facts.room("v9"), json("{}")));
    elder.note(
        "workshop.parent",
        elder.ann.setState(
            elder.facts.room("workshop"),
            "m.space.parent",
            deep,
            json("{'via': ['%s'], 'canonical': true}".formatted(server))));
    elder.room(
        "restricted",
        elder.ann,
        "{'preset': 'private_chat', 'name': 'Members of Crafts', 'room_version': '9', 'initial_state': [{'type': 'm.room.join_rules', 'state_key': '', 'content': {'join_rule': 'restricted', 'allow': [{'type': 'm.room_membership', 'room_id': '%s'}]}}]}"
            .formatted(sub));
    elder.ben.join(sub);
    elder.ben.join(elder.facts.room("restricted"));
    elder.note(
        "restricted.message", elder.ben.say(elder.facts.room("restricted"), "let in by Crafts"));
  }

  private void child(String parent, String child, String content) {
    elder.note(
        "space.child" + elder.facts.events().size(),
        elder.ann.setState(parent, "m.space.child", child, json(content.formatted(server))));
  }

  /** Invited, joined, left, kicked, banned, unbanned, back again, with reasons. */
  private void memberships() {
    String room = elder.room("gate", elder.ann, "{'preset': 'private_chat', 'name': 'Gate'}");
    LabClient ivo = elder.person(elder.home, "ivo", false);
    LabClient eve = elder.person(elder.home, "eve", false);
    for (LabClient who : List.of(elder.ben, elder.dan, ivo, eve)) {
      elder.ann.membership("invite", room, who.userId(), "come in");
      who.join(room);
    }
    elder.note("gate.eve", eve.say(room, "I shall be erased"));
    elder.note("gate.ivo", ivo.say(room, "spam"));
    elder.ann.membership("kick", room, elder.dan.userId(), "shouting");
    elder.ann.membership("invite", room, elder.dan.userId(), "");
    elder.dan.join(room);
    post(elder.dan, json("{'reason': 'holidays'}"), V3 + "rooms/%s/leave", room);
    elder.ann.membership("ban", room, ivo.userId(), "spam");
    elder.ann.membership("unban", room, ivo.userId(), "second chance");
    elder.ann.membership("ban", room, ivo.userId(), "spam again");
    elder.ann.membership("invite", room, elder.cleo.userId(), "pending");
    elder.ann.membership("invite", room, elder.remy.userId(), "pending abroad");
    LabClient refusing = elder.person(elder.home, "rae", false);
    elder.ann.membership("invite", room, refusing.userId(), "");
    refusing.leave(room);
    post(refusing, json("{}"), V3 + "rooms/%s/forget", room);
    elder.note("gate.last", elder.ben.say(room, "quiet now"));
    new People(elder).erase(eve);
  }

  private void knocking() {
    String room =
        elder.room(
            "knock",
            elder.ann,
            "{'preset': 'private_chat', 'name': 'Knock', 'room_version': '11', 'initial_state': [{'type': 'm.room.join_rules', 'state_key': '', 'content': {'join_rule': 'knock'}}]}");
    LabClient holly = elder.person(elder.home, "holly", false);
    post(holly, json("{'reason': 'please'}"), V3 + "knock/%s", room);
    post(elder.dan, json("{}"), V3 + "knock/%s", room);
    elder.ann.membership("invite", room, elder.dan.userId(), "");
    elder.dan.join(room);
    elder.note("knock.message", elder.dan.say(room, "thanks"));
  }

  /** Names that look alike, aliases of all kinds. */
  private void names() {
    elder.room("cafeComposed", elder.ann, "{'preset': 'public_chat', 'name': 'Caf\u00e9'}");
    elder.room("cafeDecomposed", elder.ben, "{'preset': 'public_chat', 'name': ' cafe\u0301 '}");
    elder.room("nameless", elder.ben, "{'preset': 'private_chat'}");
    String many =
        elder.room(
            "manyAliases",
            elder.ann,
            "{'preset': 'public_chat', 'name': 'Many', 'room_alias_name': 'many'}");
    for (String alias : List.of("#möchten:", "#second:", "#gone:")) {
      put(elder.ann, json("{}").put("room_id", many), V3 + "directory/room/%s", alias + server);
    }
    elder.note(
        "manyAliases.canonical",
        elder.ann.setState(
            many,
            "m.room.canonical_alias",
            "",
            json(
                "{'alias': '#second:%s', 'alt_aliases': ['#möchten:%s', '#gone:%s']}"
                    .formatted(server, server, server))));
    Answer deleted =
        elder.ann.request("DELETE", Elder.path(V3 + "directory/room/%s", "#gone:" + server), null);
    if (deleted.status() != 200) {
      throw new AssertionError(deleted);
    }
  }

  /** A room that was upgraded twice. */
  private void upgrades() {
    String first =
        elder.room(
            "upgraded1",
            elder.ann,
            "{'preset': 'public_chat', 'name': 'Old hall', 'room_version': '6', 'room_alias_name': 'hall'}");
    elder.ben.join(first);
    elder.note("upgraded1.message", elder.ben.say(first, "before"));
    String second = upgrade("upgraded2", first, "9");
    elder.ben.join(second);
    elder.note("upgraded2.message", elder.ben.say(second, "between"));
    String third = upgrade("upgraded3", second, "12");
    elder.note("upgraded3.message", elder.ann.say(third, "after"));
  }

  private String upgrade(String name, String room, String version) {
    String id =
        elder
            .ann
            .post(
                Elder.path(V3 + "rooms/%s/upgrade", room),
                json("{'new_version': '%s'}".formatted(version)))
            .path("replacement_room")
            .asText();
    elder.facts.rooms().put(name, id);
    return id;
  }

  private void direct() {
    String room =
        elder.room(
            "dm",
            elder.ben,
            "{'preset': 'trusted_private_chat', 'is_direct': true, 'room_version': '10', 'invite': ['%s']}"
                .formatted(elder.cleo.userId()));
    elder.cleo.join(room);
    elder.note("dm.message", elder.cleo.say(room, "between us"));
    elder.note(
        "dm.call",
        elder.ben.send(
            room,
            "m.call.invite",
            json(
                "{'call_id': '1', 'version': '1', 'party_id': 'p', 'lifetime': 60000, 'offer': {'type': 'offer', 'sdp': 'v=0'}}")));
    direct(elder.ben, elder.cleo, room);
    direct(elder.cleo, elder.ben, room);
    String abroad =
        elder.room(
            "dmAbroad",
            elder.dan,
            "{'preset': 'trusted_private_chat', 'is_direct': true, 'invite': ['%s']}"
                .formatted(elder.remy.userId()));
    elder.remy.join(abroad);
    direct(elder.dan, elder.remy, abroad);
    elder.note("dmAbroad.message", elder.remy.say(abroad, "hello from abroad"));
  }

  private void direct(LabClient who, LabClient with, String room) {
    ObjectNode content = json("{}");
    content.putArray(with.userId()).add(room);
    put(who, content, V3 + "user/%s/account_data/%s", who.userId(), "m.direct");
  }

  private void encrypted() {
    String room =
        elder.room(
            "encrypted",
            elder.ann,
            "{'preset': 'private_chat', 'name': 'Sealed', 'initial_state': [{'type': 'm.room.encryption', 'state_key': '', 'content': {'algorithm': 'm.megolm.v1.aes-sha2'}}]}");
    elder.note(
        "encrypted.message",
        elder.ann.send(
            room,
            "m.room.encrypted",
            json(
                "{'algorithm': 'm.megolm.v1.aes-sha2', 'ciphertext': 'AwgAEnAB', 'session_id': 's', 'sender_key': 'k', 'device_id': 'D'}")));
  }

  private void left() {
    String room = elder.room("deserted", elder.dan, "{'preset': 'public_chat', 'name': 'Ruin'}");
    elder.note("deserted.message", elder.dan.say(room, "nobody is left"));
    elder.dan.leave(room);
  }

  /** A room of the other server: its earlier events come by backfill, its rules as outliers. */
  private void foreign() {
    String room =
        elder.remy.createRoom(
            json("{'preset': 'public_chat', 'name': 'Abroad', 'room_alias_name': 'abroad'}"));
    elder.facts.rooms().put("foreign", room);
    for (int i = 0; i < 15; i++) {
      elder.note("foreign.message" + i, elder.remy.say(room, "earlier " + i));
    }
    elder.ben.join("#abroad:" + elder.away.serverName());
    elder.note("foreign.ours", elder.ben.send(room, "m.room.message", text("hello abroad")));
    // Scrolling back is what makes the server fetch what was said before.
    String page = Elder.path(V3 + "rooms/%s/messages", room) + "?dir=b&limit=100";
    Wait.until(() -> elder.ben.get(page).toString().contains("earlier 0"));
    String early = elder.facts.event("workshop.remote");
    Wait.until(() ->
        elder
                .ann
                .request(
                    "GET",
                    Elder.path(V3 + "rooms/%s/event/%s", elder.facts.room("workshop"), early),
                    null)
                .status()
            == 200);
  }
}
