package org.ferry.testing;

import java.time.Duration;
import org.ferry.lab.LabClient;

/** Rooms of a homeserver, and who comes into them by itself. */
public final class Rooms {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private Rooms() {}

  /**
   * Makes a private, unencrypted room, invites somebody and waits for them.
   *
   * @param owner who makes it
   * @param invited the full user id of who joins when invited
   * @return the room's id
   */
  public static String with(LabClient owner, String invited) {
    String room = owner.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
    owner.membership("invite", room, invited, "");
    awaitMember(owner, room, invited);
    return room;
  }

  /**
   * Waits at most two minutes until somebody has joined.
   *
   * @param sees a member, who asks
   * @param user the full user id of who is to join
   * @throws AssertionError where they do not
   */
  public static void awaitMember(LabClient sees, String room, String user) {
    Wait.until(
        LIMIT,
        user + " in the room",
        () -> sees.state(room, "m.room.member", user).path("membership").asText().equals("join"));
  }
}
