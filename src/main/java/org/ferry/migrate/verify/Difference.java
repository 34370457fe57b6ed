package org.ferry.migrate.verify;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is not as it should be.
 *
 * @param kind what is wrong
 * @param what the old event, room, user or file that it is about; of state its type and key; of
 *     what nobody expected the new event
 * @param expected what should be, shortened; null where nothing should
 * @param found what is, shortened; null where nothing is
 * @param by who on the destination made it so, null where that is not known
 */
public record Difference(
    Kind kind,
    String what,
    @Nullable String expected,
    @Nullable String found,
    @Nullable String by) {
  private static final int SHOWN = 300;

  /** What is compared. */
  public enum Kind {
    /** A carried event, or a whole room, stands nowhere. */
    MISSING,
    /** An event stands a second time. */
    TWICE,
    /** An event stands in another place of the order. */
    ORDER,
    /** Somebody else sent it. */
    SENDER,
    /** It has another date. */
    TIME,
    /** It is of another type. */
    TYPE,
    /** It is state of another key. */
    STATE_KEY,
    /** It says something else. */
    CONTENT,
    /** It was taken back here and not there, or there and not here. */
    REDACTION,
    /** Somebody is a member who should not be, or the other way round. */
    MEMBERSHIP,
    /** A present setting of a room is another. */
    STATE,
    /** A room hangs in the wrong place of the Space. */
    SPACE,
    /** An alias leads to another room, or to none. */
    ALIAS,
    /** What a person keeps for themselves is another: a tag, a push rule, a read marker. */
    SETTING,
    /** A file's bytes are others. */
    MEDIA,
    /** The ledger does not hold what the source does. */
    SOURCE,
    /** Not carried yet. */
    WAITING,
    /** Could not be carried. */
    FAILED,
    /** One of Ferry's users wrote something that the ledger does not know. */
    UNEXPECTED,
    /** It could not be read, so that nothing was compared. */
    UNREADABLE;

    /** The word for it in JSON and on the terminal. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Shortens long values. */
  public Difference {
    expected = shorten(expected);
    found = shorten(found);
  }

  /** A difference that nobody is known to have made. */
  Difference(Kind kind, String what, @Nullable String expected, @Nullable String found) {
    this(kind, what, expected, found, null);
  }

  private static @Nullable String shorten(@Nullable String text) {
    return text == null || text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  /** The difference in one sentence of English. */
  public String sentence() {
    String who = by == null ? "" : ", by " + by;
    return switch (kind) {
      case MISSING ->
          what + " stands nowhere on the new side" + (found == null ? "" : ": " + found);
      case TWICE -> "%s stands twice on the new side: %s as well".formatted(what, found);
      case ORDER -> what + " stands after events that follow it";
      case REDACTION ->
          expected == null
              ? what + " was taken back on the old side and can still be read on the new one"
              : what + " was taken back on the new side" + who;
      case FAILED -> "%s could not be carried: %s".formatted(what, found);
      case WAITING -> "%s is not carried yet".formatted(what);
      case UNEXPECTED -> "%s is on the new side%s: %s".formatted(what, who, found);
      case UNREADABLE -> "%s could not be compared: %s".formatted(what, found);
      case SOURCE,
          SETTING,
          MEDIA,
          SENDER,
          TIME,
          TYPE,
          STATE_KEY,
          CONTENT,
          MEMBERSHIP,
          STATE,
          SPACE,
          ALIAS ->
          "%s of %s: expected %s, found %s%s"
              .formatted(subject(), what, or(expected), or(found), who);
    };
  }

  private String subject() {
    return switch (kind) {
      case SOURCE -> "the events";
      case MEDIA -> "the bytes";
      case STATE_KEY -> "the state key";
      case STATE -> "the setting";
      case SPACE -> "the place in the Space";
      case ALIAS -> "the room";
      default -> "the " + kind.word();
    };
  }

  private static String or(@Nullable String value) {
    return value == null ? "nothing" : value;
  }

  @Override
  public String toString() {
    return kind.word() + ": " + sentence();
  }
}
