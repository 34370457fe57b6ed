package org.ferry.testing.elder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.charset.StandardCharsets;
import org.ferry.id.Secret;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;

/** The people of the two servers and what is written down about them. */
final class Elder {
  private static final Secret PASSWORD = Secret.of("elder password");

  final SynapseServer home;
  final SynapseServer away;
  final ElderFacts facts;
  final LabClient ann;
  final LabClient ben;
  final LabClient cleo;
  final LabClient dan;
  final LabClient remy;

  Elder(SynapseServer home, SynapseServer away) {
    this.home = home;
    this.away = away;
    this.facts = ElderFacts.of(home.serverName(), away.serverName());
    this.ann = person(home, "ann", true);
    this.ben = person(home, "ben", false);
    this.cleo = person(home, "cleo", false);
    this.dan = person(home, "dan", false);
    this.remy = person(away, "remy", false);
  }

  @CanIgnoreReturnValue
  LabClient person(SynapseServer server, String name, boolean admin) {
    LabClient client = server.register(name, PASSWORD, admin);
    facts.users().put(name, client.userId());
    return client;
  }

  /** Makes a room and notes it. */
  @CanIgnoreReturnValue
  String room(String name, LabClient creator, String options) {
    String id = creator.createRoom(json(options));
    facts.rooms().put(name, id);
    return id;
  }

  /** Notes an event. */
  @CanIgnoreReturnValue
  String note(String name, String eventId) {
    facts.events().put(name, eventId);
    return eventId;
  }

  /** Uploads a small file of recognisable content and notes it. */
  @CanIgnoreReturnValue
  String file(String name, LabClient who, String type) {
    byte[] bytes = ("content of " + name + "\n").getBytes(StandardCharsets.UTF_8);
    return file(name, who, type, bytes);
  }

  String file(String name, LabClient who, String type, byte[] bytes) {
    String mxc = who.upload(bytes, type, name);
    facts.media().put(name, mxc);
    return mxc;
  }

  /** JSON in which single quotes stand for double ones. */
  static ObjectNode json(String text) {
    return LabClient.json(text.replace('\'', '"'));
  }

  static ObjectNode text(String body) {
    return json("{'msgtype': 'm.text'}").put("body", body);
  }

  static ObjectNode related(ObjectNode content, String relType, String eventId) {
    content.putObject("m.relates_to").put("rel_type", relType).put("event_id", eventId);
    return content;
  }

  static ObjectNode edit(String eventId, String body) {
    ObjectNode content = related(text("* " + body), "m.replace", eventId);
    content.set("m.new_content", text(body));
    return content;
  }

  static ObjectNode reply(ObjectNode content, String eventId) {
    content.withObject("m.relates_to").putObject("m.in_reply_to").put("event_id", eventId);
    return content;
  }

  static ObjectNode reaction(String eventId, String key) {
    ObjectNode content = json("{}");
    content
        .putObject("m.relates_to")
        .put("rel_type", "m.annotation")
        .put("event_id", eventId)
        .put("key", key);
    return content;
  }

  static String path(String pattern, String... parts) {
    Object[] escaped = new Object[parts.length];
    for (int i = 0; i < parts.length; i++) {
      escaped[i] = LabClient.esc(parts[i]);
    }
    return pattern.formatted(escaped);
  }

  /** PUT of which only the success matters. */
  static void put(LabClient who, JsonNode body, String pattern, String... parts) {
    JsonNode answer = who.put(path(pattern, parts), body);
    if (!answer.isObject()) {
      throw new AssertionError(pattern + ": " + answer);
    }
  }

  /** POST of which only the success matters. */
  static void post(LabClient who, JsonNode body, String pattern, String... parts) {
    JsonNode answer = who.post(path(pattern, parts), body);
    if (!answer.isObject()) {
      throw new AssertionError(pattern + ": " + answer);
    }
  }
}
