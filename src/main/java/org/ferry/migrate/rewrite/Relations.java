package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.migrate.rewrite.Lookups.LinkFate;

/**
 * Points an event's relation at the new event. A reply or a thread whose other event is not there
 * goes without; a reaction, an edit or a vote has no meaning alone and is left out. Of what was
 * taken back no quotation and no edit is carried.
 */
final class Relations {
  private static final String KEY = "m.relates_to";
  private static final String REPLY = "m.in_reply_to";
  private static final String EVENT = "event_id";
  private static final String REDACTED = "redacted";
  private static final String NO_KEY = Placeholder.LEFT_OUT;
  private static final Set<String> MEANINGLESS_ALONE = Set.of("m.annotation", "m.replace");

  private final Lookups lookups;
  private final RoomId own;

  /**
   * Relations of events of a room.
   *
   * @param lookups what became of ids
   * @param own the room on the source
   */
  Relations(Lookups lookups, RoomId own) {
    this.lookups = lookups;
    this.own = own;
  }

  /**
   * Translates the relation of a content in place.
   *
   * @return why the event is not to be sent, or empty
   */
  Optional<Rewritten> rewrite(String type, ObjectNode content) {
    if (content.get("m.new_content") instanceof ObjectNode edited) {
      ignored(edited);
    }
    if (!(content.get(KEY) instanceof ObjectNode relation)) {
      return Optional.empty();
    }
    if (relation.path("rel_type").asText("").equals("m.replace")) {
      // The edit of a reply repeats the quotation without saying whom it quotes: it may be gone.
      ReplyFallback.strip(content);
    }
    if (relation.get(REPLY) instanceof ObjectNode reply) {
      reply(content, relation, reply);
    }
    Optional<Rewritten> verdict =
        relation.has(EVENT) ? target(type, content, relation) : Optional.empty();
    if (relation.isEmpty()) {
      content.remove(KEY);
    }
    return verdict;
  }

  /** Clients ignore a relation inside a replacement text; it must not bear old ids, though. */
  private void ignored(ObjectNode edited) {
    if (!(edited.get(KEY) instanceof ObjectNode relation)) {
      return;
    }
    if (relation.get(REPLY) instanceof ObjectNode reply) {
      reply(edited, relation, reply);
    }
    if (relation.has(EVENT)) {
      if (fate(relation) instanceof LinkFate.Carried carried) {
        relation.put(EVENT, carried.target().value());
      } else {
        relation.remove(List.of(EVENT, "rel_type", "is_falling_back"));
      }
    }
    if (relation.isEmpty()) {
      edited.remove(KEY);
    }
  }

  private void reply(ObjectNode content, ObjectNode relation, ObjectNode reply) {
    LinkFate fate = fate(reply);
    if (takenBack(fate)) {
      ReplyFallback.strip(content);
    }
    if (fate instanceof LinkFate.Carried carried) {
      reply.put(EVENT, carried.target().value());
    } else {
      relation.remove(List.of(REPLY, "is_falling_back"));
    }
  }

  private Optional<Rewritten> target(String type, ObjectNode content, ObjectNode relation) {
    LinkFate fate = here(fate(relation));
    String kind = relation.path("rel_type").asText("");
    boolean meaningless = meaningless(type, kind);
    if (meaningless && takenBack(fate)) {
      return Optional.of(new Rewritten.Skip("relation: " + REDACTED));
    }
    if (meaningless && standsAside(fate)) {
      // It waits with what it belongs to; but the text of an edit is worth having.
      LinkFate alone =
          kind.equals("m.replace") ? new LinkFate.Unknown() : new LinkFate.Left(own, NO_KEY);
      return withoutTarget(kind, content, alone);
    }
    if (fate instanceof LinkFate.Carried carried) {
      relation.put(EVENT, carried.target().value());
      return Optional.empty();
    }
    if (meaningless) {
      return withoutTarget(kind, content, fate);
    }
    // A reply that a thread fell back to is what clients without threads show: it stays.
    relation.remove(List.of(EVENT, "rel_type", "is_falling_back"));
    return Optional.empty();
  }

  private static boolean meaningless(String type, String kind) {
    return type.equals("m.reaction")
        || MEANINGLESS_ALONE.contains(kind)
        || (kind.equals("m.reference") && ContentRewriter.isKnown(type));
  }

  /** A reaction, edit, vote or the like whose target is not on the other side. */
  private static Optional<Rewritten> withoutTarget(String kind, ObjectNode content, LinkFate fate) {
    return switch (fate) {
      case LinkFate.Left left -> Optional.of(new Rewritten.Skip("relation: " + left.reason()));
      case LinkFate.Failed f ->
          Optional.of(new Rewritten.Fail("the event it relates to could not be carried yet"));
      case LinkFate.Pending p ->
          Optional.of(new Rewritten.Fail("the event it relates to is carried after it"));
      case LinkFate.Unknown u when kind.equals("m.replace") -> {
        standAlone(content);
        yield Optional.empty();
      }
      case LinkFate.Unknown u ->
          Optional.of(new Rewritten.Skip("relation: the source has no such event"));
      case LinkFate.Carried c -> Optional.empty();
    };
  }

  /** An edit whose original the source no longer has: its text is all there is. */
  private static void standAlone(ObjectNode content) {
    if (content.get("m.new_content") instanceof ObjectNode edited) {
      content.removeAll();
      content.setAll(edited);
    }
    content.remove(KEY);
  }

  private static boolean takenBack(LinkFate fate) {
    return switch (fate) {
      case LinkFate.Left left -> left.reason().contains(REDACTED);
      case LinkFate.Carried carried ->
          carried.substance() != Lookups.Substance.WHOLE && !standsAside(fate);
      case LinkFate.Pending p -> false;
      case LinkFate.Failed f -> false;
      case LinkFate.Unknown u -> false;
    };
  }

  /** A placeholder stands there, which goes when the event itself comes. */
  private static boolean standsAside(LinkFate fate) {
    return fate instanceof LinkFate.Carried carried
        && carried.substance() == Lookups.Substance.PLACEHOLDER;
  }

  /** Relations hold within a room; homeservers refuse others and clients do not show them. */
  private LinkFate here(LinkFate fate) {
    RoomId room =
        switch (fate) {
          case LinkFate.Carried c -> c.room();
          case LinkFate.Pending p -> p.room();
          case LinkFate.Failed f -> f.room();
          case LinkFate.Left l -> l.room();
          case LinkFate.Unknown u -> own;
        };
    return room.equals(own) || takenBack(fate) ? fate : new LinkFate.Left(room, "another room");
  }

  private LinkFate fate(ObjectNode holder) {
    return EventId.parse(holder.path(EVENT).asText(""))
        .map(lookups::event)
        .orElseGet(LinkFate.Unknown::new);
  }
}
