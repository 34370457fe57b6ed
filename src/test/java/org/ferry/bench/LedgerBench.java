package org.ferry.bench;

import static org.ferry.bench.Machine.say;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import org.ferry.store.embedded.EmbeddedPostgres;
import org.ferry.store.embedded.FerryCache;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Workplace;

/**
 * Measures what looks into a large ledger, {@code ferry status} and {@code ferry verify}, and the
 * daemon at rest. {@code bench/ledger} starts it; {@code bench/README.md} says what it prints.
 *
 * <p>The rows are made by SQL: a crossing of ten million events takes a weekend.
 */
@SuppressWarnings("InlineFormatString") // statements read better on their own
public final class LedgerBench {
  private static final int PER_ROOM = 10_000;
  private static final int ROOMS_AT_ONCE = 50;
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration READY = Duration.ofMinutes(2);
  private static final int REST_SECONDS = 20;

  // Rooms that nobody is in: the plan leaves them out, but the ledger counts and shows them.
  private static final String ROOMS =
      """
      insert into ferry.room (pk, source, id, version, creator, listed, events, messages, first_ts,
        last_ts)
      select %1$d + n, %2$d, '!bulk' || n || ':old.example.org', '10',
        '@alice:old.example.org', false, %4$d, %4$d, 1600000000000, 1700000000000
      from generate_series(1, %3$d) n
      """;
  private static final String EVENTS =
      """
      insert into ferry.event (source, pk, room, depth, stream, ts, current, event_id, sender, type,
        content)
      select %1$d, %2$d + (r - %3$d) * %5$d + n, %6$d + r, n, n, 1600000000000 + n, false,
        '$bulk' || r || '-' || n, '@alice:old.example.org', 'm.room.message',
        '{"msgtype":"m.text","body":"message ' || n || ' of a long history in room ' || r || '"}'
      from generate_series(%3$d, %4$d) r, generate_series(1, %5$d) n
      """;
  private static final String CARRIED =
      """
      insert into ferry.crossing_event (crossing, event, room, depth, stream, taken, state, late,
        target)
      select %1$d, e.pk, e.room, e.depth, e.stream, 0, 2, false, '$new' || e.pk
      from ferry.event e where e.source = %2$d and e.room between %3$d and %4$d
      """;
  private static final String BEGUN =
      """
      insert into ferry.crossing_room (crossing, old, target, state, action, actor, version, detail)
      select %1$d, '!bulk' || n || ':old.example.org', '!new' || n || ':new.example.org', 'DONE',
        'create', '@ferrybot:new.example.org', '12', '{}'
      from generate_series(1, %2$d) n
      """;
  private static final String TALLIES =
      """
      insert into ferry.tally (source, room, events, by_type, ordered_ids_sha256)
      select %1$d, r.id, count(*), json_build_object('m.room.message', count(*))::text,
        encode(sha256(convert_to(
          string_agg(e.event_id || E'\\n', '' order by e.depth, e.stream), 'UTF8')), 'hex')
      from ferry.event e join ferry.room r on r.pk = e.room
      where e.source = %1$d and e.room between %2$d and %3$d group by r.id
      """;

  private final Workplace work;
  private final EmbeddedPostgres postgres;

  private LedgerBench(Workplace work, EmbeddedPostgres postgres) {
    this.work = work;
    this.postgres = postgres;
  }

  /**
   * Measures.
   *
   * @param args how many events, and a folder to work in
   */
  public static void main(String[] args) throws Exception {
    long events = Long.parseLong(args[0].replace("M", "000000"));
    Path folder = Path.of(args[1]).toAbsolutePath();
    Machine.delete(folder);
    Files.createDirectories(folder);
    say("# %s; load average %s before", Machine.facts(), Machine.load());
    try (Workplace work = Workplace.in(folder)) {
      orderly("migrate", work.migrate().run());
      try (EmbeddedPostgres postgres =
          EmbeddedPostgres.open(folder.resolve("data"), FerryCache.standard())) {
        var bench = new LedgerBench(work, postgres);
        bench.looks("the sample alone");
        bench.fill(Math.toIntExact(events / PER_ROOM));
        bench.looks(String.format(Locale.ROOT, "and %,d events more", events));
        bench.rest();
      }
    }
    Machine.delete(folder);
    say("# load average afterwards: %s", Machine.load());
  }

