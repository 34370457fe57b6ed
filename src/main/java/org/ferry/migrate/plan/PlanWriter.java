package org.ferry.migrate.plan;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.jspecify.annotations.Nullable;

/** Writes a plan so that a person can read and edit it. */
final class PlanWriter {
  private static final String HEADER =
      """
      # Ferry's plan: what becomes of each person and room. Read it, edit it, then run: ferry migrate
      #
      # People:  action: ghost   a user of Ferry's own stands for the person, under the id in target
      #          action: account Ferry makes an ordinary account, which the person logs in to
      #          action: map     target is an account that exists and that you know to be the person's
      #          action: skip    nothing of the person is carried
      #          action: conflict  an account has that name already: write map where it is the
      #                  person's, or another target with action account
      # Rooms:   action: create  a new room is made
      #          action: reuse   the room named in target takes the history, below what it holds
      #          action: skip    nothing is carried
      #          action: list    nothing is carried; the report lists the room with a link
      #          action: conflict  Ferry cannot tell; choose one of the above before you migrate
      #          class: may be changed between local and direct
      #          history: carry; of encrypted rooms decrypt (messages in clear, as far as there are
      #                   keys), or shell (name, members and state, but no messages)
      #          parents: the spaces it stands in, the first is its main one; [] is the Space itself
      #          in_space: false keeps it out of the Space and of all sub-spaces
      # forced_encryption: stop, or accept where the homeserver encrypts every new room by itself:
      #          history stands in clear then, and what is said afterwards is encrypted
      # A room whose parent is not carried moves up to the Space. Names, counts and totals are only
      # for you. Lines you edit stay as they are when ferry plan runs again; mark tells Ferry which.
      # Ids beginning with @, ! or # need the quotation marks.
      """;

  private final StringBuilder out = new StringBuilder(HEADER);
  private final Draft draft;
  private final Map<RoomId, RoomFacts> facts;

  PlanWriter(Draft draft, Map<RoomId, RoomFacts> facts) {
    this.draft = draft;
    this.facts = facts;
  }

  String write(PlanTotals totals) {
    Plan plan = draft.plan();
    field("", "format", "1");
    field("", "server", quoted(plan.server()));
    field("", "load", String.valueOf(plan.load()));
    field("", "domain", quoted(plan.domain()));
    field("", "space", quoted(plan.space()));
    field("", "forced_encryption", Words.of(plan.forced()));
    out.append("\ntotals:\n");
    totals.figures().forEach((name, figure) -> field("  ", name, figure));
    out.append(plan.people().isEmpty() ? "\npeople: []\n" : "\npeople:\n");
    plan.people().forEach(this::person);
    out.append(plan.rooms().isEmpty() ? "\nrooms: []\n" : "\nrooms:\n");
    plan.rooms().forEach(this::room);
    return out.toString();
  }

  private void field(String indent, String name, String value) {
    out.append(indent).append(name).append(": ").append(value).append('\n');
  }

  private void person(PlanPerson p) {
    out.append("  - {id: ").append(quoted(p.id().value()));
    if (p.name() != null) {
      out.append(", name: ").append(quoted(p.name()));
    }
    out.append(", action: ").append(Words.of(p.action()));
    if (p.target() != null) {
      out.append(", target: ").append(quoted(p.target().value()));
    }
    out.append(", reason: ").append(quoted(p.reason()));
    if (draft.fresh().contains(p.id().value())) {
      out.append(", new: true");
    }
    out.append(", mark: ").append(quoted(mark(p.id().value(), Marks.of(p)))).append("}\n");
  }

  private void room(PlanRoom r) {
    out.append("  - id: ").append(quoted(r.id().value())).append('\n');
    String indent = "    ";
    field(indent, "name", quoted(r.name()));
    field(indent, "class", Words.of(r.kind()));
    field(indent, "action", Words.of(r.action()));
    field(indent, "history", Words.of(r.history()));
    target(indent, r.target());
    if (!r.candidates().isEmpty()) {
      field(indent, "candidates", ids(r.candidates()));
    }
    field(indent, "parents", ids(r.parents()));
    field(indent, "in_space", String.valueOf(r.inSpace()));
    field(indent, "messages", String.valueOf(r.messages()));
    RoomFacts known = facts.get(r.id());
    if (known != null) {
      field(indent, "events", String.valueOf(known.counts().events()));
      field(indent, "members", String.valueOf(known.joined().size()));
      field(indent, "join_rule", quoted(Names.shown(known.joinRule())));
      field(indent, "history_visibility", quoted(Names.shown(known.historyVisibility())));
      if (r.action() == Plan.RoomAction.LIST) {
        field(indent, "link", quoted(ForeignRoom.link(known, draft.plan().server())));
      }
    }
    field(indent, "reason", quoted(r.reason()));
    if (draft.fresh().contains(r.id().value())) {
      field(indent, "new", "true");
    }
    field(indent, "mark", quoted(mark(r.id().value(), Marks.of(r))));
  }

  private void target(String indent, @Nullable RoomId target) {
    if (target != null) {
      field(indent, "target", quoted(target.value()));
    }
  }

  private String mark(String id, String own) {
    return draft.marks().getOrDefault(id, own);
  }

  private static String ids(List<RoomId> ids) {
    return ids.stream().map(i -> quoted(i.value())).collect(Collectors.joining(", ", "[", "]"));
  }

  /**
   * A double-quoted scalar on one line. Besides what YAML demands, whatever changes the direction
   * of writing or cannot be seen is escaped, so that a line reads as what it is.
   */
  static String quoted(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    text.codePoints()
        .forEach(c -> {
          if (c == '"' || c == '\\') {
            out.append('\\').appendCodePoint(c);
          } else if (Character.getType(c) == Character.SURROGATE) {
            out.append('\uFFFD');
          } else if (isHidden(c)) {
            out.append(String.format(c > 0xFFFF ? "\\U%08X" : "\\u%04X", c));
          } else {
            out.appendCodePoint(c);
          }
        });
    return out.append('"').toString();
  }

  private static boolean isHidden(int c) {
    // The joiner holds families of emoji together and does no harm.
    return switch (Character.getType(c)) {
      case Character.FORMAT -> c != 0x200D;
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }
}
