package org.ferry.app;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.ferry.crypto.InboundSession;
import org.ferry.crypto.RoomKeys;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.id.RoomId;
import org.ferry.migrate.decrypt.SessionSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room keys of the database, opened when an encrypted event is looked at for the first time:
 * who carries no such room needs no pickle key.
 */
final class GivenKeys implements SessionSource {
  private static final Logger LOG = LoggerFactory.getLogger(GivenKeys.class);

  private final Supplier<Optional<RoomKeys>> open;
  private final Set<SessionRef> told = ConcurrentHashMap.newKeySet();
  private Optional<RoomKeys> keys = Optional.empty();
  private boolean opened;

  /**
   * Keys that are opened late.
   *
   * @param open opens them, or is empty where none can have been given; called once
   */
  GivenKeys(Supplier<Optional<RoomKeys>> open) {
    this.open = open;
  }

  @Override
  public Optional<Session> find(RoomId room, String session) {
    try {
      return keys().flatMap(k -> k.find(room, session)).map(GivenKeys::lent);
    } catch (DamagedRowException e) {
      // reason: its events are as those without a key; all others are carried.
      if (told.add(new SessionRef(room, session))) {
        LOG.warn(
            "event=room_key_unusable {}. Its messages count as undecryptable: give the key again (ferry keys import, ferry keys restore), or restore a backup of the database",
            e.getMessage());
      }
      return Optional.empty();
    }
  }

  private synchronized Optional<RoomKeys> keys() {
    if (!opened) {
      keys = open.get();
      opened = true;
    }
    return keys;
  }

  /**
   * A key from a file or a backup proves nobody's authorship; one that came live names its maker.
   */
  private static Session lent(InboundSession session) {
    return new Session(
        session.megolm(),
        session.info().maker().orElse(null),
        session.info().origin().isAuthentic(),
        session::close);
  }
}
