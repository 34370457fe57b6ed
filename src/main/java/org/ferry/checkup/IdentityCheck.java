package org.ferry.checkup;

import static org.ferry.checkup.Check.AS_TOKEN;
import static org.ferry.checkup.Check.DOMAIN;
import static org.ferry.checkup.Check.NAMESPACES;

import java.util.List;
import org.ferry.config.Config;
import org.ferry.config.Registration;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** Whether the homeserver knows Ferry, under the name and with the rights that it needs. */
final class IdentityCheck {
  private final Door door;
  private final Config config;
  private final Registration registration;
  private final Remedies remedies;

  IdentityCheck(Door door, Config config, Registration registration, Remedies remedies) {
    this.door = door;
    this.config = config;
    this.registration = registration;
    this.remedies = remedies;
  }

  /** False where nothing further can be asked. */
  boolean run(Findings findings) throws InterruptedException {
    List<Finding> found = token(door.ask(Ask.get(Scratch.V3 + "/account/whoami")));
    findings.addAll(found);
    return found.stream().noneMatch(f -> f.level() == Level.PROBLEM);
  }

  /** Judges whom the homeserver takes the bare token for: the sender of the registration. */
  List<Finding> token(Reply whoami) {
    if (whoami.is("M_MISSING_TOKEN")) {
      return List.of(
          Finding.problem(
              AS_TOKEN,
              "Ferry's token does not reach the homeserver (%s): something in front of it takes the Authorization header away"
                  .formatted(whoami.words()),
              "nginx, in the location block:\n  proxy_set_header Authorization $http_authorization;\n"
                  + "or go past the proxy: "
                  + remedies.past()));
    }
    if (whoami.status() == 401 && !whoami.isMatrix()) {
      return List.of(
          Finding.problem(
              AS_TOKEN,
              "something in front of the homeserver wants a password of its own (%s), so that Ferry's token does not reach it"
                  .formatted(whoami.words()),
              "let it pass /_matrix on without one; nginx, in that location:\n  auth_basic off;\nor go past the proxy: "
                  + remedies.past()));
    }
    if (!whoami.ok()) {
      boolean unknown = whoami.status() == 401 || whoami.is("M_UNKNOWN_TOKEN");
      return List.of(
          Finding.problem(
              AS_TOKEN,
              unknown
                  ? "the homeserver does not know Ferry's token (%s): it reads no registration of Ferry, or another one"
                      .formatted(whoami.words())
                  : "the homeserver does not take Ferry's token: " + whoami.words(),
              remedies.handOver()));
    }
    String user = whoami.at("user_id").asText("");
    if (!UserId.isValid(user)) {
      return List.of(Finding.ok(AS_TOKEN, "the homeserver knows Ferry's token"));
    }
    UserId sender = new UserId(user);
    String domain = config.homeserver().domain();
    if (!sender.server().equals(domain)) {
      return List.of(
          Finding.problem(
              DOMAIN,
              "the server at %s is %s, and not %s as configured"
                  .formatted(door.address(), sender.server(), domain),
              remedies.ferry("homeserver: {domain: " + sender.server() + "}")
                  + "\nor name the address of "
                  + domain
                  + ". Then "
                  + remedies.writeAndHandOver()));
    }
    return List.of(sender(sender), Finding.ok(DOMAIN, "it is the server of " + domain));
  }

  private Finding sender(UserId sender) {
    return sender.localpart().equals(registration.sender())
        ? Finding.ok(AS_TOKEN, "the homeserver knows Ferry's token")
        : Finding.warning(
            AS_TOKEN,
            "the homeserver reads an older registration: there the sender is %s, in %s it is %s"
                .formatted(
                    sender.localpart(), config.appservice().registration(), registration.sender()),
            remedies.handOver());
  }

  /** False where a ghost cannot be made. */
  boolean namespaces(Findings findings, Scratch scratch) throws InterruptedException {
    boolean all = true;
    for (UserId user : List.of(scratch.one(), scratch.two(), config.bot())) {
      Reply made = scratch.register(user);
      if (!made.ok()) {
        findings.add(outside(user, made));
        all = false;
      }
    }
    if (all) {
      Finding named =
          named(scratch.one(), door.ask(Ask.get(Scratch.V3 + "/account/whoami").as(scratch.one())));
      findings.add(named == null ? accounts() : named);
      return named == null;
    }
    return false;
  }

  /**
   * Judges whom the homeserver takes Ferry for where a request names somebody in its query; null
   * where it is that person, or the homeserver does not say.
   */
  @Nullable Finding named(UserId who, Reply whoami) {
    String taken = whoami.at("user_id").asText("");
    if (who.equals(config.bot()) || taken.isEmpty() || taken.equals(who.value())) {
      return null;
    }
    return Finding.problem(
        NAMESPACES,
        "asked as %s the homeserver takes Ferry for %s: something in front of it takes the query (?user_id=…) off requests, and everything would come from the wrong person"
            .formatted(who, taken),
        "nginx, where proxy_pass holds a variable:\n  proxy_pass http://$upstream$request_uri;\nor go past the proxy: "
            + remedies.past());
  }

  Finding outside(UserId user, Reply made) {
    String what = user.equals(config.bot()) ? "Ferry's bot " : "the ghost ";
    return made.is("M_EXCLUSIVE") || made.forbidden()
        ? Finding.problem(
            NAMESPACES,
            "%s%s cannot be made: it lies outside the namespaces that the homeserver reads (%s)"
                .formatted(what, user, made.words()),
            remedies.writeAndHandOver())
        : Finding.problem(
            NAMESPACES,
            "%s%s cannot be made: %s".formatted(what, user, made.words()),
            "see what the homeserver's log says of POST /_matrix/client/v3/register; users of an application service must be allowed to be made while enable_registration is false");
  }

  private Finding accounts() throws InterruptedException {
    if (!Registration.needsAccounts(config)) {
      return Finding.ok(NAMESPACES, "ghosts and bot can be made");
    }
    UserId nobody = UserId.of("ferry-doctor-asks-for-nobody", config.homeserver().domain());
    return accounts(door.ask(Ask.get(Scratch.V3 + "/account/whoami").as(nobody)));
  }

  /** Judges the answer about acting for an account that is not there and not Ferry's. */
  Finding accounts(Reply nobody) {
    return nobody.is("M_EXCLUSIVE") || nobody.at("error").asText("").contains("masquerade")
        ? Finding.problem(
            NAMESPACES,
            "Ferry may not act for accounts of %s, which the map file or identities.mode: account needs (%s)"
                .formatted(config.homeserver().domain(), nobody.words()),
            remedies.writeAndHandOver())
        : Finding.ok(NAMESPACES, "ghosts and bot can be made, accounts can be acted for");
  }
}
