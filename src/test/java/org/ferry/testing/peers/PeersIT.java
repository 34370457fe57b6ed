package org.ferry.testing.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ferry.lab.LabClient;
import org.ferry.testing.TestLab;
import org.ferry.testing.Tier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The peers with each other: what fails later between one of them and Ferry is not theirs. */
class PeersIT {
  private static final int ROTATION = 10;
  private static final TestLab LAB = TestLab.shared();

  @TempDir private Path folder;

  private Peer peer(PeerKind kind) {
    LabClient person = LAB.person("peer-" + kind.name().toLowerCase(java.util.Locale.ROOT));
    return Peer.login(
        kind,
        folder.resolve(kind.name()),
        LAB.target().baseUrl(),
        person.userId(),
        TestLab.PASSWORD);
  }

  private static String shared(Peer one, Peer other) {
    String room = one.createEncryptedRoom(ROTATION, other.device().userId());
    other.join(room);
    other.sync();
    one.sync();
    return room;
  }

  @Test
  void theyReadEachOtherOverManyRotations() {
    try (Peer nio = peer(PeerKind.NIO);
        Peer mautrix = peer(PeerKind.MAUTRIX)) {
      String room = shared(nio, mautrix);
      int count = Tier.Count.PEER_MESSAGES.now();
      Set<String> ofNio = new HashSet<>();
      Set<String> ofMautrix = new HashSet<>();
      for (int i = 0; i < count; i++) {
        if (i > 0 && i % ROTATION == 0) {
          nio.rotate(room);
          // A sync shows the latest hundred events of a room, and neither reads further back.
          nio.sync();
          mautrix.sync();
        }
        ofNio.add(nio.send(room, "nio " + i));
        ofMautrix.add(mautrix.send(room, "mautrix " + i));
      }
      Peer.Seen byMautrix = mautrix.await(room, ofNio);
      Peer.Seen byNio = nio.await(room, ofMautrix);

      assertThat(byMautrix.waiting()).isEmpty();
      assertThat(byNio.waiting()).isEmpty();
      assertRead(byMautrix, nio, "nio ", count);
      assertRead(byNio, mautrix, "mautrix ", count);
    }
  }

  private static void assertRead(Peer.Seen seen, Peer sender, String prefix, int count) {
    List<Peer.Clear> theirs =
        seen.clear().stream().filter(m -> m.sender().equals(sender.device().userId())).toList();
    assertThat(theirs).hasSize(count).allMatch(Peer.Clear::encrypted);
    for (int i = 0; i < count; i++) {
      assertThat(theirs.get(i).body()).isEqualTo(prefix + i);
    }
    assertThat(theirs.stream().map(Peer.Clear::sessionId).distinct().count())
        .as("a session for each " + ROTATION + " messages")
        .isEqualTo((count + ROTATION - 1) / ROTATION);
  }

  @Test
  void nioExportsItsKeysAndTakesDevicesForVerified() throws Exception {
    try (Peer nio = peer(PeerKind.NIO);
        Peer mautrix = peer(PeerKind.MAUTRIX)) {
      String room = shared(nio, mautrix);
      Set<String> first = Set.of(mautrix.send(room, "unverified"));
      assertThat(nio.await(room, first).clear())
          .last()
          .matches(m -> m.trust().equals("unverified"));
      nio.verify(mautrix.device().userId(), mautrix.device().deviceId());
      Set<String> second = Set.of(mautrix.send(room, "verified"));
      assertThat(nio.await(room, second).clear()).last().matches(m -> m.trust().equals("verified"));

      Path file = folder.resolve("keys.txt");
      nio.exportKeys(file, "a passphrase");
      assertThat(Files.readString(file)).startsWith("-----BEGIN MEGOLM SESSION DATA-----");
    }
  }

  @Test
  void mautrixCrossSigns() {
    try (Peer mautrix = peer(PeerKind.MAUTRIX)) {
      assertThat(mautrix.crossSign()).matches("(\\w{4} ?)+");
      var keys =
          mautrix
              .client()
              .post(
                  "/_matrix/client/v3/keys/query",
                  LabClient.json("{\"device_keys\":{\"" + mautrix.device().userId() + "\":[]}}"));
      var device =
          keys.path("device_keys")
              .path(mautrix.device().userId())
              .path(mautrix.device().deviceId());
      assertThat(keys.path("master_keys").has(mautrix.device().userId())).isTrue();
      assertThat(device.path("signatures").path(mautrix.device().userId()).size()).isEqualTo(2);
    }
  }
}
