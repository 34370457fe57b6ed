package org.ferry.source.synapse;

import org.ferry.source.synapse.Json.Malformed;
import org.jspecify.annotations.Nullable;

/**
 * Cuts out of a row of {@code event_json} what is carried: its content as it stands, and a few
 * marks. Signatures, hashes and references to earlier events stay behind, which halves what has to
 * be staged.
 */
final class EventCutter {
  /**
   * No homeserver accepts an event of more than 64 KiB; its JSON with {@code unsigned} is below.
   */
  private static final int LARGEST = 1 << 20;

  private static final int USUAL = 1 << 14;

  private final ByteSink clearJson = new ByteSink(USUAL);
  private final ByteSink clearId = new ByteSink(1 << 8);
  private final ByteSink clearNotes = new ByteSink(1 << 10);
  private final Json json = new Json();
  private final Json notes = new Json();

  /**
   * Appends one row: event id, hidden, recheck, state key, redacts, content.
   *
   * @param b the row of the dump
   * @param field begin and end of the event id, the internal metadata and the JSON
   * @param rough true where decoded text may hold what the database refuses
   * @return what is wrong, null where the row is fine; then {@code out} holds a part of it
   */
  @Nullable String cut(byte[] b, int[] field, boolean rough, ByteSink out) {
    if (field[5] - field[4] > 2 * LARGEST) {
      return "holds an event of " + (field[5] - field[4]) + " bytes, more than any server accepts";
    }
    try {
      decode(b, field[4], field[5], clearJson, USUAL);
      decode(b, field[2], field[3], clearNotes, 1 << 10);
      decode(b, field[0], field[1], clearId, 1 << 8);
      if (rough && !(fits(clearJson) && fits(clearId))) {
        return "is not valid UTF-8, or holds a NUL byte, behind its escapes";
      }
      json.read(clearJson.bytes(), 0, clearJson.size());
      readNotes();
      return write(out);
    } catch (Malformed e) {
      return "holds an event that " + e.getMessage();
    }
  }

  private static void decode(byte[] b, int from, int to, ByteSink into, int usual) {
    into.reset(usual);
    CopyText.unescape(b, from, to, into);
  }

  private static boolean fits(ByteSink clear) {
    byte[] b = clear.bytes();
    return CopyText.indexOf(b, 0, clear.size(), (byte) 0) < 0
        && CopyText.isUtf8(b, 0, clear.size());
  }

  /** Old rows have none; then nothing is known against the event. */
  private void readNotes() throws Malformed {
    if (clearNotes.size() > 2) {
      notes.read(clearNotes.bytes(), 0, clearNotes.size());
    } else {
      notes.read(new byte[] {'{', '}'}, 0, 2);
    }
  }

  private @Nullable String write(ByteSink out) {
    int content = json.find("content");
    if (content < 0 || clearJson.bytes()[json.start(content)] != '{') {
      return "holds an event without content";
    }
    CopyText.escape(clearId.bytes(), 0, clearId.size(), out);
    out.put(CopyText.TAB);
    out.put(notes.isTrue("soft_failed") || notes.isTrue("outlier") ? 't' : 'f');
    out.put(CopyText.TAB);
    out.put(notes.isTrue("recheck_redaction") ? 't' : 'f');
    out.put(CopyText.TAB);
    string("state_key", out);
    out.put(CopyText.TAB);
    string("redacts", out);
    out.put(CopyText.TAB);
    CopyText.escape(clearJson.bytes(), json.start(content), json.end(content), out);
    out.put('\n');
    return null;
  }

  private void string(String name, ByteSink out) {
    int m = json.find(name);
    if (m >= 0 && clearJson.bytes()[json.start(m)] == '"') {
      CopyText.escape(clearJson.bytes(), json.start(m), json.end(m), out);
    } else {
      out.putAscii("\\N");
    }
  }
}
