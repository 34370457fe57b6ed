package org.ferry.migrate.verify;

import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.Plan;

/**
 * Which users of the destination are Ferry's own: the bot and the ghosts, as whom nobody but Ferry
 * acts. Everybody else is a person.
 */
final class Crew {
  private final UserId bot;
  private final Set<UserId> ghosts;

  Crew(Plan plan, UserId bot) {
    this.bot = bot;
    this.ghosts =
        plan.people().stream()
            .filter(p -> p.action() == Plan.PersonAction.GHOST && p.target() != null)
            .map(Plan.PlanPerson::target)
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether only Ferry acts as a user. */
  boolean has(String user) {
    return UserId.isValid(user) && has(new UserId(user));
  }

  private boolean has(UserId user) {
    return user.equals(bot) || ghosts.contains(user);
  }

  /** Whether a user is Ferry's bot. */
  boolean isBot(String user) {
    return user.equals(bot.value());
  }
}
