package org.ferry.checkup;

import static org.ferry.checkup.Check.CLOCK;
import static org.ferry.checkup.Check.HOMESERVER;
import static org.ferry.checkup.Check.LOGIN;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.matrix.client.Logins;
import org.jspecify.annotations.Nullable;

/** Whether a homeserver answers, which one, and what stands in between. Nothing needs a token. */
final class ServerCheck {
  private static final Duration SKEW = Duration.ofSeconds(30);

  private final Door door;
  private final InstantSource clock;
  private final Remedies remedies;

  ServerCheck(Door door, InstantSource clock, Remedies remedies) {
    this.door = door;
    this.clock = clock;
    this.remedies = remedies;
  }

  /** Which homeserver answers; empty where none does, which is a finding. */
  Optional<ServerInfo> run(Findings findings) throws InterruptedException {
    Reply versions;
    try {
      versions = door.ask(Ask.get("/_matrix/client/versions").anonymous());
    } catch (Unanswered e) {
      findings.add(silent(e));
      return Optional.empty();
    }
    if (!versions.ok() || versions.at("versions").isEmpty()) {
      findings.add(stranger(versions));
      return Optional.empty();
    }
    ServerInfo server = ServerInfo.of(versions, federation());
    findings.ok(
        HOMESERVER,
        "%s answers at %s%s"
            .formatted(
                server.label(),
                door.address(),
                server.spec().isEmpty() ? "" : ", up to Matrix " + server.spec()));
    findings.add(clock(versions.header("date"), clock.instant()));
    return Optional.of(server);
  }

  private @Nullable Reply federation() throws InterruptedException {
    Reply reply = door.ask(Ask.get("/_matrix/federation/v1/version").anonymous());
    return reply.ok() ? reply : null;
  }

  private Finding silent(Unanswered silence) throws InterruptedException {
    String reason = silence.reason();
    if (silence.untrusted()) {
      return Finding.problem(
          HOMESERVER,
          "what answers at %s is not trusted: %s".formatted(door.address(), reason),
          Remedies.trust());
    }
    return silent(reason, isAtTheUsualPlace());
  }

  /**
   * Nothing answers. Nobody here knows where the homeserver listens, unless one answers there.
   *
   * @param usual whether a homeserver answers where Synapse listens unless told otherwise
   */
  Finding silent(String reason, boolean usual) {
    String elsewhere =
        usual
            ? "a homeserver answers at %s; if that is the one, %s"
                .formatted(
                    Remedies.USUAL,
                    remedies.ferry("homeserver: {address: \"" + Remedies.USUAL + "\"}"))
            : "if it runs and listens elsewhere, that stands in homeserver.yaml under listeners; "
                + remedies.ferry("homeserver: {address: \"…\"}");
    return Finding.problem(
        HOMESERVER,
        "nothing answers at %s: %s. Nothing of what only a homeserver can tell was tried"
            .formatted(door.address(), reason),
        "start the homeserver; on its machine:\n  sudo systemctl status matrix-synapse, or docker ps\nthis must answer from here:\n  curl -s "
            + door.address()
            + "/_matrix/client/versions\n"
            + elsewhere);
  }

  private boolean isAtTheUsualPlace() throws InterruptedException {
    if (door.address().equals(Remedies.USUAL)) {
      return false;
    }
    try (Door usual = new Door(Remedies.USUAL, null, Duration.ZERO)) {
      Reply reply = usual.once(Ask.get("/_matrix/client/versions").anonymous());
      return reply.ok() && !reply.at("versions").isEmpty();
    } catch (Unanswered e) {
      // reason: what does not answer there either is no better address.
      return false;
    }
  }

  /** Something answers that is no homeserver. */
  Finding stranger(Reply reply) {
    if (reply.status() / 100 == 3) {
      String to = reply.header("location").replaceAll("/_matrix/.*$", "").replaceAll("/$", "");
      return Finding.problem(
          HOMESERVER,
          "%s sends on to %s (%d)".formatted(door.address(), to, reply.status()),
          remedies.ferry("homeserver: {address: \"" + to + "\"}"));
    }
    if (reply.status() == 401 || reply.status() == 403) {
      return guarded(reply);
    }
    if (reply.status() >= 502 && reply.status() <= 504) {
      return Finding.problem(
          HOMESERVER,
          "a proxy answers at %s, and behind it no homeserver (%s)"
              .formatted(door.address(), reply.words()),
          "start the homeserver, and see that the proxy looks for it where it listens, which stands in homeserver.yaml under listeners:\n  sudo systemctl status matrix-synapse, or docker ps");
    }
    return Finding.problem(
        HOMESERVER,
        "what answers at %s is no homeserver: %s to /_matrix/client/versions"
            .formatted(door.address(), reply.words()),
        "name the homeserver's own address, or let the proxy pass its paths on:\n"
            + Remedies.proxy());
  }

