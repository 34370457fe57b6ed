package org.ferry.store.crypto;

import static org.ferry.store.Database.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.Pickled;
import org.ferry.crypto.Repickler;
import org.ferry.crypto.SealedSecret;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.Keyring;
import org.ferry.crypto.keys.Sealer;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.store.Database;

/**
 * Protects the devices' accounts, sessions and secrets, and access tokens, with the newest data
 * key. A device's row is locked first, as each of its commits does, so that a daemon may run.
 */
final class DeviceRotation {
  private static final String DEVICES = "select id, user_id, device_id from ferry.olm_device";
  private static final String LOCK = "select from ferry.olm_device where id = $1 for update";
  private static final String OLD = " where device = $1 and key_generation < $2";
  private static final String TOKENS =
      "select user_id, token, key_generation from ferry.identity where key_generation < $1 for update";

  private final Database database;
  private final Keyring keyring;
  private final Consumer<String> damaged;

  /** Whose rows are gone over now, in words. */
  private String of = "";

  /**
   * A change of the key.
   *
   * @param database stays the caller's
   * @param keyring with the newest key
   * @param damaged told in words of each row that does not open, which stays as it is
   */
  DeviceRotation(Database database, Keyring keyring, Consumer<String> damaged) {
    this.database = database;
    this.keyring = keyring;
    this.damaged = damaged;
  }

  private <T> Optional<T> opened(String what, Supplier<T> anew) {
    try {
      return Optional.of(anew.get());
    } catch (DamagedRowException e) {
      damaged.accept(what + of);
      return Optional.empty();
    }
  }

  /** Goes over everything that is under an older key. */
  void rewrite() {
    for (Row row : database.run(DEVICES)) {
      long id = row.getLong(0);
      DeviceRef ref = new DeviceRef(new UserId(row.getString(1)), new DeviceId(row.getString(2)));
      Repickler repickler = new Repickler(keyring, ref);
      of = " of the device " + ref;
      boolean unused =
          database.transaction(connection -> {
            var unusedLock = await(connection.preparedQuery(LOCK).execute(Tuple.of(id)));
            account(connection, id, repickler);
            sessions(connection, id, repickler);
            outbound(connection, id, repickler);
            secrets(connection, id, repickler);
            return true;
          });
    }
    boolean unused =
        database.transaction(connection -> {
          tokens(connection);
          return true;
        });
  }

  private RowSet<Row> old(SqlConnection connection, String select, long id) throws Exception {
    return await(
        connection
            .preparedQuery(select + OLD)
            .execute(Tuple.of(id, keyring.current().generation())));
  }

  private static void put(SqlConnection connection, String sql, Object... values) throws Exception {
    var unused = await(connection.preparedQuery(sql).execute(Tuple.from(values)));
  }

  private static Pickled pickled(Row row) {
    return new Pickled(row.getInteger(1), row.getString(0));
  }

  private void account(SqlConnection connection, long id, Repickler repickler) throws Exception {
    for (Row row : old(connection, "select pickle, key_generation from ferry.olm_account", id)) {
      Optional<Pickled> opened = opened("the account", () -> repickler.account(pickled(row)));
      if (opened.isPresent()) {
        Pickled anew = opened.get();
        put(
            connection,
            "update ferry.olm_account set pickle = $2, key_generation = $3 where device = $1",
            id,
            anew.text(),
            anew.generation());
      }
    }
  }

  private void sessions(SqlConnection connection, long id, Repickler repickler) throws Exception {
    String select = "select pickle, key_generation, sender_key, session_id from ferry.olm_session";
    for (Row row : old(connection, select, id)) {
      String key = row.getString(2);
      String session = row.getString(3);
      Optional<Pickled> opened =
          opened(
              "the session %s with the device of the key %s".formatted(session, key),
              () -> repickler.session(pickled(row), key, session));
      if (opened.isPresent()) {
        Pickled anew = opened.get();
        put(
            connection,
            "update ferry.olm_session set pickle = $4, key_generation = $5"
                + " where device = $1 and sender_key = $2 and session_id = $3",
            id,
            key,
            session,
            anew.text(),
            anew.generation());
      }
    }
  }

  private void outbound(SqlConnection connection, long id, Repickler repickler) throws Exception {
    String select = "select pickle, key_generation, room_id, session_id from ferry.megolm_outbound";
    for (Row row : old(connection, select, id)) {
      SessionRef ref = new SessionRef(new RoomId(row.getString(2)), row.getString(3));
      Optional<Pickled> opened =
          opened(
              "the outgoing session of the room " + ref.room(),
              () -> repickler.outbound(pickled(row), ref));
      if (opened.isPresent()) {
        Pickled anew = opened.get();
        put(
            connection,
            "update ferry.megolm_outbound set pickle = $3, key_generation = $4"
                + " where device = $1 and room_id = $2",
            id,
            row.getString(2),
            anew.text(),
            anew.generation());
      }
    }
  }

  private void secrets(SqlConnection connection, long id, Repickler repickler) throws Exception {
    for (Row row :
        old(connection, "select sealed, key_generation, name from ferry.olm_secret", id)) {
      SealedSecret old = new SealedSecret(row.getInteger(1), row.getBuffer(0).getBytes());
      String name = row.getString(2);
      Optional<SealedSecret> opened =
          opened("the secret " + name, () -> repickler.secret(name, old));
      if (opened.isPresent()) {
        SealedSecret anew = opened.get();
        put(
            connection,
            "update ferry.olm_secret set sealed = $3, key_generation = $4"
                + " where device = $1 and name = $2",
            id,
            name,
            Buffer.buffer(anew.sealed()),
            anew.generation());
      }
    }
  }

  private Optional<String> token(Row row, String place) {
    Sealer sealer = keyring.of(row.getInteger(2)).sealer();
    try {
      return Optional.of(sealer.openText(row.getBuffer(1).getBytes(), place));
    } catch (KeyException e) {
      damaged.accept("the " + place);
      return Optional.empty();
    }
  }

  private void tokens(SqlConnection connection) throws Exception {
    Keyring.Numbered now = keyring.current();
    for (Row row : await(connection.preparedQuery(TOKENS).execute(Tuple.of(now.generation())))) {
      String place = "access token of " + row.getString(0);
      Optional<String> token = token(row, place);
      if (token.isPresent()) {
        put(
            connection,
            "update ferry.identity set token = $2, key_generation = $3 where user_id = $1",
            row.getString(0),
            Buffer.buffer(now.key().sealer().seal(token.get(), place)),
            now.generation());
      }
    }
  }
}
