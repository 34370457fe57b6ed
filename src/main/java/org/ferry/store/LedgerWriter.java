package org.ferry.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.ferry.migrate.LedgerException;
import org.ferry.migrate.Settled;
import org.jspecify.annotations.Nullable;

/**
 * Commits the outcomes of many rooms together: while one commit is under way, what comes in waits
 * for the next one. The queue is bounded, so that rooms cannot run ahead of the database.
 */
final class LedgerWriter implements AutoCloseable {
  private static final int QUEUE = 1_024;
  private static final int BATCH_ROWS = 2_000;

  /** Longer than a database that is away is waited for, more than once. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final String WRITE =
      """
      with mine as materialized (
        select epoch from ferry.claim where $8::bigint is null or epoch = $8 for share
      )
      insert into ferry.crossing_event as held
        (crossing, event, room, depth, stream, taken, state, late, target, reason, repairs)
      select $1, e.pk, e.room, e.depth, e.stream, 0, s.state, s.late, s.target, s.reason, s.repairs
      from unnest($2::bigint[], $3::smallint[], $4::boolean[], $5::text[], $6::text[], $7::text[])
        as s (event, state, late, target, reason, repairs)
      join ferry.event e
        on e.pk = s.event and e.source = (select source from ferry.crossing where id = $1)
      cross join mine
      on conflict (crossing, event) do update set
        state = excluded.state, late = excluded.late, target = excluded.target,
        reason = excluded.reason, repairs = excluded.repairs, at = clock_timestamp()
      """;

  private final Database database;
  private final Supplier<@Nullable PgClaim> claim;
  private final BlockingQueue<Request> queue = new ArrayBlockingQueue<>(QUEUE);
  private final Request last = new Request(0, List.of(), new CompletableFuture<>());
  private final Thread writer;
  private volatile boolean ended;

  /** Whether the last request is in the queue; for who closes. */
  private boolean ending;

  /**
   * Starts the thread that writes.
   *
   * @param claim who may write now; what somebody hands in who was overtaken is written by nobody
   */
  LedgerWriter(Database database, Supplier<@Nullable PgClaim> claim) {
    this.database = database;
    this.claim = claim;
    this.writer = Thread.ofVirtual().name("ledger-writer").start(this::write);
  }

  private record Request(long crossing, List<Settled> rows, CompletableFuture<Void> done) {}

  /** Takes outcomes in; blocks while too many wait already. */
  CompletableFuture<Void> add(long crossing, List<Settled> rows) {
    Request request = new Request(crossing, List.copyOf(rows), new CompletableFuture<>());
    try {
      if (!ended) {
        queue.put(request);
      }
      if (ended) {
        boolean unused = request.done().completeExceptionally(closed());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      boolean unused =
          request
              .done()
              .completeExceptionally(
                  new LedgerException("stopped before the ledger took it in", e));
    }
    return request.done();
  }

  private void write() {
    List<Request> held = new ArrayList<>();
    try {
      boolean ending = false;
      while (!ending) {
        held.add(queue.take());
        int unused = queue.drainTo(held);
        ending = held.remove(last);
        while (!held.isEmpty()) {
          commit(batch(held));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended = true;
      // Taken out, too: whoever waits for a place in the queue goes on, and finds that it ended.
      for (Request left = queue.poll(); left != null; left = queue.poll()) {
        boolean unused = left.done().completeExceptionally(closed());
      }
    }
  }

  /** Takes the next requests of one crossing off the list, as many as fit one statement. */
  private static List<Request> batch(List<Request> held) {
    List<Request> batch = new ArrayList<>();
    int rows = 0;
    while (!held.isEmpty() && (batch.isEmpty() || fits(held.getFirst(), batch.getFirst(), rows))) {
      Request next = held.removeFirst();
      rows += next.rows().size();
      batch.add(next);
    }
    return batch;
  }

  private static boolean fits(Request next, Request first, int rows) {
    return next.crossing() == first.crossing() && rows + next.rows().size() <= BATCH_ROWS;
  }

  private void commit(List<Request> batch) {
    try {
      put(batch);
      batch.forEach(r -> r.done().complete(null));
    } catch (LedgerException e) {
      if (batch.size() == 1 || waited(e)) {
        batch.forEach(r -> r.done().completeExceptionally(e));
      } else {
        // One bad row must not fail those of other rooms.
        batch.forEach(r -> commit(List.of(r)));
      }
    } catch (RuntimeException | Error e) {
      LedgerException said = new LedgerException("the ledger could not be written", e);
      batch.forEach(r -> r.done().completeExceptionally(said));
    }
  }

  private static boolean waited(LedgerException e) {
    return e.getCause() == null || Trouble.of(e.getCause()).passes();
  }

  private void put(List<Request> batch) {
    Map<Long, Settled> rows = new LinkedHashMap<>();
    for (Request request : batch) {
      for (Settled settled : request.rows()) {
        rows.put(settled.key(), settled);
      }
    }
    if (rows.isEmpty()) {
      return;
    }
    int size = rows.size();
    Long[] events = new Long[size];
    Short[] states = new Short[size];
    Boolean[] late = new Boolean[size];
    @Nullable String[] targets = new @Nullable String[size];
    @Nullable String[] reasons = new @Nullable String[size];
    @Nullable String[] repairs = new @Nullable String[size];
    int at = 0;
    for (Settled settled : rows.values()) {
      events[at] = settled.key();
      states[at] = EventRows.code(settled.state());
      late[at] = settled.late();
      targets[at] = settled.target() == null ? null : settled.target().value();
      reasons[at] = Storable.text(settled.reason());
      repairs[at++] = Storable.text(settled.repairs());
    }
    long crossing = batch.getFirst().crossing();
    PgClaim held = claim.get();
    Long epoch = held == null ? null : held.epoch();
    int written =
        database
            .run(WRITE, crossing, events, states, late, targets, reasons, repairs, epoch)
            .rowCount();
    if (written == 0 && held != null) {
      held.checkStanding();
    }
  }

  private static LedgerException closed() {
    return new LedgerException("the ledger is closed already");
  }

  /**
   * Commits what is queued, then ends. Whoever interrupts it waits some seconds more: what is not
   * written down is looked for by the next run. A database that is away is not waited for then.
   */
  @Override
  public void close() {
    try {
      boolean unused = ends(PATIENCE);
    } catch (InterruptedException e) {
      endSoon();
      Thread.currentThread().interrupt();
    }
  }

  private void endSoon() {
    try {
      if (ends(GRACE)) {
        return;
      }
    } catch (InterruptedException e) {
      // Told twice.
    }
    writer.interrupt();
  }

  private boolean ends(Duration limit) throws InterruptedException {
    if (!ending) {
      ending = queue.offer(last, limit.toNanos(), TimeUnit.NANOSECONDS);
    }
    return writer.join(limit);
  }
}
