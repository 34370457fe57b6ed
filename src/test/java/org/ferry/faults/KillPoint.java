package org.ferry.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.HttpFaultProxy.Seen;
import org.ferry.testing.Tier;
import org.ferry.testing.Workplace;

/**
 * A moment at which Ferry is killed: at the n-th request of a kind.
 *
 * @param what the kind, for people
 * @param which the requests of that kind
 * @param nth which of them, from 1, counted from when Ferry is started
 * @param moment when
 */
record KillPoint(String what, Predicate<Seen> which, int nth, Moment moment) {
  enum Moment {
    /** The homeserver never sees the request. */
    UNSENT,
    /** The homeserver gets it while Ferry is dead already. */
    SENT,
    /** The homeserver has done it, and Ferry dies before it hears so. */
    ANSWERED
  }

  private static final String CLIENT = "/_matrix/client/v3/";

  /** Before the history, where one thing is done at a time. */
  static List<KillPoint> preparing() {
    return List.of(
        at("the Space", post("createRoom"), 1, Moment.ANSWERED),
        at("a registration", post("register"), 3, Moment.ANSWERED),
        at("a reserved file", path("POST", "/media/v1/create"), 1, Moment.ANSWERED),
        at("an upload", path("PUT", "/media/v3/upload/"), 1, Moment.SENT),
        at("an upload", path("PUT", "/media/v3/upload/"), 1, Moment.ANSWERED),
        at("a room", post("createRoom"), 1, Moment.ANSWERED),
        at("a room", post("createRoom"), 2, Moment.SENT),
        at("a room", post("createRoom"), 1, Moment.UNSENT),
        at("an alias", path("PUT", CLIENT + "directory/room/"), 1, Moment.ANSWERED));
  }

  /** In the history of many rooms at a time. */
  static List<KillPoint> carrying() {
    return List.of(
        at("a notice", KillPoint::notice, 1, Moment.ANSWERED),
        at("a state event", path("PUT", "/state/"), 10, Moment.ANSWERED),
        at("a message", path("PUT", "/send/m.room.message/"), 2, Moment.SENT),
        at("a helper", KillPoint::helper, 1, Moment.ANSWERED));
  }

  /** Those at the end, of which there are few. */
  static List<KillPoint> last() {
    return List.of(
        at("a place in the Space", path("PUT", "/state/m.space.child/"), 1, Moment.ANSWERED),
        at("direct chats", path("PUT", "/account_data/m.direct"), 1, Moment.ANSWERED));
  }

  /** While placeholders are put for what no key opens. */
  static List<KillPoint> placeholders() {
    return List.of(
        at("a placeholder", path("PUT", "/send/m.room.message/"), 5, Moment.ANSWERED),
        at("a placeholder", path("PUT", "/send/m.room.message/"), 9, Moment.SENT));
  }

  /** While placeholders are taken back and what stands for them is carried. */
  static List<KillPoint> unsealing() {
    return List.of(
        at("a redaction", path("PUT", "/redact/"), 3, Moment.ANSWERED),
        at("a redaction", path("PUT", "/redact/"), 6, Moment.SENT),
        at("a redaction", path("PUT", "/redact/"), 9, Moment.UNSENT),
        at("a message in its stead", path("PUT", "/send/m.room.message/"), 4, Moment.ANSWERED),
        at("a message in its stead", path("PUT", "/send/m.room.message/"), 7, Moment.SENT),
        at("an opened file", path("PUT", "/media/v3/upload/"), 1, Moment.ANSWERED));
  }

  /** Any requests that write. */
  static List<KillPoint> random(long seed) {
    Random random = new Random(seed);
    List<KillPoint> points = new ArrayList<>();
    for (int i = 0; i < Tier.Count.RANDOM_KILLS.now(); i++) {
      Moment moment = Moment.values()[random.nextInt(Moment.values().length)];
      points.add(at("a write", Workplace::writes, 2 + random.nextInt(12), moment));
    }
    return points;
  }

  private static KillPoint at(String what, Predicate<Seen> which, int nth, Moment moment) {
    return new KillPoint(what, which, nth, moment);
  }

  private static Predicate<Seen> post(String end) {
    return path("POST", CLIENT + end);
  }

  private static Predicate<Seen> path(String method, String part) {
    return seen ->
        seen.method().equals(method) && seen.path().contains(part) && !Workplace.ofTheCheckup(seen);
  }

  /** What is said in a room whose encrypted history stays behind. */
  static boolean notice(Seen seen) {
    return seen.path().contains("/send/m.room.message/") && helper(seen);
  }

  private static boolean helper(Seen seen) {
    return Workplace.writes(seen) && seen.text().contains("org.ferry.helper");
  }

  /** Has something killed at this moment, once. */
  void arm(HttpFaultProxy proxy, Runnable kill) {
    AtomicInteger left = new AtomicInteger(nth);
    Predicate<Seen> due = seen -> which.test(seen) && left.decrementAndGet() == 0;
    switch (moment) {
      case UNSENT ->
          proxy.before(
              due,
              1,
              seen -> {
                kill.run();
                throw new IllegalStateException("unsent, as the test wants it");
              });
      case SENT -> proxy.before(due, 1, seen -> kill.run());
      case ANSWERED -> proxy.after(due, 1, seen -> kill.run());
    }
  }

  @Override
  public String toString() {
    return what + " no. " + nth + ", " + moment;
  }
}
