package org.ferry.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes the dump of an old Synapse with rooms for each turn, as pg_dump writes it. */
public final class VillageDump {
  private static final String HEAD =
      """
      --
      -- PostgreSQL database dump
      --

      SET client_encoding = 'UTF8';
      SET standard_conforming_strings = on;

      """;

  private final List<Event> events = new ArrayList<>();
  private final List<String> rooms = new ArrayList<>();
  private final int members;
  private long stream = 2;

  /** One event; an absent state key makes it no state. */
  private record Event(
      String id,
      String room,
      String type,
      String sender,
      @Nullable String stateKey,
      ObjectNode content,
      long depth,
      long ts,
      long stream) {}

  /** A server whose rooms have so many members each, the same people in all. */
  public VillageDump(int members) {
    this.members = members;
  }

  /** Adds the rooms of a turn, named {@code TURN room NNN}, each with so many messages. */
  public VillageDump with(String turn, int count, int messages) {
    for (int room = 0; room < count; room++) {
      String name = Village.roomName(turn, room);
      String id =
          "!" + hash(name).replaceAll("[^A-Za-z]", "x").substring(0, 18) + ":" + Village.OLD;
      rooms.add(id);
      begin(id, name);
      long depth = 5L + members;
      for (int i = 0; i < messages; i++) {
        String sender = user(Village.member(i % members));
        add(id, "m.room.message", sender, null, Village.message(room, i), ++depth);
      }
    }
    return this;
  }

  private void begin(String room, String name) {
    String creator = user(Village.member(0));
    ObjectNode create = json().put("creator", creator).put("room_version", "10");
    add(room, "m.room.create", creator, "", create, 1);
    add(room, "m.room.member", creator, creator, join(Village.member(0)), 2);
    ObjectNode power = json().put("users_default", 0).put("state_default", 50);
    power.putObject("users").put(creator, 100);
    add(room, "m.room.power_levels", creator, "", power, 3);
    add(room, "m.room.join_rules", creator, "", json().put("join_rule", "public"), 4);
    add(room, "m.room.name", creator, "", json().put("name", name), 5);
    long depth = 5;
    for (int i = 1; i < members; i++) {
      String member = Village.member(i);
      add(room, "m.room.member", user(member), user(member), join(member), ++depth);
    }
  }

  private void add(
      String room,
      String type,
      String sender,
      @Nullable String stateKey,
      ObjectNode content,
      long depth) {
    String id = "$" + hash(room + depth + type);
    events.add(
        new Event(id, room, type, sender, stateKey, content, depth, Village.time(depth), stream++));
  }

  private static ObjectNode join(String member) {
    return json().put("membership", "join").put("displayname", display(member));
  }

  private static String display(String member) {
    return "Member " + member.substring(member.length() - 3);
  }

  private static ObjectNode json() {
    return Village.JSON.createObjectNode();
  }

  private static String user(String localpart) {
    return "@" + localpart + ":" + Village.OLD;
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /** Writes the dump. */
  public void write(Path file) throws IOException {
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
      out.print(HEAD);
      List<Event> state = events.stream().filter(e -> e.stateKey() != null).toList();
      table(
          out,
          "current_state_events",
          "event_id, room_id, type, state_key",
          state,
          e -> row(e.id(), e.room(), e.type(), String.valueOf(e.stateKey())));
      table(
          out,
          "event_json",
          "event_id, room_id, internal_metadata, json, format_version",
          events,
          e -> row(e.id(), e.room(), "{}", whole(e).toString(), "3"));
      table(
          out,
          "events",
          "topological_ordering, event_id, type, room_id, outlier, depth, origin_server_ts, sender,"
              + " stream_ordering, rejection_reason",
          events,
          e ->
              row(
                      e.depth(),
                      e.id(),
                      e.type(),
                      e.room(),
                      "f",
                      e.depth(),
                      e.ts(),
                      e.sender(),
                      e.stream())
                  + "\t\\N");
      people(out);
      out.print("--\n-- PostgreSQL database dump complete\n--\n\n");
      if (out.checkError()) {
        throw new IOException(file + " could not be written");
      }
    }
  }

  private void people(PrintWriter out) {
    List<String> names = Village.members(members).toList();
    table(
        out,
        "profiles",
        "user_id, displayname, avatar_url, full_user_id",
        names,
        n -> n + "\t" + display(n) + "\t\\N\t" + user(n));
    table(
        out,
        "rooms",
        "room_id, is_public, creator, room_version",
        rooms,
        r -> row(r, "t", user(Village.member(0)), "10"));
    table(out, "schema_version", "lock, version, upgraded", List.of("X\t94\tt"), r -> r);
    table(
        out,
        "users",
        "name, creation_ts, admin, is_guest, appservice_id, deactivated",
        names,
        n -> user(n) + "\t1500000000\t0\t0\t\\N\t0");
  }

  private static ObjectNode whole(Event event) {
    ObjectNode json = json().put("room_id", event.room()).put("sender", event.sender());
    json.put("type", event.type()).put("origin_server_ts", event.ts()).put("depth", event.depth());
    if (event.stateKey() != null) {
      json.put("state_key", event.stateKey());
    }
    json.set("content", event.content());
    return json;
  }

  private static <T> void table(
      PrintWriter out, String name, String columns, List<T> rows, Function<T, String> line) {
    out.print("COPY public." + name + " (" + columns + ") FROM stdin;\n");
    rows.forEach(r -> out.print(line.apply(r) + "\n"));
    out.print("\\.\n\n\n");
  }

  private static String row(Object... fields) {
    StringBuilder line = new StringBuilder();
    for (Object field : fields) {
      line.append(line.isEmpty() ? "" : "\t").append(field.toString().replace("\\", "\\\\"));
    }
    return line.toString();
  }
}
