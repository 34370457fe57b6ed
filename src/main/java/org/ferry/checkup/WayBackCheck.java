package org.ferry.checkup;

import static org.ferry.checkup.Check.WAY_BACK;

import java.util.UUID;
import org.ferry.config.Config;
import org.ferry.matrix.client.Errcode;
import org.ferry.matrix.event.Json;

/** Whether the homeserver reaches Ferry, by the ping of Matrix 1.7. */
final class WayBackCheck {
  private final Door door;
  private final Config config;
  private final Remedies remedies;
  private final Listening listening;

  WayBackCheck(Door door, Config config, Remedies remedies, Listening listening) {
    this.door = door;
    this.config = config;
    this.remedies = remedies;
    this.listening = listening;
  }

  void run(Findings findings) throws InterruptedException {
    if (listening.failure() != null) {
      findings.add(Finding.problem(WAY_BACK, listening.failure(), otherPort()));
      return;
    }
    Ask ping =
        Ask.post(
            Json.object().put("transaction_id", "doctor-" + UUID.randomUUID()),
            "/_matrix/client/v1/appservice/{}/ping",
            config.appservice().id());
    Reply answer = door.ask(ping);
    // What the homeserver kept open to a Ferry that has ended since breaks at its first use.
    boolean again = answer.is("M_CONNECTION_FAILED") && !arrived(answer);
    findings.add(judged(again ? door.ask(ping) : answer));
  }

  private static boolean arrived(Reply ping) {
    return Errcode.isPingAnswered(ping.errcode(), ping.at("error").asText(""));
  }

  private String otherPort() {
    return remedies.ferry("appservice: {listen: \"127.0.0.1:29380\"}");
  }

  private String who() {
    return listening.own() ? "this doctor, at " : "ferry run, or what else has the port, at ";
  }

  /** Judges the homeserver's answer to the ping. */
  Finding judged(Reply ping) {
    Config.Appservice ours = config.appservice();
    String url = ours.address();
    if (ping.ok() || arrived(ping)) {
      return Finding.ok(WAY_BACK, "the homeserver reaches Ferry at " + url);
    }
    if (ping.unrecognized()) {
      return Finding.warning(
          WAY_BACK,
          "this homeserver has no ping (Matrix 1.7), so nobody can ask whether it reaches %s; carrying does not need it"
              .formatted(url),
          "see whether it does, with: ferry run, then write into a room of the bot's; ferry status tells the age of the last live event");
    }
    String seen = seen(ping);
    return switch (ping.errcode()) {
      case "M_URL_NOT_SET" ->
          Finding.problem(
              WAY_BACK,
              "the registration that the homeserver reads has no url",
              remedies.writeAndHandOver());
      case "M_FORBIDDEN" ->
          Finding.problem(
              WAY_BACK,
              "the homeserver knows Ferry under another id than %s (%s)"
                  .formatted(ours.id(), ping.words()),
              remedies.handOver());
      case "M_BAD_STATUS" -> badStatus(ping);
      case "M_CONNECTION_TIMEOUT", "M_CONNECTION_FAILED" ->
          Finding.problem(
              WAY_BACK,
              "the homeserver cannot reach Ferry at %s: %s. Listening was %s%s"
                  .formatted(url, seen, who(), ours.listen()),
              remedies.reachable());
      default ->
          Finding.problem(
              WAY_BACK,
              "the homeserver could not ping Ferry at %s: %s".formatted(url, ping.words()),
              remedies.reachable());
    };
  }

  private Finding badStatus(Reply ping) {
    Config.Appservice ours = config.appservice();
    int status = ping.at("status").asInt();
    String body = ping.at("body").asText("");
    boolean stranger = !body.isEmpty() && !body.contains("M_FORBIDDEN");
    if (status == 401 || (status == 403 && stranger)) {
      return Finding.problem(
          WAY_BACK,
          "at %s something in front of Ferry wants a password of its own, or takes the Authorization header away (it answers %d)"
              .formatted(ours.address(), status),
          "let it pass /_matrix/app on with that header; nginx, in that location:\n  auth_basic off;\n  proxy_set_header Authorization $http_authorization;\nor let the homeserver go past it: "
              + remedies.ferry("appservice: {address: \"http://127.0.0.1:29380\"}")
              + "\nthen "
              + remedies.writeAndHandOver());
    }
    if (status == 403) {
      return Finding.problem(
          WAY_BACK,
          "the homeserver reaches %s but shows another hs_token than the one in %s"
              .formatted(ours.address(), ours.registration()),
          remedies.handOver());
    }
    return Finding.problem(
        WAY_BACK,
        "at %s the homeserver finds something that is not Ferry (it answers %d). Listening was %s%s"
            .formatted(ours.address(), status, who(), ours.listen()),
        "end the other program, or move Ferry:\n"
            + remedies.ferry(
                "appservice: {address: \"http://127.0.0.1:29390\", listen: \"127.0.0.1:29390\"}")
            + "\nthen "
            + remedies.writeAndHandOver());
  }

  /** What the homeserver saw, in a few words. */
  static String seen(Reply ping) {
    String error = ping.at("error").asText("");
    if (ping.is("M_CONNECTION_TIMEOUT")) {
      return "no answer in time; a firewall may swallow it";
    }
    int moved = error.indexOf("Moved Permanently to ");
    if (error.contains("PageRedirect")) {
      return "something there sends on to another address"
          + (moved < 0 ? "" : " (" + error.substring(moved).replaceAll("[>\\]]*$", "") + ")")
          + ", which the homeserver does not follow; name that one";
    }
    if (error.contains("refused")) {
      return "connection refused";
    }
    if (error.contains("DNSLookupError") || error.contains("not known")) {
      return "there is no such host where the homeserver runs";
    }
    if (error.contains("No route") || error.contains("unreachable")) {
      return "no route to it";
    }
    return error.isEmpty() ? ping.words() : error;
  }
}
