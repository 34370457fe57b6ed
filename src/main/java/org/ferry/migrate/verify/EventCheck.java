package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.Forgotten;
import org.ferry.migrate.replay.Crew;
import org.ferry.migrate.replay.StandIn;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.rewrite.Placeholder;
import org.ferry.migrate.rewrite.Rewritten;
import org.ferry.migrate.verify.Difference.Kind;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/** Compares one carried event with what stands on the destination. */
final class EventCheck {
  private static final String VOUCHER = "join_authorised_via_users_server";

  private final Expectation expectation;
  private final Crew crew;
  private final Findings findings;

  EventCheck(Expectation expectation, Crew crew, Findings findings) {
    this.expectation = expectation;
    this.crew = crew;
    this.findings = findings;
  }

  /** Adds a difference for each part of the event that is not as it should be. */
  void check(EventFate fate, ObjectNode found) {
    Event event = fate.event();
    String id = event.id().value();
    if (Forgotten.is(event.content())) {
      // What it said is not known any more; where it stands and when is.
      equal(Kind.TYPE, event, event.type(), found.path("type").asText(""));
      equal(Kind.TIME, event, Long.toString(event.ts()), found.path("origin_server_ts").asText(""));
      return;
    }
    Rewritten now;
    try {
      now = expectation.now(event);
    } catch (IllegalArgumentException e) {
      findings.add(Kind.UNREADABLE, id, null, "its row holds no JSON: " + e.getMessage());
      return;
    }
    if (event.type().equals("m.room.encrypted") && now instanceof Rewritten.Send send) {
      sealed(fate, send, found);
    } else if (now instanceof Rewritten.Send send) {
      sent(fate, send, found);
    } else if (now instanceof Rewritten.Redact redact) {
      redaction(event, redact, found);
    } else if (event.redactedBy() != null && !event.isState()) {
      gone(event, found);
    } else {
      otherwise(fate, now, found);
    }
  }

  /** Keys come and go: what stands there is what could be opened when it was carried. */
  private void sealed(EventFate fate, Rewritten.Send now, ObjectNode found) {
    boolean closedNow = now.repairs().contains(Placeholder.NOTE);
    boolean closedThen = Placeholder.stands(fate.repairs());
    String id = fate.event().id().value();
    boolean gone = found.path("unsigned").has("redacted_because");
    if (closedNow == closedThen && !closedThen) {
      sent(fate, now, found);
    } else if (closedThen && !gone && !Placeholder.is(found.path("content"))) {
      findings.add(Kind.CONTENT, id, "a placeholder", text(found));
    } else if (closedThen && !closedNow) {
      findings.add(Kind.WAITING, id, "the message, for which a key has come", "a placeholder");
    } else if (closedThen) {
      equal(Kind.SENDER, fate.event(), now.sender().value(), found.path("sender").asText(""));
      equal(Kind.TYPE, fate.event(), now.type(), found.path("type").asText(""));
      equal(
          Kind.TIME,
          fate.event(),
          Long.toString(now.ts()),
          found.path("origin_server_ts").asText(""));
    } else {
      findings.add(
          Kind.UNREADABLE,
          id,
          null,
          "it was carried in clear, and the key that opened it is not there any more");
    }
  }

  /** Today it would not be sent; perhaps it was right to send it then. */
  private void otherwise(EventFate fate, Rewritten now, ObjectNode found) {
    Optional<Rewritten.Send> then =
        expectation.then(fate, Json.text(found.path("content"))).findFirst();
    if (then.isPresent()) {
      sent(fate, then.get(), found);
      return;
    }
    switch (now) {
      case Rewritten.Skip s -> nothing(fate, s.reason(), found);
      case Rewritten.Fail f -> nothing(fate, f.reason(), found);
      case Rewritten.Postpone p -> nothing(fate, p.reason(), found);
      case Rewritten.Last last -> {}
      case Rewritten.Await await -> {}
      case Rewritten.Send send -> {}
      case Rewritten.Redact redact -> {}
    }
  }

  private void nothing(EventFate fate, String why, ObjectNode found) {
    findings.add(Kind.CONTENT, fate.event().id().value(), "nothing, because: " + why, text(found));
  }

