package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.id.UserId;

/** A text with {@code {localpart}}, {@code {server}}, {@code {id}} or {@code {displayname}}. */
final class Template {
  private static final Pattern FIELD = Pattern.compile("\\{(localpart|server|id|displayname)}");

  /** Literals and fields in turn: a literal first and last, both possibly empty. */
  private final List<String> parts = new ArrayList<>();

  Template(String text) {
    Matcher m = FIELD.matcher(text);
    int end = 0;
    while (m.find()) {
      parts.add(text.substring(end, m.start()));
      parts.add(m.group(1));
      end = m.end();
    }
    parts.add(text.substring(end));
  }

  String prefix() {
    return parts.getFirst();
  }

  /** What follows the last field; empty where there is no field. */
  String suffix() {
    return parts.size() == 1 ? "" : parts.getLast();
  }

  /** What is fixed, in bytes of ASCII. */
  int literalLength() {
    int length = 0;
    for (int i = 0; i < parts.size(); i += 2) {
      length += parts.get(i).length();
    }
    return length;
  }

  /**
   * Fills the template in.
   *
   * @param id whose id
   * @param displayName the name shown
   * @param encode applied to each value
   * @param addition stands directly behind the last value
   * @return the text
   */
  String fill(UserId id, String displayName, UnaryOperator<String> encode, String addition) {
    StringBuilder out = new StringBuilder(parts.getFirst());
    for (int i = 1; i < parts.size(); i += 2) {
      out.append(encode.apply(value(parts.get(i), id, displayName)));
      if (i == parts.size() - 2) {
        out.append(addition);
      }
      out.append(parts.get(i + 1));
    }
    return parts.size() == 1 ? out + addition : out.toString();
  }

  private static String value(String field, UserId id, String displayName) {
    return switch (field) {
      case "localpart" -> id.localpart();
      case "server" -> id.server();
      case "id" -> id.value();
      default -> displayName;
    };
  }
}
