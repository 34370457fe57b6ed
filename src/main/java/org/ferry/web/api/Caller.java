package org.ferry.web.api;

import java.util.List;
import java.util.Set;
import org.ferry.id.Glob;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Who calls.
 *
 * @param name the token's name; a session's is its user's id
 * @param scopes what the caller may do
 * @param rooms rooms it may see, by id, key, alias or name
 * @param networks networks it may see; empty: all
 * @param accounts the accounts that are followed for whom it may speak
 * @param user whose session this is: only that user's rooms are seen, and none that the token does
 *     not see which made it; null for a configured token
 */
record Caller(
    String name,
    Set<Scope> scopes,
    List<String> rooms,
    List<String> networks,
    Set<UserId> accounts,
    @Nullable UserId user) {
  static Caller of(ApiOptions.Token token) {
    return new Caller(
        token.name(), token.scopes(), token.rooms(), token.networks(), token.accounts(), null);
  }

  /** A session that this caller made for a user. */
  Caller session(UserId whose) {
    return new Caller(
        whose.value(), Set.of(Scope.READ, Scope.SEND), rooms, networks, Set.of(), whose);
  }

  /** Throws the problem where the scope is missing. */
  void need(Scope scope) {
    if (!scopes.contains(scope)) {
      throw new Problem(
              403,
              "missing_scope",
              "this needs the scope " + scope.word() + ", which the token lacks")
          .with(
              "WWW-Authenticate",
              "Bearer error=\"insufficient_scope\", scope=\"" + scope.word() + "\"");
    }
  }

  /** Whether one of the names of a room is among those that the caller may see. */
  boolean seesRoom(List<String> names) {
    if (rooms.contains("*")) {
      return true;
    }
    List<Glob> globs = Glob.all(rooms);
    return names.stream().anyMatch(n -> Glob.any(globs, n));
  }

  boolean seesNetwork(String network) {
    return networks.isEmpty() || networks.contains(network);
  }

  boolean seesAll() {
    return user == null && rooms.contains("*") && networks.isEmpty();
  }
}
