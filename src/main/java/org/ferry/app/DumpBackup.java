package org.ferry.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.ferry.source.synapse.BackupReader.Backups;
import org.ferry.source.synapse.BackupReader.Entry;

/** A backup in a dump of a homeserver's database. */
final class DumpBackup implements KeyBackups.Place {
  private final Backups backups;

  DumpBackup(Backups backups) {
    this.backups = backups;
  }

  @Override
  public Optional<JsonNode> accountData(String type) {
    return Optional.ofNullable(backups.accountData().get(type)).map(KeyBackups::json);
  }

  @Override
  public Optional<KeyBackups.Version> version() {
    return backups.versions().isEmpty()
        ? Optional.empty()
        : Optional.of(backups.versions().getLast())
            .map(v ->
                new KeyBackups.Version(
                    String.valueOf(v.number()), v.algorithm(), KeyBackups.json(v.authData())));
  }

  @Override
  public void entries(KeyBackups.Version version, KeyBackups.Entries each) {
    for (Entry entry : backups.entries()) {
      if (version.number().equals(String.valueOf(entry.version()))) {
        each.take(entry.room(), entry.session(), KeyBackups.json(entry.data()));
      }
    }
  }
}
