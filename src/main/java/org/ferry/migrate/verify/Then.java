package org.ferry.migrate.verify;

import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.migrate.rewrite.SealedFile;

/**
 * What the replay may have been told when it sent one event, where the ledger knows more by now: an
 * event carried later, a room or an alias made later, a message taken back only in a later dump.
 *
 * <p>An answer is the earlier one only where it could have been: not for an event of the same room
 * that was carried in its order and before. And only where the event as it stands does not hold the
 * new id, so that of two links one may have been followed and the other not.
 */
final class Then implements Lookups {
  private final Lookups now;
  private final Fates fates;
  private final EventFate about;
  private final String found;
  private final boolean whole;

  /** What became of single events. */
  @FunctionalInterface
  interface Fates {
    /** What became of an event of the source. */
    Optional<EventFate> fate(EventId old);

    /** Where a placeholder stood for it before it could be opened; by default none did. */
    default Optional<EventId> formerPlaceholder(EventId old) {
      return Optional.empty();
    }
  }

  /**
   * Earlier answers about one event.
   *
   * @param now today's answers
   * @param fates what became of each event
   * @param about the event whose content is judged
   * @param found that content as it stands on the destination
   * @param whole true to answer as before anything was taken back
   */
  Then(Lookups now, Fates fates, EventFate about, String found, boolean whole) {
    this.now = now;
    this.fates = fates;
    this.about = about;
    this.found = found;
    this.whole = whole;
  }

  @Override
  public Optional<UserId> user(UserId old) {
    return now.user(old);
  }

  @Override
  public RoomFate room(RoomId old) {
    RoomFate fate = now.room(old);
    boolean made = fate instanceof RoomFate.Carried c && !holds(c.target().value());
    return made && !old.equals(about.event().room()) ? new RoomFate.Pending() : fate;
  }

  @Override
  public LinkFate event(EventId old) {
    LinkFate fate = now.event(old);
    if (fate instanceof LinkFate.Left && whole) {
      return new LinkFate.Unknown();
    }
    if (!(fate instanceof LinkFate.Carried carried)) {
      return fate;
    }
    if (!holds(carried.target().value())) {
      Optional<EventId> placeholder = fates.formerPlaceholder(old);
      if (placeholder.isPresent() && holds(placeholder.get().value())) {
        return new LinkFate.Carried(carried.room(), placeholder.get(), Substance.WHOLE);
      }
      if (!wasCarriedBefore(old)) {
        return new LinkFate.Unknown();
      }
    }
    return whole
        ? new LinkFate.Carried(carried.room(), carried.target(), Substance.WHOLE)
        : carried;
  }

  /** Certain only within a room, whose events are sent one by one. */
  private boolean wasCarriedBefore(EventId old) {
    return fates
        .fate(old)
        .filter(f -> f.event().room().equals(about.event().room()))
        .filter(Order::inOrder)
        .filter(f -> !Order.inOrder(about) || Order.place(f).compareTo(Order.place(about)) < 0)
        .isPresent();
  }

  @Override
  public FileFate media(MxcUri old) {
    return now.media(old);
  }

  @Override
  public FileFate opened(SealedFile file) {
    return now.opened(file);
  }

  @Override
  public Optional<RoomAlias> alias(RoomAlias old) {
    return now.alias(old).filter(a -> holds(a.value()));
  }

  /** Whether an id stands in the content, in whatever way links escape it. */
  private boolean holds(String id) {
    int end = id.indexOf(':');
    return found.contains(id.substring(1, end < 0 ? id.length() : end));
  }
}
