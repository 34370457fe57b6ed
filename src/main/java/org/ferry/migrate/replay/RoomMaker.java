package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.crypto.RoomSettings;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.TargetSurvey;
import org.ferry.migrate.rewrite.Lookups.RoomFate;
import org.ferry.migrate.rewrite.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Makes the rooms, or finds those that a lost answer left in doubt: each new room's create event
 * says which room it stands for.
 */
final class RoomMaker {
  private static final int CREATOR_POWER = 100;
  private static final String FORCED =
      "the homeserver encrypts new rooms by itself: set"
          + " encryption_enabled_by_default_for_room_type: off in its homeserver.yaml until"
          + " everything is carried, then run again; or write forced_encryption: accept in the"
          + " plan";

  private final Voyage voyage;
  private final Cast cast;
  private final LedgerLookups lookups;
  private final RoomVersions versions;
  private final Map<RoomId, RoomFacts> facts;
  private final MadeRooms made;
  private final Absence absence;
  private volatile boolean forced;

  RoomMaker(
      Voyage voyage,
      Cast cast,
      LedgerLookups lookups,
      RoomVersions versions,
      Map<RoomId, RoomFacts> facts) {
    this.voyage = voyage;
    this.cast = cast;
    this.lookups = lookups;
    this.versions = versions;
    this.facts = facts;
    this.made = new MadeRooms(voyage, cast);
    this.absence = new Absence(voyage);
  }

  /**
   * Makes a room of the plan, unless it stands already.
   *
   * @return its row, with the target's id where it stands, and with a reason where it does not
   */
  CarriedRoom make(Plan.PlanRoom room) {
    Optional<CarriedRoom> row = voyage.ledger().room(voyage.id(), room.id());
    if (row.isPresent() && row.get().target() != null) {
      return standing(row.get(), row.get().target());
    }
    try {
      CarriedRoom made =
          room.action() == Plan.RoomAction.REUSE ? reuse(room) : create(room, row.isPresent());
      note(made);
      return made;
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      RoomFacts fact = facts.get(room.id());
      UserId actor =
          fact != null && room.action() == Plan.RoomAction.CREATE
              ? actor(room, fact)
              : voyage.options().bot();
      CarriedRoom failed = row(room, null, RoomState.FAILED, actor, null, e.getMessage());
      note(failed);
      return failed;
    }
  }

  /**
   * A room that was made before, unless it was deleted since, or everybody of Ferry's taken out:
   * each of its events would be refused. A direct chat that is done is its people's to leave.
   */
  private CarriedRoom standing(CarriedRoom row, RoomId target) {
    UserId bot = voyage.options().bot();
    boolean theirs = row.state() == RoomState.DONE && !row.actor().equals(bot);
    if (theirs || !absence.isLost(row, target) || isReadable(row, target)) {
      return row;
    }
    if (row.actor().equals(bot) && comesBack(target)) {
      return row;
    }
    String why =
        "the room %s is gone, or nobody of Ferry's is in it any more: ferry rollback --rooms '%s' forgets it, and the next ferry migrate carries it anew; where people use it, type /invite %s there and run ferry migrate again"
            .formatted(target, row.old(), bot);
    voyage.ledger().room(voyage.id(), row.settled(RoomState.OPEN, why, row.detail()));
    CarriedRoom gone =
        new CarriedRoom(
            row.old(),
            null,
            RoomState.OPEN,
            row.action(),
            row.actor(),
            row.version(),
            why,
            row.detail());
    // Nothing of this run is to lead there; the ledger keeps where it was.
    lookups.know(gone);
    return gone;
  }

  /** Who has left a direct chat still reads it, and is let in again; of one that is gone nobody. */
  private boolean isReadable(CarriedRoom row, RoomId target) {
    if (row.actor().equals(voyage.options().bot())) {
      return false;
    }
    try {
      return !cast.actor(row.actor()).fullState(target).isEmpty();
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return false;
    }
  }

