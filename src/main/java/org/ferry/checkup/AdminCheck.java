package org.ferry.checkup;

import static org.ferry.checkup.Check.ADMIN;

import org.ferry.config.Config;
import org.ferry.id.Secret;

/** The admin API, where a token for it is configured. */
final class AdminCheck {
  /** Prints a token that may use the homeserver's admin API. */
  static final String ADMIN_TOKEN =
      "mas-cli manage issue-compatibility-token --yes-i-want-to-grant-synapse-admin-privileges USER";

  private final Door door;
  private final Config config;
  private final Remedies remedies;

  AdminCheck(Door door, Config config, Remedies remedies) {
    this.door = door;
    this.config = config;
    this.remedies = remedies;
  }

  void run(Findings findings) throws InterruptedException {
    Secret token = config.homeserver().adminToken();
    if (token == null) {
      findings.add(none());
      return;
    }
    Reply whoami = door.ask(Ask.get(Scratch.V3 + "/account/whoami").bearing(token));
    String user = whoami.at("user_id").asText("");
    if (!whoami.ok() || user.isEmpty()) {
      findings.add(refused(whoami));
      return;
    }
    // Not …/v1/users/{}/admin: Synapse has no such path where an authentication service has charge.
    Ask ask = Ask.get("/_synapse/admin/v2/users/{}", user).bearing(token);
    findings.add(judged(user, door.ask(ask)));
  }

  Finding none() {
    return config.identities().mode().equals("account")
        ? Finding.warning(
            ADMIN,
            "no administrator's token is configured: accounts are made by the registration, without e-mail addresses and SSO ids",
            remedies.ferry("homeserver: {admin: {token_file: admin.token}}"))
        : Finding.ok(ADMIN, "no administrator's token is configured; nothing here needs one");
  }

  Finding refused(Reply whoami) {
    if (whoami.outage()) {
      return Finding.problem(
          ADMIN,
          "the homeserver cannot say whose token homeserver.admin gives (%s)"
              .formatted(whoami.words()),
          "where an authentication service (MAS) has charge of accounts, it does not answer the homeserver: see that it runs, and the homeserver's log");
    }
    return Finding.problem(
        ADMIN,
        "the homeserver does not know the token of homeserver.admin (%s)".formatted(whoami.words()),
        "log an administrator in and keep the token, mode 0600:\n  curl -s %s/_matrix/client/v3/login -d '{\"type\":\"m.login.password\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"admin\"},\"password\":\"…\"}'\n"
                .formatted(door.address())
            + "where an authentication service (MAS) has charge of accounts, instead:\n  "
            + ADMIN_TOKEN
            + "\n"
            + remedies.ferry("homeserver: {admin: {token_file: admin.token}}"));
  }

  Finding judged(String user, Reply admin) {
    if (admin.ok() && admin.at("admin").asBoolean()) {
      return Finding.ok(ADMIN, user + " is an administrator");
    }
    if (admin.unrecognized()) {
      return Finding.warning(
          ADMIN,
          "the admin API is not to be had at %s (%s): Ferry works without it, and deletes no rooms"
              .formatted(door.address(), admin.words()),
          "where a proxy stands in front of Synapse, let it pass /_synapse/admin on, or name the homeserver's own address:\n"
              + remedies.past());
    }
    return Finding.problem(
        ADMIN,
        "%s, whose token homeserver.admin gives, is no administrator".formatted(user),
        "make it one, as an administrator:\n  curl -X PUT -H 'Authorization: Bearer TOKEN' %s/_synapse/admin/v1/users/%s/admin -d '{\"admin\":true}'\nor in Synapse's database:\n  UPDATE users SET admin = 1 WHERE name = '%s';"
            .formatted(door.address(), user, user));
  }
}
