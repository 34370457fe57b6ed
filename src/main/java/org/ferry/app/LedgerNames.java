package org.ferry.app;

import org.ferry.id.RoomAlias;
import org.ferry.id.UserId;
import org.ferry.matrix.appservice.Namespaces;
import org.ferry.migrate.CrossingLedger;

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
    return user.equals(bot) || ledger.made(user);
  }

  @Override
  public boolean knowsAlias(RoomAlias alias) {
    return ledger.made(alias);
  }
}
