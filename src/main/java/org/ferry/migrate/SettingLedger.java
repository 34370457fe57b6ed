package org.ferry.migrate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * The part of the ledger that holds what was done for people outside of rooms' histories: their
 * accounts, settings, read markers, invitations. Every write may be repeated.
 *
 * <p>All methods block and may be called from any virtual thread; a lost connection is waited for,
 * and a {@link LedgerException} ends the wait.
 */
public interface SettingLedger {
  /** How far a setting is. */
  enum State {
    /** Intended; whether it took effect is not known. */
    DOUBT,
    /** As it was on the source. */
    CARRIED,
    /** Left out by rule. */
    SKIPPED,
    /** The homeserver refused it; the next run tries again. */
    FAILED,
    /** Was put there, and is gone again; a hash of what stands in its place may be kept. */
    REMOVED
  }

  /**
   * A row.
   *
   * @param owner whose, by the id on the destination
   * @param kind what sort of thing: account, email, sso, profile, data, tag, push_rule, read, mute,
   *     device, invitation
   * @param name which one of that sort
   * @param state how far it is
   * @param wanted a hash of what was to be set, null where nothing can be
   * @param reason why it was left out or failed, else null
   * @param before what was there before, for a rollback: a small JSON object; null leaves what the
   *     ledger has
   */
  record Setting(
      UserId owner,
      String kind,
      String name,
      State state,
      @Nullable String wanted,
      @Nullable String reason,
      @Nullable String before) {
    /** A row that says nothing about what was there before. */
    public Setting(
        UserId owner,
        String kind,
        String name,
        State state,
        @Nullable String wanted,
        @Nullable String reason) {
      this(owner, kind, name, state, wanted, reason, null);
    }
  }

  /** Everything of one person, ordered by kind and name. */
  List<Setting> of(long crossing, UserId owner);

  /** Everything of one kind in one state, ordered by owner and name. */
  List<Setting> of(long crossing, String kind, State state);

  /** Everything that failed, at most {@code limit}. */
  List<Setting> failed(long crossing, int limit);

  /** How many there are, by kind and state, such as {@code tag carried}. */
  Map<String, Long> counts(long crossing);

  /** Everything of everybody, ordered by owner, kind and name. */
  List<Setting> all(long crossing);

  /**
   * The accounts that Ferry made on a homeserver for people of a source, into whatever Space, each
   * with those it was made for: with nobody where all else was taken back.
   */
  Map<UserId, Set<UserId>> accounts(long source, String domain);

  /**
   * What other crossings of the same source to the same homeserver have set for a person, or have
   * taken back; the crossing used last comes last.
   */
  List<Setting> elsewhere(long crossing, UserId owner);

  /**
   * Leaves a setting to the other crossings of the same source to the same homeserver that have set
   * the same, and that know what was there before. Where a setting adds to a list, they learn what
   * this one has added to it.
   *
   * @return false where no other crossing has set it
   */
  boolean handOver(long crossing, Setting row);

  /** Writes a row. */
  void put(long crossing, Setting row);

  /** Removes a row. */
  void forget(long crossing, Setting row);

  /**
   * What stands on the destination for an event of the source or, where that was not carried, for
   * the last one before it that was.
   *
   * @param crossing the crossing
   * @param room the room on the source
   * @param event the event on the source
   * @return its id on the destination, empty where nothing up to there was carried
   */
  Optional<EventId> upTo(long crossing, RoomId room, EventId event);
}
