package org.ferry.webhook;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries that wait, in a database that several processes share. Safe for use by many threads;
 * every call is one transaction.
 */
public interface Outbox {
  /**
   * Where an endpoint stands.
   *
   * @param key its row
   * @param pos up to which position of the log messages were put into its lanes
   * @param since what is older is left out; null for no limit
   */
  record Position(int key, long pos, @Nullable Instant since) {}

  /**
   * A message that matched.
   *
   * @param message which
   * @param body its bytes for a given {@code room_seq}
   * @param encloses whether the file that it names is to be put into it before it is sent
   */
  record Draft(Message message, LongFunction<byte[]> body, boolean encloses) {
    /** One that is sent as it is. */
    public Draft(Message message, LongFunction<byte[]> body) {
      this(message, body, false);
    }
  }

  /** Says to the other processes on the database that this one lives, until it is closed. */
  interface Presence extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Says that a process lives, as long as it does: one that is killed is missed at once, one that
   * only hangs is not.
   *
   * @param owner the process; it enters before it takes anything
   */
  Presence enter(String owner);

  /**
   * Takes lanes from processes that do not live any more, before their leases end. What they may
   * have sent is marked as a repeat.
   *
   * @return how many lanes others may take now
   */
  int releaseOrphans();

  /** The database's time, which is also that of what is told. */
  Instant now();

  /**
   * Finds an endpoint, or begins it.
   *
   * @param name its name
   * @param pos where it begins if it is new
   * @param since what is older is left out, if it is new
   */
  Position begin(String name, long pos, @Nullable Instant since);

  /**
   * Where an endpoint stands, if this process may put messages into its lanes for the next seconds:
   * one of several does.
   *
   * @param endpoint its row
   * @param owner this process
   * @param lease how long
   */
  Optional<Position> lead(int endpoint, String owner, Duration lease);

  /**
   * Puts messages into lanes and moves the position, in one transaction.
   *
   * @param from where the endpoint stood
   * @param to where it stands then
   * @param drafts those between that matched, in order
   * @param now of this process: what is put is due then at the latest
   * @return false where it does not stand at {@code from} any more; nothing was changed
   */
  boolean put(Position from, long to, List<Draft> drafts, Instant now);

  /**
   * Takes lanes of an endpoint in which something is due, for the given time. None where it is
   * switched off, or asked for a pause.
   *
   * @param endpoint its row
   * @param owner this process
   * @param now by which due is meant
   * @param lease after which others may take them
   * @param limit how many at most
   */
  List<Lane> claim(int endpoint, String owner, Instant now, Duration lease, int limit);

  /**
   * As above, of some lanes alone.
   *
   * @param files of those whose next delivery waits for its file; or of the others
   */
  List<Lane> claim(
      int endpoint, String owner, Instant now, Duration lease, int limit, boolean files);

  /**
   * Whether a lane is still held, and its endpoint neither switched off nor at rest.
   *
   * @param now by which a pause is meant
   */
  boolean holds(Lane lane, Instant now);

  /**
   * What comes next in lanes that are held, and their holds are prolonged. Nothing where the
   * endpoint is switched off by now, or asked for a pause.
   *
   * @param lanes held; of those that are held no longer nothing comes
   * @param now by which a pause is meant
   * @param lease from now
   * @param limit how many of each lane at most; fewer where they are long, but one at least
   */
  List<Delivery> next(List<Lane> lanes, Instant now, Duration lease, int limit);

  /**
   * The body of a delivery of a lane that is held; without a byte where it was forgotten.
   *
   * @param place its place
   * @return empty where the lane is held no longer
   */
  Optional<Buffer> body(Lane lane, long place);

  /**
   * Settles for good what is sent of a delivery whose file was to be put into it.
   *
   * @param lane held
   * @param place its place
   * @param body with the file; null where it goes as it is
   * @return false where the lane is held no longer or the text was forgotten; nothing was changed
   */
  boolean enclose(Lane lane, long place, @Nullable Buffer body);

  /**
   * Writes what came of it, in one transaction.
   *
   * @param outcomes in order for each lane; those of an older epoch are left out
   * @return endpoints that this switched off, each with a sentence that says why
   */
  List<String> settle(List<Outcome> outcomes);

  /**
   * Empties and removes what is old.
   *
   * @param now the time, for what is given up
   * @param finished delivered before this: removed; given up before this: text emptied
   * @param made made before this: removed or emptied whatever became of it, and given up where it
   *     still waits
   * @return how many deliveries
   */
  int forget(Instant now, Instant finished, Instant made);
}
