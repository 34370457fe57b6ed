package org.ferry.live.sending;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.crypto.RoomSettings;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.message.RoomCards;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * What encrypted rooms are like now. A room is asked for its members and settings once; before each
 * later message it is asked only whether any of that changed since, which costs one small answer
 * however many members there are. What a homeserver pushes is not enough: it may be late, or lost,
 * and whoever left a moment ago must not read the next message. Safe for use by many threads.
 */
final class Rooms {
  /** A room is asked for everything again after this, for changes that no event tells of. */
  static final Duration TRUSTED = Duration.ofMinutes(10);

  private static final Set<String> TYPES =
      Set.of("m.room.member", "m.room.encryption", "m.room.history_visibility");

  private static final int KEPT = 500;

  private final Company company;
  private final RoomCards cards;
  private final InstantSource clock;

  /** By who asks, too: a room does not show everybody the same. */
  private final Map<Seen, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Seen, Known> eldest) {
          return size() > KEPT;
        }
      };

  private record Seen(RoomId room, UserId by) {}

  private record Known(Sealed room, String since, Instant read) {}

  /**
   * An encrypted room.
   *
   * @param settings how it is encrypted
   * @param readers whose devices get the keys of a message: members, and who is invited where the
   *     room lets them read from then on. Not Ferry's own users, who read with the keys that Ferry
   *     has
   */
  record Sealed(RoomSettings settings, Set<UserId> readers) {
    /** Copies the set. */
    Sealed {
      readers = Set.copyOf(readers);
    }
  }

  Rooms(Company company, RoomCards cards, InstantSource clock) {
    this.company = company;
    this.cards = cards;
    this.clock = clock;
  }

  /**
   * Whether a room is encrypted. One that was once is for ever, also where the homeserver says
   * otherwise, to another process or years later.
   */
  boolean isEncrypted(Intent as, RoomId room) {
    if (kept(new Seen(room, as.user())).isPresent() || cards.isEncrypted(room)) {
      return true;
    }
    boolean encrypted = encryption(as, room).filter(RoomSettings::encrypts).isPresent();
    if (encrypted) {
      cards.encrypted(room);
    }
    return encrypted;
  }

  /**
   * What an encrypted room is like at this moment.
   *
   * @param as somebody who is in the room
   * @param room which
   */
  Sealed look(Intent as, RoomId room) {
    Seen seen = new Seen(room, as.user());
    Optional<Known> before = kept(seen);
    if (before.isPresent() && isStill(as, room, before.get())) {
      return before.get().room();
    }
    // Asked for first: what happens meanwhile is found by the next look.
    String since = as.messages(room, null, 'b', 1).start();
    RoomSettings settings =
        RoomSettings.of(encryption(as, room).orElseGet(Json::object), visibility(as, room));
    Sealed now = new Sealed(settings, readers(as, room, settings));
    keep(seen, since == null ? null : new Known(now, since, clock.instant()));
    return now;
  }

  private boolean isStill(Intent as, RoomId room, Known before) {
    Duration age = Duration.between(before.read(), clock.instant());
    if (age.isNegative() || age.compareTo(TRUSTED) > 0) {
      return false;
    }
    try {
      ObjectNode filter = Json.object();
      TYPES.forEach(filter.putArray("types")::add);
      return as.messages(room, before.since(), 'f', 1, filter).chunk().isEmpty();
    } catch (MatrixException e) {
      // reason: a token that the homeserver does not take any more; all else is found by asking.
      return false;
    }
  }

  private Optional<Known> kept(Seen seen) {
    synchronized (known) {
      return Optional.ofNullable(known.get(seen));
    }
  }

  private void keep(Seen seen, @Nullable Known now) {
    synchronized (known) {
      Known unused = now == null ? known.remove(seen) : known.put(seen, now);
    }
  }

  private static Optional<ObjectNode> encryption(Intent as, RoomId room) {
    return as.state(room, "m.room.encryption", "");
  }

  private static String visibility(Intent as, RoomId room) {
    return as.state(room, "m.room.history_visibility", "")
        .map(c -> c.path("history_visibility").asText())
        .orElse("shared");
  }

  private Set<UserId> readers(Intent as, RoomId room, RoomSettings settings) {
    boolean invited = !settings.historyVisibility().equals("joined");
    Set<UserId> readers = new HashSet<>();
    for (ObjectNode member : as.memberships().of(room)) {
      String membership = member.path("content").path("membership").asText();
      String user = member.path("state_key").asText();
      if (UserId.isValid(user)
          && (membership.equals("join") || (invited && membership.equals("invite")))) {
        UserId reader = new UserId(user);
        if (reader.equals(as.user()) || !isOurs(reader)) {
          boolean unused = readers.add(reader);
        }
      }
    }
    return readers;
  }

  private boolean isOurs(UserId user) {
    return company.isBot(user) || company.ghosts().test(user);
  }
}
