package org.ferry.app;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.ferry.crypto.keys.KeyException;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;

/**
 * A backup on a homeserver, read with the account's own token. Its entries go by way of a file: all
 * of them come in one answer, and years of somebody's keys are more than memory should hold.
 */
final class ServerBackup implements KeyBackups.Place {
  private final Intent account;
  private final Scratch scratch;

  /** Makes an empty file, which is the caller's to delete. */
  @FunctionalInterface
  interface Scratch {
    Path file() throws IOException;
  }

  private interface Member {
    void read(String name) throws IOException;
  }

  ServerBackup(Intent account, Scratch scratch) {
    this.account = account;
    this.scratch = scratch;
  }

  @Override
  public Optional<JsonNode> accountData(String type) {
    return account.preferences().accountData(type).map(d -> d);
  }

  @Override
  public Optional<KeyBackups.Version> version() {
    try {
      JsonNode v = account.keys().backupVersion();
      return Optional.of(
          new KeyBackups.Version(
              v.path("version").asText(), v.path("algorithm").asText(), v.path("auth_data")));
    } catch (MatrixException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public void entries(KeyBackups.Version version, KeyBackups.Entries each) {
    try {
      Path file = scratch.file();
      try {
        account.keys().backup(version.number(), file);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
          read(in, each);
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads an answer to {@code GET /room_keys/keys} (specification, "Server-side key backups").
   *
   * @throws KeyException where it is no JSON or ends too early; what came before was taken
   */
  static void read(InputStream answer, KeyBackups.Entries each) throws IOException {
    try (JsonParser json = Json.parser(answer)) {
      JsonToken unused = json.nextToken();
      members(json, top -> members(json, top.equals("rooms"), room -> room(json, room, each)));
    } catch (JsonProcessingException e) {
      // reason: what Jackson says quotes the text.
      e.clearLocation();
      throw new KeyException(
          "what the server sent of this backup ends too early or is no JSON; run the same command again",
          e);
    }
  }

  private static void room(JsonParser json, String room, KeyBackups.Entries each)
      throws IOException {
    members(
        json,
        field ->
            members(
                json,
                field.equals("sessions"),
                session -> {
                  JsonNode entry = json.readValueAsTree();
                  each.take(room, session, entry.path("session_data"));
                }));
  }

  private static void members(JsonParser json, boolean wanted, Member each) throws IOException {
    if (wanted) {
      members(json, each);
    } else {
      JsonParser unused = json.skipChildren();
    }
  }

  /** Every member of the object that begins here; of what is none, nothing. */
  private static void members(JsonParser json, Member each) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      JsonParser unused = json.skipChildren();
      return;
    }
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken unused = json.nextToken();
      each.read(name);
    }
  }
}
