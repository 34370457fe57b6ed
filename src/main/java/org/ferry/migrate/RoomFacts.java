package org.ferry.migrate;

import java.util.List;
import java.util.Map;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * What the present state of a room of the source says.
 *
 * @param id the room
 * @param version its room version
 * @param creator the sender of its create event; null where the dump starts later and no row names
 *     one
 * @param createContent the create event's content as JSON text, {@code {}} where unknown
 * @param name its name, null where none is set
 * @param topic its topic, null where none is set
 * @param canonicalAlias its main alias, null where none is set
 * @param aliases every alias of the source's domain that leads to it
 * @param type such as {@code m.space}; null for an ordinary room
 * @param encrypted true where encryption was ever switched on
 * @param direct true where somebody's {@code m.direct} or the invitation says so, or where it is
 *     unmistakably a chat of two
 * @param joined who is a member now, the longest present first
 * @param invited who is invited now
 * @param banned who is banned now
 * @param joinRule such as {@code public}
 * @param historyVisibility such as {@code shared}
 * @param predecessor the room it replaced, null where none
 * @param successor the room its tombstone points to, null where none
 * @param spaceChildren of a space: each child with a non-empty {@code via}, with the event's
 *     timestamp
 * @param listed true where the public directory shows it
 * @param counts how much it holds
 */
public record RoomFacts(
    RoomId id,
    String version,
    @Nullable UserId creator,
    String createContent,
    @Nullable String name,
    @Nullable String topic,
    @Nullable RoomAlias canonicalAlias,
    List<RoomAlias> aliases,
    @Nullable String type,
    boolean encrypted,
    boolean direct,
    List<UserId> joined,
    List<UserId> invited,
    List<UserId> banned,
    String joinRule,
    String historyVisibility,
    @Nullable RoomId predecessor,
    @Nullable RoomId successor,
    Map<RoomId, Long> spaceChildren,
    boolean listed,
    SourceLedger.RoomCounts counts) {
  /** The same where it holds less. */
  public RoomFacts holding(SourceLedger.RoomCounts less) {
    return new RoomFacts(
        id,
        version,
        creator,
        createContent,
        name,
        topic,
        canonicalAlias,
        aliases,
        type,
        encrypted,
        direct,
        joined,
        invited,
        banned,
        joinRule,
        historyVisibility,
        predecessor,
        successor,
        spaceChildren,
        listed,
        less);
  }

  /** True for a space. */
  public boolean isSpace() {
    return "m.space".equals(type);
  }
}
