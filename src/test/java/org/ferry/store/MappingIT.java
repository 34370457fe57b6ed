package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.Mapping;
import org.ferry.migrate.Standing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The mapping as programs read it, from a real PostgreSQL. */
class MappingIT {
  private static final String CLEAR = "--clear-0123456789abcdef";
  private static final String OTHER_KEY = "--clear-fedcba9876543210";

  private final StoreLab lab = new StoreLab();
  private final Crossing crossing =
      lab.crossings.open(
          lab.sources.load(MadeSource.withMessages("old", 1), p -> {}).id(),
          "new",
          new RoomId("!space:new"));

  @AfterEach
  void close() {
    lab.close();
  }

  private ObjectNode mapping() throws IOException {
    StringWriter text = new StringWriter();
    new Mapping(lab.crossings, crossing).write(text);
    return Json.parseObject(text.toString());
  }

  @Test
  void whoHasAnAccountOfTheirOwnIsInItAndCounted() throws IOException {
    UserId old = new UserId("@alice:old");
    lab.crossings.person(crossing.id(), CarriedPerson.mapped(old, new UserId("@ally:new")));
    assertThat(mapping().path("users").path("@alice:old").asText()).isEqualTo("@ally:new");
    assertThat(Standing.of(lab.crossings, crossing).people()).containsEntry("ready", 1L);
  }

  private void carried(String old, String target) {
    lab.crossings.media(
        crossing.id(),
        new CarriedMedia(
            new MxcUri("old", old), new MxcUri("new", target), "carried", "ff", 3, null));
  }

  @Test
  void aFileStandsOnceUnderItsOldAddress() throws IOException {
    carried("both", "sealed");
    carried("both" + CLEAR, "opened");
    carried("secret" + CLEAR, "first");
    carried("secret" + OTHER_KEY, "second");
    StringWriter text = new StringWriter();
    new Mapping(lab.crossings, crossing).write(text);
    assertThat(text.toString())
        .containsOnlyOnce("mxc://old/both")
        .containsOnlyOnce("mxc://old/secret");
    assertThat(mapping().path("media").path("mxc://old/both").asText())
        .isEqualTo("mxc://new/sealed");
    assertThat(mapping().path("media").path("mxc://old/secret").asText())
        .isEqualTo("mxc://new/first");
  }
}
