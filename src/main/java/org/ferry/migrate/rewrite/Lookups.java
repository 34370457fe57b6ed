package org.ferry.migrate.rewrite;

import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/**
 * What the rewriter asks about the other side. During a replay {@link #media} uploads; during a
 * verification or a dry run every answer comes from the ledger.
 */
public interface Lookups {
  /** The new id of a person, or empty for somebody the plan does not know. */
  Optional<UserId> user(UserId old);

  /** What became of a room. */
  RoomFate room(RoomId old);

  /** False for a room that the plan keeps out of the Space and of all sub-spaces. */
  default boolean inSpace(RoomId old) {
    return true;
  }

  /** What became of an event. */
  LinkFate event(EventId old);

  /** What became of a file. */
  FileFate media(MxcUri old);

  /** What became of an encrypted file that is carried in clear; by default it stays as it is. */
  default FileFate opened(SealedFile file) {
    return new FileFate.Elsewhere();
  }

  /** The alias in the new domain, or empty where none was made for this one. */
  Optional<RoomAlias> alias(RoomAlias old);

  /** What became of a room. */
  sealed interface RoomFate {
    /**
     * It stands on the other side.
     *
     * @param target the new id
     */
    record Carried(RoomId target) implements RoomFate {}

    /** It will be carried, but has no id yet. */
    record Pending() implements RoomFate {}

    /**
     * It belongs to the source and is not carried.
     *
     * @param reason as the plan says
     */
    record Left(String reason) implements RoomFate {}

    /** The source knows nothing of it, or it lives elsewhere: its id stays what it is. */
    record Elsewhere() implements RoomFate {}
  }

  /** What became of an event that another one points to. */
  sealed interface LinkFate {
    /**
     * It was carried.
     *
     * @param room the room on the source
     * @param target the new id
     * @param substance how much of it stands there
     */
    record Carried(RoomId room, EventId target, Substance substance) implements LinkFate {
      /**
       * An event that was carried.
       *
       * @param old the event, as the source has it now
       * @param target the new id
       * @param pruned true where it was carried without what a redaction took
       * @param repairs what the ledger notes of it
       */
      public static Carried of(
          Event old, EventId target, boolean pruned, @Nullable String repairs) {
        boolean placeholder = old.redactedBy() == null && Placeholder.stands(repairs);
        return placeholder
            ? new Carried(old.room(), target, Substance.PLACEHOLDER)
            : of(old, target, pruned);
      }

      /**
       * An event that was carried as itself.
       *
       * @param old the event, as the source has it now
       * @param target the new id
       * @param pruned true where it was carried without what a redaction took
       */
      public static Carried of(Event old, EventId target, boolean pruned) {
        Substance substance =
            old.redactedBy() == null
                ? Substance.WHOLE
                : !pruned
                    ? Substance.TAKEN_BACK
                    : old.isState() ? Substance.PRUNED : Substance.STUB;
        return new Carried(old.room(), target, substance);
      }
    }

    /**
     * It is still to be carried.
     *
     * @param room the room on the source
     */
    record Pending(RoomId room) implements LinkFate {}

    /**
     * It was left out by rule.
     *
     * @param room the room on the source
     * @param reason the rule
     */
    record Left(RoomId room, String reason) implements LinkFate {}

    /**
     * It could not be carried so far.
     *
     * @param room the room on the source
     */
    record Failed(RoomId room) implements LinkFate {}

    /** The source has no such event. */
    record Unknown() implements LinkFate {}
  }

  /** How much of a carried event stands on the other side. */
  enum Substance {
    /** All of it; nobody took it back. */
    WHOLE,
    /** A notice that stands for it until a key opens it. */
    PLACEHOLDER,
    /** State, carried without what a redaction took: there is nothing more to take back. */
    PRUNED,
    /** An empty place, to which the dated redaction belongs. */
    STUB,
    /** All of it, and the source has taken it back since. */
    TAKEN_BACK
  }

  /** What became of a file. */
  sealed interface FileFate {
    /**
     * It has a new address.
     *
     * @param target the new address
     */
    record Carried(MxcUri target) implements FileFate {}

    /**
     * It should have one and has not.
     *
     * @param reason why, with the remedy
     */
    record Missing(String reason) implements FileFate {}

    /** It is not the source's to carry: its address stays what it is. */
    record Elsewhere() implements FileFate {}
  }
}
