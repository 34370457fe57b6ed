package org.ferry.live;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import org.ferry.matrix.appservice.TransactionInbox;

/** Puts the transactions of one homeserver into the inbox, under their hash. */
public final class TransactionStore implements TransactionInbox {
  private final String server;
  private final Inbox inbox;
  private final InstantSource clock;

  /**
   * Makes the way into the inbox for one homeserver.
   *
   * @param server its domain
   * @param inbox where transactions are kept
   * @param clock now
   */
  public TransactionStore(String server, Inbox inbox, InstantSource clock) {
    this.server = server;
    this.inbox = inbox;
    this.clock = clock;
  }

  @Override
  public void store(String txnId, byte[] body) {
    boolean unused = inbox.store(server, txnId, body, sha256(body), clock.instant());
  }

  private static String sha256(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
