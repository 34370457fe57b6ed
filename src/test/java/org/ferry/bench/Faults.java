package org.ferry.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.ferry.lab.LabClient;
import org.ferry.lab.LabException;
import org.ferry.lab.SynapseServer;
import org.ferry.testing.TestLab;
import org.ferry.testing.Wait;

/** The faults, each in rooms of its own where both are told of the same messages. */
final class Faults {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration QUIET = Duration.ofSeconds(8);
  private static final int DOWN_SECONDS = 60;

  /** All reach a server on 127.0.0.1 or ::1, where somebody takes them so. */
  private static final List<String> LOOPBACK =
      List.of(
          "127.0.0.1",
          "localhost",
          "127.0.0.1.",
          "0.0.0.0",
          "127.1",
          "2130706433",
          "0x7f000001",
          "0177.0.0.1",
          "user@127.0.0.1",
          "[::1]",
          "[::ffff:127.0.0.1]");

  /** Where clouds keep secrets; tried only where this machine itself has the address. */
  static final List<String> METADATA =
      List.of("169.254.169.254", "2852039166", "[::ffff:169.254.169.254]");

  /** Above the fifth minute and the fifth more that it may take. */
  private static final Duration LONGEST = Duration.ofMinutes(9);

  private final SynapseServer server;
  private final Postbox postbox;
  private final List<Contender> both;
  private final Rows rows;
  private final LabClient alice;
  private final Random random = new Random(18);

  /** Takes a row of the table. */
  interface Rows {
    void add(String what, String ferry, String hookshot);
  }

  /** Says something; gives the event's id. */
  private interface Speaker {
    String say(String text);
  }

  Faults(SynapseServer server, Postbox postbox, List<Contender> both, Rows rows) {
    this.server = server;
    this.postbox = postbox;
    this.both = both;
    this.rows = rows;
    this.alice = server.register("alice", TestLab.PASSWORD, false);
  }

  /** Quiet messages, then many at once to a receiver that takes its time. */
  void order() {
    String room = room();
    Map<String, Long> quiet = say(t -> alice.say(room, t), 100, 5, Map.of());
    await(quiet, LIMIT);
    row("100 messages at 5/s: until the post, p50 and p99", who -> latency(who, quiet));
    postbox.answers(p -> 204, () -> random.nextInt(200));
    Map<String, Long> burst = say(t -> alice.say(room, t), 200, 1000, Map.of());
    await(burst, LIMIT);
    postbox.isWell();
    row("200 in a row, answers after 0 to 200 ms", who -> arrived(who, burst));
    row("... of which behind a later one", who -> String.valueOf(overtaken(who, burst)));
    row("... not answered yet when a later one came, at most", who -> openBefore(who));
    List<String> memory = both.stream().map(c -> c.resident() + " MiB").toList();
    rows.add("resident memory then", memory.get(0), memory.get(1));
  }

  private String openBefore(String who) {
    return String.valueOf(Math.max(0, postbox.mostOpen(who) - 1));
  }

  /** One post is never answered. */
  void hang() {
    String here = room();
    String there = room();
    Set<String> hung = ConcurrentHashMap.newKeySet();
    postbox.answers(
        p -> p.text().equals("hang") && hung.add(p.who()) ? Postbox.SILENT : 204, () -> 0);
    String first = alice.say(here, "hang");
    long begin = System.nanoTime();
    Map<String, Long> same = say(t -> alice.say(here, t), 10, 2, Map.of());
    Map<String, Long> other = say(t -> alice.say(there, t), 10, 2, Map.of());
    Map<String, Long> all = new LinkedHashMap<>(same);
    all.putAll(other);
    all.put(first, begin);
    await(all, Duration.ofSeconds(60));
    postbox.isWell();
    row("a post is never answered: that message", who -> arrived(who, Map.of(first, begin)));
    row("... ten later ones of its room", who -> arrived(who, same) + latest(who, same));
    row("... ten of another room", who -> arrived(who, other) + latest(who, other));
  }

  /** The homeserver is stopped and started while somebody speaks. */
  void restart() {
    String room = room();
    Map<String, Long> said = say(t -> alice.say(room, t), 100, 5, Map.of(50, server::restart));
    await(said, Duration.ofMinutes(3));
    row("the homeserver is restarted during 100", who -> arrived(who, said) + latest(who, said));
  }

  /** Both are killed three times while somebody speaks. */
  void kill() throws InterruptedException {
    String room = room();
    List<ExecutorService> hands =
        both.stream().map(c -> Executors.newSingleThreadExecutor()).toList();
    Runnable strike =
        () -> {
          for (int i = 0; i < both.size(); i++) {
            Contender one = both.get(i);
            hands.get(i).execute(() -> again(one));
          }
        };
    postbox.answers(p -> 204, () -> 100);
    Map<String, Long> said =
        say(t -> alice.say(room, t), 200, 5, Map.of(40, strike, 100, strike, 160, strike));
    for (ExecutorService hand : hands) {
      hand.shutdown();
      if (!hand.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("one did not start again");
      }
    }
    await(said, Duration.ofMinutes(4));
    postbox.isWell();
    row("killed (-9) three times during 200", who -> arrived(who, said) + latest(who, said));
    row("... posted more than once", who -> String.valueOf(doubled(who, said)));
    row("... under one id with another text", who -> String.valueOf(different(who, said)));
  }