  private static void orderly(String what, FerryProcess.Result result) {
    if (result.status() != 0) {
      throw new IllegalStateException("ferry " + what + ": " + result);
    }
  }

  private void fill(int rooms) throws SQLException {
    long began = System.nanoTime();
    try (Connection connection =
        DriverManager.getConnection(
            postgres.jdbcUrl(postgres.database()), postgres.user(), postgres.password().reveal())) {
      long source = number(connection, "select source from ferry.crossing");
      long crossing = number(connection, "select id from ferry.crossing");
      long room = number(connection, "select max(pk) from ferry.room");
      long event = number(connection, "select max(pk) from ferry.event");
      update(connection, ROOMS.formatted(room, source, rooms, PER_ROOM));
      update(connection, BEGUN.formatted(crossing, rooms));
      for (int first = 1; first <= rooms; first += ROOMS_AT_ONCE) {
        int last = Math.min(rooms, first + ROOMS_AT_ONCE - 1);
        update(connection, EVENTS.formatted(source, event, first, last, PER_ROOM, room));
        update(connection, CARRIED.formatted(crossing, source, room + first, room + last));
        update(connection, TALLIES.formatted(source, room + first, room + last));
        event += (long) (last - first + 1) * PER_ROOM;
      }
      update(connection, "analyze");
      update(connection, "checkpoint");
    }
    say("# rows of %,d rooms made in %.0f s", rooms, seconds(began));
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      boolean unused = row.next();
      return row.getLong(1);
    }
  }

  private static void update(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      boolean unused = statement.execute(sql);
    }
  }

  private void looks(String when) {
    say("%s:", when);
    look("status", "--json");
    look("verify", "--json");
  }

  private void look(String... arguments) {
    long began = System.nanoTime();
    try (var process = work.ferry(arguments).jvm(Machine.launcher("256m")).start();
        var gauge = new Gauge(process.handle())) {
      FerryProcess.Result result = process.await(LONGEST);
      say(
          "  ferry %-14s %6.1f s; resident at most %d MiB; exit status %d, %,d bytes of JSON",
          String.join(" ", arguments),
          seconds(began),
          gauge.peakMib(),
          result.status(),
          result.out().length());
    }
  }

  /** The daemon on this database as an external one: how soon it is ready, what it holds then. */
  private void rest() throws Exception {
    work.configure(
        "database: {url: \"postgresql://%s:${DB_PASSWORD}@%s:%d/%s\"}"
            .formatted(postgres.user(), postgres.host(), postgres.port(), postgres.database()));
    long began = System.nanoTime();
    try (var process =
            work.ferry("run")
                .with("DB_PASSWORD", postgres.password().reveal())
                .jvm(Machine.launcher("512m"))
                .start();
        var gauge = new Gauge(process.handle())) {
      String unused = process.awaitLine(line -> line.contains("health on"), READY);
      double ready = seconds(began);
      // The rest is what is measured: nothing comes but, if it fails, its end.
      if (process.ends(Duration.ofSeconds(REST_SECONDS))) {
        throw new IllegalStateException("ferry run ended by itself: " + process.await(READY));
      }
      say(
          "ferry run, external database: ready in %.1f s (goal: below 3); resident after %d s of"
              + " rest at most %d MiB (goal: below 200)",
          ready, REST_SECONDS, gauge.peakMib());
      process.terminate();
      FerryProcess.Result ended = process.await(READY);
      say("  ended with status %d", ended.status());
    }
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
