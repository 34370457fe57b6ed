package org.ferry.store.crypto;

/** The statements that change what a device keeps; $1 is always the device's number. */
final class CryptoSql {
  static final String ACCOUNT =
      """
      insert into ferry.olm_account (device, pickle, key_generation, curve25519, ed25519, uploaded, server_keys, fallback_used, fallback_made_at, forget_fallback_at, refusals)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      on conflict (device) do update set
        pickle = excluded.pickle, key_generation = excluded.key_generation,
        curve25519 = excluded.curve25519, ed25519 = excluded.ed25519,
        uploaded = excluded.uploaded, server_keys = excluded.server_keys,
        fallback_used = excluded.fallback_used, fallback_made_at = excluded.fallback_made_at,
        forget_fallback_at = excluded.forget_fallback_at, refusals = excluded.refusals
      """;
  static final String SESSION =
      """
      insert into ferry.olm_session (device, sender_key, session_id, pickle, key_generation, created_at, received_at, spoiled)
      values ($1, $2, $3, $4, $5, $6, $7, $8)
      on conflict (device, sender_key, session_id) do update set
        pickle = excluded.pickle, key_generation = excluded.key_generation,
        created_at = excluded.created_at, received_at = excluded.received_at, spoiled = excluded.spoiled
      """;
  static final String PROCESSED =
      """
      insert into ferry.olm_processed (device, hash)
      values ($1, $2)
      on conflict do nothing
      """;
  static final String TRACKED =
      """
      insert into ferry.olm_tracked (device, user_id, outdated, changed_at, answered_at, identity, pinned, retry_at, failures)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      on conflict (device, user_id) do update set followed = true,
        followed_at = case when olm_tracked.followed then olm_tracked.followed_at
          else clock_timestamp() end,
        outdated = excluded.outdated, changed_at = excluded.changed_at,
        answered_at = excluded.answered_at, identity = excluded.identity,
        pinned = excluded.pinned, retry_at = excluded.retry_at, failures = excluded.failures
      """;
  static final String PEER =
      """
      insert into ferry.olm_peer (device, user_id, device_id, curve25519, ed25519, keys, gone_at)
      values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (device, user_id, device_id) do update set
        curve25519 = excluded.curve25519, ed25519 = excluded.ed25519, keys = excluded.keys,
        gone_at = excluded.gone_at
      """;
  static final String NO_OLM =
      "update ferry.olm_peer set no_olm = $4 where device = $1 and user_id = $2 and device_id = $3";
  static final String UNWEDGING =
      """
      insert into ferry.olm_unwedging (device, sender_key, user_id, device_id, at, wanted)
      values ($1, $2, $3, $4, $5, $6)
      on conflict (device, sender_key) do update set
        user_id = excluded.user_id, device_id = excluded.device_id, at = excluded.at,
        wanted = excluded.wanted
      """;
  static final String QUEUE =
      """
      insert into ferry.olm_queue (device, id, event_type, body, room_id, session_id)
      values ($1, $2, $3, $4, $5, $6)
      on conflict do nothing
      """;

  /** Who had the key of the session before is not asked any more. */
  static final String OUTBOUND =
      """
      with gone as (
        delete from ferry.megolm_share s using ferry.megolm_outbound o
        where o.device = $1 and o.room_id = $2 and o.session_id <> $3
          and s.device = o.device and s.room_id = o.room_id and s.session_id = o.session_id
      )
      insert into ferry.megolm_outbound (device, room_id, session_id, pickle, key_generation, created_at, messages, history_visibility)
      values ($1, $2, $3, $4, $5, $6, $7, $8)
      on conflict (device, room_id) do update set
        session_id = excluded.session_id, pickle = excluded.pickle,
        key_generation = excluded.key_generation, created_at = excluded.created_at,
        messages = excluded.messages, history_visibility = excluded.history_visibility
      """;

  static final String SHARE =
      """
      insert into ferry.megolm_share (device, room_id, session_id, user_id, device_id, sender_key, message_index, withheld)
      values ($1, $2, $3, $4, $5, $6, $7, $8)
      on conflict (device, room_id, session_id, user_id, device_id) do update set
        sender_key = excluded.sender_key, message_index = excluded.message_index,
        withheld = excluded.withheld
      """;