  private static void again(Contender one) {
    long begin = System.nanoTime();
    one.kill();
    try {
      one.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long took = System.nanoTime() - begin;
    Machine.say("  %s was killed and at work again after %.1f s", one.name(), took / 1e9);
  }

  /** What a receiver can know of a post. */
  void proof() {
    String room = room();
    Map<String, Long> said = say(t -> alice.say(room, t), 1, 1, Map.of());
    await(said, LIMIT);
    long now = Instant.now().getEpochSecond();
    row("the receiver's check knows a genuine post", who -> genuine(who, said, "", now));
    row("... lets one with another text pass", who -> genuine(who, said, "forged", now));
    row("... lets it pass again an hour later", who -> genuine(who, said, "", now + 3600));
  }

  private String genuine(String who, Map<String, Long> said, String text, long seconds) {
    Postbox.Post post =
        postbox.taken(who).stream()
            .filter(p -> said.containsKey(p.event()))
            .findFirst()
            .orElseThrow();
    String body = text.isEmpty() ? post.body() : post.body().replace(post.text(), text);
    var shown = new Postbox.Post(who, post.event(), text, post.headers(), body, post.at());
    Contender one = both.stream().filter(c -> c.name().equals(who)).findFirst().orElseThrow();
    return one.isGenuine(shown, seconds) ? "yes" : "no";
  }

  /** Addresses of this machine, in all spellings. */
  void addresses() {
    String room = room();
    for (Contender one : both) {
      List<String> urls = urls(one.name());
      one.aim(alice, room, urls);
    }
    say(t -> alice.say(room, t), 1, 1, Map.of());
    settle();
    int last = urls("").size() - 1;
    for (int i = 0; i < last; i++) {
      String host = hosts().get(i);
      int form = i;
      both.forEach(c -> {
        Machine.say("  %s %s %s", c.name(), landed(c.name(), form) ? "posts to" : "spares", host);
      });
    }
    int spellings = LOOPBACK.size();
    row(
        "of %d spellings of this machine's address, posted to".formatted(spellings),
        who -> String.valueOf(landed(who, 0, spellings)));
    if (last > spellings) {
      row(
          "of %d of 169.254.169.254, posted to".formatted(last - spellings),
          who -> String.valueOf(landed(who, spellings, last)));
    }
    row("a redirect to `http://[::1]` is followed", who -> landed(who, last) ? "yes" : "no");
  }

  private long landed(String who, int from, int to) {
    return IntStream.range(from, to).filter(i -> landed(who, i)).count();
  }

  private boolean landed(String who, int form) {
    String end = "/form-%d-%s".formatted(form, who);
    return postbox.landed().stream().anyMatch(p -> p.endsWith(end));
  }

  private List<String> hosts() {
    List<String> hosts = new ArrayList<>(LOOPBACK);
    if (postbox.hosts().contains(METADATA.getFirst())) {
      hosts.addAll(METADATA);
    }
    return hosts;
  }

  private List<String> urls(String who) {
    List<String> hosts = hosts();
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < hosts.size(); i++) {
      String path = "/form/form-%d-%s".formatted(i, who);
      urls.add("http://" + hosts.get(i) + ":" + postbox.port() + path);
    }
    urls.add(postbox.hop("form-" + hosts.size() + "-" + who));
    return urls;
  }

  /** Waits until nothing new has come for a while. */
  private void settle() {
    long[] since = {System.nanoTime(), postbox.landed().size()};
    Wait.until(
        LIMIT,
        "no more posts",
        () -> {
          if (postbox.landed().size() != since[1]) {
            since[0] = System.nanoTime();
            since[1] = postbox.landed().size();
          }
          return System.nanoTime() - since[0] > QUIET.toNanos();
        });
  }

  /** The receiver answers 503 for a minute. */
  void outage() {
    String room = room();
    long end = System.nanoTime() + Duration.ofSeconds(DOWN_SECONDS).toNanos();
    postbox.answers(p -> System.nanoTime() < end ? 503 : 204, () -> 0);
    Map<String, Long> said = say(t -> alice.say(room, t), 100, 2, Map.of());
    BooleanSupplier over = () -> System.nanoTime() > end + LONGEST.toNanos();
    Wait.until(
        LONGEST.plusMinutes(2),
        "the end of the outage",
        () -> over.getAsBoolean() || count(both.getFirst().name(), said) == said.size());
    postbox.isWell();
    row(
        "503 for a minute during 100: arrived in the end",
        who -> arrived(who, said) + sinceWell(who, said, end));
  }

  private String sinceWell(String who, Map<String, Long> said, long end) {
    List<Postbox.Post> posts = mine(who, said);
    return posts.isEmpty()
        ? ""
        : seconds(", the last %.0f s after the minute", posts.getLast().at() - end);
  }

