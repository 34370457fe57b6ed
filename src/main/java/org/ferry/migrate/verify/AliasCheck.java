package org.ferry.migrate.verify;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.ResolvedAlias;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.verify.Difference.Kind;

/**
 * Resolves every alias that was carried: it leads to the room that the old one became. Names those
 * that could not be made.
 */
final class AliasCheck {
  private final Voyage voyage;
  private final Findings findings;
  private final Watch watch;

  AliasCheck(Voyage voyage, Findings findings, Watch watch) {
    this.voyage = voyage;
    this.findings = findings;
    this.watch = watch;
  }

  /** Compares all, or as many as there is time for before a stop. */
  void run() {
    List<CarriedAlias> all;
    try (Stream<CarriedAlias> rows = voyage.ledger().aliases(voyage.id())) {
      all = rows.toList();
    }
    all.stream()
        .filter(CarriedAlias::isFailed)
        .forEach(a -> findings.add(Kind.FAILED, a.target().value(), "an alias", a.reason()));
    List<CarriedAlias> carried = all.stream().filter(CarriedAlias::leads).toList();
    watch.phase("aliases", carried.size());
    for (CarriedAlias alias : carried) {
      if (watch.stopping()) {
        return;
      }
      compare(alias);
      watch.step(1);
    }
  }

  private void compare(CarriedAlias alias) {
    Optional<RoomId> wanted =
        voyage.ledger().room(voyage.id(), alias.room()).map(CarriedRoom::target);
    if (wanted.isEmpty()) {
      return;
    }
    try {
      Optional<RoomId> there = voyage.bot().resolveAlias(alias.target()).map(ResolvedAlias::room);
      if (!there.equals(wanted)) {
        findings.add(
            Kind.ALIAS,
            alias.target().value(),
            wanted.get().value(),
            there.map(RoomId::value).orElse(null));
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      findings.add(Kind.UNREADABLE, alias.target().value(), null, e.getMessage());
    }
  }
}
