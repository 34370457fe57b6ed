package org.ferry.store.crypto;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.ferry.crypto.Device;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.SealedSecret;
import org.ferry.crypto.Tracked;
import org.ferry.id.UserId;
import org.ferry.store.Database;

/**
 * Devices as a command sees them, which holds no lease of theirs: a daemon may have them open. What
 * is left for one of them is taken up by whoever has it.
 */
public final class PgDevices {
  private static final String FIND =
      "select id from ferry.olm_device where user_id = $1 and device_id = $2";

  private static final String HOLDINGS =
      """
      select u.user_id, count(distinct w.event_id)
      from (select user_id from ferry.olm_device union select user_id from ferry.identity) u
        left join ferry.olm_device d on d.user_id = u.user_id
        left join ferry.megolm_waiting w on w.device = d.id
      """
          + WaitingRows.LACKING
          + """
            and not exists (select from ferry.followed_room f
              join ferry.identity i on i.user_id = f.user_id
              join ferry.olm_device heir
                on heir.user_id = i.user_id and heir.device_id = i.device_id
              where f.room = w.room_id and f.user_id <> u.user_id and f.left_at is null)
          group by u.user_id order by u.user_id
          """;
  private static final String LOCK =
      "select lease_until > clock_timestamp() from ferry.olm_device where user_id = $1 for update";
  private static final List<String> FORGET =
      List.of(
          """
          insert into ferry.megolm_waiting
            (device, event_id, room_id, session_id, event, since, known_index, reason)
          select heir.id, w.event_id, w.room_id, w.session_id, w.event, w.since, w.known_index, w.reason
          from ferry.megolm_waiting w join ferry.olm_device mine on mine.id = w.device
            join ferry.followed_room f
              on f.room = w.room_id and f.user_id <> mine.user_id and f.left_at is null
            join ferry.identity i on i.user_id = f.user_id
            join ferry.olm_device heir on heir.user_id = i.user_id and heir.device_id = i.device_id
          where mine.user_id = $1 order by w.position, heir.id
          on conflict do nothing
          """,
          "delete from ferry.olm_device where user_id = $1",
          "delete from ferry.followed_room where user_id = $1",
          "delete from ferry.identity where user_id = $1");

  private final Database database;

  /**
   * Devices in a database.
   *
   * @param database stays the caller's
   */
  public PgDevices(Database database) {
    this.database = database;
  }

  /** What a device knows of its own user's identity; empty where it has asked nobody yet. */
  public Optional<Tracked> self(DeviceRef device) {
    UserId user = device.user();
    return id(device)
        .flatMap(id -> new PeerRows(database, id).known(List.of(user)).stream().findFirst());
  }

  /** The devices of its own user that a device knows. */
  public List<Device> own(DeviceRef device) {
    return id(device)
        .map(id -> new PeerRows(database, id).devices(List.of(device.user())))
        .orElse(List.of());
  }

  /**
   * Leaves a secret for a device.
   *
   * @param device one that is there
   * @param name of the secret
   * @param secret sealed for that device
   */
  public void leave(DeviceRef device, String name, SealedSecret secret) {
    long id = id(device).orElseThrow();
    var unused =
        database.run(
            CryptoSql.SECRET, id, name, Buffer.buffer(secret.sealed()), secret.generation());
  }

  /**
   * Takes back a secret that was left and has not been taken up.
   *
   * @param device one that is there
   * @param name of the secret
   */
  public void withdraw(DeviceRef device, String name) {
    long id = id(device).orElseThrow();
    var unused = database.run(CryptoSql.DROP_SECRET, id, name);
  }

  /**
   * What the database holds of a user that Ferry followed.
   *
   * @param user who
   * @param waiting how many encrypted events lack keys that no device of anybody else waits for
   */
  public record Holding(UserId user, long waiting) {}

  /** What is held of the users with devices, by name. */
  public List<Holding> holdings() {
    return PgCryptoStore.all(
        database.run(HOLDINGS), r -> new Holding(new UserId(r.getString(0)), r.getLong(1)));
  }

  /**
   * Forgets the devices of a user and what belongs to them alone: account, Olm sessions, sync
   * token, lists of devices, access token, the rooms that were followed. Room keys stay, and so
   * does what was read. Events that wait for their keys go over to the devices of all others that
   * follow their room, for nobody knows which of them finds a key.
   *
   * @return false where a daemon works with one of the devices; nothing was forgotten
   */
  public boolean forget(UserId user) {
    return database.transaction(connection -> {
      var locked = Database.await(connection.preparedQuery(LOCK).execute(Tuple.of(user.value())));
      for (Row row : locked) {
        if (row.getBoolean(0)) {
          return false;
        }
      }
      for (String statement : FORGET) {
        var unused =
            Database.await(connection.preparedQuery(statement).execute(Tuple.of(user.value())));
      }
      return true;
    });
  }

  private Optional<Long> id(DeviceRef device) {
    return PgCryptoStore.one(
        database.run(FIND, device.user().value(), device.device().value()), r -> r.getLong(0));
  }
}
