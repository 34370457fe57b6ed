package org.ferry.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Text that somebody else chose. */
class HtmlTest {
  @ParameterizedTest
  @CsvSource({
    "<b>, &lt;b&gt;",
    "a\"b, a&quot;b",
    "&amp;, &amp;amp;",
    "&#x202e;, &amp;#x202e;",
    "javascript:alert(1), javascript:alert(1)",
    "</style><x, &lt;/style&gt;&lt;x",
    "<!--, &lt;!--",
    "]]>, ]]&gt;"
  })
  void markupIsText(String given, String expected) {
    assertThat(Html.escape(given)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "202a", "202e", "2066", "2069", "200e", "200f", "061c", "0000", "0007", "0085", "2028", "d800",
    "dfff", "ffff", "e0041"
  })
  void whatSteersTheWritingIsShownAsUnreadable(String hex) {
    String steering = new String(Character.toChars(Integer.parseInt(hex, 16)));
    assertThat(Html.escape("a" + steering + "b")).isEqualTo("a\ufffdb");
  }

  @ParameterizedTest
  @CsvSource({"é", "日本", "🐐", "👩‍🌾", "שלום"})
  void otherWritingStays(String text) {
    assertThat(Html.escape(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"'<a href=''x''>', '&lt;a href=&#39;x&#39;&gt;'"})
  void namesAreSetApart(String given, String expected) {
    assertThat(new Html().name(given)).hasToString("<bdi>" + expected + "</bdi>");
  }
}
