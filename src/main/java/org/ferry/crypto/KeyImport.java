package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.ferry.crypto.RoomKeys.Added;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.Curve25519Key;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;

/**
 * Takes room keys from elsewhere into the store, in batches. What cannot be used is counted by its
 * reason and does not stop the rest. For one thread; close it, which writes nothing more.
 */
public final class KeyImport implements AutoCloseable {
  /** Why a key is refused where another one of its session is there. */
  public static final String UNFIT = "it does not fit the key that is there";

  private static final String UNFIT_FOR_ITS_MAKERS =
      "it does not fit the key that its sender's or an own device gave";
  private static final int BATCH = 500;

  private final RoomKeys keys;
  private final Predicate<RoomId> wanted;
  private final InstantSource clock;
  private final boolean replacing;
  private final List<RoomKey> batch = new ArrayList<>();
  private final Map<String, Long> refused = new TreeMap<>();
  private long read;
  private long added;
  private long better;
  private long kept;
  private long discarded;

  /**
   * What came of an import.
   *
   * @param read how many entries there were
   * @param added how many sessions are new
   * @param better how many reach further back than what was there, or are better known
   * @param kept how many were there already, as good or better
   * @param discarded how many belong to rooms that are not wanted
   * @param refused how many could not be used, by reason
   */
  public record Outcome(
      long read, long added, long better, long kept, long discarded, Map<String, Long> refused) {
    /** How many could not be used. */
    public long bad() {
      return refused.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * An import.
   *
   * @param keys where the keys go
   * @param wanted the rooms whose keys are kept
   * @param clock what time it is
   * @param replacing whether they take the place of those of other files and backups that they do
   *     not fit
   */
  public KeyImport(
      RoomKeys keys, Predicate<RoomId> wanted, InstantSource clock, boolean replacing) {
    this.keys = keys;
    this.wanted = wanted;
    this.clock = clock;
    this.replacing = replacing;
  }

  /** Takes an entry of a key export or of a backup. */
  public void take(JsonNode entry, KeyOrigin origin) {
    take(entry.path("room_id").asText(), () -> KeyJson.read(entry, origin, clock.instant()));
  }

  /**
   * Takes a session of another client's store.
   *
   * @param room the room's id as it stood there
   * @param senderKey the Curve25519 key of who made it; empty where it was not kept
   * @param sessionId its id, as it stood there
   * @param session opens it
   */
  public void takeLibolm(
      String room, String senderKey, String sessionId, Supplier<MegolmInbound> session) {
    take(
        room,
        () -> {
          RoomKeyInfo info =
              new RoomKeyInfo(
                  KeyOrigin.LIBOLM, maker(senderKey), "", null, List.of(), false, clock.instant());
          MegolmInbound opened = session.get();
          if (!opened.sessionId().equals(sessionId)) {
            opened.close();
            throw new KeyException("a session id that is not its key's");
          }
          return new RoomKey(KeyJson.room(room), opened, info);
        });
  }

  private static String maker(String key) {
    try {
      return key.isEmpty() ? "" : Curve25519Key.parse(key).base64();
    } catch (CryptoException e) {
      throw new KeyException("a sender key that is none", e);
    }
  }

  /** Counts an entry that could not even be read. */
  public void refuse(String reason) {
    read++;
    var unused = refused.merge(reason, 1L, Long::sum);
  }

  private void take(String room, Supplier<RoomKey> key) {
    try {
      if (!wanted.test(KeyJson.room(room))) {
        read++;
        discarded++;
        return;
      }
      batch.add(key.get());
      read++;
    } catch (KeyException e) {
      refuse(String.valueOf(e.getMessage()));
    }
    if (batch.size() == BATCH) {
      write();
    }
  }

  private void write() {
    for (Added what : replacing ? keys.replaceAll(batch) : keys.addAll(batch)) {
      switch (what) {
        case NEW -> added++;
        case BETTER, REPLACED -> better++;
        case KEPT -> kept++;
        case UNCONNECTED -> {
          var unused = refused.merge(replacing ? UNFIT_FOR_ITS_MAKERS : UNFIT, 1L, Long::sum);
        }
      }
    }
    drop();
  }

  private void drop() {
    batch.forEach(k -> k.session().close());
    batch.clear();
  }

  /** Writes what is left; says what came of all. */
  public Outcome finish() {
    if (!batch.isEmpty()) {
      write();
    }
    return soFar();
  }

  /** What came of what was written so far. */
  public Outcome soFar() {
    return new Outcome(read, added, better, kept, discarded, Map.copyOf(refused));
  }

  @Override
  public void close() {
    drop();
  }
}
