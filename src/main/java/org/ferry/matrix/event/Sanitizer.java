package org.ferry.matrix.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Makes a content acceptable to a homeserver and tells what it changed. What it may change is the
 * closed list {@link Kind}; everything else stays as it was, NUL included, which servers take.
 */
public final class Sanitizer {
  /** The most code points of a display name. */
  public static final int LONGEST_NAME = 256;

  /** The deepest nesting, the content itself being the first level. */
  public static final int DEEPEST = 100;

  private Sanitizer() {}

  /**
   * A content that a homeserver takes.
   *
   * @param content the content; the one that came in where nothing had to be done
   * @param repairs what was changed, in the order it was done, at most 50 of them; empty where
   *     nothing was
   */
  public record Acceptable(ObjectNode content, List<Repair> repairs) {
    /** Copies the list. */
    public Acceptable {
      repairs = List.copyOf(repairs);
    }
  }

  /**
   * One change.
   *
   * @param kind what kind of change
   * @param where the place, as {@code a.b[0]}
   */
  public record Repair(Kind kind, String where) {
    @Override
    public String toString() {
      return kind.word() + " at " + where;
    }
  }

  /** The closed list of what may be changed in a content. */
  public enum Kind {
    /** A number with a fraction of nothing became an integer. */
    FLOAT_TO_INTEGER("float to integer"),
    /** A number with a fraction became a string. */
    FLOAT_TO_STRING("float to string"),
    /** An integer beyond 2^53-1 became a string. */
    INTEGER_TO_STRING("large integer to string"),
    /** Half a character became U+FFFD. */
    LONE_SURROGATE("lone surrogate"),
    /** A text that servers insist on was missing, or was something else than text. */
    TEXT_SUPPLIED("text supplied"),
    /** What was nested deeper than 100 became JSON in a string. */
    DEPTH("nesting to string"),
    /** The formatted body was dropped to fit into 64 KiB. */
    FORMATTED_BODY_DROPPED("formatted body dropped"),
    /** The body was cut to fit into 64 KiB. */
    BODY_CUT("body cut"),
    /** A name of over 256 characters was cut. */
    NAME_CUT("name cut"),
    /** A picture's address of over 1000 characters was dropped. */
    AVATAR_DROPPED("picture dropped"),
    /** Mentions that are not what the specification says were dropped. */
    MENTIONS_DROPPED("mentions dropped");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** A few words for reports. */
    public String word() {
      return word;
    }
  }

  /**
   * Makes a content acceptable.
   *
   * @param type the event type
   * @param content the content; not changed
   * @param budget the most bytes its canonical JSON may have, see {@link EventSize}
   * @return what may be sent; sanitizing that again changes nothing
   * @throws UnfixableException where it does not fit into the budget even when trimmed
   */
  public static Acceptable acceptable(String type, ObjectNode content, int budget) {
    Repairs repairs = new Repairs();
    ObjectNode mended = repairs.mend(content);
    if (type.equals("m.room.member")) {
      repairs.trimMember(mended);
    }
    repairs.supply(type, mended);
    repairs.checkMentions(mended);
    new Trimmer(repairs, budget).trim(mended);
    return new Acceptable(repairs.list().isEmpty() ? content : mended, repairs.list());
  }

  /** Cuts a display name to the length that servers take, and mends half characters. */
  public static String name(String name) {
    return cut(Surrogates.hasLone(name) ? Surrogates.replaceLone(name) : name, LONGEST_NAME);
  }

  static String cut(String text, int codePoints) {
    return text.codePointCount(0, text.length()) <= codePoints
        ? text
        : text.substring(0, text.offsetByCodePoints(0, codePoints));
  }

  /** A content that no repair makes small enough. */
  public static final class UnfixableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnfixableException(String reason) {
      super(reason);
    }
  }
}
