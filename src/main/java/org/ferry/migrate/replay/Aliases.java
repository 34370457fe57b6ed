package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.ResolvedAlias;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.SpaceNames;
import org.ferry.migrate.rewrite.Lookups.RoomFate;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.model.Alias;

/**
 * Makes the rooms' aliases in the new domain, before history mentions them. One that an earlier
 * destination of the same source holds stays there until somebody asks for it.
 */
final class Aliases {
  /** The rule by which history leaves out a main alias that was not made. */
  private static final String LEFT_OUT = "alias";

  /** How the reason begins that an alias bears where it was taken from. */
  private static final String MOVED = "moved to ";

  private static final String CANONICAL = "m.room.canonical_alias";

  private final Voyage voyage;
  private final LedgerLookups lookups;
  private final Scope scope;
  private final Watch watch;
  private final Set<RoomId> chosen;
  private final Set<RoomId> changed = new HashSet<>();

  Aliases(Voyage voyage, LedgerLookups lookups, Scope scope, Set<RoomId> chosen, Watch watch) {
    this.voyage = voyage;
    this.lookups = lookups;
    this.scope = scope;
    this.chosen = chosen;
    this.watch = watch;
  }

  /** An earlier destination that holds an alias. */
  private record Holder(Crossing crossing, CarriedAlias row, CarriedRoom room) {}

  /** Makes every alias whose room stands and that was not made before. */
  void carry() {
    try (Stream<Alias> aliases = voyage.sources().aliases(voyage.source().id())) {
      aliases.filter(a -> lookups.alias(a.alias()).isEmpty()).toList().forEach(this::carry);
    }
    // A room's main alias was left out of its history while it could not be made.
    long unusedRetried = voyage.ledger().retrySkipped(voyage.id(), changed, LEFT_OUT);
  }

  private void carry(Alias alias) {
    if (lookups.room(alias.room()) instanceof RoomFate.Carried room && !watch.stopping()) {
      RoomAlias target = new RoomAlias("#" + alias.alias().localpart() + ":" + voyage.domain());
      CarriedAlias row = make(alias, target, room.target());
      voyage.ledger().alias(voyage.id(), row);
      lookups.know(row);
      if (row.reason() == null) {
        boolean unusedNew = changed.add(alias.room());
      } else {
        watch.say("the alias " + target + " was not made: " + row.reason());
      }
    }
  }

  private CarriedAlias make(Alias alias, RoomAlias target, RoomId room) {
    try {
      Optional<ResolvedAlias> present = voyage.bot().resolveAlias(target);
      if (present.isPresent() && !present.get().room().equals(room)) {
        return taken(alias, target, room, present.get().room());
      }
      if (present.isPresent() && isPeoples(alias)) {
        return new CarriedAlias(alias.alias(), target, alias.room(), CarriedAlias.FOUND, null);
      }
      return present.isEmpty() ? create(alias, target, room) : carried(alias, target);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return new CarriedAlias(alias.alias(), target, alias.room(), "failed", e.getMessage());
    }
  }

  /**
   * Whether an alias that leads to its room already is somebody's who had it before: in a room that
   * was there before, unless Ferry had begun to make it and died before it noted more.
   */
  private boolean isPeoples(Alias alias) {
    boolean reused =
        voyage
            .ledger()
            .room(voyage.id(), alias.room())
            .filter(r -> r.action().equals("reuse"))
            .isPresent();
    if (!reused) {
      return false;
    }
    try (Stream<CarriedAlias> rows = voyage.ledger().aliases(voyage.id())) {
      return rows.noneMatch(
          r -> r.old().equals(alias.alias()) && r.state().equals(CarriedAlias.MAKING));
    }
  }

  private static CarriedAlias carried(Alias alias, RoomAlias target) {
    return new CarriedAlias(alias.alias(), target, alias.room(), "carried", null);
  }

  /**
   * The intention comes first. A repeat of a request whose answer was lost finds its own alias
   * there.
   */
  private CarriedAlias create(Alias alias, RoomAlias target, RoomId room) {
    voyage
        .ledger()
        .alias(
            voyage.id(),
            new CarriedAlias(alias.alias(), target, alias.room(), CarriedAlias.MAKING, null));
    try {
      voyage.bot().createAlias(target, room);
      return carried(alias, target);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return refused(alias, target, room, e);
    }
  }

