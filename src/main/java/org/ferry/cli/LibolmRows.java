package org.ferry.cli;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.ferry.crypto.KeyImport;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.Secret;

/**
 * Rows {@code room_id,sender_key,session_id,pickle}; none of the values holds a comma. A pickle is
 * text, or bytes as PostgreSQL's {@code COPY} writes a column of them.
 */
final class LibolmRows {
  private static final List<String> COLUMNS =
      List.of("room_id", "sender_key", "session_id", "pickle");
  private static final int LONGEST = 1 << 16;
  private static final String BYTES = "\\x";

  private final byte[] key;
  private final KeyImport into;
  private boolean first = true;

  LibolmRows(Secret key, KeyImport into) {
    this.key = key.reveal().getBytes(StandardCharsets.UTF_8);
    this.into = into;
  }

  void take(String line) {
    List<String> row =
        List.of(line.split(",", -1)).stream()
            .map(v -> v.strip().replaceAll("^\"|\"$", ""))
            .toList();
    boolean names = first && row.equals(COLUMNS);
    first = false;
    if (names || line.isBlank()) {
      return;
    }
    if (row.size() != COLUMNS.size() || line.length() > LONGEST) {
      into.refuse("a row that does not have " + String.join(",", COLUMNS));
      return;
    }
    into.takeLibolm(row.get(0), row.get(1), row.get(2), () -> open(row.get(3)));
  }

  private MegolmInbound open(String pickle) {
    try {
      return MegolmInbound.fromLibolmPickle(text(pickle), key);
    } catch (CryptoException.WrongPickleKey e) {
      throw new KeyException("a pickle of another key, or damaged", e);
    } catch (CryptoException e) {
      throw new KeyException("no pickle of a session", e);
    }
  }

  private static String text(String pickle) {
    if (!pickle.startsWith(BYTES)) {
      return pickle;
    }
    try {
      byte[] bytes = HexFormat.of().parseHex(pickle.substring(BYTES.length()));
      return new String(bytes, StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException e) {
      throw new KeyException("no pickle of a session", e);
    }
  }
}
