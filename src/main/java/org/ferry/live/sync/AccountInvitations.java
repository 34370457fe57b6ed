package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.ferry.id.RoomId;
import org.ferry.live.Signal;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.SyncRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts an account's invitations by the rule, beside its sync. A sync tells of an invitation
 * once, and the server of who invites may be away: so those that are open are read anew until none
 * is left. For one thread.
 */
final class AccountInvitations {
  private static final Logger LOG = LoggerFactory.getLogger(AccountInvitations.class);
  private static final Duration ROUND = Duration.ofMinutes(15);
  private static final Duration SOON = Duration.ofMinutes(1);

  private final AccountOptions options;
  private final Intent intent;
  private final Signal invited;

  /** What was said of each room last: nothing is said twice in a row. */
  private final Map<String, String> told = new HashMap<>();

  /**
   * Invitations of an account.
   *
   * @param options whose they are, and which are accepted
   * @param intent the account
   * @param invited woken when a sync told of one
   */
  AccountInvitations(AccountOptions options, Intent intent, Signal invited) {
    this.options = options;
    this.intent = intent;
    this.invited = invited;
  }

  /** Accepts until the thread is interrupted. */
  void run() throws InterruptedException {
    while (true) {
      invited.await(settled() ? ROUND : SOON);
    }
  }

  private boolean settled() {
    try {
      return round();
    } catch (HomeserverFailure e) {
      LOG.debug("invitations of {} are not read: {}", options.user(), e.getMessage());
      return false;
    }
  }

  /**
   * Accepts what is open.
   *
   * @return false where one could not be accepted now
   * @throws HomeserverFailure where they cannot be read
   */
  boolean round() {
    ObjectNode answer = intent.sync(new SyncRequest(null, Filters.invitations(), Duration.ZERO));
    boolean all = true;
    JsonNode open = answer.path("rooms").path("invite");
    told.keySet().removeIf(room -> !open.has(room));
    for (var room : open.properties()) {
      all &= accept(room.getKey(), room.getValue().path("invite_state").path("events"));
    }
    return all;
  }

  private String inviter(JsonNode state) {
    String inviter = "";
    for (JsonNode event : state) {
      if (event.path("type").asText().equals("m.room.member")
          && event.path("state_key").asText().equals(options.user().value())) {
        inviter = event.path("sender").asText("");
      }
    }
    return inviter;
  }

  private boolean accept(String room, JsonNode state) {
    String inviter = inviter(state);
    if (!options.welcomes(inviter, RoomNames.of(room, state))) {
      if (isNew(room, "left")) {
        LOG.info("event=invitation_left user={} room={} from={}", options.user(), room, inviter);
      }
      return true;
    }
    try {
      RoomId unused = intent.memberships().join(room, Invitations.via(inviter));
      LOG.info("event=invitation_accepted user={} room={} from={}", options.user(), room, inviter);
      return true;
    } catch (HomeserverFailure e) {
      String said = String.valueOf(e.getMessage());
      if (isNew(room, said)) {
        LOG.warn(
            "event=invitation_failed user={} room={} from={} {}",
            options.user(),
            room,
            inviter,
            said);
      }
      return !e.mayResolve();
    }
  }

  private boolean isNew(String room, String said) {
    return !said.equals(told.put(room, said));
  }
}
