package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Which devices other users have (specification, "Tracking the device list for a user"). That a
 * list is outdated is stored, and an answer counts only where no newer question was answered and no
 * change came since it was asked.
 */
final class DeviceLists {
  /** How many users one question asks about. */
  static final int BATCH = 250;

  /** How many questions about anybody are given out at a time: their homeservers may hang. */
  static final int MOST_QUESTIONS = 2;

  /** How many are followed at a time only because they wrote to this device. */
  static final int MOST_STRANGERS = 1_000;

  /** A stranger whose homeserver failed as often gives way to the next one. */
  private static final int LOST = 3;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final int CACHED = 10_000;

  // No monitor: whoever waits for the database in one holds a carrier of virtual threads.
  private final Lock lock = new ReentrantLock();
  private final CryptoStore store;
  private final UserId self;
  private final Map<UserId, Tracked> tracked = new ConcurrentHashMap<>();
  private final Set<UserId> strangers = ConcurrentHashMap.newKeySet();
  private final Map<String, List<Device>> byKey =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Device>> eldest) {
          return size() > CACHED;
        }
      };
  private long sequence;

  DeviceLists(CryptoStore store) {
    this.store = store;
    this.self = store.device().user();
    load();
  }

  /** Reads anew what the store has. */
  void load() {
    lock.lock();
    try {
      tracked.clear();
      byKey.clear();
      for (Tracked user : store.tracked()) {
        tracked.put(user.user(), user);
        sequence = Math.max(sequence, Math.max(user.changedAt(), user.answeredAt()));
      }
    } finally {
      lock.unlock();
    }
  }

  @Nullable Tracked of(UserId user) {
    return tracked.get(user);
  }

  boolean isTracked(UserId user) {
    return tracked.containsKey(user);
  }

  /**
   * Follows these users from now on; the identity that was seen first stays the one that counts.
   */
  void track(Collection<UserId> users, Turn turn) {
    List<UserId> others = users.stream().filter(u -> !isTracked(u)).distinct().toList();
    if (others.isEmpty()) {
      return;
    }
    Map<UserId, Tracked> before =
        store.known(others).stream().collect(Collectors.toMap(Tracked::user, t -> t));
    for (UserId user : others) {
      Tracked known = before.get(user);
      if (known != null) {
        // Their last answer is from before what is counted now.
        sequence = Math.max(sequence, Math.max(known.changedAt(), known.answeredAt()));
      }
      sequence++;
      put(known == null ? Tracked.fresh(user, sequence) : known.followedAgain(sequence), turn);
    }
  }

  /**
   * Follows somebody of whom no more is known than that they wrote to this device. Users are made
   * up easily, and each question for one of a homeserver that hangs takes its time.
   *
   * @return whether they are followed now; false where there are too many such people
   */
  boolean trackStranger(UserId user, Turn turn) {
    if (isTracked(user)) {
      return true;
    }
    if (strangers.size() >= MOST_STRANGERS) {
      List<UserId> lost = strangers.stream().filter(this::isLost).toList();
      left(lost, turn);
      boolean unused = strangers.removeAll(lost);
    }
    if (strangers.size() >= MOST_STRANGERS) {
      return false;
    }
    boolean unused = strangers.add(user);
    track(List.of(user), turn);
    return true;
  }

  private boolean isLost(UserId user) {
    Tracked t = tracked.get(user);
    return t == null || t.failures() >= LOST;
  }

  /** What is known of a user, who need not be followed any more. */
  @Nullable Tracked known(UserId user) {
    Tracked followed = tracked.get(user);
    return followed == null
        ? store.known(List.of(user)).stream().findFirst().orElse(null)
        : followed;
  }

  /** Their devices have changed; of who is not followed nothing is noted. */
  void changed(Collection<UserId> users, Turn turn) {
    for (UserId user : users) {
      Tracked before = tracked.get(user);
      if (before != null) {
        put(before.changed(++sequence), turn);
      }
    }
  }

  /** A list seems to lack a device; where asking failed, it is asked for as late as before. */
  void doubted(UserId user, Turn turn) {
    Tracked before = tracked.get(user);
    if (before != null) {
      put(before.followedAgain(++sequence), turn);
    }
  }

  /** After a gap nobody's list is known to be right. */
  void changedAll(Turn turn) {
    changed(List.copyOf(tracked.keySet()), turn);
  }

  /** We share no encrypted room with them any more. What was known of them is kept. */
  void left(Collection<UserId> users, Turn turn) {
    for (UserId user : users) {
      if (!user.equals(self) && tracked.remove(user) != null) {
        turn.add(new CryptoChange.DropTracked(user));
      }
    }
  }

  /** The identity with this master key is the one that counts, whichever was seen first. */
  void pin(UserId user, String master, Turn turn) {
    Tracked before = tracked.get(user);
    if (before != null && !master.equals(before.pinned())) {
      put(before.pinnedTo(master), turn);
    }
  }

  private void put(Tracked user, Turn turn) {
    tracked.put(user.user(), user);
    turn.add(new CryptoChange.PutTracked(user));
  }

  /** The users among these whose lists have to be asked for now. */
  List<OutgoingRequest.KeysQuery> queries(Collection<UserId> among, Instant now) {
    return questions(
        among.stream()
            .map(tracked::get)
            .filter(Objects::nonNull)
            .filter(t -> t.due(now))
            .map(Tracked::user)
            .sorted()
            .toList());
  }

  /**
   * The next users of all whose lists have to be asked for now: first this device's own, then those
   * whose homeservers have failed least.
   */
  List<OutgoingRequest.KeysQuery> nextQueries(Instant now) {
    return questions(
        tracked.values().stream()
            .filter(t -> t.due(now))
            .sorted(
                Comparator.comparing((Tracked t) -> !t.user().equals(self))
                    .thenComparingInt(Tracked::failures)
                    .thenComparing(Tracked::user))
            .limit((long) BATCH * MOST_QUESTIONS)
            .map(Tracked::user)
            .toList());
  }

  private List<OutgoingRequest.KeysQuery> questions(List<UserId> due) {
    List<OutgoingRequest.KeysQuery> queries = new ArrayList<>();
    for (int i = 0; i < due.size(); i += BATCH) {
      Set<UserId> batch = Set.copyOf(due.subList(i, Math.min(due.size(), i + BATCH)));
      queries.add(new OutgoingRequest.KeysQuery("query-" + sequence + "-" + i, batch, sequence));
    }
    return queries;
  }

  /** The question was not answered at all. */
  void failed(OutgoingRequest.KeysQuery query, Turn turn) {
    query.users().forEach(u -> failed(u, turn));
  }

  private void failed(UserId user, Turn turn) {
    Tracked t = tracked.get(user);
    if (t != null) {
      Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(t.failures(), 10));
      pause = pause.compareTo(Tracked.LONGEST_PAUSE) > 0 ? Tracked.LONGEST_PAUSE : pause;
      put(t.failed(turn.now().plus(pause)), turn);
    }
  }

  /** Takes an answer in. */
  void answered(OutgoingRequest.KeysQuery query, JsonNode response, Turn turn) {
    Map<UserId, Map<String, Device>> known = known(query.users());
    for (UserId user : query.users()) {
      Tracked t = tracked.get(user);
      if (t == null || query.sequence() < t.answeredAt()) {
        continue;
      }
      JsonNode devices = response.path("device_keys").path(user.value());
      if (devices.isMissingNode() && response.path("failures").has(user.server())) {
        failed(user, turn);
      } else {
        Map<String, Device> before = known.getOrDefault(user, Map.of());
        @Nullable ObjectNode identity =
            user.equals(self)
                ? Identities.readOwn(response, user, before.values(), turn)
                : Identities.read(response, user, turn);
        unsigned(
            t,
            identity,
            devices(user, devices, before, Identities.named(response, user), turn),
            turn);
        put(t.answered(query.sequence(), identity, pin(t, identity, turn)), turn);
      }
    }
  }

  /** Devices were written: what is remembered of them is old. */
  void written() {
    lock.lock();
    try {
      byKey.clear();
    } finally {
      lock.unlock();
    }
  }

  private Map<UserId, Map<String, Device>> known(Collection<UserId> users) {
    return store.devices(users).stream()
        .collect(
            Collectors.groupingBy(
                d -> d.ref().user(), Collectors.toMap(d -> d.ref().device().value(), d -> d)));
  }

  private static @Nullable String pin(Tracked t, @Nullable ObjectNode identity, Turn turn) {
    String pinned = t.pinned();
    if (identity == null) {
      return pinned;
    }
    String master = identity.path("master").asText();
    String before = t.identity() == null ? "" : t.identity().path("master").asText();
    if (pinned != null && !pinned.equals(master) && !before.equals(master)) {
      boolean unused = turn.refuse(Incident.CHANGED_IDENTITY);
      turn.alarm(
          "the cross-signing identity of %s is another one than the first that Ferry saw; its messages are not shown as verified."
              .formatted(t.user()));
    }
    return pinned == null ? master : pinned;
  }

  /** Whoever can log in as somebody, as a homeserver can, has a device, but not its signature. */
  private static void unsigned(
      Tracked before, @Nullable ObjectNode identity, List<Device> made, Turn turn) {
    if (before.answeredAt() > 0
        && identity != null
        && identity.path("master").asText().equals(before.pinned())) {
      for (Device device : made) {
        boolean unused =
            Identities.signs(identity, device) || turn.refuse(Incident.UNSIGNED_DEVICE);
      }
    }
  }

  /** Takes in a user's devices; those that were not known. */
  private List<Device> devices(
      UserId user,
      JsonNode listed,
      Map<String, Device> before,
      Set<String> signingKeys,
      Turn turn) {
    Set<String> present = new HashSet<>();
    List<Device> made = new ArrayList<>();
    listed
        .properties()
        .forEach(entry -> {
          Optional<Device> device = DeviceCheck.read(user, entry.getKey(), entry.getValue());
          // Named like a cross-signing key: signatures of one would pass for the other.
          if (device.isEmpty() || signingKeys.contains(entry.getKey())) {
            boolean unused = turn.refuse(Incident.BAD_DEVICE);
          } else if (isSame(before.get(entry.getKey()), device.get())) {
            present.add(entry.getKey());
            if (!before.containsKey(entry.getKey())) {
              made.add(device.get());
            }
            write(before.get(entry.getKey()), device.get(), turn);
          } else {
            boolean unused = turn.refuse(Incident.CHANGED_DEVICE);
            turn.alarm(
                "the keys of the device %s changed under its id; it is not used."
                    .formatted(device.get().ref()));
          }
        });
    before.values().stream()
        .filter(d -> !d.gone() && !present.contains(d.ref().device().value()))
        .forEach(d -> turn.add(new CryptoChange.PutDevice(d.goneSince(turn.now()))));
    return made;
  }

  private static boolean isSame(@Nullable Device before, Device now) {
    return before == null
        || (before.ed25519().equals(now.ed25519()) && before.curve25519().equals(now.curve25519()));
  }

  private static void write(@Nullable Device before, Device now, Turn turn) {
    if (!now.equals(before)) {
      turn.add(new CryptoChange.PutDevice(now));
    }
  }

  /** All who are followed. */
  Set<UserId> everybody() {
    return Set.copyOf(tracked.keySet());
  }

  /** The devices of these users that the homeserver lists. */
  List<Device> listed(Collection<UserId> users) {
    return store.devices(users).stream().filter(d -> !d.gone()).toList();
  }

  /** The device with these two keys, listed or not. */
  Optional<Device> byKeys(String curve25519, String ed25519) {
    return byKey(curve25519).stream().filter(d -> d.ed25519().equals(ed25519)).findFirst();
  }

  /** Whether a message came from a listed device of our own user that its identity has signed. */
  boolean isOwnSigned(OlmPlaintext message) {
    return message.sender().equals(self)
        && byKeys(message.senderKey(), message.signingKey())
            .filter(d -> !d.gone() && d.ref().user().equals(self))
            .filter(d -> Identities.vouches(of(self), d))
            .isPresent();
  }

  /** The devices with this key; honest ones share none. */
  List<Device> byKey(String curve25519) {
    lock.lock();
    try {
      return byKey.computeIfAbsent(curve25519, store::devicesByKey);
    } finally {
      lock.unlock();
    }
  }
}