  /** A room where both are told of what is said, and have posted something. */
  private String room() {
    Contender hookshot = both.getLast();
    ObjectNode options = LabClient.json("{\"preset\":\"private_chat\"}");
    options.putObject("power_level_content_override").putObject("users").put(hookshot.bot(), 50);
    String room = alice.createRoom(options);
    both.forEach(c -> alice.membership("invite", room, c.bot(), ""));
    joined(alice, room);
    both.forEach(c -> c.hook(alice, room));
    await(Map.of(alice.say(room, "first"), System.nanoTime()), LIMIT);
    return room;
  }

  private void joined(LabClient who, String room) {
    for (Contender one : both) {
      Wait.until(LIMIT, one.bot(), () -> isJoined(who.state(room, "m.room.member", one.bot())));
    }
  }

  private static boolean isJoined(JsonNode member) {
    return member.path("membership").asText().equals("join");
  }

  /** Says so many messages at an even rate, and has something happen before some of them. */
  private static Map<String, Long> say(
      Speaker speaker, int count, int rate, Map<Integer, Runnable> meanwhile) {
    Map<String, Long> said = new LinkedHashMap<>();
    List<Thread> others = new ArrayList<>();
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      Runnable happens = meanwhile.get(i);
      if (happens != null) {
        others.add(Thread.startVirtualThread(happens));
      }
      long due = begin + i * 1_000_000_000L / rate;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      long now = System.nanoTime();
      Long unused = said.put(insist(speaker, "Message " + i), now);
    }
    others.forEach(Faults::join);
    return said;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** A homeserver that is away is asked again. */
  private static String insist(Speaker speaker, String text) {
    String[] event = {""};
    Wait.until(
        LIMIT,
        "the homeserver",
        () -> {
          try {
            event[0] = speaker.say(text);
            return true;
          } catch (LabException e) {
            return false;
          }
        });
    return event[0];
  }

  /** Waits until both have all, or for so long where one has not. */
  private void await(Map<String, Long> said, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    Wait.until(
        limit.plus(LIMIT),
        "the messages",
        () ->
            both.stream().allMatch(c -> count(c.name(), said) == said.size())
                || System.nanoTime() > end);
  }

  private void row(String what, UnaryOperator<String> value) {
    rows.add(what, value.apply(both.getFirst().name()), value.apply(both.getLast().name()));
  }

  /** Of these messages, the posts that the receiver took. */
  private List<Postbox.Post> mine(String who, Map<String, Long> said) {
    return postbox.taken(who).stream().filter(p -> said.containsKey(p.event())).toList();
  }

  private int count(String who, Map<String, Long> said) {
    return first(who, said).size();
  }

  /** When each was first taken, in the order of that. */
  private Map<String, Long> first(String who, Map<String, Long> said) {
    Map<String, Long> first = new LinkedHashMap<>();
    for (Postbox.Post post : mine(who, said)) {
      Long unused = first.putIfAbsent(post.event(), post.at());
    }
    return first;
  }

  private String arrived(String who, Map<String, Long> said) {
    return count(who, said) + " of " + said.size();
  }

  private int doubled(String who, Map<String, Long> said) {
    return mine(who, said).size() - count(who, said);
  }

  private long different(String who, Map<String, Long> said) {
    List<Postbox.Post> posts = mine(who, said);
    long texts = posts.stream().map(p -> p.event() + " " + p.text()).distinct().count();
    return texts - count(who, said);
  }

  /** How many came when one that was said later had come. */
  private int overtaken(String who, Map<String, Long> said) {
    List<String> order = new ArrayList<>(said.keySet());
    int latest = -1;
    int behind = 0;
    for (String event : first(who, said).keySet()) {
      int index = order.indexOf(event);
      behind += index < latest ? 1 : 0;
      latest = Math.max(latest, index);
    }
    return behind;
  }

  private String latency(String who, Map<String, Long> said) {
    List<Long> nanos =
        first(who, said).entrySet().stream()
            .map(e -> e.getValue() - said.getOrDefault(e.getKey(), 0L))
            .sorted()
            .toList();
    return nanos.isEmpty()
        ? "none"
        : "%d ms, %d ms".formatted(millis(nanos, 50), millis(nanos, 99));
  }

  private static long millis(List<Long> sorted, int percent) {
    int index = (int) Math.ceil(sorted.size() * percent / 100.0) - 1;
    return sorted.get(Math.max(0, index)) / 1_000_000;
  }

  private String latest(String who, Map<String, Long> said) {
    return first(who, said).entrySet().stream()
        .mapToLong(e -> e.getValue() - said.getOrDefault(e.getKey(), 0L))
        .max()
        .stream()
        .mapToObj(n -> seconds(", the slowest after %.1f s", n))
        .findFirst()
        .orElse("");
  }

  private static String seconds(String format, long nanos) {
    return String.format(Locale.ROOT, format, nanos / 1e9);
  }
}
