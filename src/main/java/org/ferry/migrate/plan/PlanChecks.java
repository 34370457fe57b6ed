package org.ferry.migrate.plan;

import java.util.Map;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.RoomFacts;

/**
 * What a plan must agree with before anything is carried by it.
 *
 * @param server the source's server name
 * @param load the number of the source's last load
 * @param domain the destination's server name
 * @param space the destination Space as configured
 * @param people everybody who must have a line
 * @param rooms every room, each of which must have a line
 * @param progress what has been carried and stays
 * @param mapped new ids that a person listed; lines that nobody edited must follow them
 * @param target the destination Space as it stands
 * @param bot Ferry's own account, which is nobody's
 * @param usernameTemplate what ghosts are called
 */
public record PlanChecks(
    String server,
    int load,
    String domain,
    String space,
    Set<UserId> people,
    Map<RoomId, RoomFacts> rooms,
    Progress progress,
    Map<UserId, UserId> mapped,
    TargetSpace target,
    UserId bot,
    String usernameTemplate) {}
