package org.ferry.source.synapse;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Finds the statements, comments and psql commands of a dump outside its COPY data, so that nothing
 * inside a string, a dollar-quoted function or a comment is taken for a statement. It is fed byte
 * by byte and never executes anything.
 */
final class SqlScanner {
  /** What a byte completed. */
  enum Seen {
    /** Nothing yet. */
    NOTHING,
    /** A statement, now in {@link #text()}. */
    STATEMENT,
    /** The parenthesis before the first row of an INSERT, whose beginning is in {@link #text()}. */
    VALUES,
    /** A line comment, now in {@link #text()}, without its dashes. */
    COMMENT,
    /** A psql command, now in {@link #text()}, without its backslash. */
    META
  }

  private enum State {
    PLAIN,
    STRING,
    ESCAPE_STRING,
    NAME,
    TAG,
    DOLLAR,
    LINE_COMMENT,
    BLOCK_COMMENT,
    META
  }

  /** More of a statement than this is not kept; a COPY line with every column is a tenth of it. */
  private static final int KEPT = 1 << 16;

  private static final String VALUES = "values";

  private final ByteSink statement = new ByteSink(1024);
  private final ByteSink note = new ByteSink(256);
  private final ByteSink tag = new ByteSink(64);
  private State state = State.PLAIN;
  private String text = "";
  private int last = ' ';
  private int beforeLast = ' ';
  private int depth;
  private int matched;
  private boolean skipNext;
  private boolean backslashQuotes;

  /** What was completed last; only its beginning where it was very long. */
  String text() {
    return text;
  }

  /** True where a backslash in an ordinary string takes the next character's meaning away. */
  boolean backslashesEscape() {
    return backslashQuotes;
  }

  /** Forgets the statement that has begun; the next byte begins another. */
  void startOver() {
    statement.reset(1024);
    state = State.PLAIN;
    last = ' ';
    beforeLast = ' ';
  }

  /** Takes one byte, 0 to 255. */
  Seen feed(int b) {
    Seen seen =
        switch (state) {
          case PLAIN -> plain(b);
          case STRING -> string(b, backslashQuotes);
          case ESCAPE_STRING -> string(b, true);
          case NAME -> name(b);
          case TAG -> tag(b);
          case DOLLAR -> dollar(b);
          case LINE_COMMENT -> toEndOfLine(b, Seen.COMMENT);
          case META -> toEndOfLine(b, Seen.META);
          case BLOCK_COMMENT -> blockComment(b);
        };
    beforeLast = last;
    last = b;
    return seen;
  }

  private Seen plain(int b) {
    switch (b) {
      case ';' -> {
        return statementDone();
      }
      case '\'' -> {
        boolean escapes = (last == 'E' || last == 'e') && !isWord(beforeLast);
        state = escapes ? State.ESCAPE_STRING : State.STRING;
      }
      case '"' -> state = State.NAME;
      case '(' -> {
        if (endsInValues()) {
          text = statement.toString().strip();
          keep(b);
          return Seen.VALUES;
        }
      }
      case '$' -> {
        if (!isWord(last)) {
          tag.truncate(0);
          tag.put('$');
          state = State.TAG;
        }
      }
      case '\\' -> {
        begin(State.META);
        return Seen.NOTHING;
      }
      case '-' -> {
        if (last == '-') {
          statement.truncate(Math.max(0, statement.size() - 1));
          begin(State.LINE_COMMENT);
          return Seen.NOTHING;
        }
      }
      case '*' -> {
        if (last == '/') {
          statement.truncate(Math.max(0, statement.size() - 1));
          depth = 1;
          state = State.BLOCK_COMMENT;
          return Seen.NOTHING;
        }
      }
      default -> {}
    }
    keep(b);
    return Seen.NOTHING;
  }

  private Seen statementDone() {
    text = statement.toString().strip();
    statement.reset(1024);
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("set standard_conforming_strings")) {
      backslashQuotes = lower.endsWith("off");
    }
    return Seen.STATEMENT;
  }

  /** True behind {@code INSERT … VALUES}, where only white space may follow the word. */
  private boolean endsInValues() {
    byte[] b = statement.bytes();
    int to = statement.size();
    while (to > 0 && b[to - 1] <= ' ' && b[to - 1] >= 0) {
      to--;
    }
    return to > VALUES.length()
        && !isWord(b[to - VALUES.length() - 1] & 0xff)
        && b[to - VALUES.length() - 1] != '"'
        && new String(b, to - VALUES.length(), VALUES.length(), StandardCharsets.ISO_8859_1)
            .equalsIgnoreCase(VALUES)
        && new String(b, 0, Math.min(to, 64), StandardCharsets.ISO_8859_1)
            .strip()
            .toLowerCase(Locale.ROOT)
            .startsWith("insert");
  }

  private Seen string(int b, boolean escapes) {
    keep(b);
    if (skipNext) {
      skipNext = false;
    } else if (escapes && b == '\\') {
      skipNext = true;
    } else if (b == '\'') {
      state = State.PLAIN;
    }
    return Seen.NOTHING;
  }

  private Seen name(int b) {
    keep(b);
    if (b == '"') {
      state = State.PLAIN;
    }
    return Seen.NOTHING;
  }

  private Seen tag(int b) {
    keep(b);
    if (b == '$') {
      tag.put('$');
      matched = 0;
      state = State.DOLLAR;
    } else if (isWord(b) && tag.size() < 64 && !(tag.size() == 1 && b >= '0' && b <= '9')) {
      tag.put(b);
    } else {
      state = State.PLAIN;
      if (b == '\'') {
        state = State.STRING;
      }
    }
    return Seen.NOTHING;
  }

  private Seen dollar(int b) {
    if (b == (tag.bytes()[matched] & 0xff)) {
      matched++;
    } else {
      matched = b == '$' ? 1 : 0;
    }
    if (matched == tag.size()) {
      state = State.PLAIN;
    }
    return Seen.NOTHING;
  }

  private Seen blockComment(int b) {
    if (last == '/' && b == '*') {
      depth++;
    } else if (last == '*' && b == '/') {
      depth--;
      if (depth == 0) {
        state = State.PLAIN;
      }
    }
    return Seen.NOTHING;
  }

  private void begin(State noted) {
    note.truncate(0);
    state = noted;
  }

  private Seen toEndOfLine(int b, Seen what) {
    if (b != '\n') {
      if (note.size() < 1000) {
        note.put(b);
      }
      return Seen.NOTHING;
    }
    text = new String(note.bytes(), 0, note.size(), StandardCharsets.UTF_8).strip();
    state = State.PLAIN;
    return what;
  }

  private void keep(int b) {
    if (statement.size() < KEPT) {
      statement.put(b);
    }
  }

  private static boolean isWord(int b) {
    return b >= 0x80 || b == '_' || Character.isLetterOrDigit(b);
  }
}
