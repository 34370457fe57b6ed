package org.ferry.matrix.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Writes canonical JSON (specification, appendix "Canonical JSON"). */
final class Canonical {
  /** By code point, which differs from String's own order beyond the basic plane. */
  private static final Comparator<String> BY_CODE_POINT = Canonical::compare;

  private final StringBuilder out = new StringBuilder();

  private Canonical() {}

  static String write(JsonNode value) {
    Canonical c = new Canonical();
    c.value(value);
    return c.out.toString();
  }

  private void value(JsonNode value) {
    if (value.isObject()) {
      object(value);
    } else if (value.isArray()) {
      array(value);
    } else if (value.isTextual()) {
      string(value.textValue());
    } else if (value.isBigDecimal()) {
      out.append(number(value.decimalValue()));
    } else {
      out.append(value.asText());
    }
  }

  /** A number that is no integer has no canonical form; a huge exponent is not written out. */
  private static String number(BigDecimal value) {
    return Math.abs((long) value.scale()) < 1000 ? value.toPlainString() : value.toString();
  }

  private void object(JsonNode value) {
    List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(value.properties());
    fields.sort(Map.Entry.comparingByKey(BY_CODE_POINT));
    char before = '{';
    for (Map.Entry<String, JsonNode> field : fields) {
      out.append(before);
      string(field.getKey());
      out.append(':');
      value(field.getValue());
      before = ',';
    }
    out.append(fields.isEmpty() ? "{}" : "}");
  }

  private void array(JsonNode value) {
    char before = '[';
    for (JsonNode item : value) {
      out.append(before);
      value(item);
      before = ',';
    }
    out.append(value.isEmpty() ? "[]" : "]");
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\t' -> out.append("\\t");
        case '\n' -> out.append("\\n");
        case '\f' -> out.append("\\f");
        case '\r' -> out.append("\\r");
        default -> character(text, i, c);
      }
    }
    out.append('"');
  }

  private void character(String text, int at, char c) {
    if (c < ' ' || Surrogates.isLone(text, at)) {
      out.append(String.format("\\u%04x", (int) c));
    } else {
      out.append(c);
    }
  }

  private static int compare(String a, String b) {
    int n = Math.min(a.length(), b.length());
    for (int i = 0; i < n; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        return Integer.compare(weight(x), weight(y));
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Surrogates stand for code points above all others of the basic plane. */
  private static int weight(char c) {
    return Character.isSurrogate(c) ? c + 0x10000 : c;
  }
}
