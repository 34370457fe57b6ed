package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.Signal;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.Kind;
import org.ferry.live.accounts.Identity.State;
import org.ferry.matrix.client.Intent;
import org.ferry.migrate.LedgerException;
import org.ferry.store.StoreLab;
import org.ferry.store.crypto.PgDevices;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.live.PgIdentities;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a follower does while its user cannot be followed. */
class FollowerIT {
  private static final UserId USER = new UserId("@carol:hs");
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration HOURS = Duration.ofHours(5);

  private final StoreLab lab = new StoreLab();
  private final PgKeyring keyring = PgKeyring.open(lab.database(), PickleKey.random());
  private final PgIdentities identities = new PgIdentities(lab.database(), keyring);
  private final AtomicInteger tries = new AtomicInteger();
  private final AtomicReference<String> given = new AtomicReference<>("a password");
  private final AtomicReference<RuntimeException> trouble = new AtomicReference<>();
  private final AtomicReference<IntConsumer> meanwhile = new AtomicReference<>(nth -> {});

  private final AtomicInteger absences = new AtomicInteger();

  FollowerIT() {
    identities.keep(carol());
  }

  private static Identity carol() {
    return new Identity(
        USER, Kind.ACCOUNT, new DeviceId("FERRY"), null, null, State.STARTING, "", Instant.EPOCH);
  }

  /** The same, and counts how often nobody was found. */
  private Identities counted() {
    return new Identities() {
      @Override
      public Optional<Identity> find(UserId user) {
        Optional<Identity> found = identities.find(user);
        if (found.isEmpty()) {
          int unused = absences.incrementAndGet();
        }
        return found;
      }

      @Override
      public List<Identity> all() {
        return identities.all();
      }

      @Override
      public List<UserId> ghostsIn(RoomId room, int limit) {
        return identities.ghostsIn(room, limit);
      }

      @Override
      public void keep(Identity identity) {
        identities.keep(identity);
      }

      @Override
      public void note(UserId user, State state, String detail) {
        identities.note(user, state, detail);
      }
    };
  }

  @AfterEach
  void close() {
    keyring.close();
    lab.close();
  }

  /** One whose homeserver refuses it, as often as it asks. */
  private final class Refused implements FollowedDevice {
    @Override
    public Intent ready() {
      int nth = tries.incrementAndGet();
      meanwhile.get().accept(nth);
      throw trouble.get();
    }

    @Override
    public Object given() {
      return given.get();
    }
  }

  private static final class Nothing implements Follower.Duties {
    @Override
    public ObjectNode filter(boolean first) {
      return Filters.keys();
    }

    @Override
    public void afterSync(Intent intent, Machine machine) {}

    @Override
    public List<Together.Named> besides(Intent intent, Machine machine, Signal keys) {
      return List.of();
    }

    @Override
    public BiConsumer<ObjectNode, Boolean> rooms(Intent intent) {
      return (answer, first) -> {};
    }
  }

  private final Set<UserId> known = ConcurrentHashMap.newKeySet();

  private Thread follow(RuntimeException why, Duration tryAgain) {
    trouble.set(why);
    Follower.Company company =
        new Follower.Company(
            counted(),
            ref -> {
              throw new IllegalStateException("no device is ready");
            },
            new Openers(InstantSource.system()),
            new Signal(),
            known);
    Follower follower = new Follower(USER, new Refused(), new Nothing(), company, tryAgain);
    return Thread.ofVirtual()
        .start(() -> {
          try {
            follower.run();
          } catch (InterruptedException | LedgerException e) {
            // reason: it was told to stop, perhaps while it asked the database.
            Thread.currentThread().interrupt();
          }
        });
  }

  private State state() {
    return identities.find(USER).orElseThrow().state();
  }

  private static void end(Thread thread) throws InterruptedException {
    thread.interrupt();
    thread.join();
  }

  @Test
  void aPasswordThatIsRefusedIsTriedAgainAfterAWhile() throws Exception {
    Thread thread = follow(new Halted(State.NEEDS_TOKEN, "refused"), Duration.ofMillis(20));
    Wait.until(LIMIT, "three tries", () -> tries.get() >= 3);
    assertThat(state()).isEqualTo(State.NEEDS_TOKEN);
    end(thread);
  }

  @Test
  void whatIsGivenAnewIsTriedAtOnce() throws Exception {
    Thread thread = follow(new Halted(State.NEEDS_TOKEN, "refused"), HOURS);
    Wait.until(LIMIT, "the state", () -> state() == State.NEEDS_TOKEN);
    given.set("another password");
    Wait.until(LIMIT, "another try", () -> tries.get() >= 2);
    end(thread);
  }

  @Test
  void whatIsGivenAnewWhileTheFormerIsBeingRefusedIsTried() throws Exception {
    meanwhile.set(nth -> {
      if (nth == 1) {
        given.set("another password");
      }
    });
    Thread thread = follow(new Halted(State.NEEDS_TOKEN, "refused"), HOURS);
    Wait.until(LIMIT, "another try", () -> tries.get() >= 2);
    end(thread);
  }

  @Test
  void anAccountThatWasForgottenStaysSoUntilSomebodyLogsItIn() throws Exception {
    Thread thread = follow(new Halted(State.NEEDS_TOKEN, "refused"), Duration.ofMillis(20));
    Wait.until(LIMIT, "a try that is refused", () -> state() == State.NEEDS_TOKEN);
    assertThat(new PgDevices(lab.database()).forget(USER)).isTrue();
    Wait.until(LIMIT, "somebody who looks for it", () -> absences.get() >= 3);
    int before = tries.get();
    int looked = absences.get();
    given.set("the right password");
    Wait.until(LIMIT, "more looks", () -> absences.get() >= looked + 5);
    assertThat(tries).hasValue(before);
    assertThat(identities.find(USER)).isEmpty();
    end(thread);
    // Another term of the same process.
    thread = follow(new Halted(State.NEEDS_TOKEN, "refused"), Duration.ofMillis(20));
    int later = absences.get();
    Wait.until(LIMIT, "more looks", () -> absences.get() >= later + 5);
    assertThat(tries).hasValue(before);
    identities.keep(carol());
    Wait.until(LIMIT, "another try", () -> tries.get() > before);
    end(thread);
  }

  @Test
  void aFailureThatRepeatsIsAState() throws Exception {
    Thread thread = follow(new IllegalStateException("something is odd"), HOURS);
    Wait.until(LIMIT, "the state", () -> state() == State.WAITING);
    assertThat(identities.find(USER).orElseThrow().detail()).contains("something is odd");
    end(thread);
  }
}
