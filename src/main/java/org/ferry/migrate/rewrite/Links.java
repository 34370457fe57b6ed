package org.ferry.migrate.rewrite;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Points permalinks, pills and embedded pictures at the other side: {@code https://matrix.to/#/…}
 * and {@code matrix:…} (specification, appendix "Matrix URIs"), in HTML attributes and plain text.
 * What the look-ups do not know stays as it was.
 *
 * <p>Each text is read once, from left to right, so that what was translated is never translated
 * again, and in a time that grows with its length alone.
 */
final class Links {
  private static final String LINK =
      "(?:https?://(?:www\\.)?matrix\\.to/#/|\\bmatrix:(?:u|r|roomid|user|room)/)[^\\s<>\"'()\\[\\]]+";
  private static final Pattern TEXT_LINK = Pattern.compile(LINK, Pattern.CASE_INSENSITIVE);
  private static final Pattern HTML_LINK =
      Pattern.compile(
          "\\b(href|src)(\\s*=\\s*)(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"'<>]+))|" + LINK,
          Pattern.CASE_INSENSITIVE);
  private static final Pattern MATRIX_TO =
      Pattern.compile(
          "(https?://(?:www\\.)?matrix\\.to/#/)([^?]*)(?:\\?(.*))?",
          Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
  private static final Pattern MATRIX_URI =
      Pattern.compile(
          "(matrix:(u|r|roomid|user|room)/)([^/?]+)(?:/(?:e|event)/([^/?]+))?(?:\\?(.*))?",
          Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

  /** What follows a link in running text and is not part of it. */
  private static final String PUNCTUATION = ".,;:!?*~`|}\u00bb\u2026";

  private final Lookups lookups;
  private final String domain;
  private final boolean follow;
  private final RoomId own;
  private @Nullable RoomId awaitedRoom;
  private @Nullable EventId awaitedEvent;

  /**
   * Links of one event.
   *
   * @param lookups what became of ids
   * @param context the room the event goes to
   * @param own the event's room on the source
   */
  Links(Lookups lookups, RoomContext context, RoomId own) {
    this.lookups = lookups;
    this.domain = context.domain();
    this.follow = context.follow();
    this.own = own;
  }

  /** An event of another room that a link points to and that is still to be carried. */
  Optional<Rewritten.Await> awaited() {
    return awaitedRoom == null || awaitedEvent == null
        ? Optional.empty()
        : Optional.of(new Rewritten.Await(awaitedRoom, awaitedEvent));
  }

  /** Rewrites the links of plain text. */
  String inText(String text) {
    return text.contains("atrix")
        ? TEXT_LINK
            .matcher(text)
            .replaceAll(m -> Matcher.quoteReplacement(inRunningText(m.group(), false)))
        : text;
  }

  /** Rewrites the links and pictures of HTML. */
  String inHtml(String html) {
    return html.contains("atrix") || html.contains("mxc://")
        ? HTML_LINK.matcher(html).replaceAll(m -> Matcher.quoteReplacement(inMarkup(m)))
        : html;
  }

  private String inMarkup(MatchResult match) {
    if (match.group(1) == null) {
      return inRunningText(match.group(), true);
    }
    String quote = match.group(4) != null ? "'" : "\"";
    String value = match.group(3) != null ? match.group(3) : match.group(4);
    if (value == null) {
      value = match.group(5);
    }
    return attribute(value, quote)
        .map(changed -> match.group(1) + match.group(2) + quote + changed + quote)
        .orElse(match.group());
  }

  /** The new value of an attribute, escaped; empty where it stays as it is. */
  private Optional<String> attribute(String value, String quote) {
    String plain = value.replace("&amp;", "&").strip();
    String changed =
        plain.startsWith("mxc://")
            ? MxcUri.parse(plain).map(this::picture).orElse(plain)
            : link(plain);
    return changed.equals(plain)
        ? Optional.empty()
        : Optional.of(
            changed.replace("&", "&amp;").replace(quote, quote.equals("'") ? "&#39;" : "&quot;"));
  }

  private String picture(MxcUri old) {
    return lookups.media(old) instanceof Lookups.FileFate.Carried c
        ? c.target().toString()
        : old.toString();
  }

  private String inRunningText(String match, boolean html) {
    int end = html ? entity(match) : match.length();
    while (end > 0 && PUNCTUATION.indexOf(match.charAt(end - 1)) >= 0) {
      end--;
    }
    String link = match.substring(0, end);
    String plain = html ? link.replace("&amp;", "&") : link;
    String changed = link(plain);
    if (changed.equals(plain)) {
      return match;
    }
    return (html ? changed.replace("&", "&amp;") : changed) + match.substring(end);
  }

  /** Where the first character begins that is written as an entity and ends a link. */
  private static int entity(String html) {
    int at = html.indexOf('&');
    while (at >= 0 && html.startsWith("&amp;", at) && at + 5 < html.length()) {
      at = html.indexOf('&', at + 1);
    }
    return at < 0 ? html.length() : at;
  }

  /** Rewrites one link, or returns it as it is. */
  String link(String link) {
    Matcher to = MATRIX_TO.matcher(link);
    if (to.matches()) {
      return matrixTo(to).orElse(link);
    }
    Matcher uri = MATRIX_URI.matcher(link);
    return uri.matches() ? matrixUri(uri).orElse(link) : link;
  }

  private Optional<String> matrixTo(Matcher to) {
    boolean encoded = to.group(2).contains("%");
    String[] parts = to.group(2).split("/", 2);
    return path(decode(parts[0]), parts.length > 1 ? decode(parts[1]) : "")
        .map(p -> {
          String event = p.event().isEmpty() ? "" : "/" + (encoded ? encode(p.event()) : p.event());
          String id = encoded ? encode(p.id()) : p.id();
          return to.group(1) + id + event + query(to.group(3), p);
        });
  }

  private Optional<String> matrixUri(Matcher uri) {
    String sigil =
        switch (uri.group(2).toLowerCase(Locale.ROOT)) {
          case "u", "user" -> "@";
          case "r", "room" -> "#";
          default -> "!";
        };
    String event = uri.group(4) == null ? "" : "$" + decode(uri.group(4));
    return path(sigil + decode(uri.group(3)), event)
        .map(p -> {
          String tail = p.event().isEmpty() ? "" : "/e/" + segment(p.event().substring(1));
          return uri.group(1) + segment(p.id().substring(1)) + tail + query(uri.group(5), p);
        });
  }

  /** What a link says beside its target; the servers to go through are new ones. */
  private String query(@Nullable String old, Path path) {
    List<String> parts = new ArrayList<>();
    if (old != null) {
      for (String part : old.split("&", -1)) {
        if (!part.isEmpty() && !part.startsWith("via=")) {
          parts.add(part);
        }
      }
    }
    if (path.via()) {
      parts.add("via=" + domain);
    }
    return parts.isEmpty() ? "" : "?" + String.join("&", parts);
  }

  /** Where a link leads now; empty where it leads where it did before. */
  private Optional<Path> path(String id, String event) {
    if (UserId.isValid(id)) {
      return lookups.user(new UserId(id)).map(u -> new Path(u.value(), "", false));
    }
    if (RoomAlias.isValid(id)) {
      return lookups.alias(new RoomAlias(id)).map(a -> new Path(a.value(), target(event), false));
    }
    return RoomId.parse(id)
        .map(lookups::room)
        .filter(Lookups.RoomFate.Carried.class::isInstance)
        .map(room -> ((Lookups.RoomFate.Carried) room).target().value())
        .map(room -> new Path(room, target(event), true));
  }

  /** The new id of a linked event; empty text, a link to the room alone, where there is none. */
  private String target(String event) {
    return EventId.parse(event).map(this::target).orElse("");
  }

  private String target(EventId old) {
    return switch (lookups.event(old)) {
      case Lookups.LinkFate.Carried c -> c.target().value();
      case Lookups.LinkFate.Pending p -> {
        // What stands later in the event's own room can never come before it.
        if (follow && !p.room().equals(own)) {
          awaitedRoom = p.room();
          awaitedEvent = old;
        }
        yield "";
      }
      case Lookups.LinkFate.Left l -> "";
      case Lookups.LinkFate.Failed f -> "";
      case Lookups.LinkFate.Unknown u -> "";
    };
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A colon needs no escape in the path of a {@code matrix:} address. */
  private static String segment(String text) {
    return encode(text).replace("%3A", ":");
  }

  private record Path(String id, String event, boolean via) {}
}
