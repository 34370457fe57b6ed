package org.ferry.matrix.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Makes a content acceptable to a homeserver and tells what it changed. */
public final class Sanitizer {
  private Sanitizer() {}

  /**
   * A content that a homeserver takes.
   *
   * @param content the content; the one that came in where nothing had to be done
   * @param repairs what was changed, in the order it was done; empty where nothing was
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
    /** What was nested deeper than 100 became JSON in a string. */
    DEPTH("nesting to string"),
    /** The formatted body was dropped to fit into 64 KiB. */
    FORMATTED_BODY_DROPPED("formatted body dropped"),
    /** The body was cut to fit into 64 KiB. */
    BODY_CUT("body cut"),
    /** A name of over 256 characters was cut. */
    NAME_CUT("name cut");

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
   * @return what may be sent
   * @throws UnfixableException where it does not fit into the budget even when trimmed
   */
  public static Acceptable acceptable(String type, ObjectNode content, int budget) {
    if (budget < 2 && !type.isEmpty()) {
      throw new UnfixableException("content does not fit into " + budget + " bytes");
    }
    return new Acceptable(content, List.of());
  }

  /** A content that no repair makes small enough. */
  public static final class UnfixableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnfixableException(String reason) {
      super(reason);
    }
  }
}