  /** Everybody may ask for the versions, so that it is no homeserver that refuses. */
  private Finding guarded(Reply reply) {
    return Finding.problem(
        HOMESERVER,
        "something in front of the homeserver lets Ferry not through at %s (%s%s)"
            .formatted(
                door.address(),
                reply.words(),
                reply.status() == 401 ? ": it wants a password of its own" : ""),
        "let it pass /_matrix on without one, and from this machine's address; nginx, in that location:\n  auth_basic off;\n  allow all;\nor go past it: "
            + remedies.past());
  }

  static Finding clock(String date, Instant now) {
    Instant theirs;
    try {
      theirs = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      return Finding.ok(CLOCK, "the homeserver does not say what time it is");
    }
    Duration skew = Duration.between(now, theirs);
    if (skew.abs().compareTo(SKEW) <= 0) {
      return Finding.ok(CLOCK, "the clocks agree");
    }
    return Finding.warning(
        CLOCK,
        "the homeserver's clock is %d s %s this machine's: what is sent without a date, and what is remembered for a day, would be wrong by that"
            .formatted(skew.abs().toSeconds(), skew.isNegative() ? "behind" : "ahead of"),
        "on the machine whose clock is wrong: sudo timedatectl set-ntp true");
  }

  // Login ----------------------------------------------------------------------------------------

  /** How people log in. */
  void login(Findings findings, boolean accounts) throws InterruptedException {
    Reply metadata = door.ask(Ask.get("/_matrix/client/v1/auth_metadata").anonymous());
    if (!metadata.ok()) {
      String unstable = "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata";
      metadata = door.ask(Ask.get(unstable).anonymous());
    }
    if (metadata.outage() && metadata.isMatrix()) {
      findings.add(serviceAway(metadata));
      return;
    }
    String issuer = metadata.ok() ? metadata.at("issuer").asText("") : "";
    if (issuer.isEmpty()) {
      Reply known = door.ask(Ask.get("/.well-known/matrix/client").anonymous());
      issuer = known.at("org.matrix.msc2965.authentication").path("issuer").asText("");
    }
    Reply flows = door.ask(Ask.get("/_matrix/client/v3/login").anonymous());
    findings.add(login(issuer, flows, accounts));
  }

  /** A homeserver that has no authentication service says that it does not know the path. */
  static Finding serviceAway(Reply metadata) {
    return Finding.problem(
        LOGIN,
        "an authentication service (MAS) has charge of accounts, and the homeserver does not reach it (%s): no person's token is known, an administrator's neither. Ghosts need none of it"
            .formatted(metadata.words()),
        "see that it runs, and that this leads to it, in homeserver.yaml:\n  matrix_authentication_service: {enabled: true, endpoint: \"http://127.0.0.1:8080\"}\n"
            + Remedies.RESTART);
  }

  /**
   * Judges how people log in.
   *
   * @param issuer the authentication service, empty where there is none
   * @param flows the answer to {@code GET /login}
   * @param accounts whether Ferry is to make accounts that people log in to
   */
  static Finding login(String issuer, Reply flows, boolean accounts) {
    if (!issuer.isEmpty() && accounts) {
      return Finding.problem(
          LOGIN,
          "an authentication service (%s) has charge of accounts, and would know none that Ferry makes: nobody could log in to them"
              .formatted(host(issuer)),
          "make people's accounts there first, as with: mas-cli manage register-user\nlist them in people.csv, and in the configuration name that and let no others be made:\n  identities: {mode: ghost, map_file: people.csv}\nWho is not listed becomes a ghost");
    }
    if (!issuer.isEmpty()) {
      return Finding.warning(
          LOGIN,
          "an authentication service (%s) has charge of accounts: passwords do not log in at the homeserver. Ghosts are made by the registration and need none of it"
              .formatted(host(issuer)),
          "for accounts that Ferry follows, configure token_file, with "
              + Logins.LASTING_TOKEN
              + ".\nfor homeserver.admin alone:\n  "
              + AdminCheck.ADMIN_TOKEN);
    }
    List<String> types = new ArrayList<>();
    for (JsonNode flow : flows.at("flows")) {
      types.add(flow.path("type").asText());
    }
    return types.contains("m.login.password")
        ? Finding.ok(LOGIN, "accounts log in with a password")
        : Finding.warning(
            LOGIN,
            "passwords do not log in here%s"
                .formatted(types.isEmpty() ? "" : " (offered: " + String.join(", ", types) + ")"),
            "give accounts tokens instead: token_file in the place of password_file. Ghosts need none");
  }

  private static String host(String issuer) {
    String host = URI.create(issuer).getHost();
    return host == null ? issuer : host;
  }
}
