package org.ferry.live.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.DecryptOutcome.Clear;
import org.ferry.crypto.DecryptOutcome.Reason;
import org.ferry.crypto.DecryptOutcome.Waiting;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.keys.KeyException;
import org.ferry.id.EventId;
import org.ferry.id.UserId;
import org.ferry.live.events.Held;
import org.ferry.live.events.Opener;
import org.ferry.matrix.client.Intent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machines that are open now. Safe for use by many threads. */
final class Openers implements Opener {
  private static final Logger LOG = LoggerFactory.getLogger(Openers.class);

  /** A homeserver asks another for ten seconds, and an event waits for its key for thirty. */
  private static final Duration ACQUAINTANCE = Duration.ofSeconds(20);

  /** What is opened sooner than this was not kept as waiting, or is cheap to forget again. */
  private static final Duration PROMPT = Duration.ofSeconds(1);

  /** Said once each, and no more than these. */
  private static final int MOST_TOLD = 100;

  private final InstantSource clock;
  private final Keyless keyless = new Keyless();
  private final Map<UserId, Opened> open = new ConcurrentHashMap<>();
  private final Map<UserId, Intent> acting = new ConcurrentHashMap<>();
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  private record Opened(DeviceRef device, Machine machine) {}

  Openers(InstantSource clock) {
    this.clock = clock;
  }

  /** Rooms in which no key was there. */
  Keyless keyless() {
    return keyless;
  }

  /** A user's device is ready: so the user acts from now on. */
  void acts(Intent as) {
    Intent unused = acting.put(as.user(), as);
  }

  /** How a user acts, whether or not the machine is open; empty before the first time. */
  Optional<Intent> acting(UserId user) {
    return Optional.ofNullable(acting.get(user));
  }

  void add(DeviceRef device, Machine machine) {
    Opened unused = open.put(device.user(), new Opened(device, machine));
  }

  void remove(UserId user) {
    Opened unused = open.remove(user);
  }

  /** The machine of a device; empty while it is not open, or the user's is that of another one. */
  Optional<Machine> of(DeviceRef device) {
    return Optional.ofNullable(open.get(device.user()))
        .filter(o -> o.device().equals(device))
        .map(Opened::machine);
  }

  /** Room keys are everybody's; whom an event came to knows best who sent it. */
  @Override
  public Optional<DecryptOutcome> open(Held held, ObjectNode event) {
    UserId seenBy = held.seenBy();
    Opened opened = seenBy == null ? null : open.get(seenBy);
    if (opened == null) {
      opened = open.values().stream().findFirst().orElse(null);
    }
    if (opened == null) {
      return Optional.empty();
    }
    Machine machine = opened.machine();
    try {
      DecryptOutcome outcome = machine.decrypt(held.room(), event);
      if (outcome instanceof Waiting waiting) {
        if (waiting.reason() != Reason.BROKEN_KEY) {
          // Whatever this device was told or given, another of the room's may have more.
          keyless.call(held.room());
        } else {
          tell(held);
        }
        return Optional.of(waiting);
      }
      return settled(machine, held, event, outcome);
    } catch (IllegalStateException e) {
      // The machine was closed under the question; another will be opened.
      LOG.debug("a machine that was closed", e);
      return Optional.empty();
    } catch (DamagedRowException e) {
      // What is wrong with one key stops no event of another session.
      tell(String.valueOf(e.getMessage()));
      return Optional.of(new Waiting(Reason.BROKEN_KEY, null));
    } catch (KeyException e) {
      // The key is whole and its pickle key another by now: who starts with that one opens it.
      tell(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void tell(Held held) {
    tell(
        "the key of session %s in room %s does not open: its row was changed or damaged. Give the key again (ferry keys import, ferry keys restore), or restore a backup of the database"
            .formatted(String.valueOf(held.session()), held.room()));
  }

  private void tell(String sentence) {
    if (told.size() < MOST_TOLD && told.add(sentence)) {
      LOG.error("event=room_key_unusable {}", sentence);
    }
  }

  /**
   * The device of somebody who writes for the first time is asked for when the key comes, and known
   * once their homeserver has answered. Where nobody is being asked, there is nothing to wait for.
   */
  private Optional<DecryptOutcome> settled(
      Machine machine, Held held, ObjectNode event, DecryptOutcome outcome) {
    Duration age = Duration.between(held.takenAt(), clock.instant());
    boolean soon = age.abs().compareTo(ACQUAINTANCE) < 0;
    if (soon && outcome instanceof Clear clear && clear.asking()) {
      return Optional.empty();
    }
    if (age.compareTo(PROMPT) > 0) {
      machine.handled(new EventId(event.path("event_id").asText()));
    }
    return Optional.of(outcome);
  }
}
