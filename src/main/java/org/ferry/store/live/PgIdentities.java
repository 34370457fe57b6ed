package org.ferry.store.live;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.Keyring;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.Kind;
import org.ferry.live.accounts.Identity.State;
import org.ferry.live.accounts.Identity.Way;
import org.ferry.store.Database;
import org.jspecify.annotations.Nullable;

/** Followed users in PostgreSQL: {@code ferry.identity}; tokens are sealed. */
public final class PgIdentities implements Identities {
  private static final String COLUMNS =
      "select user_id, kind, device_id, way, token, key_generation, state, detail, at from ferry.identity";
  private static final String KEEP =
      """
      insert into ferry.identity
        (user_id, kind, device_id, way, token, key_generation, state, detail, at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, now())
      on conflict (user_id) do update set kind = excluded.kind, device_id = excluded.device_id,
        way = excluded.way, token = excluded.token, key_generation = excluded.key_generation,
        state = excluded.state, detail = excluded.detail, at = excluded.at
      """;
  private static final String NOTE =
      """
      update ferry.identity set at = case when state = $2 then at else now() end,
        state = $2, detail = $3 where user_id = $1 and (state <> $2 or detail <> $3)
      """;

  // Members as they were told of, whoever wrote there by a device, and who was carried into it.
  private static final String GHOSTS_IN =
      """
      select i.user_id from ferry.identity i
      where i.kind = 'ghost' and i.state = 'following' and i.user_id in (
        select user_id from ferry.live_member where room = $1 and coalesce(told, 'join') = 'join'
        union all
        select d.user_id from ferry.megolm_outbound o join ferry.olm_device d on d.id = o.device
          where o.room_id = $1
        union all
        select p.target from ferry.crossing_room c
          join ferry.crossing x on x.id = c.crossing
          join ferry.room r on r.source = x.source and r.id = c.old
          join ferry.event e on e.room = r.pk and e.current and e.type = 'm.room.member'
          join ferry.crossing_person p on p.crossing = x.id and p.old = e.state_key
          where c.target = $1)
      order by i.at desc, i.user_id limit $2
      """;

  private final Database database;
  private final @Nullable Keyring keyring;

  /**
   * Followed users in a database.
   *
   * @param database stays the caller's
   * @param keyring seals tokens; null where they are neither read nor written
   */
  public PgIdentities(Database database, @Nullable Keyring keyring) {
    this.database = database;
    this.keyring = keyring;
  }

  @Override
  public Optional<Identity> find(UserId user) {
    var rows = database.run(COLUMNS + " where user_id = $1", user.value()).iterator();
    return rows.hasNext() ? Optional.of(identity(rows.next())) : Optional.empty();
  }

  @Override
  public List<Identity> all() {
    List<Identity> all = new ArrayList<>();
    database.run(COLUMNS + " order by user_id").forEach(row -> all.add(identity(row)));
    return all;
  }

  @Override
  public List<UserId> ghostsIn(RoomId room, int limit) {
    List<UserId> ghosts = new ArrayList<>();
    database
        .run(GHOSTS_IN, room.value(), limit)
        .forEach(row -> ghosts.add(new UserId(row.getString(0))));
    return ghosts;
  }

  private Identity identity(Row row) {
    String user = row.getString(0);
    String way = row.getString(3);
    return new Identity(
        new UserId(user),
        one(Kind.values(), row.getString(1)),
        new DeviceId(row.getString(2)),
        way == null ? null : one(Way.values(), way),
        token(row, user),
        one(State.values(), row.getString(6)),
        row.getString(7),
        row.getOffsetDateTime(8).toInstant());
  }

  private @Nullable Secret token(Row row, String user) {
    Buffer sealed = row.getBuffer(4);
    if (sealed == null || keyring == null) {
      return null;
    }
    var sealer = keyring.of(row.getInteger(5)).sealer();
    try {
      return Secret.of(sealer.openText(sealed.getBytes(), place(user)));
    } catch (KeyException e) {
      // reason: a token that is damaged is as good as none; its user logs in anew.
      return null;
    }
  }

  private static String place(String user) {
    return "access token of " + user;
  }

  private static Kind one(Kind[] all, String word) {
    return Arrays.stream(all).filter(k -> k.word().equals(word)).findFirst().orElseThrow();
  }

  private static Way one(Way[] all, String word) {
    return Arrays.stream(all).filter(w -> w.word().equals(word)).findFirst().orElseThrow();
  }

  private static State one(State[] all, String word) {
    return Arrays.stream(all).filter(s -> s.word().equals(word)).findFirst().orElse(State.STARTING);
  }

  @Override
  public void keep(Identity identity) {
    Secret token = identity.token();
    Buffer sealed = null;
    Integer generation = null;
    if (token != null) {
      if (keyring == null) {
        throw new IllegalStateException("no keyring to seal a token with");
      }
      Keyring.Numbered key = keyring.current();
      String place = place(identity.user().value());
      sealed = Buffer.buffer(key.key().sealer().seal(token.reveal(), place));
      generation = key.generation();
    }
    Way way = identity.way();
    var unused =
        database.run(
            KEEP,
            identity.user().value(),
            identity.kind().word(),
            identity.device().value(),
            way == null ? null : way.word(),
            sealed,
            generation,
            identity.state().word(),
            identity.detail());
  }

  @Override
  public void note(UserId user, State state, String detail) {
    var unused = database.run(NOTE, user.value(), state.word(), detail);
  }
}
