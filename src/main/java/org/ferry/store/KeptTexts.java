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
import java.util.List;
import java.util.function.UnaryOperator;
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

  private final Connection connection;

  KeptTexts(Connection connection) {
    this.connection = connection;
  }

  void forget() throws SQLException {
    change("crossing_note", " and name = 'plan'", KeptTexts::plan);
    change("snapshot", "", KeptTexts::snapshot);
  }

  private static String plan(String json) {
    ObjectNode note = object(json);
    String text = IN_LINES.matcher(note.path("text").asText()).replaceAll("$1$2: \"\"");
    return note.put("text", IN_BRACES.matcher(text).replaceAll(", $1: \"\"")).toString();
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
        write.setString(1, how.apply(documents.get(i)));
        write.setString(2, places.get(i));
        int unused = write.executeUpdate();
      }
    }
  }
}