  /** Whether the bot could enter again, by an invitation or because the room is open. */
  private boolean comesBack(RoomId target) {
    try {
      RoomId unusedJoined = voyage.bot().memberships().join(target.value(), List.of());
      return true;
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return false;
    }
  }

  private CarriedRoom reuse(Plan.PlanRoom room) {
    RoomId target = room.target();
    if (target == null) {
      throw new IllegalStateException("the plan reuses no room for " + room.id());
    }
    Intent bot = voyage.bot();
    Snapshots snapshots = new Snapshots(voyage);
    snapshots.entering(room.id(), target);
    Optional<String> hindrance = enter(bot, target);
    if (hindrance.isPresent()) {
      return row(room, null, RoomState.FAILED, voyage.options().bot(), null, hindrance.get());
    }
    String version =
        bot.state(target, "m.room.create", "")
            .map(c -> c.path("room_version").asText("1"))
            .orElse("1");
    snapshots.take(room.id(), target);
    CarriedRoom row = row(room, target, RoomState.OPEN, voyage.options().bot(), version, null);
    return isEncrypted(bot, target) ? intoEncrypted(row) : row;
  }

  /** What was encrypted once is for ever, whatever the homeserver says today. */
  private boolean isEncrypted(Intent bot, RoomId target) {
    if (voyage.ledger().isEncrypted(target)) {
      return true;
    }
    return seenEncrypted(bot, target);
  }

  private boolean seenEncrypted(Intent who, RoomId target) {
    boolean encrypted =
        who.state(target, "m.room.encryption", "").filter(RoomSettings::encrypts).isPresent();
    if (encrypted) {
      voyage.ledger().encrypted(target);
    }
    return encrypted;
  }

  /** Noted once: people may switch encryption on while the history is under way. */
  private static CarriedRoom intoEncrypted(CarriedRoom row) {
    ObjectNode detail = Json.parseObject(row.detail()).put(Contexts.INTO_ENCRYPTED, true);
    return row.with(Json.text(detail));
  }

  /** Enters a room that is there already; what a person has to type where that cannot be. */
  private static Optional<String> enter(Intent bot, RoomId target) {
    try {
      RoomId unusedJoined = bot.memberships().join(target.value(), List.of());
    } catch (MatrixException e) {
      if (!e.isForbidden() && !e.isNotFound()) {
        throw e;
      }
      return Optional.of(
          "Ferry's bot is not in the room: type /invite %s in the room %s, then run ferry migrate again"
              .formatted(bot.user(), target));
    }
    return TargetSurvey.lacking(bot, target);
  }

  private CarriedRoom create(Plan.PlanRoom room, boolean doubtful) {
    RoomFacts fact = facts.get(room.id());
    if (fact == null) {
      return row(
          room,
          null,
          RoomState.FAILED,
          voyage.options().bot(),
          null,
          "the source has no such room");
    }
    UserId actor = actor(room, fact);
    String version = versions.choose(voyage.options().rooms().version(), fact.version());
    if (doubtful) {
      Optional<RoomId> found = made.find(room.id(), actor);
      if (found.isPresent() && !encryptedByItself(found.get(), fact, actor)) {
        return row(room, found.get(), RoomState.OPEN, actor, version, null);
      }
    }
    if (forced) {
      return row(room, null, RoomState.FAILED, actor, version, FORCED);
    }
    note(row(room, null, RoomState.CREATING, actor, version, null));
    ObjectNode request = request(room, fact, actor, version);
    RoomId target =
        Making.room(() -> cast.actor(actor).createRoom(request), () -> made.find(room.id(), actor));
    return encryptedByItself(target, fact, actor)
        ? row(room, null, RoomState.FAILED, actor, version, FORCED)
        : row(room, target, RoomState.OPEN, actor, version, null);
  }

