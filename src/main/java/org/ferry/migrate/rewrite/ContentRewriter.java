package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.MxcUri;
import org.ferry.id.UserId;

/**
 * Translates what any content may hold: links, pictures, mentions and files. Works in place on a
 * copy of the content.
 */
final class ContentRewriter {
  private static final Set<String> FILE_MESSAGES =
      Set.of("m.image", "m.file", "m.video", "m.audio");

  private final Lookups lookups;
  private final Links links;

  ContentRewriter(Lookups lookups, Links links) {
    this.lookups = lookups;
    this.links = links;
  }

  /**
   * Translates a content. Custom types stay as they are but for the addresses of files and
   * mentions, which have one meaning wherever they stand.
   *
   * @return why the event cannot be sent, or empty
   */
  Optional<Rewritten> rewrite(String type, ObjectNode content) {
    Optional<Rewritten> missing = essentialFile(type, content);
    if (missing.isEmpty() && content.get("m.new_content") instanceof ObjectNode edited) {
      missing = essentialFile(type, edited);
    }
    if (missing.isPresent()) {
      return missing;
    }
    walk(content, isKnown(type));
    mentions(content);
    if (content.get("m.new_content") instanceof ObjectNode edited) {
      mentions(edited);
    }
    return Optional.empty();
  }

  /** True for types whose fields have the meaning that the specification gives them. */
  static boolean isKnown(String type) {
    return type.startsWith("m.") || type.startsWith("org.matrix.msc");
  }

  /** A message that is a file cannot stand without the file's bytes. */
  private Optional<Rewritten> essentialFile(String type, ObjectNode content) {
    boolean file =
        type.equals("m.sticker")
            || (type.equals("m.room.message")
                && FILE_MESSAGES.contains(content.path("msgtype").asText("")));
    if (file) {
      for (JsonNode url : List.of(content.path("url"), content.path("file").path("url"))) {
        Optional<MxcUri> address = MxcUri.parse(url.asText(""));
        if (address.isPresent()
            && lookups.media(address.get()) instanceof Lookups.FileFate.Missing missing) {
          return Optional.of(new Rewritten.Fail(missing.reason()));
        }
      }
    }
    return Optional.empty();
  }

  private void walk(ObjectNode node, boolean known) {
    boolean html = "text/html".equals(node.path("mimetype").asText(""));
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      JsonNode child = node.get(name);
      if (child.isTextual()) {
        String old = child.textValue();
        String changed = old.startsWith("mxc://") || !known ? file(old) : text(name, old, html);
        if (!changed.equals(old)) {
          node.put(name, changed);
        }
      } else {
        descend(child, known);
      }
    }
  }

  private void descend(JsonNode node, boolean known) {
    if (node instanceof ObjectNode object) {
      walk(object, known);
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        if (array.get(i).isTextual()) {
          array.set(i, TextNode.valueOf(file(array.get(i).textValue())));
        } else {
          descend(array.get(i), known);
        }
      }
    }
  }

  private String text(String name, String value, boolean html) {
    return switch (name) {
      case "formatted_body", "org.matrix.msc1767.html" -> links.inHtml(value);
      case "body", "m.text" -> html ? links.inHtml(value) : links.inText(value);
      case "topic", "reason", "org.matrix.msc1767.text" -> links.inText(value);
      case "external_url" -> links.link(value);
      default -> value;
    };
  }

  private String file(String value) {
    return MxcUri.parse(value)
        .map(lookups::media)
        .filter(Lookups.FileFate.Carried.class::isInstance)
        .map(f -> ((Lookups.FileFate.Carried) f).target().toString())
        .orElse(value);
  }

  private void mentions(ObjectNode content) {
    if (content.path("m.mentions").path("user_ids") instanceof ArrayNode ids) {
      for (int i = 0; i < ids.size(); i++) {
        String id = ids.get(i).asText("");
        if (UserId.isValid(id)) {
          ids.set(i, TextNode.valueOf(lookups.user(new UserId(id)).map(UserId::value).orElse(id)));
        }
      }
    }
  }
}
