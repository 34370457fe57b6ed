package org.ferry.source.recount;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * An event and its place.
 *
 * @param room its room
 * @param depth first half of its place
 * @param stream second half
 * @param id its id
 * @param type its type
 */
record Placed(String room, long depth, long stream, String id, String type) {
  static final Comparator<Placed> ORDER =
      Comparator.comparing(Placed::room)
          .thenComparingLong(Placed::depth)
          .thenComparingLong(Placed::stream)
          .thenComparing(Placed::id);

  void write(DataOutputStream out) throws IOException {
    text(out, room);
    out.writeLong(depth);
    out.writeLong(stream);
    text(out, id);
    text(out, type);
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Reads one; null at the end. */
  static @Nullable Placed read(DataInputStream in) throws IOException {
    int length;
    try {
      length = in.readInt();
    } catch (EOFException e) {
      return null;
    }
    String room = text(in, length);
    long depth = in.readLong();
    long stream = in.readLong();
    String id = text(in, in.readInt());
    return new Placed(room, depth, stream, id, text(in, in.readInt()));
  }

  private static String text(DataInputStream in, int length) throws IOException {
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }
}
