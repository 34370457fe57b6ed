package org.ferry.crypto.vodozemac;

/**
 * A session to read a room with, as a client that uses libolm keeps it.
 *
 * @param sessionId its id
 * @param pickle as libolm made it: base64
 */
public record LibolmPickle(String sessionId, String pickle) {
  /** One of a fresh session. */
  public static LibolmPickle fresh(String key) {
    try (MegolmOutbound group = MegolmOutbound.create()) {
      return new LibolmPickle(
          group.sessionId(), LibOlm.Inbound.ofSessionKey(group.sessionKey()).pickle(key));
    }
  }
}
