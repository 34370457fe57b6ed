package org.ferry.source;

import java.util.List;
import java.util.stream.Stream;
import org.ferry.model.AccountDatum;
import org.ferry.model.Alias;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Receipt;
import org.ferry.model.Room;
import org.ferry.model.WayIn;

/**
 * Something to carry from. The streams are read lazily, once each, one at a time, in any order, and
 * closed by the reader; none of them holds more than a bounded window in memory.
 *
 * <p>Rows that cannot be understood do not appear in a stream; each adds a {@link Problem}. A
 * failure of the whole source is a {@link SourceException}.
 */
public interface Source extends AutoCloseable {
  /** What this source is. */
  SourceInfo info();

  /** Everybody with an account. */
  Stream<Person> people();

  /** Every room that the source's server was ever in. */
  Stream<Room> rooms();

  /** Every event that was really accepted: no outliers, rejected or soft-failed ones. Unordered. */
  Stream<Event> events();

  /** Every alias of the source's own domain. */
  Stream<Alias> aliases();

  /** Every file, local and remote. */
  Stream<MediaFile> media();

  /**
   * Account data, global and of rooms. Push rules are the type {@code m.push_rules} as the
   * specification has it, custom rules and changed default ones only.
   */
  Stream<AccountDatum> accountData();

  /** Read receipts. */
  Stream<Receipt> receipts();

  /** By what people got in or were reached; a source that does not say gives none. */
  default Stream<WayIn> waysIn() {
    return Stream.empty();
  }

  /** What a second count, on a path of its own, says of each room; after {@link #events()}. */
  Stream<RoomTally> tallies();

  /** What was left out and why, so far; complete once all streams were read. */
  List<Problem> problems();

  @Override
  void close();
}
