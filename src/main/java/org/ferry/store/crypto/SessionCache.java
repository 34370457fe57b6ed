package org.ferry.store.crypto;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ferry.crypto.InboundSession;
import org.ferry.crypto.RoomKeyInfo;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;

/**
 * Open sessions, those used last first. One that leaves the cache is closed when the last who
 * borrowed it has given it back.
 */
final class SessionCache implements AutoCloseable {
  private record Id(RoomId room, String sessionId) {}

  /** An open session and by how many it is held; the cache itself counts as one. */
  private final class Held {
    private final MegolmInbound megolm;
    private final RoomKeyInfo info;
    private int holders = 1;

    Held(MegolmInbound megolm, RoomKeyInfo info) {
      this.megolm = megolm;
      this.info = info;
    }

    InboundSession lend(Id id) {
      holders++;
      AtomicBoolean back = new AtomicBoolean();
      return new InboundSession(
          id.room(),
          id.sessionId(),
          megolm,
          info,
          () -> {
            if (back.compareAndSet(false, true)) {
              release(this);
            }
          });
    }
  }

  private final int most;
  private final Map<Id, Held> open = new LinkedHashMap<>(16, 0.75f, true);

  SessionCache(int most) {
    this.most = most;
  }

  synchronized Optional<InboundSession> borrow(RoomId room, String sessionId) {
    Id id = new Id(room, sessionId);
    return Optional.ofNullable(open.get(id)).map(h -> h.lend(id));
  }

  /** Takes a session over and lends it at once. */
  synchronized InboundSession keep(
      RoomId room, String sessionId, MegolmInbound megolm, RoomKeyInfo info) {
    Id id = new Id(room, sessionId);
    Held held = new Held(megolm, info);
    InboundSession lent = held.lend(id);
    Held before = open.put(id, held);
    if (before != null) {
      release(before);
    }
    if (open.size() > most) {
      var oldest = open.entrySet().iterator();
      Held out = oldest.next().getValue();
      oldest.remove();
      release(out);
    }
    return lent;
  }

  synchronized void drop(RoomId room, String sessionId) {
    Held out = open.remove(new Id(room, sessionId));
    if (out != null) {
      release(out);
    }
  }

  private synchronized void release(Held held) {
    held.holders--;
    if (held.holders == 0) {
      held.megolm.close();
    }
  }

  @Override
  public synchronized void close() {
    open.values().forEach(this::release);
    open.clear();
  }
}
