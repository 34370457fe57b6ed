package org.ferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ferry.lab.SynapseSettings.Database;
import org.ferry.store.embedded.FerryCache;
import org.ferry.testing.TestLab;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabIT {
  private static final TestLab LAB = TestLab.shared();

  @Test
  void carriesAConversationOnPostgres() {
    LabClient alice = LAB.person("alice");
    LabClient bob = LAB.person("bob");
    String room = alice.createRoom(LabClient.json("{\"preset\":\"public_chat\",\"name\":\"Tea\"}"));
    assertThat(bob.join(room)).isEqualTo(room);
    String event = bob.say(room, "hello");
    assertThat(alice.event(room, event).path("sender").asText()).isEqualTo(bob.userId());
    assertThat(alice.messages(room)).anyMatch(e -> e.path("event_id").asText().equals(event));
    byte[] picture = "not a picture".getBytes(StandardCharsets.UTF_8);
    assertThat(bob.download(alice.upload(picture, "image/png", "a b.png"))).isEqualTo(picture);
  }

  @Test
  void keepsAddressAndDataThroughAKillAndARestart() {
    SynapseServer server =
        LAB.fresh(SynapseSettings.of("killed", "killed.example.org").on(Database.SQLITE));
    try {
      LabClient carol = server.register("carol", TestLab.PASSWORD, true);
      String room = carol.createRoom(LabClient.json("{}"));
      String event = carol.say(room, "before");
      server.kill();
      assertThat(server.isRunning()).isFalse();
      assertThatThrownBy(() -> carol.say(room, "during")).isInstanceOf(LabException.class);
      var unused = server.start();
      assertThat(carol.event(room, event).path("content").path("body").asText())
          .isEqualTo("before");
      server.restart();
      assertThat(server.login("carol", TestLab.PASSWORD).userId()).isEqualTo(carol.userId());
    } finally {
      server.stop();
    }
  }

  @Test
  void saysWhySynapseDoesNotStart() {
    var settings =
        SynapseSettings.of("broken", "broken.example.org")
            .on(Database.SQLITE)
            .withExtraYaml("max_upload_size: [nonsense]\n");
    assertThatThrownBy(() -> LAB.fresh(settings))
        .isInstanceOf(LabException.class)
        .hasMessageContainingAll("did not come up", "broken.example.org", "console.log", "Error");
  }

  @Test
  void twoServersFederate() {
    SynapseServer one = LAB.fresh(SynapseSettings.federating("fed-one").on(Database.SQLITE));
    SynapseServer two = LAB.fresh(SynapseSettings.federating("fed-two").on(Database.SQLITE));
    try {
      LabClient dora = one.register("dora", TestLab.PASSWORD, false);
      LabClient emil = two.register("emil", TestLab.PASSWORD, false);
      String room =
          dora.createRoom(
              LabClient.json("{\"preset\":\"public_chat\",\"room_alias_name\":\"tea\"}"));
      assertThat(emil.join("#tea:" + one.serverName())).isEqualTo(room);
      String event = emil.say(room, "from afar");
      Wait.until(() ->
          dora.messages(room).stream().anyMatch(e -> e.path("event_id").asText().equals(event)));
    } finally {
      one.stop();
      two.stop();
    }
  }

  @Test
  void aSecondLabInTheSameFolderIsRefused() {
    assertThatThrownBy(() -> Lab.open(LAB.lab().dir(), FerryCache.standard(), line -> {}).close())
        .isInstanceOf(LabException.class)
        .hasMessageContaining("choose another folder");
  }

  @Test
  void endsWhatAKilledRunLeft(@TempDir Path folder) throws Exception {
    Process left = new ProcessBuilder("sleep", "600").start();
    new Notes(folder).add(left.toHandle(), List.of());
    new Notes(folder).reap();
    assertThat(left.waitFor()).isNotZero();
    try (var rest = Files.list(folder)) {
      assertThat(rest).isEmpty();
    }
  }

  @Test
  void sparesALaterProcessOfTheSameNumber(@TempDir Path folder) throws Exception {
    Process other = new ProcessBuilder("sleep", "600").start();
    try {
      Files.writeString(folder.resolve(Long.toString(other.pid())), "1000\n");
      new Notes(folder).reap();
      assertThat(other.isAlive()).isTrue();
    } finally {
      var unused = other.destroyForcibly();
    }
  }

  @Test
  void portsAreFreeAndDiffer() {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ports.add(Ports.free());
    }
    assertThat(ports).doesNotHaveDuplicates().allMatch(Ports::isFree);
  }
}
