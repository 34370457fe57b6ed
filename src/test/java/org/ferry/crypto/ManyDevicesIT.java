package org.ferry.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.testing.Tier;
import org.junit.jupiter.api.Test;

/** D-23: the first message in a room with many devices. */
class ManyDevicesIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");
  private static final int EACH = 4;

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();

  /** Users with their devices, whose keys the homeserver has. */
  private Set<UserId> people(Peer beside, int devices) throws KeyRelay.Refusal {
    Set<UserId> people = new HashSet<>();
    for (int i = 0; i < devices; i++) {
      UserId user = new UserId("@user" + i / EACH + ":example.org");
      DeviceRef ref = new DeviceRef(user, new DeviceId("DEVICE" + i));
      AccountKeeper account =
          AccountKeeper.open(ref, new Pickler(beside.keyring, ref), Optional.empty());
      try {
        account.tend(clock.now);
        JsonNode unused = relay.take(ref, account.upload().orElseThrow());
      } finally {
        account.close();
      }
      boolean unused = people.add(user);
    }
    return people;
  }

  @Test
  void theKeyGoesOutInRequestsOfAtMost250Devices() throws Exception {
    int devices = Tier.Count.DEVICES_OF_A_ROOM.now();
    try (Peer alice = new Peer("@alice:example.org", "ALICE", relay, clock).send()) {
      Set<UserId> people = people(alice, devices);
      List<Integer> shares = new ArrayList<>();
      List<OutgoingRequest> wanted = alice.machine.prepare(ROOM, people, Peer.SETTINGS);
      while (!wanted.isEmpty()) {
        for (OutgoingRequest request : wanted) {
          if (request instanceof OutgoingRequest.ToDevice share) {
            shares.add(addressed(share.body().path("messages")));
          } else if (request instanceof OutgoingRequest.KeysClaim claim) {
            assertThat(addressed(claim.body().path("one_time_keys"))).isLessThanOrEqualTo(250);
          } else if (request instanceof OutgoingRequest.KeysQuery query) {
            assertThat(query.users()).hasSizeLessThanOrEqualTo(250);
          }
          alice.send(request);
        }
        wanted = alice.machine.prepare(ROOM, people, Peer.SETTINGS);
      }
      assertThat(shares).hasSize((devices + 249) / 250).allMatch(s -> s <= 250);
      assertThat(shares.stream().mapToInt(s -> s).sum()).isEqualTo(devices);
      assertThat(
              alice.machine.encrypt(ROOM, "txn", "m.room.message", Json.object()).has("ciphertext"))
          .isTrue();
      // Somebody who comes later costs one request, and nobody is given the key again.
      Peer bob = new Peer("@bob:example.org", "BOB", relay, clock).send();
      try (bob) {
        people.add(bob.ref.user());
        clock.pass(Duration.ofSeconds(1));
        alice.say(ROOM, people, "and bob");
        assertThat(bob.sync().newKeys()).hasSize(1);
      }
    }
  }

  private static int addressed(JsonNode users) {
    int devices = 0;
    for (JsonNode user : users) {
      devices += user.size();
    }
    return devices;
  }
}
