package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.ferry.webhook.Desk;
import org.jspecify.annotations.Nullable;

/** Webhooks: how they stand, what became of deliveries, and orders to deliver again. */
final class DeliveryEndpoints {
  private static final int STANDARD = 50;
  private static final int MOST = 500;

  /** Of a token that sees some rooms only: what is looked at for one answer. */
  private static final int MOST_BATCHES = 10;

  private static final Set<String> STATES = Set.of("waiting", "delivered", "failed", "again");
  private static final Pattern POSITION = Pattern.compile("([0-9]{1,18})([nr])([0-9]{1,18})");

  private final Desk desk;
  private final List<String> configured;
  private final Function<String, Optional<Instant>> keptSince;
  private final View view;

  DeliveryEndpoints(Api.Inside inside, View view) {
    this.desk = inside.desk();
    this.configured = inside.webhooks();
    this.keptSince = inside.keptSince();
    this.view = view;
  }

  List<Endpoint> all() {
    return List.of(
        Endpoint.get(
            "/webhooks",
            Scope.DELIVERIES,
            Endpoint.Doc.of("webhooks", "How each webhook stands", "Webhooks"),
            request -> webhooks()),
        Endpoint.get(
            "/webhooks/{name}/deliveries",
            Scope.DELIVERIES,
            Endpoint.Doc.of(
                "deliveries",
                "Deliveries of a webhook, the newest first",
                "Deliveries",
                "before",
                "state",
                "limit"),
            this::deliveries),
        Endpoint.post(
            "/webhooks/{name}/replay",
            Scope.DELIVERIES,
            Endpoint.Doc.of("replay", "Deliver again what was told since a time", "Replayed")
                .takes("Replay"),
            this::replay),
        Endpoint.post(
            "/webhooks/{name}/enable",
            Scope.DELIVERIES,
            Endpoint.Doc.of("enable", "Switch a webhook on that Ferry switched off", "Enabled"),
            this::enable));
  }

  private Reply webhooks() {
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("webhooks");
    Map<String, Desk.Standing> served = new TreeMap<>();
    configured.forEach(name -> served.put(name, Desk.Standing.fresh(name)));
    desk.standings().forEach(s -> served.put(s.name(), s));
    for (Desk.Standing s : served.values()) {
      list.addObject()
          .put("name", s.name())
          .put("configured", configured.contains(s.name()))
          .put("on", s.on())
          .put("reason", s.reason())
          .put("waiting", s.waiting())
          .put("oldest", text(s.oldest()))
          .put("delivered", s.delivered())
          .put("failed", s.failed())
          .put("failing_since", text(s.failingSince()))
          .put("last_success", text(s.lastSuccess()))
          .put("last_error", s.lastError());
    }
    return Reply.ok(answer);
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  /** The name of a webhook that is configured, or was served; else a problem. */
  private String known(Request request) {
    String name = request.part("name");
    if (!configured.contains(name) && desk.key(name).isEmpty()) {
      throw Problem.notFound("no webhook is called " + name);
    }
    return name;
  }

  private Reply deliveries(Request request) {
    String name = known(request);
    int limit = request.number("limit", STANDARD, 1, MOST);
    String state = request.param("state").map(DeliveryEndpoints::state).orElse(null);
    Desk.Position before =
        request.param("before").map(DeliveryEndpoints::position).orElse(Desk.Position.LATEST);
    int batch = request.caller().seesAll() ? limit : MOST;
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("deliveries");
    boolean older = true;
    Map<String, Boolean> seen = new HashMap<>();
    for (int i = 0; i < MOST_BATCHES && older && list.size() < limit; i++) {
      List<Desk.Dossier> page = desk.newest(name, state, before, batch);
      older = page.size() == batch;
      for (Desk.Dossier dossier : page) {
        if (list.size() == limit) {
          older = true;
          break;
        }
        before = dossier.position();
        if (seen.computeIfAbsent(
            dossier.room(), room -> view.seesAllOf(request.caller(), new RoomId(room)))) {
          list.add(document(dossier));
        }
      }
    }
    if (older) {
      answer.put("before", text(before));
    }
    return Reply.ok(answer);
  }

  private static String state(String text) {
    if (!STATES.contains(text)) {
      throw Problem.badRequest("state is one of waiting, delivered, failed, again");
    }
    return text;
  }

  private static String text(Desk.Position position) {
    return position.message() + (position.replay() ? "r" : "n") + position.place();
  }

  private static Desk.Position position(String text) {
    Matcher parts = POSITION.matcher(text);
    if (!parts.matches()) {
      throw Problem.badRequest("before is the before of an earlier answer");
    }
    return new Desk.Position(
        Long.parseLong(parts.group(1)), parts.group(2).equals("r"), Long.parseLong(parts.group(3)));
  }

  /** A delivery, without what it said. */
  static ObjectNode document(Desk.Dossier dossier) {
    ObjectNode document =
        Json.object()
            .put("id", dossier.id())
            .put("webhook", dossier.endpoint())
            .put("room", dossier.room())
            .put("event", dossier.event())
            .put("type", dossier.type())
            .put("state", dossier.state())
            .put("replay", dossier.replay())
            .put("attempts", dossier.attempts())
            .put("made", dossier.made().toString())
            .put("next", text(dossier.due()))
            .put("text", dossier.hasText())
            .put("trace", dossier.trace().isEmpty() ? null : dossier.trace());
    ArrayNode log = document.putArray("log");
    dossier.log().forEach(log::add);
    return document;
  }

  private Reply replay(Request request) {
    String name = known(request);
    Instant since = Times.of(request.needed("since"));
    String room = request.text("room");
    if (room == null && !request.caller().seesAll()) {
      throw Problem.forbidden("the token sees some rooms only: name one of them as room");
    }
    RoomId only = room == null ? null : view.visible(request.caller(), room);
    if (only != null && !view.seesAllOf(request.caller(), only)) {
      throw new Problem(403, "forbidden_network", "the token's networks do not include the room's");
    }
    Desk.Replayed replayed = desk.replay(name, since, only == null ? null : only.value());
    return Reply.ok(
        Json.object()
            .put("again", replayed.again())
            .put("forgotten", replayed.gone())
            .put("kept_since", text(keptSince.apply(name).filter(since::isBefore).orElse(null))));
  }

  private Reply enable(Request request) {
    String name = known(request);
    if (!request.caller().seesAll()) {
      throw Problem.forbidden("this needs a token that is restricted to no rooms and no networks");
    }
    boolean unused = desk.enable(name);
    return Reply.ok(Json.object().put("name", name).put("on", true));
  }
}
