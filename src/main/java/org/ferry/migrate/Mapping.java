package org.ferry.migrate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.id.MxcUri;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.rewrite.SealedFile;

/**
 * The mapping of old ids to new ones, {@code {"users":{old:new},"rooms":…,"events":…,"media":…}},
 * written as a stream: ten million events need no more memory than ten.
 */
public final class Mapping {
  private final CrossingLedger ledger;
  private final Crossing crossing;

  /**
   * The mapping of a crossing.
   *
   * @param ledger the ledger
   * @param crossing which crossing
   */
  public Mapping(CrossingLedger ledger, Crossing crossing) {
    this.ledger = ledger;
    this.crossing = crossing;
  }

  /**
   * Writes the mapping as one JSON object.
   *
   * @param to not closed
   * @throws IOException where it cannot be written
   */
  public void write(Writer to) throws IOException {
    JsonGenerator json = new JsonFactory().createGenerator(to);
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.useDefaultPrettyPrinter();
    json.writeStartObject();
    try {
      users(json);
      rooms(json);
      events(json);
      media(json);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    json.writeEndObject();
    json.close();
  }

  private void users(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("users");
    try (Stream<CarriedPerson> people = ledger.people(crossing.id())) {
      people
          .filter(CarriedPerson::isReady)
          .forEach(p -> field(json, p.old().value(), p.target().value()));
    }
    json.writeEndObject();
  }

  private void rooms(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("rooms");
    try (Stream<CarriedRoom> rooms = ledger.rooms(crossing.id())) {
      rooms
          .filter(r -> r.target() != null)
          .forEach(r -> field(json, r.old().value(), String.valueOf(r.target())));
    }
    json.writeEndObject();
  }

  private void events(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("events");
    try (Stream<CarriedRoom> rooms = ledger.rooms(crossing.id())) {
      Iterator<CarriedRoom> each = rooms.filter(r -> r.target() != null).toList().iterator();
      while (each.hasNext()) {
        try (Stream<EventFate> fates = ledger.fates(crossing.id(), each.next().old())) {
          fates
              .filter(f -> f.target() != null)
              .forEach(f -> field(json, f.event().id().value(), String.valueOf(f.target())));
        }
      }
    }
    json.writeEndObject();
  }

  private void media(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("media");
    try (Stream<CarriedMedia> media = ledger.media(crossing.id())) {
      Set<MxcUri> clear = new HashSet<>();
      media
          .filter(m -> m.state().equals("carried"))
          .filter(m -> isFirst(m, clear))
          .forEach(m ->
              field(json, SealedFile.original(m.old()).toString(), String.valueOf(m.target())));
    }
    json.writeEndObject();
  }

  /**
   * A clear copy stands under its ciphertext's address, unless that or another one does already.
   */
  private boolean isFirst(CarriedMedia file, Set<MxcUri> clear) {
    MxcUri original = SealedFile.original(file.old());
    return original.equals(file.old())
        || (ledger.media(crossing.id(), original).filter(m -> m.state().equals("carried")).isEmpty()
            && clear.add(original));
  }

  private static void field(JsonGenerator json, String old, String target) {
    try {
      json.writeStringField(old, target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
