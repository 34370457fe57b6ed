package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Translates {@code m.room.server_acl} and keeps the new server in: homeservers refuse a list that
 * denies themselves, and a room that denies its own server would be lost to everybody in it. So
 * patterns under {@code deny} that meet the new server are dropped, it is added to {@code allow}
 * where nothing there meets it, and IP literals are allowed where its name is one.
 */
final class ServerAcl {
  private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}$");
  private static final Pattern IP_LITERAL =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[.*\\]");

  private final String old;
  private final Set<String> names = new LinkedHashSet<>();

  /**
   * The list of a room.
   *
   * @param old the source's server name
   * @param domain the destination's, with its port where it has one
   */
  ServerAcl(String old, String domain) {
    this.old = old;
    // Federation compares without the port, Synapse's own check of the event with it.
    names.add(domain);
    names.add(PORT.matcher(domain).replaceFirst(""));
  }

  /** Translates in place. */
  void rewrite(ObjectNode content) {
    Set<String> allowed = new LinkedHashSet<>();
    for (String server : strings(content.path("allow"))) {
      allowed.add(server.equalsIgnoreCase(old) ? names.iterator().next() : server);
    }
    for (String name : names) {
      if (allowed.stream().noneMatch(p -> matches(p, name))) {
        allowed.add(name);
      }
    }
    content.set("allow", array(allowed));
    if (content.has("deny")) {
      List<String> denied =
          strings(content.path("deny")).stream()
              .filter(p -> names.stream().noneMatch(n -> matches(p, n)))
              .toList();
      content.set("deny", array(denied));
    }
    if (names.stream().anyMatch(n -> IP_LITERAL.matcher(n).matches())
        && content.path("allow_ip_literals").isBoolean()) {
      content.put("allow_ip_literals", true);
    }
  }

  /** {@code *} is any run of characters and {@code ?} any one; case does not count. */
  private static boolean matches(String pattern, String name) {
    String p = pattern.toLowerCase(Locale.ROOT);
    String n = name.toLowerCase(Locale.ROOT);
    int i = 0;
    int star = -1;
    int from = 0;
    int at = 0;
    while (at < n.length()) {
      if (i < p.length() && p.charAt(i) == '*') {
        star = i++;
        from = at;
      } else if (i < p.length() && (p.charAt(i) == '?' || p.charAt(i) == n.charAt(at))) {
        i++;
        at++;
      } else if (star >= 0) {
        i = star + 1;
        at = ++from;
      } else {
        return false;
      }
    }
    while (i < p.length() && p.charAt(i) == '*') {
      i++;
    }
    return i == p.length();
  }

  private static List<String> strings(JsonNode list) {
    Set<String> strings = new LinkedHashSet<>();
    list.forEach(s -> {
      if (s.isTextual()) {
        strings.add(s.textValue());
      }
    });
    return List.copyOf(strings);
  }

  private static ArrayNode array(Iterable<String> strings) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    strings.forEach(array::add);
    return array;
  }
}
