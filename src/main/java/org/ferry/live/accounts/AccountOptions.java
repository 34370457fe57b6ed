package org.ferry.live.accounts;

import java.util.List;
import org.ferry.id.Glob;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * An account as it is configured.
 *
 * @param user whose
 * @param password its password; null where none is given
 * @param token an access token of it; null where none is given
 * @param recoveryKey what opens its secret storage; null where none is given
 * @param invites which invitations are accepted
 * @param rooms globs of the rooms that are followed: ids, aliases or names
 */
public record AccountOptions(
    UserId user,
    @Nullable Given password,
    @Nullable Given token,
    @Nullable Secret recoveryKey,
    Invites invites,
    List<String> rooms) {
  /**
   * Which invitations are accepted: those that both globs fit.
   *
   * @param from globs of the users who invite
   * @param rooms globs of the rooms that they invite to: ids, aliases or names
   */
  public record Invites(List<String> from, List<String> rooms) {
    /** Copies the lists. */
    public Invites {
      from = List.copyOf(from);
      rooms = List.copyOf(rooms);
    }
  }

  /** Copies the list. */
  public AccountOptions {
    rooms = List.copyOf(rooms);
  }

  /**
   * Ferry's own bot where the configuration says nothing of it: it follows every room that it is
   * in, and goes where people of its own homeserver invite it.
   */
  public static AccountOptions ofBot(UserId bot) {
    return new AccountOptions(bot, null, null, null, anybody(bot.server()), List.of("*"));
  }

  private static Invites anybody(String server) {
    return new Invites(List.of("*:" + server), List.of("*"));
  }

  /** The token that is given, as it is now; null where none is. */
  public @Nullable Secret tokenNow() {
    return token == null ? null : token.now();
  }

  /**
   * Whether an invitation is accepted.
   *
   * @param inviter who invites
   * @param names what the room is called, as far as the invitation says it
   */
  public boolean welcomes(String inviter, Iterable<String> names) {
    return Glob.any(Glob.all(invites.from()), inviter) && fits(invites.rooms(), names);
  }

  /** Whether a room is followed that has these names. */
  public boolean follows(Iterable<String> names) {
    return fits(rooms, names);
  }

  private static boolean fits(List<String> wanted, Iterable<String> names) {
    List<Glob> globs = Glob.all(wanted);
    for (String name : names) {
      if (Glob.any(globs, name)) {
        return true;
      }
    }
    return false;
  }
}
