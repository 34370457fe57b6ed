package org.ferry.testing;

/**
 * How much a run of the tests does: {@code -Dferry.tier}, set by the build's profiles. Every test
 * whose count differs by tier takes it from this one table.
 */
public enum Tier {
  /** What {@code ./mvnw verify} does. */
  VERIFY,
  /** What {@code -Pfull} does. */
  FULL,
  /** What {@code -Psoak} does. */
  SOAK;

  /** What is counted, with its counts in the tiers. */
  public enum Count {
    /** Kills of Ferry in one migration, at random requests, besides those at chosen ones. */
    RANDOM_KILLS(2, 36, 200),
    /** Kills of the homeserver in one migration. */
    HOMESERVER_KILLS(2, 10, 40),
    /** Cuts of every database connection in one migration. */
    DATABASE_CUTS(5, 50, 500),
    /** Restarts of an external database in one migration. */
    DATABASE_RESTARTS(4, 15, 60),
    /** Rooms of the made village that is carried under many kills. */
    VILLAGE_ROOMS(5, 50, 50),
    /** Messages in each of them. */
    VILLAGE_MESSAGES(30, 200, 1000),
    /** People who are in all of them. */
    VILLAGE_PEOPLE(8, 100, 100),
    /** Kills of Ferry meanwhile. */
    VILLAGE_KILLS(5, 50, 250),
    /** Kills of the homeserver meanwhile; at most as many as those of Ferry. */
    VILLAGE_HOMESERVER_KILLS(1, 10, 50),
    /** Kills of Ferry right after it took a transaction. */
    INBOX_KILLS(3, 1000, 1000),
    /** Transactions that three processes are handed at the same time. */
    SHARED_TRANSACTIONS(100, 1000, 10_000),
    /** Deaths of a homeserver that waits long for the answers to its pushes. */
    HOMESERVER_DEATHS(1, 20, 40),
    /** Rooms in which people talk meanwhile. */
    MORTAL_ROOMS(5, 50, 50),
    /** Events of long ago that a homeserver sends again. */
    OLD_EVENTS(2_000, 100_000, 100_000),
    /** Olm and Megolm messages and keys changed at random. */
    MUTATED_MESSAGES(20_000, 1_000_000, 1_000_000),
    /** Encrypted messages each way between two clients. */
    PEER_MESSAGES(25, 1000, 1000),
    /** Messages that Ferry encrypts while whoever leads is killed. */
    ENCRYPTED_SENDS(40, 10_000, 10_000),
    /** Kills of the leading process meanwhile. */
    SENDER_KILLS(3, 50, 50),
    /** Encrypted events that wait for keys. */
    LATE_EVENTS(60, 1000, 1000),
    /** Room keys that one device sends in one go. */
    BURST_KEYS(60, 300, 300),
    /** Message indexes for which several processes are handed an event and its replay. */
    RACED_INDEXES(20, 500, 5000),
    /** Kills of Ferry between an upload of one-time keys and its answer. */
    UPLOAD_KILLS(1, 200, 200),
    /** Uploads of one-time keys in a row that the homeserver answers with an error. */
    UPLOAD_FAILURES(3, 20, 20),
    /** Kills of Ferry while it takes room keys in. */
    KEY_KILLS(2, 500, 500),
    /** Changes of a list of devices while it is asked for. */
    DEVICE_LIST_CHANGES(20, 200, 200),
    /** Devices of one encrypted room. */
    DEVICES_OF_A_ROOM(260, 1000, 5000),
    /** Random bodies that are signed and verified by the library of receivers. */
    SIGNED_BODIES(1000, 1000, 20_000),
    /** Posts that the receiver of the how-to checks with the library for Python. */
    SIGNED_POSTS(200, 1000, 10_000),
    /** Receivers at once that drip, or pour without end. */
    SLOW_RECEIVERS(20, 100, 100),
    /** Messages that several processes deliver together, some of which are killed. */
    DELIVERED_MESSAGES(600, 10_000, 100_000),
    /** Kills of one of three daemons that share the deliveries of what is said meanwhile. */
    DELIVERER_KILLS(3, 60, 300),
    /** Sessions of a server-side backup that is restored. */
    BACKUP_SESSIONS(100, 10_000, 10_000),
    /** Transactions, some of which are rolled back or never hear of their commit. */
    TRANSACTIONS(2_000, 10_000, 10_000),
    /** Messages that are said in each room between two of them. */
    MESSAGES_BETWEEN_KILLS(5, 16, 16);

    private final int verify;
    private final int full;
    private final int soak;

    Count(int verify, int full, int soak) {
      this.verify = verify;
      this.full = full;
      this.soak = soak;
    }

    /** The count in the tier of this run. */
    public int now() {
      return switch (current()) {
        case VERIFY -> verify;
        case FULL -> full;
        case SOAK -> soak;
      };
    }
  }

  /** The tier of this run. */
  public static Tier current() {
    return valueOf(System.getProperty("ferry.tier", "verify").toUpperCase(java.util.Locale.ROOT));
  }
}
