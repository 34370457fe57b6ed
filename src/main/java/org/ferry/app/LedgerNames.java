package org.ferry.app;

import java.util.stream.Stream;
import org.ferry.id.RoomAlias;
import org.ferry.id.UserId;
import org.ferry.matrix.appservice.Namespaces;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.Crossing;

/** Which names are Ferry's: the bot, and what the ledger says was made. */
final class LedgerNames implements Namespaces {
  private final UserId bot;
  private final CrossingLedger ledger;

  LedgerNames(UserId bot, CrossingLedger ledger) {
    this.bot = bot;
    this.ledger = ledger;
  }

  @Override
  public boolean knowsUser(UserId user) {
    return user.equals(bot) || ledger.all().stream().anyMatch(c -> made(c, user));
  }

  private boolean made(Crossing crossing, UserId user) {
    try (Stream<CarriedPerson> people = ledger.people(crossing.id())) {
      return people.anyMatch(p -> p.target().equals(user) && p.state().equals("ready"));
    }
  }

  @Override
  public boolean knowsAlias(RoomAlias alias) {
    return ledger.all().stream().anyMatch(c -> made(c, alias));
  }

  private boolean made(Crossing crossing, RoomAlias alias) {
    try (Stream<CarriedAlias> aliases = ledger.aliases(crossing.id())) {
      return aliases.anyMatch(a -> a.target().equals(alias) && a.state().equals("carried"));
    }
  }
}