  /**
   * In a room that the homeserver encrypts by itself history would stand in clear, and clients warn
   * of each message; unless the plan accepts that, nothing is carried. Encryption cannot be taken
   * out of it again, so that it is left behind.
   */
  private boolean encryptedByItself(RoomId target, RoomFacts fact, UserId actor) {
    Intent intent = cast.actor(actor);
    if (!seenEncrypted(intent, target)
        || voyage.plan().forced() == Plan.ForcedEncryption.ACCEPT
        || fact.encrypted()) {
      return false;
    }
    forced = true;
    intent.memberships().leave(target, null);
    return true;
  }

  /** The bot makes group rooms; a direct chat is made by the ghost of who began it. */
  private UserId actor(Plan.PlanRoom room, RoomFacts fact) {
    UserId creator = fact.creator();
    return room.kind() == Plan.RoomClass.DIRECT && creator != null
        ? cast.target(creator).orElse(voyage.options().bot())
        : voyage.options().bot();
  }

  private ObjectNode request(Plan.PlanRoom room, RoomFacts fact, UserId actor, String version) {
    ObjectNode request = Json.object();
    request.put("preset", "private_chat").put("visibility", "private");
    request.put("room_version", version);
    request.set("creation_content", creationContent(room, fact, actor, version));
    ObjectNode power = Json.object();
    ObjectNode users = power.putObject("users");
    Set<UserId> creators = Creators.of(cast, fact, actor, version);
    UserId creator = fact.creator();
    if (creator != null) {
      cast.target(creator)
          .filter(c -> !creators.contains(c))
          .ifPresent(c -> users.put(c.value(), CREATOR_POWER));
    }
    Creators.lowered(cast, fact, version).forEach(c -> users.put(c.value(), CREATOR_POWER));
    if (creators.isEmpty()) {
      users.put(actor.value(), CREATOR_POWER);
    }
    request.set("power_level_content_override", power);
    ArrayNode state = request.putArray("initial_state");
    initial(state, "m.room.history_visibility", "history_visibility", "shared");
    // The preset lets guests in, which no room does that says nothing of it.
    initial(state, "m.room.guest_access", "guest_access", "forbidden");
    return request;
  }

  private static void initial(ArrayNode state, String type, String key, String value) {
    state.addObject().put("type", type).put("state_key", "").putObject("content").put(key, value);
  }

  private ObjectNode creationContent(
      Plan.PlanRoom room, RoomFacts fact, UserId actor, String version) {
    JsonNode source = Json.parseObject(fact.createContent());
    ObjectNode content = Json.object();
    if (fact.type() != null) {
      content.put("type", fact.type());
    }
    if (source.path("m.federate").isBoolean()) {
      content.put("m.federate", source.path("m.federate").booleanValue());
    }
    if (fact.predecessor() != null
        && lookups.room(fact.predecessor()) instanceof RoomFate.Carried carried) {
      content.putObject("predecessor").put("room_id", carried.target().value());
    }
    ArrayNode more = Json.object().putArray("additional_creators");
    Creators.of(cast, fact, actor, version).stream()
        .filter(c -> !c.equals(actor))
        .forEach(c -> more.add(c.value()));
    if (!more.isEmpty()) {
      content.set("additional_creators", more);
    }
    content.set(Origin.KEY, voyage.origin().ofRoom(room.id().value(), voyage.space().value()));
    return content;
  }

  private static CarriedRoom row(
      Plan.PlanRoom room,
      @Nullable RoomId target,
      RoomState state,
      UserId actor,
      @Nullable String version,
      @Nullable String reason) {
    String action = room.action().name().toLowerCase(Locale.ROOT);
    String detail =
        Json.text(Json.object().put("history", room.history().name().toLowerCase(Locale.ROOT)));
    return new CarriedRoom(room.id(), target, state, action, actor, version, reason, detail);
  }

  private void note(CarriedRoom row) {
    voyage.ledger().room(voyage.id(), row);
    lookups.know(row);
  }
}
