package org.ferry.report;

import java.time.Instant;
import java.util.List;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.SourceLedger;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.verify.VerifyReport;

/**
 * The report of a crossing: one page of HTML that asks no other server for anything, to be read,
 * printed or sent on. It names people and rooms and holds no text of a message.
 */
public final class Report {
  private final Gathering gathering;

  /**
   * A report of a crossing.
   *
   * @param sources the ledger's source side
   * @param ledger the ledger's crossing side
   * @param crossing the crossing
   * @param plan the plan that it followed
   * @param facts the source's rooms
   * @param accounts whether people's own accounts write, and each time's visibility holds
   */
  public Report(
      SourceLedger sources,
      CrossingLedger ledger,
      Crossing crossing,
      Plan plan,
      List<RoomFacts> facts,
      boolean accounts) {
    this.gathering = new Gathering(sources, ledger, crossing, plan, facts, accounts);
  }

  /**
   * Writes the page.
   *
   * @param source what was loaded
   * @param verified what the comparison found
   * @param now what time it is
   * @param language {@code en} or {@code fr}
   * @return the page, to be written as UTF-8
   */
  public String html(LoadedSource source, VerifyReport verified, Instant now, String language) {
    return new Page(gathering.contents(source, verified, now), new Words(language)).html();
  }
}
