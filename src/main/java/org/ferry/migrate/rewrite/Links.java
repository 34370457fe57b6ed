package org.ferry.migrate.rewrite;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
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
 */
final class Links {
  private static final Pattern TEXT_LINK =
      Pattern.compile("https?://(?:www\\.)?matrix\\.to/#/[^\\s<>\"'()\\[\\]]+");
  private static final Pattern ATTRIBUTE =
      Pattern.compile("\\b(href|src)(\\s*=\\s*)(\"([^\"]*)\"|'([^']*)')", Pattern.CASE_INSENSITIVE);
  private static final Pattern MATRIX_TO =
      Pattern.compile("(https?://(?:www\\.)?matrix\\.to/#/)([^?]*)(\\?.*)?", Pattern.DOTALL);
  private static final Pattern MATRIX_URI =
      Pattern.compile("matrix:(u|r|roomid)/([^/?]+)(?:/e(?:vent)?/([^/?]+))?(\\?.*)?");

  private final Lookups lookups;
  private final String domain;
  private final boolean follow;
  private @Nullable RoomId awaitedRoom;
  private @Nullable EventId awaitedEvent;

  /**
   * Links of one event.
   *
   * @param lookups what became of ids
   * @param context the room the event goes to
   */
  Links(Lookups lookups, RoomContext context) {
    this.lookups = lookups;
    this.domain = context.domain();
    this.follow = context.follow();
  }

  /** An event of another room that a link points to and that is still to be carried. */
  Optional<Rewritten.Await> awaited() {
    return awaitedRoom == null || awaitedEvent == null
        ? Optional.empty()
        : Optional.of(new Rewritten.Await(awaitedRoom, awaitedEvent));
  }

  /** Rewrites the links of plain text. */
  String inText(String text) {
    return text.contains("matrix.to/#/")
        ? TEXT_LINK.matcher(text).replaceAll(m -> Matcher.quoteReplacement(link(m.group())))
        : text;
  }

  /** Rewrites the links and pictures of HTML. */
  String inHtml(String html) {
    if (!html.contains("matrix") && !html.contains("mxc://")) {
      return html;
    }
    String attributes =
        ATTRIBUTE
            .matcher(html)
            .replaceAll(m -> {
              String quote = m.group(3).substring(0, 1);
              String value = m.group(4) != null ? m.group(4) : m.group(5);
              return Matcher.quoteReplacement(
                  m.group(1) + m.group(2) + quote + attribute(value) + quote);
            });
    return inText(attributes);
  }

  private String attribute(String value) {
    String plain = value.replace("&amp;", "&");
    String changed =
        plain.startsWith("mxc://")
            ? MxcUri.parse(plain).map(this::picture).orElse(plain)
            : link(plain);
    return changed.equals(plain) ? value : changed.replace("&", "&amp;");
  }

  private String picture(MxcUri old) {
    return lookups.media(old) instanceof Lookups.FileFate.Carried c
        ? c.target().toString()
        : old.toString();
  }

  /** Rewrites one link, or returns it as it is. */
  String link(String link) {
    Matcher to = MATRIX_TO.matcher(link);
    if (to.matches()) {
      String rest = to.group(2);
      // Punctuation after a link in running text is not part of it.
      int end = rest.length();
      while (end > 0 && ".,;:!".indexOf(rest.charAt(end - 1)) >= 0 && to.group(3) == null) {
        end--;
      }
      String tail = rest.substring(end);
      boolean encoded = rest.contains("%");
      String[] parts = rest.substring(0, end).split("/", 2);
      return path(decode(parts[0]), parts.length > 1 ? decode(parts[1]) : "")
          .map(p -> to.group(1) + render(p, encoded) + tail)
          .orElse(link);
    }
    Matcher uri = MATRIX_URI.matcher(link);
    return uri.matches() ? matrixUri(uri).orElse(link) : link;
  }

  private Optional<String> matrixUri(Matcher uri) {
    String sigil = uri.group(1).equals("u") ? "@" : uri.group(1).equals("r") ? "#" : "!";
    String event = uri.group(3) == null ? "" : "$" + decode(uri.group(3));
    return path(sigil + decode(uri.group(2)), event)
        .map(p ->
            "matrix:"
                + uri.group(1)
                + "/"
                + p.id().substring(1)
                + (p.event().isEmpty() ? "" : "/e/" + p.event().substring(1))
                + (p.via() ? "?via=" + domain : ""));
  }

  private String render(Path path, boolean encoded) {
    String id = encoded ? encode(path.id()) : path.id();
    String event =
        path.event().isEmpty() ? "" : "/" + (encoded ? encode(path.event()) : path.event());
    return id + event + (path.via() ? "?via=" + domain : "");
  }

  /** Where a link leads now; empty where it leads where it did before. */
  private Optional<Path> path(String id, String event) {
    if (UserId.isValid(id)) {
      return lookups.user(new UserId(id)).map(u -> new Path(u.value(), "", false));
    }
    if (RoomAlias.isValid(id)) {
      return lookups.alias(new RoomAlias(id)).map(a -> new Path(a.value(), target(event), false));
    }
    if (id.startsWith("!")
        && id.length() > 1
        && lookups.room(new RoomId(id)) instanceof Lookups.RoomFate.Carried room) {
      return Optional.of(new Path(room.target().value(), target(event), true));
    }
    return Optional.empty();
  }

  /** The new id of a linked event; empty text, a link to the room alone, where there is none. */
  private String target(String event) {
    if (!event.startsWith("$") || event.length() < 2) {
      return "";
    }
    EventId old = new EventId(event);
    return switch (lookups.event(old)) {
      case Lookups.LinkFate.Carried c -> c.target().value();
      case Lookups.LinkFate.Pending p -> {
        if (follow) {
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

  private record Path(String id, String event, boolean via) {}
}
