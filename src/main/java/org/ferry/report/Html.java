package org.ferry.report;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * A page as it is written. Whatever text comes in is escaped here and nowhere else; names of people
 * and rooms are set apart, so that their direction of writing does not run over into the page.
 */
final class Html {
  private final StringBuilder page = new StringBuilder(1 << 14);

  /** Markup of the page's own, never of anybody's. */
  @CanIgnoreReturnValue
  Html raw(String markup) {
    page.append(markup);
    return this;
  }

  /** Text of the page's own words, with whatever was put into them. */
  @CanIgnoreReturnValue
  Html text(String text) {
    page.append(escape(text));
    return this;
  }

  /** Text that somebody else chose: a name, an id, an address. */
  @CanIgnoreReturnValue
  Html name(String text) {
    page.append("<bdi>").append(escape(text)).append("</bdi>");
    return this;
  }

  /** An element that holds text of the page's own. */
  @CanIgnoreReturnValue
  Html element(String tag, String text) {
    page.append('<').append(tag).append('>').append(escape(text));
    page.append("</").append(tag.split(" ", 2)[0]).append(">\n");
    return this;
  }

  /**
   * A link whose words somebody else chose.
   *
   * @param address an address that was made here
   * @param text its words
   */
  @CanIgnoreReturnValue
  Html link(String address, String text) {
    page.append("<a rel=\"noopener noreferrer\" href=\"").append(escape(address)).append("\">");
    return name(text).raw("</a>");
  }

  /**
   * A list, whose end is folded away where it is long.
   *
   * @param items what is listed
   * @param open how many are seen at once
   * @param more the words for so many more
   * @param each writes one
   */
  <T> void folded(List<T> items, int open, IntFunction<String> more, Consumer<T> each) {
    int seen = Math.min(items.size(), open);
    list(items.subList(0, seen), each);
    if (seen < items.size()) {
      raw("<details>").element("summary", more.apply(items.size() - seen));
      list(items.subList(seen, items.size()), each);
      raw("</details>\n");
    }
  }

  private <T> void list(List<T> items, Consumer<T> each) {
    if (items.isEmpty()) {
      return;
    }
    raw("<ul>");
    for (T item : items) {
      raw("<li>");
      each.accept(item);
      raw("</li>\n");
    }
    raw("</ul>\n");
  }

  @Override
  public String toString() {
    return page.toString();
  }

  /**
   * Text as it may stand between tags and in quoted attributes. Characters that steer the direction
   * of writing, control characters and halves of characters become U+FFFD.
   */
  static String escape(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> safe.append("&amp;");
            case '<' -> safe.append("&lt;");
            case '>' -> safe.append("&gt;");
            case '"' -> safe.append("&quot;");
            case '\'' -> safe.append("&#39;");
            case '\t', '\n', '\r' -> safe.append(' ');
            default -> safe.appendCodePoint(isSteering(c) ? 0xfffd : c);
          }
        });
    return safe.toString();
  }

  private static boolean isSteering(int c) {
    return Character.isISOControl(c)
        || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x206f)
        || c == 0x200e
        || c == 0x200f
        || c == 0x061c
        || c == 0x2028
        || c == 0x2029
        || (c & 0xfffe) == 0xfffe
        || (c >= 0xe0000 && c <= 0xe007f);
  }
}
