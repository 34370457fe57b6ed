package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Translates what any content may hold: links, pictures, mentions, files and the relation to
 * another event. Works in place on a copy of the content; one instance an event.
 */
final class ContentRewriter {
  private static final Set<String> FILE_MESSAGES =
      Set.of("m.image", "m.file", "m.video", "m.audio");

  private final Lookups lookups;
  private final Links links;
  private @Nullable Rewritten verdict;

  ContentRewriter(Lookups lookups, Links links) {
    this.lookups = lookups;
    this.links = links;
  }

  /** What makes the event impossible to send now, or empty. */
  Optional<Rewritten> verdict() {
    return Optional.ofNullable(verdict);
  }

  /** Translates everything of a content but what is particular to its type. */
  void rewrite(String type, ObjectNode content) {
    essentialFile(type, content);
    if (content.get("m.new_content") instanceof ObjectNode edited) {
      essentialFile(type, edited);
    }
    walk(content);
    relation(type, content);
    mentions(content);
    if (content.get("m.new_content") instanceof ObjectNode edited) {
      mentions(edited);
    }
  }

  /** A message that is a file cannot stand without the file's bytes. */
  private void essentialFile(String type, ObjectNode content) {
    boolean file =
        type.equals("m.sticker") || FILE_MESSAGES.contains(content.path("msgtype").asText(""));
    if (!file) {
      return;
    }
    for (JsonNode url : List.of(content.path("url"), content.path("file").path("url"))) {
      MxcUri.parse(url.asText(""))
          .map(lookups::media)
          .ifPresent(fate -> {
            if (fate instanceof Lookups.FileFate.Missing missing) {
              verdict = new Rewritten.Fail(missing.reason());
            }
          });
    }
  }

  private void walk(ObjectNode node) {
    boolean html = "text/html".equals(node.path("mimetype").asText(""));
    for (String name : names(node)) {
      JsonNode child = node.get(name);
      if (child.isTextual()) {
        node.set(name, TextNode.valueOf(text(name, child.textValue(), html)));
      } else {
        descend(child);
      }
    }
  }

  private void descend(JsonNode node) {
    if (node instanceof ObjectNode object) {
      walk(object);
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        if (array.get(i).isTextual()) {
          array.set(i, TextNode.valueOf(file(array.get(i).textValue())));
        } else {
          descend(array.get(i));
        }
      }
    }
  }

  private String text(String name, String value, boolean html) {
    if (value.startsWith("mxc://")) {
      return file(value);
    }
    return switch (name) {
      case "formatted_body" -> links.inHtml(value);
      case "body" -> html ? links.inHtml(value) : links.inText(value);
      case "topic", "m.text", "org.matrix.msc1767.text" -> links.inText(value);
      case "external_url", "matrix_to" -> links.link(value);
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
          ids.set(i, TextNode.valueOf(user(id)));
        }
      }
    }
  }

  /** The new id of a person, or the same where the plan does not know them. */
  String user(String id) {
    return UserId.isValid(id) ? lookups.user(new UserId(id)).map(UserId::value).orElse(id) : id;
  }

  private void relation(String type, ObjectNode content) {
    if (!(content.get("m.relates_to") instanceof ObjectNode relation)) {
      return;
    }
    String kind = relation.path("rel_type").asText("");
    if (relation.get("m.in_reply_to") instanceof ObjectNode reply) {
      reply(content, relation, reply);
    }
    if (relation.has("event_id")) {
      target(type, kind, content, relation);
    }
    if (relation.isEmpty()) {
      content.remove("m.relates_to");
    }
  }

  private void reply(ObjectNode content, ObjectNode relation, ObjectNode reply) {
    Lookups.LinkFate fate = fate(reply);
    if (fate instanceof Lookups.LinkFate.Carried carried) {
      reply.put("event_id", carried.target().value());
      return;
    }
    relation.remove("m.in_reply_to");
    relation.remove("is_falling_back");
    if (fate instanceof Lookups.LinkFate.Left) {
      ReplyFallback.strip(content);
    }
  }

  private void target(String type, String kind, ObjectNode content, ObjectNode relation) {
    Lookups.LinkFate fate = fate(relation);
    if (fate instanceof Lookups.LinkFate.Carried carried) {
      relation.put("event_id", carried.target().value());
      return;
    }
    boolean meaningless =
        type.equals("m.reaction")
            || kind.equals("m.annotation")
            || kind.equals("m.replace")
            || kind.equals("m.reference");
    if (meaningless) {
      verdict = withoutTarget(kind, content, fate);
      return;
    }
    relation.remove(List.of("event_id", "rel_type", "is_falling_back"));
  }

  /** A reaction, edit, vote or the like whose target is not on the other side. */
  private @Nullable Rewritten withoutTarget(
      String kind, ObjectNode content, Lookups.LinkFate fate) {
    return switch (fate) {
      case Lookups.LinkFate.Left left -> new Rewritten.Skip("relation: " + left.reason());
      case Lookups.LinkFate.Failed f ->
          new Rewritten.Fail("the event it relates to could not be carried yet");
      case Lookups.LinkFate.Pending p ->
          new Rewritten.Fail("the event it relates to is carried after it");
      case Lookups.LinkFate.Unknown u when kind.equals("m.replace") -> {
        standAlone(content);
        yield null;
      }
      case Lookups.LinkFate.Unknown u ->
          new Rewritten.Skip("relation: the source has no such event");
      case Lookups.LinkFate.Carried c -> null;
    };
  }

  /** An edit whose original the source no longer has: its text is all there is. */
  private static void standAlone(ObjectNode content) {
    if (content.get("m.new_content") instanceof ObjectNode edited) {
      content.removeAll();
      content.setAll(edited);
    } else {
      content.remove("m.relates_to");
    }
  }

  private Lookups.LinkFate fate(ObjectNode holder) {
    String id = holder.path("event_id").asText("");
    return id.startsWith("$") && id.length() > 1
        ? lookups.event(new EventId(id))
        : new Lookups.LinkFate.Unknown();
  }

  private static List<String> names(ObjectNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
