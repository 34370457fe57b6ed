package org.ferry.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;

/** A backup on a homeserver, read with the account's own token. */
final class ServerBackup implements KeyBackups.Place {
  private final Intent account;

  ServerBackup(Intent account) {
    this.account = account;
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
    JsonNode rooms = account.keys().backup(version.number()).path("rooms");
    for (Map.Entry<String, JsonNode> room : rooms.properties()) {
      for (Map.Entry<String, JsonNode> session : room.getValue().path("sessions").properties()) {
        each.take(room.getKey(), session.getKey(), session.getValue().path("session_data"));
      }
    }
  }
}
