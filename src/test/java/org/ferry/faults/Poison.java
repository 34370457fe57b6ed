package org.ferry.faults;

import java.util.ArrayList;
import java.util.List;

/** Events that no honest client writes and that have broken bridges and clients. */
final class Poison {
  private final String room;
  private final String sender;
  private int count;

  Poison(String room, String sender) {
    this.room = room;
    this.sender = sender;
  }

  /** The corpus, each a JSON object. */
  List<String> events() {
    List<String> all = new ArrayList<>();
    for (String content :
        List.of(
            "null",
            "7",
            "\"text\"",
            "[]",
            "{\"msgtype\":7,\"body\":[]}",
            "{\"msgtype\":\"m.text\"}",
            "{\"msgtype\":\"m.text\",\"body\":\"\\u0000\"}",
            "{\"msgtype\":\"m.text\",\"body\":\"\\ud800\"}",
            "{\"msgtype\":\"m.text\",\"body\":\"" + "a".repeat(65_536) + "\"}",
            "{\"msgtype\":\"m.text\",\"body\":\"\",\"m.relates_to\":7}",
            "{\"msgtype\":\"m.text\",\"body\":\"\",\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":7}}",
            "{\"msgtype\":\"m.text\",\"body\":\"\",\"m.relates_to\":{\"m.in_reply_to\":[]}}",
            "{\"msgtype\":\"m.text\",\"body\":\"\",\"m.new_content\":null,\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$x\"}}",
            "{\"msgtype\":\"m.text\",\"body\":\"b\",\"format\":\"org.matrix.custom.html\",\"formatted_body\":{}}",
            "{\"msgtype\":\"m.text\",\"body\":\"b\",\"format\":\"org.matrix.custom.html\",\"formatted_body\":\""
                + "<b>".repeat(5000)
                + "\"}",
            "{\"msgtype\":\"m.image\",\"body\":\"b\",\"url\":7,\"info\":{\"size\":\"big\",\"w\":-1,\"h\":1e999}}",
            "{\"msgtype\":\"m.file\",\"body\":\"../../etc/passwd\",\"url\":\"mxc://../..\",\"filename\":\"a\\r\\nb\"}",
            "{\"msgtype\":\"m.file\",\"body\":\"b\",\"file\":{\"url\":\"mxc://a/b\",\"key\":7,\"iv\":null}}",
            deep(100),
            deep(5000))) {
      all.add(message(content));
    }
    all.addAll(states());
    all.addAll(encrypted());
    all.addAll(strange());
    return all;
  }

  private static String deep(int depth) {
    return "{\"msgtype\":\"m.text\",\"body\":\"b\",\"deep\":%s%s}"
        .formatted("[".repeat(depth), "]".repeat(depth));
  }

  private List<String> states() {
    return List.of(
        state("m.room.power_levels", "", "{\"users\":{\"@a:b\":-9223372036854775808}}"),
        state("m.room.power_levels", "", "{\"users\":7,\"events\":null}"),
        state("m.room.join_rules", "", "{\"join_rule\":\"org.example.custom\"}"),
        state("m.room.name", "", "{\"name\":{\"a\":1}}"),
        state("m.room.topic", "", "{\"topic\":null}"),
        state("m.room.avatar", "", "{\"url\":[]}"),
        state("m.room.member", sender, "{\"membership\":7}"),
        state("m.room.member", "not a user", "{\"membership\":\"join\"}"),
        state("m.room.member", "", "null"),
        state(
            "m.room.member",
            "@nul\\u0000:b",
            "{\"membership\":\"join\",\"displayname\":\"\\u0000\"}"),
        state(
            "m.room.member",
            sender,
            "{\"membership\":\"join\",\"displayname\":\"A\\u0000\\ud800\"}"),
        state("m.room.name", "", "{\"name\":\"\\u0000\\ud800\"}"),
        state("m.room.canonical_alias", "", "{\"alias\":\"#\\u0000:b\"}"),
        state("m.room.encryption", "", "{\"algorithm\":\"org.example.rot13\"}"),
        state("m.bridge", "", "{\"protocol\":7}"),
        state("uk.half-shot.bridge", "x", "{\"protocol\":{\"id\":{}}}"));
  }

  private List<String> encrypted() {
    return List.of(
        typed("m.room.encrypted", "null"),
        typed("m.room.encrypted", "{\"algorithm\":\"m.unknown\",\"session_id\":7}"),
        typed(
            "m.room.encrypted",
            "{\"algorithm\":\"m.megolm.v1.aes-sha2\",\"session_id\":\"\\u0000\",\"ciphertext\":\"AA\"}"),
        typed(
            "m.room.encrypted",
            "{\"algorithm\":\"m.megolm.v1.aes-sha2\",\"session_id\":\"s\",\"ciphertext\":{}}"));
  }

  private List<String> strange() {
    return List.of(
        typed("m.reaction", "{\"m.relates_to\":{\"rel_type\":\"m.annotation\",\"key\":7}}"),
        typed("m.room.redaction", "{\"redacts\":7}"),
        typed("m.room.redaction", "null"),
        "{\"type\":\"m.room.message\",\"room_id\":\"%s\",\"content\":{}}".formatted(room),
        "{\"type\":7,\"room_id\":\"%s\",\"event_id\":\"$p-type\",\"sender\":\"%s\"}"
            .formatted(room, sender),
        "{\"type\":\"m.room.message\",\"room_id\":\"%s\",\"event_id\":\"\",\"sender\":\"\"}"
            .formatted(room),
        "{\"type\":\"m.room.message\",\"room_id\":\"%s\",\"event_id\":\"$p-ts\",\"sender\":\"%s\",\"origin_server_ts\":1e300,\"unsigned\":null,\"content\":{}}"
            .formatted(room, sender),
        "{\"type\":\"m.room.message\",\"room_id\":\"!version12withoutdomain\",\"event_id\":\"$p-12\",\"sender\":\"%s\",\"content\":{}}"
            .formatted(sender));
  }

  private String message(String content) {
    return typed("m.room.message", content);
  }

  private String typed(String type, String content) {
    return "{\"type\":\"%s\",\"room_id\":\"%s\",\"event_id\":\"$poison-%d\",\"sender\":\"%s\",\"origin_server_ts\":1700000000000,\"content\":%s}"
        .formatted(type, room, ++count, sender, content);
  }

  private String state(String type, String key, String content) {
    return "{\"type\":\"%s\",\"state_key\":\"%s\",\"room_id\":\"%s\",\"event_id\":\"$poison-%d\",\"sender\":\"%s\",\"origin_server_ts\":1700000000000,\"content\":%s}"
        .formatted(type, key, room, ++count, sender, content);
  }
}
