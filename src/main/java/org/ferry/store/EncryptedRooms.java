package org.ferry.store;

import org.ferry.id.RoomId;

/**
 * Rooms that were ever seen encrypted, in PostgreSQL: {@code ferry.encrypted_room}. None leaves it:
 * encryption cannot be switched off.
 */
public final class EncryptedRooms {
  private static final String HAS =
      "select exists (select from ferry.encrypted_room where room = $1)";
  private static final String ADD =
      "insert into ferry.encrypted_room (room) values ($1) on conflict do nothing";

  private final Database database;

  /**
   * Rooms in a database.
   *
   * @param database stays the caller's
   */
  public EncryptedRooms(Database database) {
    this.database = database;
  }

  /** Whether a room was seen encrypted. */
  public boolean has(RoomId room) {
    return database.run(HAS, room.value()).iterator().next().getBoolean(0);
  }

  /** A room is encrypted. */
  public void add(RoomId room) {
    var unused = database.run(ADD, room.value());
  }
}
