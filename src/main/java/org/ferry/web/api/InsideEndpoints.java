package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.ferry.live.message.Schemas;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.Standing;
import org.ferry.migrate.explain.Known;
import org.ferry.webhook.Desk;

/** What Ferry does and knows: the migration, an id, the forms of what it tells. */
final class InsideEndpoints {
  private final CrossingLedger crossings;
  private final Knowledge knowledge;
  private final Verdicts verdicts;
  private final Desk desk;

  InsideEndpoints(Api.Inside inside) {
    this.crossings = inside.crossings();
    this.knowledge = inside.knowledge();
    this.verdicts = inside.verdicts();
    this.desk = inside.desk();
  }

  List<Endpoint> all() {
    return List.of(
        Endpoint.get(
            "/schemas",
            Scope.READ,
            Endpoint.Doc.of("schemas", "The names of the schemas of what is told", "Schemas"),
            request -> schemas()),
        Endpoint.get(
            "/schemas/{name}",
            Scope.READ,
            Endpoint.Doc.of("schema", "A JSON Schema of what is told", "Document"),
            request -> schema(request.part("name"))),
        Endpoint.get(
            "/explain/{id}",
            Scope.ADMIN,
            Endpoint.Doc.of("explain", "All that is known of an id, or a delivery", "Explained"),
            this::explain),
        Endpoint.get(
            "/migration",
            Scope.ADMIN,
            Endpoint.Doc.of("migration", "Where each crossing stands", "Migration"),
            this::migration));
  }

  private static Reply schemas() {
    ObjectNode answer = Json.object();
    ArrayNode names = answer.putArray("schemas");
    Schemas.list().forEach(names::add);
    return Reply.ok(answer);
  }

  private static Reply schema(String name) {
    return Reply.ok(
        Schemas.read(name)
            .map(Json::parseObject)
            .orElseThrow(
                () -> Problem.notFound("there is no such schema; /api/v1/schemas lists all")));
  }

  /** What is not told room by room is for tokens of all rooms. */
  private static void whole(Caller caller) {
    if (!caller.seesAll()) {
      throw Problem.forbidden("this needs a token that is restricted to no rooms and no networks");
    }
  }

  private Reply explain(Request request) {
    whole(request.caller());
    String id = request.part("id");
    List<Known> known = id.startsWith("msg_") ? List.of() : known(id);
    boolean told = id.startsWith("$") || id.startsWith("msg_");
    List<Desk.Dossier> deliveries = told ? desk.about(id) : List.of();
    Map<String, Map<String, String>> filters = id.startsWith("$") ? verdicts.of(id) : Map.of();
    if (known.isEmpty() && deliveries.isEmpty() && filters.isEmpty()) {
      throw Problem.notFound("nothing is known of " + id);
    }
    ObjectNode answer = Json.object().put("id", id);
    ArrayNode all = answer.putArray("known");
    for (Known k : known) {
      ObjectNode one = all.addObject().put("kind", k.kind()).put("where", k.where());
      k.facts().forEach(one::putPOJO);
    }
    ObjectNode webhooks = answer.putObject("webhooks");
    filters.forEach((webhook, types) -> types.forEach(webhooks.putObject(webhook)::put));
    ArrayNode sent = answer.putArray("deliveries");
    deliveries.forEach(d -> sent.add(DeliveryEndpoints.document(d)));
    return Reply.ok(answer);
  }

  private List<Known> known(String id) {
    try {
      return knowledge.of(id);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(
          "an id is that of an event ($…), room (!…), user (@…), alias (#…), file (mxc://…) or"
              + " delivery (msg_…), percent-encoded");
    }
  }

  private Reply migration(Request request) {
    whole(request.caller());
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("crossings");
    crossings.all().forEach(c -> list.add(document(Standing.of(crossings, c))));
    return Reply.ok(answer);
  }

  private static ObjectNode document(Standing standing) {
    ObjectNode json =
        Json.object()
            .put("source", standing.crossing().server())
            .put("domain", standing.crossing().domain())
            .put("space", standing.crossing().space().value())
            .put("rooms", standing.rooms().size());
    Standing.Sums e = standing.events();
    json.putObject("events")
        .put("total", e.total())
        .put("waiting", e.waiting())
        .put("in_doubt", e.doubt())
        .put("carried", e.carried())
        .put("merged", e.merged())
        .put("skipped", e.skipped())
        .put("failed", e.failed())
        .put("late", e.late());
    standing.people().forEach(json.putObject("people")::put);
    standing.media().forEach(json.putObject("media")::put);
    standing.settings().forEach(json.putObject("settings")::put);
    standing.failed().forEach(json.putObject("failed")::put);
    ArrayNode failures = json.putArray("failures");
    for (Standing.Failure failure : standing.failures()) {
      failures
          .addObject()
          .put("kind", failure.kind())
          .put("id", failure.what())
          .put("room", failure.where())
          .put("reason", failure.reason());
    }
    return json;
  }
}
