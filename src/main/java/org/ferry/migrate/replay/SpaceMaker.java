package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.ResolvedAlias;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.MigrateOptions;
import org.ferry.migrate.plan.PlanException;
import org.ferry.migrate.plan.SpaceUnusable;
import org.ferry.migrate.plan.TargetSpace;

/** The destination Space: found, or made where the configuration asks for it. */
public final class SpaceMaker {
  private SpaceMaker() {}

  /**
   * Looks whether the Space can be used, or may be made.
   *
   * @param options name the Space and say whether it may be made
   * @param target the Space as it stands
   * @throws PlanException where the configuration names what is no Space of this homeserver
   * @throws SpaceUnusable where it is not there, or the bot may not work in it; with the sentence
   *     that helps
   */
  public static void check(MigrateOptions options, TargetSpace target) {
    if (target.misnamed()) {
      throw new PlanException(target.problems());
    }
    if (!target.problems().isEmpty()) {
      throw new SpaceUnusable(target.problems());
    }
    if (target.id() != null) {
      return;
    }
    String space = options.space();
    if (!options.createSpace() || !RoomAlias.isValid(space)) {
      throw new SpaceUnusable(
          List.of(
              "The Space %s does not exist: make it, invite %s and give it power, or set create_space: true."
                  .formatted(space, options.bot())));
    }
    if (!new RoomAlias(space).server().equals(options.bot().server())) {
      throw new PlanException(
          List.of(
              "The Space %s is not of %s, so it cannot be made there: name an alias that ends in :%s"
                  .formatted(space, options.bot().server(), options.bot().server())));
    }
  }

  /**
   * The Space that everything is carried into.
   *
   * @param homeserver the destination
   * @param options name the Space and say whether it may be made
   * @param target the Space as it stands
   * @return its id
   * @throws PlanException as {@link #check}
   * @throws SpaceUnusable as {@link #check}
   */
  public static RoomId ensure(Homeserver homeserver, MigrateOptions options, TargetSpace target) {
    check(options, target);
    RoomId id = target.id();
    return id != null ? id : make(homeserver, options, new RoomAlias(options.space()));
  }

  /**
   * Open to whoever knows its name, listed nowhere: a Space is a door, its rooms have their own.
   */
  private static RoomId make(Homeserver homeserver, MigrateOptions options, RoomAlias alias) {
    Intent bot = homeserver.as(options.bot());
    boolean unusedNew = bot.register(options.bot().localpart());
    ObjectNode request = Json.object();
    request
        .put("preset", "public_chat")
        .put("visibility", "private")
        .put("name", alias.localpart())
        .put("room_alias_name", alias.localpart());
    request.putObject("creation_content").put("type", "m.space");
    request.putObject("power_level_content_override").put("events_default", 100);
    return Making.room(
        () -> bot.createRoom(request), () -> bot.resolveAlias(alias).map(ResolvedAlias::room));
  }
}
