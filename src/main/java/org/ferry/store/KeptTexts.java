package org.ferry.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts inside of documents that the ledger keeps: names and reasons in the plan that was followed,
 * which are for its reader only, and what the state of reused rooms said.
 */
final class KeptTexts {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern IN_LINES = Pattern.compile("(?m)^( +)(name|reason): .*$");
  private static final Pattern IN_BRACES =
      Pattern.compile(", (name|reason): \"(?:[^\"\\\\]|\\\\.)*\"");

  /** Where the next person or room begins. */
  private static final Pattern ITEM = Pattern.compile("(?m)^(?= *- )");

  private static final Pattern TARGET = Pattern.compile("\\btarget: *[\"']?(@[^\"',} ]+)");

  private final Connection connection;

  KeptTexts(Connection connection) {
    this.connection = connection;
  }

  void forget() throws SQLException {
    change("crossing_note", " and name = 'plan'", KeptTexts::plan);
    change("snapshot", "", KeptTexts::snapshot);
  }

  /**
   * Forgets what the followed plans say of a person: their name, and the names of rooms that are
   * called after them.
   *
   * @param ids of the person, on both sides
   * @param names that the person had
   */
  void erase(Collection<String> ids, Collection<String> names) throws SQLException {
    change("crossing_note", " and name = 'plan'", json -> without(json, ids, names));
  }

  /** Under which ids a person stands on destinations, by the plans that were followed. */
  Set<String> targets(String id) throws SQLException {
    Set<String> targets = new LinkedHashSet<>();
    change(
        "crossing_note",
        " and name = 'plan'",
        json -> {
          for (String item : items(json)) {
            Matcher target = TARGET.matcher(item);
            if (item.contains(quoted(id)) && target.find()) {
              targets.add(target.group(1));
            }
          }
          return json;
        });
    return targets;
  }

  private static String quoted(String id) {
    return '"' + id + '"';
  }

  private static String[] items(String json) {
    return ITEM.split(object(json).path("text").asText(), -1);
  }

  private static String without(String json, Collection<String> ids, Collection<String> names) {
    StringBuilder text = new StringBuilder();
    for (String item : items(json)) {
      boolean theirs = ids.stream().anyMatch(id -> item.contains(quoted(id)));
      boolean named = names.stream().anyMatch(item::contains);
      text.append(theirs || named ? withoutTexts(item) : item);
    }
    return object(json).put("text", text.toString()).toString();
  }

  private static String withoutTexts(String item) {
    String lines = IN_LINES.matcher(item).replaceAll("$1$2: \"\"");
    return IN_BRACES.matcher(lines).replaceAll(", $1: \"\"");
  }

  private static String plan(String json) {
    ObjectNode note = object(json);
    return note.put("text", withoutTexts(note.path("text").asText())).toString();
  }

  private static String snapshot(String json) {
    ObjectNode snapshot = object(json);
    for (JsonNode state : snapshot.path("state")) {
      if (state instanceof ObjectNode o) {
        JsonNode unused = o.remove("content");
      }
    }
    return snapshot.toString();
  }

  private static ObjectNode object(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the ledger holds a document that cannot be read", e);
    }
  }

  private void change(String table, String which, UnaryOperator<String> how) throws SQLException {
    List<String> places = new ArrayList<>();
    List<String> documents = new ArrayList<>();
    try (PreparedStatement read =
            connection.prepareStatement(
                "select ctid::text, json from ferry.%s where true%s".formatted(table, which));
        ResultSet row = read.executeQuery()) {
      while (row.next()) {
        places.add(row.getString(1));
        documents.add(row.getString(2));
      }
    }
    try (PreparedStatement write =
        connection.prepareStatement(
            "update ferry.%s set json = ? where ctid = ?::tid".formatted(table))) {
      for (int i = 0; i < places.size(); i++) {
        String changed = how.apply(documents.get(i));
        if (!changed.equals(documents.get(i))) {
          write.setString(1, changed);
          write.setString(2, places.get(i));
          int unused = write.executeUpdate();
        }
      }
    }
  }
}
