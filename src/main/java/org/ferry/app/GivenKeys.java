package org.ferry.app;

import java.util.Optional;
import java.util.function.Supplier;
import org.ferry.crypto.InboundSession;
import org.ferry.crypto.RoomKeys;
import org.ferry.id.RoomId;
import org.ferry.migrate.decrypt.SessionSource;

/**
 * The room keys of the database, opened when an encrypted event is looked at for the first time:
 * who carries no such room needs no pickle key.
 */
final class GivenKeys implements SessionSource {
  private final Supplier<Optional<RoomKeys>> open;
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
    return keys().flatMap(k -> k.find(room, session)).map(GivenKeys::lent);
  }

  private synchronized Optional<RoomKeys> keys() {
    if (!opened) {
      keys = open.get();
      opened = true;
    }
    return keys;
  }

  /** A key from a file or a backup proves nobody's authorship. */
  private static Session lent(InboundSession session) {
    return new Session(session.megolm(), null, session::close);
  }
}
