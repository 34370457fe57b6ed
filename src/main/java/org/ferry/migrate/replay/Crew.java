package org.ferry.migrate.replay;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.plan.Plan;

/**
 * Which users of the destination are Ferry's own: the bot and the ghosts, as whom nobody but Ferry
 * acts. Everybody else is a person.
 */
public final class Crew {
  private final UserId bot;
  private final Set<UserId> ghosts;

  /**
   * The crew of a plan that nobody has followed yet.
   *
   * @param plan the plan
   * @param bot Ferry's bot
   */
  public Crew(Plan plan, UserId bot) {
    this(bot, planned(plan));
  }

  private Crew(UserId bot, Stream<UserId> ghosts) {
    this.bot = bot;
    this.ghosts = ghosts.collect(Collectors.toUnmodifiableSet());
  }

  /** The crew of a crossing: ghosts that its plan no longer carries as well. */
  public static Crew of(Voyage voyage) {
    try (Stream<CarriedPerson> carried = voyage.ledger().people(voyage.id())) {
      return of(voyage, carried);
    }
  }

  /** The same, of rows that were read already. */
  static Crew of(Voyage voyage, Stream<CarriedPerson> carried) {
    return new Crew(
        voyage.options().bot(),
        Stream.concat(
            planned(voyage.plan()),
            carried.filter(CarriedPerson::isGhost).map(CarriedPerson::target)));
  }

  private static Stream<UserId> planned(Plan plan) {
    return plan.people().stream()
        .filter(p -> p.action() == Plan.PersonAction.GHOST)
        .flatMap(p -> Stream.ofNullable(p.target()));
  }

  /** Whether only Ferry acts as a user. */
  public boolean has(String user) {
    return UserId.isValid(user) && has(new UserId(user));
  }

  private boolean has(UserId user) {
    return user.equals(bot) || ghosts.contains(user);
  }

  /** Whether a user is Ferry's bot. */
  public boolean isBot(String user) {
    return user.equals(bot.value());
  }
}
