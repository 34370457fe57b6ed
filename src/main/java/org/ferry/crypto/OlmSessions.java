package org.ferry.crypto;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.Curve25519Key;
import org.ferry.crypto.vodozemac.OlmAccount;
import org.ferry.crypto.vodozemac.OlmMessage;
import org.ferry.crypto.vodozemac.OlmSession;
import org.jspecify.annotations.Nullable;

/**
 * The Olm sessions with other devices (specification, "m.olm.v1.curve25519-aes-sha2"). Those used
 * last stay open in memory; what moved is pickled once a turn.
 */
final class OlmSessions {
  /** How many sessions with one device are kept. */
  static final int MOST = 10;

  private static final int OPEN = 2_000;

  private final CryptoStore store;
  private final Pickler pickler;

  /** The liveliest first: the last to receive, or to be made. */
  private final Map<String, List<Open>> byKey = new LinkedHashMap<>(16, 0.75f, true);

  private final Set<Open> moved = new LinkedHashSet<>();

  /** Rows that do not open, which nothing will ever be read or sent with. */
  private final List<CryptoChange.DropSession> damaged = new ArrayList<>();

  private final Tally tally;

  OlmSessions(CryptoStore store, Pickler pickler, Tally tally) {
    this.store = store;
    this.pickler = pickler;
    this.tally = tally;
  }

  private static final class Open {
    private final String senderKey;
    private final String id;
    private final OlmSession session;
    private final Instant createdAt;
    private final boolean spoiled;
    private @Nullable Instant receivedAt;

    Open(
        String senderKey,
        OlmSession session,
        Instant createdAt,
        @Nullable Instant receivedAt,
        boolean spoiled) {
      this.senderKey = senderKey;
      this.id = session.sessionId();
      this.session = session;
      this.createdAt = createdAt;
      this.receivedAt = receivedAt;
      this.spoiled = spoiled;
    }
  }

  /**
   * Decrypts a message with the session it is of, or with the one it begins.
   *
   * @return the plaintext; null where no session opens it, so that a new one is needed
   */
  byte @Nullable [] decrypt(
      AccountKeeper account, Curve25519Key sender, OlmMessage message, Turn turn) {
    List<Open> sessions = of(sender.base64());
    try {
      if (!message.isPreKey()) {
        return trial(sessions, message, turn);
      }
      for (Open open : List.copyOf(sessions)) {
        if (open.session.matches(message)) {
          return decrypt(open, message, turn);
        }
      }
      OlmAccount.Inbound inbound = account.inbound(sender, message);
      add(sender.base64(), inbound.session(), turn).receivedAt = turn.now();
      return inbound.plaintext();
    } catch (CryptoException e) {
      // reason: whatever is wrong with it, this message stays closed; the caller counts it.
      return null;
    }
  }

  private byte @Nullable [] trial(List<Open> sessions, OlmMessage message, Turn turn) {
    for (Open open : List.copyOf(sessions)) {
      try {
        return decrypt(open, message, turn);
      } catch (CryptoException e) {
        // reason: an ordinary message does not say of which session it is; the next may fit.
      }
    }
    return null;
  }

  private byte[] decrypt(Open open, OlmMessage message, Turn turn) {
    byte[] plaintext = open.session.decrypt(message);
    open.receivedAt = turn.now();
    List<Open> sessions = of(open.senderKey);
    if (sessions.remove(open)) {
      sessions.addFirst(open);
    }
    var unused = moved.add(open);
    return plaintext;
  }

  /** Takes over a new session; nothing of it is stored before the turn is committed. */
  void begun(String senderKey, OlmSession session, Turn turn) {
    var unused = add(senderKey, session, turn);
  }

  private Open add(String senderKey, OlmSession session, Turn turn) {
    List<Open> sessions = of(senderKey);
    Open open = new Open(senderKey, session, turn.now(), null, false);
    sessions.addFirst(open);
    var unused = moved.add(open);
    while (sessions.size() > MOST) {
      Open oldest = sessions.removeLast();
      unused = moved.remove(oldest);
      turn.add(new CryptoChange.DropSession(senderKey, oldest.id));
      oldest.session.close();
    }
    return open;
  }

  /** Whether there is a session that encrypts for a device. */
  boolean has(String senderKey) {
    return of(senderKey).stream().anyMatch(o -> !o.spoiled);
  }

  /**
   * Encrypts with the session that received last.
   *
   * @throws IllegalStateException where there is no session with that device
   */
  OlmMessage encrypt(String senderKey, String plaintext) {
    Open open =
        of(senderKey).stream()
            .filter(o -> !o.spoiled)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no Olm session with " + senderKey));
    var unused = moved.add(open);
    return open.session.encrypt(plaintext.getBytes(StandardCharsets.UTF_8));
  }

  private List<Open> of(String senderKey) {
    List<Open> there = byKey.get(senderKey);
    if (there != null) {
      return there;
    }
    List<Open> sessions = new ArrayList<>();
    for (PickledSession s : store.sessions(senderKey)) {
      try {
        OlmSession session =
            pickler.open(s.pickle(), Pickler.session(senderKey, s.id()), OlmSession::fromPickle);
        sessions.add(new Open(senderKey, session, s.createdAt(), s.receivedAt(), s.spoiled()));
      } catch (DamagedRowException e) {
        // reason: what came in it stays closed, as of a session that broke, and heals as those do.
        tally.count(Incident.DAMAGED_ROW);
        damaged.add(new CryptoChange.DropSession(senderKey, s.id()));
      }
    }
    byKey.put(senderKey, sessions);
    return sessions;
  }

  /** Adds what moved to a turn's changes, and closes what has not been used for long. */
  void flush(Changes changes) {
    for (Open open : moved) {
      Pickled pickle = pickler.seal(Pickler.session(open.senderKey, open.id), open.session::pickle);
      changes.add(
          new CryptoChange.PutSession(
              new PickledSession(
                  open.senderKey, open.id, pickle, open.createdAt, open.receivedAt, open.spoiled)));
    }
    moved.clear();
    damaged.forEach(changes::add);
    damaged.clear();
    var oldest = byKey.entrySet().iterator();
    for (int over = byKey.size() - OPEN; over > 0; over--) {
      oldest.next().getValue().forEach(o -> o.session.close());
      oldest.remove();
    }
  }

  /** Forgets all of memory: the store may be behind it. */
  void forget() {
    byKey.values().forEach(list -> list.forEach(o -> o.session.close()));
    byKey.clear();
    moved.clear();
    damaged.clear();
  }
}
