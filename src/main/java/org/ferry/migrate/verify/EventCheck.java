package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.rewrite.Rewriter;
import org.ferry.migrate.rewrite.Rewritten;
import org.ferry.migrate.rewrite.RoomContext;
import org.ferry.model.Event;

/** Compares one carried event with what stands on the destination. */
final class EventCheck {
  private static final String VOUCHER = "join_authorised_via_users_server";

  private final Rewriter rewriter;
  private final RoomContext context;
  private final Findings findings;

  EventCheck(Rewriter rewriter, RoomContext context, Findings findings) {
    this.rewriter = rewriter;
    this.context = context.atTheEnd().withoutWaiting();
    this.findings = findings;
  }

  /** Adds a difference for each part of the event that is not as it should be. */
  void check(EventFate fate, ObjectNode found) {
    Event event = fate.event();
    Rewritten expected;
    try {
      expected = rewriter.rewrite(event, context);
    } catch (IllegalArgumentException e) {
      findings.add("content", event.id().value(), "unreadable: " + e.getMessage(), null);
      return;
    }
    switch (expected) {
      case Rewritten.Send send -> sent(event, send, found);
      case Rewritten.Redact redact -> {
        equal("sender", event, redact.sender().value(), found.path("sender").asText(""));
        equal("type", event, "m.room.redaction", found.path("type").asText(""));
      }
      case Rewritten.Skip skip when event.redactedBy() != null -> gone(event, found);
      // Its target was taken back on the source after both had been carried: as it is there.
      case Rewritten.Skip skip when skip.reason().equals("relation: redacted") -> {}
      case Rewritten.Skip skip ->
          findings.add("content", event.id().value(), "nothing: " + skip.reason(), text(found));
      case Rewritten.Fail fail ->
          findings.add("content", event.id().value(), "nothing: " + fail.reason(), text(found));
      case Rewritten.Last last -> {}
      case Rewritten.Await await -> {}
      case Rewritten.Postpone postpone ->
          findings.add("content", event.id().value(), "nothing: " + postpone.reason(), text(found));
    }
  }

  private void sent(Event event, Rewritten.Send send, ObjectNode found) {
    String sender = found.path("sender").asText("");
    boolean standsIn = event.isState() && sender.equals(context.actor().value());
    if (!standsIn) {
      equal("sender", event, send.sender().value(), sender);
    }
    equal("type", event, send.type(), found.path("type").asText(""));
    if (send.stateKey() != null) {
      equal("state_key", event, send.stateKey(), found.path("state_key").asText(""));
    }
    equal("time", event, Long.toString(send.ts()), found.path("origin_server_ts").asText(""));
    if (found.path("unsigned").has("redacted_because")) {
      if (event.redactedBy() == null) {
        findings.add("redaction", event.id().value(), "content", "redacted");
      }
      return;
    }
    if (event.redactedBy() != null && !event.isState()) {
      findings.add("redaction", event.id().value(), "redacted", text(found));
      return;
    }
    String content = Json.canonical(send.content());
    equal("content", event, content, Json.canonical(asSent(found.path("content"))));
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
    if (because.isMissingNode() && !found.path("content").isEmpty()) {
      findings.add("redaction", event.id().value(), "redacted", text(found));
    }
  }

  private void equal(String kind, Event event, String expected, String found) {
    if (!Objects.equals(expected, found)) {
      findings.add(kind, event.id().value(), expected, found);
    }
  }

  private static String text(ObjectNode event) {
    return Json.text(event.path("content"));
  }
}
