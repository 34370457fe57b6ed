package org.ferry.source.synapse;

import java.nio.charset.StandardCharsets;

/** Writes a small dump as pg_dump does. */
final class DumpText {
  static final String HEAD =
      """
      --
      -- PostgreSQL database dump
      --

      \\restrict abc

      -- Dumped from database version 16.1
      -- Dumped by pg_dump version 16.1

      SET client_encoding = 'UTF8';
      SET standard_conforming_strings = on;

      """;
  static final String TAIL =
      """

      --
      -- PostgreSQL database dump complete
      --

      \\unrestrict abc
      """;
  static final String USERS =
      table("users", "name, password_hash, creation_ts", "@a:old\t$2b$secret\t1600000000");
  static final String ROOMS = table("rooms", "room_id, is_public, creator", "!r:old\tf\t@a:old");
  static final String EVENTS =
      table(
          "events",
          "topological_ordering, event_id, type, room_id, content, outlier, depth,"
              + " origin_server_ts, sender, stream_ordering",
          "1\t$e\tm.room.message\t!r:old\t\\N\tf\t1\t1600000000000\t@a:old\t2");

  private DumpText() {}

  static String table(String name, String columns, String... rows) {
    StringBuilder text =
        new StringBuilder("COPY public." + name + " (" + columns + ") FROM stdin;\n");
    for (String row : rows) {
      text.append(row).append('\n');
    }
    return text.append("\\.\n\n").toString();
  }

  static String eventJson(String... rows) {
    return table("event_json", "event_id, room_id, internal_metadata, json, format_version", rows);
  }

  static String event(String id, String json) {
    return id + "\t!r:old\t{}\t" + json.replace("\\", "\\\\") + "\t3";
  }

  /** A whole dump with one event, into which {@code more} is put. */
  static String whole(String more) {
    return HEAD
        + more
        + eventJson(event("$e", "{\"content\":{\"body\":\"x\"}}"))
        + EVENTS
        + ROOMS
        + USERS
        + TAIL;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
