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
 * @param invitesFrom globs of the users whose invitations are accepted
 * @param rooms globs of the rooms that are followed: ids, aliases or names
 */
public record AccountOptions(
    UserId user,
    @Nullable Secret password,
    @Nullable Secret token,
    @Nullable Secret recoveryKey,
    List<String> invitesFrom,
    List<String> rooms) {
  /** Copies the lists. */
  public AccountOptions {
    invitesFrom = List.copyOf(invitesFrom);
    rooms = List.copyOf(rooms);
  }

  /**
   * Ferry's own bot where the configuration says nothing of it: it follows every room that it is
   * in, and goes where people of its own homeserver invite it.
   */
  public static AccountOptions ofBot(UserId bot) {
    return new AccountOptions(bot, null, null, null, List.of("*:" + bot.server()), List.of("*"));
  }

  /** Whether an invitation of this user is accepted. */
  public boolean welcomes(String inviter) {
    return Glob.any(Glob.all(invitesFrom), inviter);
  }

  /** Whether a room is followed that has these names. */
  public boolean follows(Iterable<String> names) {
    List<Glob> globs = Glob.all(rooms);
    for (String name : names) {
      if (Glob.any(globs, name)) {
        return true;
      }
    }
    return false;
  }
}
