package org.ferry.live.message;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Document.OutputSettings;
import org.jsoup.nodes.Entities.EscapeMode;
import org.jsoup.safety.Cleaner;
import org.jsoup.safety.Safelist;

/**
 * HTML of messages, cleaned to what the specification lets clients show (m.room.message, "HTML"):
 * its tags and attributes, links of its schemes, pictures of Matrix only. The quotation of what is
 * replied to is left out. Safe for use by many threads.
 */
final class SafeHtml {
  /** Nothing that a person wrote is longer; what is has no clean form. */
  static final int LONGEST = 100_000;

  private static final int DEEPEST = 100;
  private static final Safelist ALLOWED =
      new Safelist()
          .addTags(
              "del",
              "h1",
              "h2",
              "h3",
              "h4",
              "h5",
              "h6",
              "blockquote",
              "p",
              "a",
              "ul",
              "ol",
              "sup",
              "sub",
              "li",
              "b",
              "i",
              "u",
              "strong",
              "em",
              "s",
              "code",
              "hr",
              "br",
              "div",
              "table",
              "thead",
              "tbody",
              "tr",
              "th",
              "td",
              "caption",
              "pre",
              "span",
              "img",
              "details",
              "summary")
          .addAttributes("a", "href", "target")
          .addAttributes("img", "width", "height", "alt", "title", "src")
          .addAttributes("ol", "start")
          .addAttributes("code", "class")
          .addAttributes("span", "data-mx-bg-color", "data-mx-color", "data-mx-spoiler")
          .addAttributes("span", "data-mx-maths")
          .addAttributes("div", "data-mx-maths")
          .addProtocols("a", "href", "https", "http", "ftp", "mailto", "magnet")
          .addProtocols("img", "src", "mxc")
          .addEnforcedAttribute("a", "rel", "noopener");

  private SafeHtml() {}

  /**
   * Cleans HTML.
   *
   * @param html what somebody wrote
   * @return clean HTML, which may be empty
   */
  static String clean(String html) {
    if (html.length() > LONGEST) {
      return "";
    }
    if (html.indexOf('<') < 0 && html.indexOf('&') < 0) {
      return html.replace(">", "&gt;").strip();
    }
    Document dirty = Jsoup.parseBodyFragment(html);
    var unused = dirty.select("mx-reply, script, style, title, textarea, iframe").remove();
    deepest(dirty);
    Document clean = new Cleaner(ALLOWED).clean(dirty);
    classes(clean);
    var settings = new OutputSettings().prettyPrint(false).escapeMode(EscapeMode.base);
    return clean.outputSettings(settings).body().html().strip();
  }

  /** What is nested deeper than the specification lets clients go is left out. */
  private static void deepest(Document dirty) {
    for (var element : dirty.body().select("*")) {
      if (element.parents().size() > DEEPEST) {
        element.remove();
      }
    }
  }

  /** Of classes only the language of a piece of code is allowed. */
  private static void classes(Document clean) {
    for (var code : clean.select("code[class]")) {
      String language =
          code.classNames().stream().filter(c -> c.startsWith("language-")).findFirst().orElse("");
      var unused = language.isEmpty() ? code.removeAttr("class") : code.attr("class", language);
    }
  }
}
