package org.ferry.live.sending;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.ferry.id.UserId;
import org.ferry.live.accounts.AccountOptions;
import org.jspecify.annotations.Nullable;

/**
 * Who may write.
 *
 * @param domain of the homeserver that Ferry is an application service of
 * @param bot Ferry's own user; null where Ferry is no application service
 * @param accounts the configured accounts
 * @param ghosts whether nobody but Ferry is behind a user: such a one reads nothing
 */
public record Company(
    String domain, @Nullable UserId bot, List<AccountOptions> accounts, Predicate<UserId> ghosts) {
  /** Copies the list. */
  public Company {
    accounts = List.copyOf(accounts);
  }

  boolean isBot(UserId user) {
    return user.equals(bot);
  }

  /** Whether a user's device is followed all the time. */
  boolean isFollowed(UserId user) {
    return isBot(user) || account(user).isPresent();
  }

  Optional<AccountOptions> account(UserId user) {
    return isBot(user)
        ? Optional.empty()
        : accounts.stream().filter(a -> a.user().equals(user)).findFirst();
  }
}
