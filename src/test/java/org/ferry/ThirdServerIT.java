package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.FerryProcess.Result;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.ferry.testing.crossing.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member who is at home on a third server, which federates with the new one. */
class ThirdServerIT {
  private static final Sample SAMPLE = Sample.facts();
  private static final String THIRD = "remote.example.net";

  @TempDir Path folder;

  private Result ferry(int status, String... arguments) {
    Result result = FerryProcess.ferry(arguments).in(folder).run();
    assertThat(result.status()).as(result.toString()).isEqualTo(status);
    return result;
  }

  /** The sample, whose Dora now lives on a server that really runs. */
  private Path dump(String home) throws IOException {
    Path file = folder.resolve("old.sql");
    try (var lines =
            new BufferedReader(
                new InputStreamReader(
                    new GZIPInputStream(Files.newInputStream(Sample.SQL)),
                    StandardCharsets.UTF_8));
        var out = Files.newBufferedWriter(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        out.write(line.replace(THIRD, home));
        out.write('\n');
      }
    }
    return file;
  }

  private void install(SynapseServer server) throws IOException {
    var unused =
        ferry(
            0,
            "init",
            "--homeserver",
            server.baseUrl().toString(),
            "--domain",
            server.serverName(),
            "--space",
            "#fed:" + server.serverName(),
            "--create-space",
            "--address",
            "http://127.0.0.1:9");
    var db = TestPostgres.ledger();
    Path config = folder.resolve("config.yaml");
    Files.writeString(
        config,
        Files.readString(config)
            + "\ndatabase: {url: \"postgresql://%s:%s@%s:%d/%s\"}\n"
                .formatted(
                    db.user(),
                    LabClient.esc(db.password().reveal()),
                    db.host(),
                    db.port(),
                    db.database()));
    server.reconfigure(s -> s.withAppServices(folder.resolve("registration.yaml"))).restart();
  }

  private JsonNode migrate() {
    return LabClient.json(carry().out());
  }

  private Result carry(String... more) {
    List<String> arguments = new ArrayList<>(List.of("migrate", "-y", "--json"));
    arguments.addAll(List.of("--media", Sample.MEDIA.toString()));
    arguments.addAll(List.of("--rooms", SAMPLE.room("general")));
    arguments.addAll(List.of(more));
    return ferry(0, arguments.toArray(String[]::new));
  }

  @Test
  void isInvitedUnderTheirOwnIdAndReadsTheHistory() throws IOException {
    SynapseServer third =
        TestLab.shared()
            .fresh(SynapseSettings.federating("third-home").on(SynapseSettings.Database.SQLITE));
    SynapseServer target =
        TestLab.shared()
            .fresh(SynapseSettings.federating("third-target").on(SynapseSettings.Database.SQLITE));
    try {
      LabClient dora = third.register("dora", TestLab.PASSWORD, false);
      install(target);
      var unused = ferry(0, "analyze", dump(third.serverName()).toString());
      assertThat(ferry(0, "plan").out())
          .contains("invited under their own id once their room stands: 1 invitation");
      Files.delete(folder.resolve("plan.yaml"));
      third.stop();

      Result quiet = carry("--no-invitations");
      assertThat(quiet.err())
          .contains("With --no-invitations nobody of a third server is invited; 1 invitation waits")
          .doesNotContain("are invited under their own id");
      assertThat(LabClient.json(quiet.out()).path("invitations")).isEmpty();
      JsonNode without = migrate();
      assertThat(without.at("/invitations/0/user").asText()).isEqualTo(dora.userId());
      assertThat(without.at("/invitations/0/state").asText()).isEqualTo("failed");
      assertThat(without.at("/invitations/0/reason").asText()).isNotEmpty();
      assertThat(ferry(0, "status").out())
          .contains("not invited: 1 on " + third.serverName() + ": ")
          .contains("the next run tries again");

      var unusedAgain = third.start();
      LabClient back = third.login("dora", TestLab.PASSWORD);
      Wait.until(java.time.Duration.ofMinutes(2), "the invitation arrives", () -> invited(back));
      List<JsonNode> read = readBy(back);
      assertThat(read)
          .extracting(e -> e.path("content").path("body").asText())
          .contains("federated hello");
      assertThat(read)
          .filteredOn(e -> e.path("content").path("body").asText().equals("federated hello"))
          .allSatisfy(
              e -> assertThat(e.path("sender").asText()).endsWith(":" + target.serverName()));
      assertThat(migrate().at("/invitations/0/state").asText()).isEqualTo("sent");
    } finally {
      target.stop();
      third.stop();
      TestLab.shared().lab().forget("third-target");
      TestLab.shared().lab().forget("third-home");
    }
  }

  /** The new server waits longer and longer before it speaks to one that was gone. */
  private boolean invited(LabClient who) {
    return migrate().at("/invitations/0/state").asText().equals("sent")
        && !who.sync(null).path("rooms").path("invite").isEmpty();
  }

  private static List<JsonNode> readBy(LabClient who) {
    String room =
        who.sync(null).path("rooms").path("invite").properties().iterator().next().getKey();
    String unused = who.join(room);
    List<JsonNode> all =
        Stream.of(
                who.get(
                    "/_matrix/client/v3/rooms/"
                        + LabClient.esc(room)
                        + "/messages?dir=b&limit=100"))
            .flatMap(page -> page.path("chunk").valueStream())
            .toList();
    return all;
  }
}
