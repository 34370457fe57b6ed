package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;

/**
 * What only an administrator may do about accounts: the admin API of Synapse ({@code
 * docs/admin_api/user_admin_api.md} there). Other homeservers do not have it.
 *
 * <p>Blocks, bears with outages and throws as {@link Intent} does. Safe for use by many threads.
 */
public final class Admin {
  private static final String USERS = "/_synapse/admin/v2/users";
  private static final String USER = USERS + "/{}";
  private static final int PAGE = 1000;

  private final Homeserver server;

  /**
   * An administrator.
   *
   * @param server spoken to with an administrator's token, and closed by the caller
   */
  public Admin(Homeserver server) {
    this.server = server;
  }

  /** What the server knows of a local account; empty where it has none of that id. */
  public Optional<ObjectNode> user(UserId id) {
    return find(Call.get(USER, id.value()));
  }

  /**
   * Makes an account, or changes what is named of one that exists.
   *
   * @param id a local user id
   * @param settings such as {@code displayname}, {@code threepids}, {@code external_ids}
   * @return the account as it is now
   */
  public ObjectNode putUser(UserId id, ObjectNode settings) {
    return server.json(Call.put(settings, USER, id.value()));
  }

  /** The ids of all accounts, deactivated ones and guests too; one request for a thousand. */
  public Set<UserId> users() {
    Set<UserId> all = new LinkedHashSet<>();
    String from = "0";
    while (from != null) {
      ObjectNode page =
          server.json(
              Call.get(USERS)
                  .with("from", from)
                  .with("limit", String.valueOf(PAGE))
                  .with("guests", "true")
                  .with("deactivated", "true"));
      for (JsonNode user : page.path("users")) {
        String name = user.path("name").asText("");
        if (UserId.isValid(name)) {
          all.add(new UserId(name));
        }
      }
      JsonNode next = page.path("next_token");
      from = next.isValueNode() && !next.asText().equals(from) ? next.asText() : null;
    }
    return all;
  }

  /** What the server knows of a room; empty where it has none of that id. */
  public Optional<ObjectNode> room(RoomId id) {
    return find(Call.get("/_synapse/admin/v1/rooms/{}", id.value()));
  }

  /** Who has an e-mail address or telephone number; empty where nobody does. */
  public Optional<UserId> ownerOf(String medium, String address) {
    return owner(Call.get("/_synapse/admin/v1/threepid/{}/users/{}", medium, address));
  }

  /** Who has an identity of a single sign-on; empty where nobody does. */
  public Optional<UserId> ownerOfIdentity(String provider, String externalId) {
    return owner(Call.get("/_synapse/admin/v1/auth_providers/{}/users/{}", provider, externalId));
  }

  private Optional<UserId> owner(Call call) {
    return find(call)
        .map(a -> a.path("user_id").asText(""))
        .filter(UserId::isValid)
        .map(UserId::new);
  }

  private Optional<ObjectNode> find(Call call) {
    try {
      return Optional.of(server.json(call));
    } catch (MatrixException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