  private void redaction(Event event, Rewritten.Redact redact, ObjectNode found) {
    String sender = found.path("sender").asText("");
    // Where the new room forbids it to its sender, whoever helps there takes it back.
    if (!sender.equals(expectation.helper())) {
      equal(Kind.SENDER, event, redact.sender().value(), sender);
    }
    equal(Kind.TYPE, event, "m.room.redaction", found.path("type").asText(""));
    if (expectation.datedRedactions()) {
      equal(
          Kind.TIME, event, Long.toString(redact.ts()), found.path("origin_server_ts").asText(""));
    }
    String target = found.path("redacts").asText(found.path("content").path("redacts").asText(""));
    boolean itself = found.path("unsigned").has("redacted_because");
    if (!itself) {
      equal(Kind.CONTENT, event, "takes back " + redact.target(), "takes back " + target);
    }
  }

  private void sent(EventFate fate, Rewritten.Send send, ObjectNode found) {
    Event event = fate.event();
    String sender = found.path("sender").asText("");
    boolean helper = sender.equals(expectation.helper()) || crew.has(sender);
    if (!(helper && mayBeAnothers(fate))) {
      equal(Kind.SENDER, event, send.sender().value(), sender);
    }
    equal(Kind.TYPE, event, send.type(), found.path("type").asText(""));
    if (send.stateKey() != null) {
      equal(Kind.STATE_KEY, event, send.stateKey(), found.path("state_key").asText(""));
    }
    equal(Kind.TIME, event, Long.toString(send.ts()), found.path("origin_server_ts").asText(""));
    JsonNode because = found.path("unsigned").path("redacted_because");
    if (!because.isMissingNode()) {
      takenBack(event, because);
    } else if (event.redactedBy() != null && !event.isState() && !isStub(found)) {
      findings.add(Kind.REDACTION, event.id().value(), null, text(found));
    } else {
      content(fate, send, found);
    }
  }

  /** Only state, and only where the ledger says that another had to send it. */
  static boolean mayBeAnothers(EventFate fate) {
    return fate.event().isState() && StandIn.isNoted(fate.repairs());
  }

  /** It is empty there: because it is here, because a person wished so since, or wrongly. */
  private void takenBack(Event event, JsonNode because) {
    if (event.redactedBy() != null) {
      return;
    }
    String by = because.path("sender").asText("");
    String id = event.id().value();
    if (crew.has(by)) {
      findings.add(new Difference(Kind.REDACTION, id, "its content", "taken back", by));
    } else {
      findings.changed(new Change(Kind.REDACTION, id, null, by));
    }
  }

  private void content(EventFate fate, Rewritten.Send send, ObjectNode found) {
    JsonNode content = asSent(found.path("content"));
    String there = Json.canonical(content);
    if (same(fate.event(), send.content(), content, there)) {
      return;
    }
    boolean asThen =
        expectation
            .then(fate, there)
            .anyMatch(s -> same(fate.event(), s.content(), content, there));
    if (!asThen) {
      findings.add(Kind.CONTENT, fate.event().id().value(), Json.canonical(send.content()), there);
    }
  }

  private boolean same(Event event, ObjectNode expected, JsonNode found, String there) {
    if (Json.canonical(expected).equals(there)) {
      return true;
    }
    // The other form of the mark: replay.provenance was another then.
    return expectation.bearsMarkOf(event, found)
        && withoutMark(expected).equals(withoutMark(found));
  }

  private static String withoutMark(JsonNode content) {
    ObjectNode copy = content.deepCopy();
    JsonNode unused = copy.remove(Origin.KEY);
    return Json.canonical(copy);
  }

  /** A homeserver adds to a join into a restricted room who vouches for it. */
  private static JsonNode asSent(JsonNode content) {
    if (!(content instanceof ObjectNode object) || !object.has(VOUCHER)) {
      return content;
    }
    ObjectNode copy = object.deepCopy();
    JsonNode unused = copy.remove(VOUCHER);
    return copy;
  }

  /** What was taken back after it had been carried must be gone there as well. */
  private void gone(Event event, ObjectNode found) {
    JsonNode because = found.path("unsigned").path("redacted_because");
    if (because.isMissingNode() && !isStub(found)) {
      findings.add(Kind.REDACTION, event.id().value(), null, text(found));
    }
  }

  /** Nothing but the mark: an event that was carried as one that had been taken back. */
  private static boolean isStub(ObjectNode found) {
    JsonNode content = found.path("content");
    return content.isEmpty() || (content.size() == 1 && content.has(Origin.KEY));
  }

  private void equal(Kind kind, Event event, String expected, @Nullable String found) {
    if (!expected.equals(found)) {
      findings.add(kind, event.id().value(), expected, found);
    }
  }

  private static String text(ObjectNode event) {
    return Json.text(event.path("content"));
  }
}
