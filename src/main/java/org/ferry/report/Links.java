package org.ferry.report;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Links that a person's own client opens; the page itself asks nobody. */
final class Links {
  private Links() {}

  /**
   * A link to a room.
   *
   * @param address its alias or id
   * @param via a server that knows it, for an id; null for none
   */
  static String to(String address, @Nullable String via) {
    String link = "https://matrix.to/#/" + encode(address);
    return via == null ? link : link + "?via=" + encode(via);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
