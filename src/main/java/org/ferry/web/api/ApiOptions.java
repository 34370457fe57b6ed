package org.ferry.web.api;

import java.util.List;
import java.util.Set;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Who may call the API.
 *
 * @param tokens the tokens that were configured
 * @param corsOrigins origins of browsers that may call it; empty: none but its own
 * @param publicUrl its address as seen from outside, without trailing slash; null where none is
 *     configured
 * @param rate requests that each token may make in a minute; 0: as many as it likes
 */
public record ApiOptions(
    List<Token> tokens, List<String> corsOrigins, @Nullable String publicUrl, int rate) {
  /** Copies the lists. */
  public ApiOptions {
    tokens = List.copyOf(tokens);
    corsOrigins = List.copyOf(corsOrigins);
  }

  /**
   * A token.
   *
   * @param name its name in logs
   * @param secret what the caller shows
   * @param scopes what it may do
   * @param rooms the rooms it may see, by id, key, alias or name; {@code *} stands for anything
   * @param networks the networks it may see; empty: all
   * @param accounts those of the accounts that are followed for whom it may speak
   */
  public record Token(
      String name,
      Secret secret,
      Set<Scope> scopes,
      List<String> rooms,
      List<String> networks,
      Set<UserId> accounts) {
    /** Copies the collections. */
    public Token {
      scopes = Set.copyOf(scopes);
      rooms = List.copyOf(rooms);
      networks = List.copyOf(networks);
      accounts = Set.copyOf(accounts);
    }
  }
}
