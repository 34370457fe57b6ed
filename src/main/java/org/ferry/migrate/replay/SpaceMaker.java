package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.MigrateOptions;
import org.ferry.migrate.plan.PlanException;
import org.ferry.migrate.plan.TargetSpace;

/** The destination Space: found, or made where the configuration asks for it. */
public final class SpaceMaker {
  private SpaceMaker() {}

  /**
   * The Space that everything is carried into.
   *
   * @param homeserver the destination
   * @param options name the Space and say whether it may be made
   * @param target the Space as it stands
   * @return its id
   * @throws PlanException where it cannot be used, with the sentence that helps
   */
  public static RoomId ensure(Homeserver homeserver, MigrateOptions options, TargetSpace target) {
    RoomId id = target.id();
    if (id != null) {
      if (!target.problems().isEmpty()) {
        throw new PlanException(target.problems());
      }
      return id;
    }
    if (!options.createSpace() || !RoomAlias.isValid(options.space())) {
      throw new PlanException(
          target.problems().isEmpty()
              ? List.of(
                  "The Space %s does not exist: make it, invite %s and give it power, or set create_space: true."
                      .formatted(options.space(), options.bot()))
              : target.problems());
    }
    return make(homeserver, options, new RoomAlias(options.space()));
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
    return bot.createRoom(request);
  }
}