  /** The device still counts as having the session, which ends when it leaves. */
  static final String SHARE_AGAIN =
      """
      update ferry.megolm_share set sender_key = ''
      where device = $1 and user_id = $2 and device_id = $3 and withheld = ''
      """;

  static final String SENT =
      """
      insert into ferry.megolm_sent (device, txn_id, room_id, content)
      values ($1, $2, $3, $4)
      on conflict do nothing
      """;
  static final String WITHHELD =
      """
      insert into ferry.megolm_withheld (device, room_id, session_id, sender, sender_key, code, reason)
      values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (device, room_id, session_id, sender) do update set
        sender_key = excluded.sender_key, code = excluded.code, reason = excluded.reason
      """;
  static final String REQUEST =
      """
      insert into ferry.megolm_request (device, room_id, session_id, id, at, sender)
      values ($1, $2, $3, $4, $5, $6)
      on conflict (device, room_id, session_id) do update set
        id = excluded.id, at = excluded.at, sender = excluded.sender
      """;
  static final String RECEIVED =
      """
      insert into ferry.megolm_received (device, room_id, session_id, first_index, sender)
      values ($1, $2, $3, $4, $5)
      on conflict (device, room_id, session_id) do update set
        first_index = least(megolm_received.first_index, excluded.first_index),
        sender = coalesce(excluded.sender, megolm_received.sender)
      """;
  static final String ASKED =
      """
      insert into ferry.megolm_asked (device, asker, id, room_id, session_id, at)
      values ($1, $2, $3, $4, $5, $6)
      on conflict do nothing
      """;
  static final String SECRET_REQUEST =
      """
      insert into ferry.secret_request (device, name, id, at)
      values ($1, $2, $3, $4)
      on conflict (device, name) do update set id = excluded.id, at = excluded.at
      """;
  static final String SECRET =
      """
      insert into ferry.olm_secret (device, name, sealed, key_generation)
      values ($1, $2, $3, $4)
      on conflict (device, name) do update set
        sealed = excluded.sealed, key_generation = excluded.key_generation
      """;
  static final String TOKEN = "update ferry.olm_device set sync_token = $2 where id = $1";
  static final String DROP_SESSION =
      "delete from ferry.olm_session where device = $1 and sender_key = $2 and session_id = $3";
  static final String DROP_TRACKED =
      "update ferry.olm_tracked set followed = false, outdated = true where device = $1 and user_id = $2";
  static final String UNQUEUE = "delete from ferry.olm_queue where device = $1 and id = $2";
  static final String REFUSALS =
      "update ferry.olm_queue set refusals = $3, refused_since = $4 where device = $1 and id = $2";
  static final String MARK = "update ferry.olm_device set mark = $2 where id = $1";

  /** What was encrypted with them and is queued may have gone out before as another text. */
  static final String SPOIL =
      """
      with queued as (
        delete from ferry.olm_queue where device = $1 and event_type = 'm.room.encrypted'
      )
      update ferry.olm_session set spoiled = true where device = $1
      """;

  static final String DROP_ALL_OUTBOUND =
      """
      with gone as (delete from ferry.megolm_share where device = $1)
      delete from ferry.megolm_outbound where device = $1
      """;
  static final String DROP_OUTBOUND =
      """
      with gone as (delete from ferry.megolm_share where device = $1 and room_id = $2)
      delete from ferry.megolm_outbound where device = $1 and room_id = $2
      """;
  static final String DROP_SENT = "delete from ferry.megolm_sent where device = $1 and txn_id = $2";
  static final String DROP_REQUEST =
      "delete from ferry.megolm_request where device = $1 and room_id = $2 and session_id = $3";

  static final String DROP_ASKED =
      "delete from ferry.megolm_asked where device = $1 and asker = $2 and id = $3";
  static final String DROP_SECRET = "delete from ferry.olm_secret where device = $1 and name = $2";

  private CryptoSql() {}
}
