package org.ferry.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ferry.app.Ferry;
import org.ferry.app.Webhooks;
import org.ferry.webhook.Desk;

/**
 * What became of an event on its way to webhooks.
 *
 * @param verdicts of each endpoint, for each type that was told: matched, or the filter's key
 * @param deliveries with their attempts
 */
record DeliveriesView(Map<String, Map<String, String>> verdicts, List<Desk.Dossier> deliveries) {
  /** What is known of an event or of a delivery; nothing for other ids. */
  static DeliveriesView of(Ferry ferry, String id) {
    boolean event = id.startsWith("$");
    if (!event && !id.startsWith("msg_")) {
      return new DeliveriesView(Map.of(), List.of());
    }
    Webhooks webhooks = new Webhooks(ferry);
    return new DeliveriesView(event ? webhooks.verdicts(id) : Map.of(), webhooks.about(id));
  }

  boolean isEmpty() {
    return verdicts.isEmpty() && deliveries.isEmpty();
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    verdicts.forEach((webhook, types) ->
        types.forEach((type, verdict) ->
            lines.add("webhook %s, %s: %s".formatted(webhook, type, words(verdict)))));
    for (Desk.Dossier d : deliveries) {
      lines.add(
          "delivery %s to %s%s: %s, %s%s"
              .formatted(
                  d.id(),
                  d.endpoint(),
                  d.replay() ? " (replay)" : "",
                  d.state(),
                  Units.count(d.attempts(), "attempt", "attempts"),
                  d.due() == null ? "" : ", next at " + d.due()));
      d.log().forEach(line -> lines.add("    " + line));
    }
    return lines;
  }

  private static String words(String verdict) {
    return switch (verdict) {
      case "matched" -> "matched";
      case "forgotten" -> "its text was forgotten";
      default -> "kept out by " + verdict;
    };
  }

  /** Adds it to the document of an explanation. */
  ObjectNode into(ObjectNode json) {
    ObjectNode webhooks = json.putObject("webhooks");
    verdicts.forEach((webhook, types) -> types.forEach(webhooks.putObject(webhook)::put));
    ArrayNode all = json.putArray("deliveries");
    deliveries.forEach(d -> all.addPOJO(WebhooksFailedCommand.document(d)));
    return json;
  }
}