  /** What did not go may have been done: where nobody says so, it stays open. */
  private CarriedAlias refused(
      Alias alias, RoomAlias target, RoomId room, MatrixException refusal) {
    String state;
    try {
      if (voyage.bot().resolveAlias(target).filter(r -> r.room().equals(room)).isPresent()) {
        return carried(alias, target);
      }
      state = "failed";
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      state = CarriedAlias.MAKING;
    }
    return new CarriedAlias(alias.alias(), target, alias.room(), state, refusal.getMessage());
  }

  private CarriedAlias taken(Alias alias, RoomAlias target, RoomId room, RoomId there) {
    Optional<Holder> holder = holder(alias, there);
    if (holder.isPresent() && scope.takeAliases() && chosen.contains(alias.room())) {
      return move(holder.get(), alias, target, room);
    }
    String reason =
        holder
            .map(h ->
                "it leads to the room that was carried into %s; ferry migrate --take-aliases would move it from there"
                    .formatted(SpaceNames.label(voyage.ledger(), h.crossing())))
            .orElse("it leads to " + there + " already");
    return new CarriedAlias(alias.alias(), target, alias.room(), "skipped", reason);
  }

  /** Only what Ferry itself made for the same room of the same source may be taken away. */
  private Optional<Holder> holder(Alias alias, RoomId there) {
    List<Crossing> others =
        voyage.ledger().all().stream()
            .filter(c -> c.source() == voyage.source().id() && c.id() != voyage.id())
            .toList();
    for (Crossing other : others) {
      Optional<CarriedRoom> room =
          voyage.ledger().room(other.id(), alias.room()).filter(r -> there.equals(r.target()));
      try (Stream<CarriedAlias> rows = voyage.ledger().aliases(other.id())) {
        Optional<CarriedAlias> row =
            rows.filter(r -> r.old().equals(alias.alias()) && isHeld(r)).findFirst();
        if (room.isPresent() && row.isPresent()) {
          return Optional.of(new Holder(other, row.get(), room.get()));
        }
      }
    }
    return Optional.empty();
  }

  /** A run that died while it moved an alias has given it up and not taken it away. */
  private static boolean isHeld(CarriedAlias row) {
    String reason = row.reason();
    return row.state().equals("carried") || (reason != null && reason.startsWith(MOVED));
  }

  /** The holder's row goes first: a run that dies here finds the alias free or still there. */
  private CarriedAlias move(Holder holder, Alias alias, RoomAlias target, RoomId room) {
    CarriedAlias row = holder.row();
    voyage
        .ledger()
        .alias(
            holder.crossing().id(),
            new CarriedAlias(
                row.old(),
                row.target(),
                row.room(),
                "skipped",
                MOVED
                    + SpaceNames.label(voyage.ledger(), voyage.crossing())
                    + " by --take-aliases"));
    withoutName(holder.room(), target);
    voyage.bot().deleteAlias(target);
    CarriedAlias made = create(alias, target, room);
    if (made.reason() == null) {
      watch.say(
          "the alias %s moved here from %s"
              .formatted(target, SpaceNames.label(voyage.ledger(), holder.crossing())));
    }
    return made;
  }

  /** The room that loses an alias no longer bears it as its main one. */
  private void withoutName(CarriedRoom room, RoomAlias alias) {
    RoomId target = room.target();
    if (target == null) {
      return;
    }
    var actor = voyage.homeserver().as(room.actor());
    try {
      Optional<ObjectNode> present = actor.state(target, CANONICAL, "");
      if (present.isPresent() && mentions(present.get(), alias)) {
        EventId unused = actor.setState(target, CANONICAL, "", without(present.get(), alias), null);
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      watch.say(
          "the room %s still bears the alias %s as its own: %s"
              .formatted(target, alias, e.getMessage()));
    }
  }

  private static boolean mentions(ObjectNode content, RoomAlias alias) {
    boolean other = false;
    for (JsonNode a : content.path("alt_aliases")) {
      other |= a.asText("").equals(alias.value());
    }
    return other || content.path("alias").asText("").equals(alias.value());
  }

  private static ObjectNode without(ObjectNode present, RoomAlias alias) {
    ObjectNode content = Json.object();
    if (!present.path("alias").asText("").equals(alias.value()) && present.has("alias")) {
      content.set("alias", present.get("alias"));
    }
    ArrayNode others = Json.object().putArray("alt_aliases");
    for (JsonNode a : present.path("alt_aliases")) {
      if (!a.asText("").equals(alias.value())) {
        others.add(a);
      }
    }
    if (!others.isEmpty()) {
      content.set("alt_aliases", others);
    }
    return content.put(Origin.HELPER, true);
  }
}
