package org.ferry.migrate.rewrite;

import java.util.Set;
import org.ferry.id.UserId;

/**
 * What the rewriter must know of the room that an event goes to.
 *
 * @param sourceServer the source's server name
 * @param domain the destination's server name
 * @param version the target's room version
 * @param bot Ferry's bot
 * @param actor who made the target and helps in it
 * @param creators who stands above the power levels there (room version 12), the actor included; in
 *     an earlier version who stood above those of the source, and has as much as can be had there
 * @param shell true where messages are not carried because they are encrypted
 * @param reused true where the target existed before
 * @param finishing true at the end of a replay, when what comes last is sent
 * @param follow true while links to events not yet carried are worth waiting for
 * @param suffix what stands behind every name of the room, such as {@code " (archive)"}
 * @param encrypted what is done with its encrypted events
 */
public record RoomContext(
    String sourceServer,
    String domain,
    String version,
    UserId bot,
    UserId actor,
    Set<UserId> creators,
    boolean shell,
    boolean reused,
    boolean finishing,
    boolean follow,
    String suffix,
    Encrypted encrypted) {

  /** What is done with encrypted events of a room. */
  public enum Encrypted {
    /** They stay behind. */
    LEFT,
    /** They are carried in clear, their files as well. */
    OPENED,
    /** They are carried in clear into an encrypted room, where files stay as they are. */
    OPENED_WITHOUT_FILES
  }

  /** True where encrypted events are carried in clear. */
  public boolean opens() {
    return encrypted != Encrypted.LEFT;
  }

  /** True where creators stand above all power levels (room version 12 and later, MSC4289). */
  public boolean creatorsAbovePower() {
    return versionNumber() >= 12;
  }

  /** True where a redaction may be sent as an event with a date of its own. */
  public boolean datedRedactions() {
    return versionNumber() >= 11;
  }

  /** True where events refer to others by id and hash (room versions 1 and 2). */
  boolean longReferences() {
    return versionNumber() <= 2;
  }

  private int versionNumber() {
    try {
      return Integer.parseInt(version);
    } catch (NumberFormatException e) {
      // Named versions are experiments built on some number; the safest reading is the oldest.
      return 0;
    }
  }

  /** The same room under a name of its own, beside another one. */
  public RoomContext named(String behind) {
    return with(finishing, follow, behind);
  }

  /** The same room once its history stands; then there is nothing left to wait for. */
  public RoomContext atTheEnd() {
    return with(true, false, suffix);
  }

  /** The same room with links resolved as far as they can be now. */
  public RoomContext withoutWaiting() {
    return with(finishing, false, suffix);
  }

  private RoomContext with(boolean atEnd, boolean waits, String behind) {
    return new RoomContext(
        sourceServer,
        domain,
        version,
        bot,
        actor,
        creators,
        shell,
        reused,
        atEnd,
        waits,
        behind,
        encrypted);
  }
}
