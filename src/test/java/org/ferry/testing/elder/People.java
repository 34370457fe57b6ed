package org.ferry.testing.elder;

import static org.ferry.testing.elder.Elder.json;
import static org.ferry.testing.elder.Elder.post;
import static org.ferry.testing.elder.Elder.put;

import org.ferry.lab.LabClient;

/** Accounts of every kind, with what is stored about them. */
final class People {
  private static final String PROFILE = "/_matrix/client/v3/profile/%s/";
  private static final String ACCOUNT_DATA = "/_matrix/client/v3/user/%s/account_data/%s";
  private static final String RULE = "/_matrix/client/v3/pushrules/global/%s/%s";
  private static final String ADMIN_USER = "/_synapse/admin/v2/users/%s";

  private final Elder elder;

  People(Elder elder) {
    this.elder = elder;
  }

  void fill() {
    profiles();
    admin();
    accountData();
    pushRules();
  }

  private void profiles() {
    put(
        elder.ann,
        json("{'displayname': 'Ann Öhman 🌲'}"),
        PROFILE + "displayname",
        elder.ann.userId());
    put(
        elder.ann,
        json("{}").put("avatar_url", elder.file("ann.png", elder.ann, "image/png")),
        PROFILE + "avatar_url",
        elder.ann.userId());
    put(
        elder.cleo,
        json("{'displayname': 'Cleo (she/her)'}"),
        PROFILE + "displayname",
        elder.cleo.userId());
    put(elder.remy, json("{'displayname': 'Rémy'}"), PROFILE + "displayname", elder.remy.userId());
  }

  /** What only an administrator can set: addresses, identities, ways out. */
  private void admin() {
    put(
        elder.ann,
        json(
            "{'threepids': [{'medium': 'email', 'address': 'ben@example.org'}, {'medium': 'msisdn', 'address': '431234567'}], 'external_ids': [{'auth_provider': 'oidc-keycloak', 'external_id': 'b-0001'}, {'auth_provider': 'saml', 'external_id': 'ben@corp'}]}"),
        ADMIN_USER,
        elder.ben.userId());
    LabClient gus = elder.person(elder.home, "gus", false);
    put(elder.ann, json("{'deactivated': true}"), ADMIN_USER, gus.userId());
    LabClient locked = elder.person(elder.home, "lou.locked", false);
    put(elder.ann, json("{'locked': true}"), ADMIN_USER, locked.userId());
    LabClient bot = elder.person(elder.home, "robot", false);
    put(elder.ann, json("{'user_type': 'bot', 'displayname': 'R2'}"), ADMIN_USER, bot.userId());
    elder.facts.users().put("odd", elder.person(elder.home, "o=dd/name-1.2_3+4", false).userId());
  }

  /** To be called last: an erased person's events are kept, and hidden from newcomers. */
  void erase(LabClient who) {
    post(elder.ann, json("{'erase': true}"), "/_synapse/admin/v1/deactivate/%s", who.userId());
  }

  private void accountData() {
    put(
        elder.ben,
        json("{'ignored_users': {'%s': {}}}".formatted(elder.dan.userId())),
        ACCOUNT_DATA,
        elder.ben.userId(),
        "m.ignored_user_list");
    put(
        elder.ben,
        json("{'theme': 'dark', 'nul': 'a\\u0000b'}"),
        ACCOUNT_DATA,
        elder.ben.userId(),
        "org.example.settings");
  }

  private void pushRules() {
    put(
        elder.ben,
        json("{'pattern': 'bridge', 'actions': ['notify', {'set_tweak': 'highlight'}]}"),
        RULE,
        "content",
        "bridge");
    put(elder.ben, json("{'actions': []}"), RULE, "room", elder.facts.room("workshop"));
    put(elder.ben, json("{'actions': ['notify']}"), RULE, "sender", elder.ann.userId());
    put(
        elder.ben,
        json(
            "{'conditions': [{'kind': 'event_match', 'key': 'type', 'pattern': 'org.example.game.move'}], 'actions': ['notify']}"),
        RULE,
        "override",
        "org.example.moves");
    put(elder.ben, json("{'enabled': false}"), RULE + "/enabled", "underride", ".m.rule.call");
  }
}
