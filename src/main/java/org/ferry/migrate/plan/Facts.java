package org.ferry.migrate.plan;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.MigrateOptions;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.SourceLedger.Stranger;
import org.ferry.model.Person;
import org.jspecify.annotations.Nullable;

/**
 * Everything a plan is made from.
 *
 * @param source the source as loaded
 * @param rooms its rooms
 * @param people everybody with an account there
 * @param strangers tells who without an account there appears in the given rooms
 * @param options what the configuration says
 * @param domain the destination's server name
 * @param targets the rooms that are in the destination Space already
 * @param mapped old ids with the new ids that a person listed; see {@link MapFile#all}
 * @param progress what has been carried
 * @param previous the plan of an earlier run, null where there is none; the new ids of people stay
 */
public record Facts(
    LoadedSource source,
    List<RoomFacts> rooms,
    List<Person> people,
    Function<Set<RoomId>, List<Stranger>> strangers,
    MigrateOptions options,
    String domain,
    List<TargetRoom> targets,
    Map<UserId, UserId> mapped,
    Progress progress,
    @Nullable Plan previous) {}
