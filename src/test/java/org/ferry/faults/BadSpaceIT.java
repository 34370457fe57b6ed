package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ferry.lab.LabClient;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestLab;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Destinations that are not there, are something else, or do not let Ferry in. */
class BadSpaceIT {
  private static final String BOT = "@ferrybot:" + Workplace.DOMAIN;

  @TempDir Path folder;

  @Test
  void saysWhatToTypeBeforeAnythingIsCarried() throws IOException {
    try (Workplace work = Workplace.in(folder)) {
      Path config = folder.resolve("config.yaml");
      Files.writeString(
          config, Files.readString(config).replace("create_space: true", "create_space: false"));
      FerryProcess.Result loaded = work.ferry("-q", "analyze", Workplace.DUMP.toString()).run();
      assertThat(loaded.status()).as(loaded.toString()).isZero();
      LabClient owner = work.server().register("owner", TestLab.PASSWORD, false);

      refused(
          work, "#none", 4, "the Space #none:new.example.org does not exist", "create_space: true");
      refused(
          work, "#far:other.invalid", 4, "is an alias of other.invalid", "#far:new.example.org");
      room(owner, "plain", "");
      String plain = "#plain";
      refused(work, plain, 4, "/invite " + BOT);
      invite(owner, plain);
      refused(work, plain, 3, "#plain:new.example.org is an ordinary room, not a Space");

      room(owner, "closed", "m.space");
      refused(work, "#closed", 4, "the Space #closed:new.example.org", "type /invite " + BOT);
      invite(owner, "#closed");
      refused(work, "#closed", 4, "type /op " + BOT + " 50 in the Space's own room");
      assertThat(work.proxy().seen())
          .noneMatch(seen -> seen.path().endsWith("/createRoom") || Workplace.writes(seen));
    }
  }

  private static void refused(Workplace work, String space, int status, String... words) {
    String alias = space.contains(":") ? space : space + ":" + Workplace.DOMAIN;
    FerryProcess.Result result =
        work.ferry(
                "-q", "migrate", "--media", Workplace.MEDIA.toString(), "--space", alias, "--yes")
            .run();
    assertThat(result.status()).as(result.toString()).isEqualTo(status);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).hasLineCount(1).startsWith("ferry: ").contains(words);
  }

  private static void room(LabClient owner, String alias, String type) {
    String creation = type.isEmpty() ? "" : ",\"creation_content\":{\"type\":\"" + type + "\"}";
    String unused =
        owner.createRoom(
            LabClient.json(
                "{\"preset\":\"private_chat\",\"room_alias_name\":\"%s\"%s}"
                    .formatted(alias, creation)));
  }

  private static void invite(LabClient owner, String alias) {
    String path =
        "/_matrix/client/v3/directory/room/" + LabClient.esc(alias + ":" + Workplace.DOMAIN);
    owner.membership("invite", owner.get(path).path("room_id").asText(), BOT, "");
  }
}
