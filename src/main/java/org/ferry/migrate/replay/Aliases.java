package org.ferry.migrate.replay;

import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.ResolvedAlias;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.rewrite.Lookups.RoomFate;
import org.ferry.model.Alias;

/** Makes the rooms' aliases in the new domain, before history mentions them. */
final class Aliases {
  private final Voyage voyage;
  private final LedgerLookups lookups;
  private final Watch watch;

  Aliases(Voyage voyage, LedgerLookups lookups, Watch watch) {
    this.voyage = voyage;
    this.lookups = lookups;
    this.watch = watch;
  }

  /** Makes every alias whose room stands and that was not made before. */
  void carry() {
    try (Stream<Alias> aliases = voyage.sources().aliases(voyage.source().id())) {
      aliases.filter(a -> lookups.alias(a.alias()).isEmpty()).toList().forEach(this::carry);
    }
  }

  private void carry(Alias alias) {
    if (lookups.room(alias.room()) instanceof RoomFate.Carried room && !watch.stopping()) {
      RoomAlias target = new RoomAlias("#" + alias.alias().localpart() + ":" + voyage.domain());
      CarriedAlias row = make(alias, target, room.target());
      voyage.ledger().alias(voyage.id(), row);
      lookups.know(row);
      if (row.reason() != null) {
        watch.say("the alias " + target + " was not made: " + row.reason());
      }
    }
  }

  private CarriedAlias make(Alias alias, RoomAlias target, RoomId room) {
    try {
      Optional<ResolvedAlias> present = voyage.bot().resolveAlias(target);
      if (present.isEmpty()) {
        voyage.bot().createAlias(target, room);
      } else if (!present.get().room().equals(room)) {
        return new CarriedAlias(
            alias.alias(),
            target,
            alias.room(),
            "skipped",
            "it leads to " + present.get().room() + " already");
      }
      return new CarriedAlias(alias.alias(), target, alias.room(), "carried", null);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return new CarriedAlias(alias.alias(), target, alias.room(), "failed", e.getMessage());
    }
  }
}
