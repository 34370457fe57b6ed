package org.ferry.live.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.sync.Doors;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.jspecify.annotations.Nullable;

/** Reads rooms as those who follow them. Safe for use by many threads. */
public final class Accounts implements RoomReader {
  private final @Nullable UserId bot;
  private final List<AccountOptions> accounts;
  private final Doors doors;
  private final Identities identities;

  /**
   * Readers.
   *
   * @param bot Ferry's own user; null where Ferry is no application service
   * @param accounts the configured accounts
   * @param doors to homeservers
   * @param identities whose tokens they are read with
   */
  public Accounts(
      @Nullable UserId bot, List<AccountOptions> accounts, Doors doors, Identities identities) {
    this.bot = bot;
    this.accounts = List.copyOf(accounts);
    this.doors = doors;
    this.identities = identities;
  }

  @Override
  public Optional<List<ObjectNode>> state(RoomId room, @Nullable UserId as) {
    try {
      return intent(as).map(i -> i.fullState(room));
    } catch (MatrixException e) {
      if (closed(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Optional<ObjectNode> event(RoomId room, EventId event, @Nullable UserId as) {
    try {
      return intent(as).flatMap(i -> i.event(room, event));
    } catch (MatrixException e) {
      if (closed(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static boolean closed(MatrixException e) {
    return e.isForbidden() || e.isNotFound();
  }

  /**
   * The way of whom something came to.
   *
   * @param as null for Ferry's bot
   * @return empty where Ferry does not follow it (any more)
   */
  public Optional<Intent> intent(@Nullable UserId as) {
    if (as == null || as.equals(bot)) {
      return Optional.ofNullable(bot).map(b -> doors.service().as(b));
    }
    return token(as).map(token -> doors.personal(as, token).as(as));
  }

  /** The one that was given, else the one that its device got. */
  private Optional<Secret> token(UserId user) {
    Optional<Secret> own = identities.find(user).flatMap(i -> Optional.ofNullable(token(i)));
    return own.isPresent()
        ? own
        : accounts.stream()
            .filter(a -> a.user().equals(user))
            .flatMap(a -> Optional.ofNullable(a.tokenNow()).stream())
            .findFirst();
  }

  private static @Nullable Secret token(Identity identity) {
    return identity.token();
  }
}
