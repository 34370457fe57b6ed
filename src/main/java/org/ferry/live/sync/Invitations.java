package org.ferry.live.sync;

import java.util.List;
import org.ferry.id.UserId;

/** What a join needs to know of an invitation. */
final class Invitations {
  private Invitations() {}

  /** The inviter's server is in the room for certain. */
  static List<String> via(String inviter) {
    return UserId.isValid(inviter) ? List.of(new UserId(inviter).server()) : List.of();
  }
}
