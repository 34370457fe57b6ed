package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HexFormat;
import org.ferry.id.MxcUri;
import org.ferry.id.Sha256;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * An encrypted file of the source whose key a decrypted event gives.
 *
 * @param address where its ciphertext is
 * @param file the event's word about it: {@code {url, v, key, iv, hashes}}, not checked
 * @param mimeType what the event says it is, null where it says nothing
 * @param name its name, null where it has none
 */
public record SealedFile(
    MxcUri address, ObjectNode file, @Nullable String mimeType, @Nullable String name) {
  private static final String BETWEEN = "--clear-";
  private static final int LONGEST = 255;
  private static final int HASH_BYTES = 8;

  /**
   * The address under which the ledger knows the clear copy: that of the ciphertext and a hash of
   * the key, because a wrong key given by one event must not spoil the file for another.
   */
  public MxcUri clearCopy() {
    String behind = BETWEEN + hash();
    String id = address.mediaId();
    int kept = Math.min(id.length(), LONGEST - behind.length());
    return new MxcUri(address.server(), id.substring(0, kept) + behind);
  }

  /** The address of the ciphertext of which a ledger's address is the clear copy, or itself. */
  public static MxcUri original(MxcUri known) {
    int at = known.mediaId().lastIndexOf(BETWEEN);
    boolean copy = at > 0 && known.mediaId().length() == at + BETWEEN.length() + 2 * HASH_BYTES;
    return copy ? new MxcUri(known.server(), known.mediaId().substring(0, at)) : known;
  }

  private String hash() {
    JsonNode secret =
        Json.object()
            .<ObjectNode>set("key", file.path("key").path("k"))
            .<ObjectNode>set("iv", file.path("iv"))
            .set("hashes", file.path("hashes"));
    return HexFormat.of().formatHex(Sha256.of(Json.canonical(secret)), 0, HASH_BYTES);
  }

  /** Without the key: records are printed in messages. */
  @Override
  public String toString() {
    return "encrypted file " + address;
  }
}
