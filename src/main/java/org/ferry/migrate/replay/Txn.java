package org.ferry.migrate.replay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.ferry.id.Sha256;

/** Transaction ids: the same for the same thing, different for everything else. */
public final class Txn {
  private Txn() {}

  /**
   * An id for something that is done to a room in one of its generations: after a rollback the same
   * thing is another.
   *
   * @param generation how often the room was taken back
   * @param parts what makes the thing different from others
   * @return the id
   */
  public static String of(int generation, String... parts) {
    if (generation == 0) {
      return id(parts);
    }
    String[] more = Arrays.copyOf(parts, parts.length + 1);
    more[parts.length] = "generation " + generation;
    return id(more);
  }

  /**
   * An id made of all parts.
   *
   * @param parts what makes the thing different from others
   * @return the id
   */
  public static String id(String... parts) {
    MessageDigest digest = Sha256.digest();
    for (String part : parts) {
      digest.update(part.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return "ferry-" + HexFormat.of().formatHex(digest.digest(), 0, 16);
  }
}
