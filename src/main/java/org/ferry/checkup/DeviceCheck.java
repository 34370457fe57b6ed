package org.ferry.checkup;

import static org.ferry.checkup.Check.AS_TOKEN;
import static org.ferry.checkup.Check.DEVICES;
import static org.ferry.checkup.Check.ENCRYPTION;
import static org.ferry.checkup.Check.REPEATS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/**
 * Devices of ghosts: they make sends safe to repeat, and encryption needs them. Comes last, because
 * some homeservers bind the token to the ghost that a device is made for.
 */
final class DeviceCheck {
  private static final DeviceId DEVICE = new DeviceId("FERRYDOCTOR");
  private static final String PROBE = "org.ferry.doctor";

  private final Door door;
  private final Scratch scratch;
  private final Remedies remedies;

  DeviceCheck(Door door, Scratch scratch, Remedies remedies) {
    this.door = door;
    this.scratch = scratch;
    this.remedies = remedies;
  }

  /** Tries devices, and adds everything that was found. */
  void run(Findings findings, ServerInfo server) throws InterruptedException {
    Reply put = put();
    Reply login = put.ok() ? put : login();
    Reply itself = door.ask(Ask.get(Scratch.V3 + "/account/whoami").as(scratch.one()).on(DEVICE));
    Finding found = devices(put, login, itself, server);
    findings.add(bound(put, other()).orElse(found));
    if (findings.broken(DEVICES) || findings.broken(AS_TOKEN)) {
      return;
    }
    findings.add(repeats());
    findings.add(encryption(server));
  }

  /**
   * Looks only whether the token speaks for everybody once a device was made; adds nothing where it
   * does.
   */
  void bound(Findings findings) throws InterruptedException {
    Reply put = put();
    if (put.ok()) {
      bound(put, other()).ifPresent(findings::add);
    }
  }

  private Reply put() throws InterruptedException {
    Reply put =
        door.ask(
            Ask.put(
                    Json.object().put("display_name", "Ferry's doctor"),
                    Scratch.V3 + "/devices/{}",
                    DEVICE.value())
                .as(scratch.one()));
    if (put.ok()) {
      scratch.atTheEnd(
          Ask.delete(null, Scratch.V3 + "/devices/{}", DEVICE.value()).as(scratch.one()));
    }
    return put;
  }

  private Reply other() throws InterruptedException {
    return door.ask(Ask.get(Scratch.V3 + "/account/whoami").as(scratch.two()));
  }

  private Reply login() throws InterruptedException {
    ObjectNode body =
        Json.object()
            .put("type", "m.login.application_service")
            .put("device_id", DEVICE.value())
            .put("initial_device_display_name", "Ferry's doctor");
    body.putObject("identifier").put("type", "m.id.user").put("user", scratch.one().value());
    Reply reply = door.ask(Ask.post(body, Scratch.V3 + "/login"));
    String token = reply.at("access_token").asText("");
    if (!token.isEmpty()) {
      scratch.atTheEnd(Ask.post(Json.object(), Scratch.V3 + "/logout").bearing(Secret.of(token)));
    }
    return reply;
  }

