package org.ferry.matrix.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Builds paths and queries from parts that come from anywhere. */
final class Paths {
  private Paths() {}

  /** Puts encoded values in the place of each {@code {}}; their numbers must agree. */
  static String fill(String template, String... values) {
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (String value : values) {
      int hole = template.indexOf("{}", from);
      if (hole < 0) {
        throw new IllegalArgumentException("too many values for " + template);
      }
      out.append(template, from, hole).append(encode(value));
      from = hole + 2;
    }
    if (template.indexOf("{}", from) >= 0) {
      throw new IllegalArgumentException("too few values for " + template);
    }
    return out.append(template.substring(from)).toString();
  }

  /** Percent-encodes everything but letters, digits and {@code - . _ ~}; a lone dot or two too. */
  static String encode(String value) {
    if (value.equals(".") || value.equals("..")) {
      return value.replace(".", "%2E");
    }
    return URLEncoder.encode(value, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  static String query(Map<String, String> parameters, List<String> via) {
    StringBuilder out = new StringBuilder();
    parameters.forEach((name, value) ->
        out.append(out.isEmpty() ? '?' : '&')
            .append(encode(name))
            .append('=')
            .append(encode(value)));
    for (String server : via) {
      out.append(out.isEmpty() ? '?' : '&').append("via=").append(encode(server));
      out.append("&server_name=").append(encode(server));
    }
    return out.toString();
  }
}
