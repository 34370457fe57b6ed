package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.MxcUri;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.rewrite.Lookups.FileFate;
import org.ferry.model.Event;

/**
 * Learns from events that arrived where their files are: the address that stands in the new event
 * where the old one had another. So a ledger that was restored carries no file a second time.
 */
final class FoundFiles {
  private final Voyage voyage;
  private final Files files;

  FoundFiles(Voyage voyage, Files files) {
    this.voyage = voyage;
    this.files = files;
  }

  /** Takes note of the files of one event. */
  void know(Event old, ObjectNode arrived) {
    try {
      pair(Json.parseObject(old.content()), arrived);
    } catch (IllegalArgumentException e) {
      // What cannot be read names no file.
    }
  }

  private void pair(JsonNode old, JsonNode now) {
    if (old.isTextual() && now.isTextual()) {
      Optional<MxcUri> from = MxcUri.parse(old.textValue());
      Optional<MxcUri> to = MxcUri.parse(now.textValue());
      if (from.isPresent() && to.isPresent() && !from.equals(to)) {
        note(from.get(), to.get());
      }
    }
    for (Map.Entry<String, JsonNode> entry : old.properties()) {
      pair(entry.getValue(), now.path(entry.getKey()));
    }
  }

  private void note(MxcUri old, MxcUri target) {
    boolean known =
        voyage.ledger().media(voyage.id(), old).filter(m -> m.target() != null).isPresent();
    if (!known) {
      CarriedMedia reserved = new CarriedMedia(old, target, Files.RESERVED, null, -1, null);
      voyage.ledger().media(voyage.id(), reserved);
      // Finds that the bytes are there, and notes their hash; without the bytes the address stays.
      if (!(files.carry(old) instanceof FileFate.Carried)) {
        voyage.ledger().media(voyage.id(), reserved);
      }
    }
  }
}