  /**
   * Judges for whom the token speaks.
   *
   * @param put the answer to {@code PUT /devices}
   * @param other whoami of the second ghost afterwards
   */
  Optional<Finding> bound(Reply put, Reply other) {
    UserId two = scratch.two();
    if (!put.ok() || other.at("user_id").asText("").equals(two.value())) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.problem(
            AS_TOKEN,
            "once a device is made for %s, the token no longer speaks for others (as %s: %s): everything would come from the wrong person"
                .formatted(scratch.one(), two, other.words()),
            "let devices be made by login instead: in the registration that the homeserver reads set\n  io.element.msc4190: false\n"
                + Remedies.RESTART));
  }

  /**
   * Judges devices.
   *
   * @param put the answer to {@code PUT /devices}
   * @param login the answer to the login where the first failed
   * @param itself whoami of the first ghost with its device
   * @param server what is looked at
   */
  Finding devices(Reply put, Reply login, Reply itself, ServerInfo server) {
    if (!put.ok() && !login.ok()) {
      return Finding.problem(
          DEVICES,
          "no device can be made for a ghost, neither by PUT /devices (%s) nor by m.login.application_service (%s)"
              .formatted(put.words(), login.words()),
          "the registration that the homeserver reads must say:\n  io.element.msc4190: true\nso "
              + remedies.writeAndHandOver());
    }
    String seen = itself.at("device_id").asText("");
    if (!seen.equals(DEVICE.value())) {
      return ignored(itself.ok() && !seen.isEmpty() ? "it sees " + seen : itself.words(), server);
    }
    return Finding.ok(
        DEVICES,
        "ghosts get devices by %s, and requests name them"
            .formatted(put.ok() ? "PUT /devices (MSC4190)" : "m.login.application_service"));
  }

  /** Repeats are known by their device; without one, by what the homeserver has in memory. */
  private static Finding ignored(String seen, ServerInfo server) {
    String text =
        "the homeserver ignores device_id in Ferry's requests (%s): what is repeated after its restart could arrive twice"
            .formatted(seen);
    return server.isSynapse()
        ? Finding.problem(
            DEVICES, text, "update Synapse (%s) to 1.163 or newer".formatted(server.version()))
        : Finding.warning(
            DEVICES,
            text,
            "do not restart the homeserver while ferry migrate runs; should it have died, ferry verify names what stands twice. Homeservers that let application services name a device (Matrix 1.17, MSC4326) need no such care");
  }

  private Finding repeats() throws InterruptedException {
    Ask ask = scratch.message("once").on(DEVICE);
    Reply first = door.ask(ask);
    return repeats(first, door.ask(ask));
  }

  static Finding repeats(Reply first, Reply second) {
    String id = first.at("event_id").asText("");
    return !id.isEmpty() && id.equals(second.at("event_id").asText(""))
        ? Finding.ok(REPEATS, "a repeated request makes no second event")
        : Finding.problem(
            REPEATS,
            "the same request sent twice makes two events (%s, %s): after a lost answer messages would arrive twice"
                .formatted(first.words(), second.words()),
            "look whether something between Ferry and the homeserver changes paths or the query of requests; if nothing does, this homeserver does not keep transaction ids, which the specification asks for");
  }

  private Finding encryption(ServerInfo server) throws InterruptedException {
    List<String> missing = new ArrayList<>();
    UserId one = scratch.one();
    missing(missing, "keys/upload", Ask.post(Json.object(), Scratch.V3 + "/keys/upload"));
    ObjectNode query = Json.object();
    var unused = query.putObject("device_keys").putArray(one.value());
    missing(missing, "keys/query", Ask.post(query, Scratch.V3 + "/keys/query"));
    ObjectNode claim = Json.object();
    var unusedToo =
        claim
            .putObject("one_time_keys")
            .putObject(one.value())
            .put(DEVICE.value(), "signed_curve25519");
    missing(missing, "keys/claim", Ask.post(claim, Scratch.V3 + "/keys/claim"));
    missing(
        missing,
        "account data",
        Ask.put(Json.object(), Scratch.V3 + "/user/{}/account_data/{}", one.value(), PROBE));
    Reply sync = door.ask(sync(""));
    if (!sync.ok()) {
      missing.add("/sync (" + sync.words() + ")");
    } else if (!arrives(sync.at("next_batch").asText())) {
      missing.add("to-device messages (sent, not received)");
    }
    return encryption(missing, server);
  }

  /** Adds what the first ghost as its device is refused. */
  private void missing(List<String> missing, String what, Ask ask) throws InterruptedException {
    Reply reply = door.ask(ask.as(scratch.one()).on(DEVICE));
    if (!reply.ok()) {
      missing.add(what + " (" + reply.words() + ")");
    }
  }

  private boolean arrives(String since) throws InterruptedException {
    String mark = UUID.randomUUID().toString();
    ObjectNode messages = Json.object();
    messages
        .putObject("messages")
        .putObject(scratch.one().value())
        .putObject(DEVICE.value())
        .put("mark", mark);
    Reply unused =
        door.ask(
            Ask.put(messages, Scratch.V3 + "/sendToDevice/{}/{}", PROBE, mark).as(scratch.two()));
    for (JsonNode event : door.ask(sync(since)).at("to_device").path("events")) {
      if (event.path("content").path("mark").asText().equals(mark)) {
        return true;
      }
    }
    return false;
  }

  /** Never the same twice: Synapse keeps the answers to the same request for a while. */
  private Ask sync(String since) {
    String filter =
        "{\"room\":{\"rooms\":[]},\"presence\":{\"not_types\":[\"*\",\"%s\"]},\"account_data\":{\"not_types\":[\"*\"]}}"
            .formatted(UUID.randomUUID());
    Ask ask =
        Ask.get(Scratch.V3 + "/sync")
            .with("timeout", "0")
            .with("filter", filter)
            .as(scratch.one())
            .on(DEVICE);
    return since.isEmpty() ? ask : ask.with("since", since);
  }

  static Finding encryption(List<String> missing, ServerInfo server) {
    if (missing.isEmpty()) {
      return Finding.ok(
          ENCRYPTION,
          "uploads, queries and claims of keys, account data, /sync and to-device messages work with Ferry's token");
    }
    return Finding.warning(
        ENCRYPTION,
        "encrypted rooms cannot be followed with Ferry's token: %s. Carrying does not need that"
            .formatted(String.join(", ", missing)),
        server.isSynapse()
            ? "update Synapse (%s) to 1.163 or newer, which needs no experimental feature for it: Ferry takes keys by /sync, and what msc2409 and msc3202 switch on is for pushes. Where it is that already, its log says why it refuses"
                .formatted(server.version())
            : "nothing for carrying; rooms are followed with a ghost's own login token where that works");
  }
}
