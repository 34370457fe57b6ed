package org.ferry.store.api;

import org.ferry.store.Database;

/** Rows in a database of which every number has something to say. */
public final class WatchedRows {
  private static final String[] FEW = {
    "insert into ferry.inbox_transaction (server, txn_id, sha256, body, received_at, taken_at)"
        + " values ('s', 'a', 'a', '{}', now() - interval '9 minutes', now()),"
        + " ('s', 'b', 'b', '{}', now() - interval '7 minutes', null)",
    "insert into ferry.live_event (room, event, sender, type, session, ts, state, reason, raw,"
        + " taken_at) select '!r:s', '$' || n, '@a:s', 'm.room.encrypted', 'x', 1,"
        + " case n when 1 then 'waiting' else 'undecryptable' end,"
        + " case n when 1 then null when 2 then 'no_key' when 3 then 'withheld m.unverified'"
        + " else 'withheld made up ' || n end, '{}', now() - interval '5 minutes'"
        + " from generate_series(1, 6) n",
    "insert into ferry.live_release (event, kind, at)"
        + " select min(pk), 'created', now() - interval '3 minutes' from ferry.live_event",
    "insert into ferry.live_count values ('decrypted', 41), ('undecryptable', 5)"
        + " on conflict (outcome) do update set n = excluded.n",
    "insert into ferry.live_untold select pos, event, true, 'broken', now() from ferry.live_release",
    "insert into ferry.outgoing (key, sender, room, type, content, hash, txn, posted_at)"
        + " values ('k', '@a:s', '!r:s', 'm.room.message', '{}', '', 't', now() - interval '1 hour')",
    "insert into ferry.webhook_endpoint (name, pos, delivered) values ('shop', 9, 17)",
    "insert into ferry.webhook_lane (endpoint, room, replay, seq, done, due_at)"
        + " select pk, '!r:s', false, 4, 1, now() from ferry.webhook_endpoint",
    "insert into ferry.webhook_delivery (lane, place, id, message, event, type, state, made_at, body)"
        + " select pk, n, 'msg_' || n, n, '$' || n, 'message.created',"
        + " case n when 1 then 'failed' else 'waiting' end, now() - interval '2 minutes', '{}'"
        + " from ferry.webhook_lane, generate_series(1, 4) n",
    "insert into ferry.data_key (generation) values (1)",
    "insert into ferry.room_key (room_id, session_id, origin, first_index, sender_key, signing_key,"
        + " forwarded_by, shared_history, pickle, key_generation) select '!' || n % 3 || ':s',"
        + " 's' || n, 'olm', 0, '', '', '[]', false, '', 1 from generate_series(1, 7) n",
    "insert into ferry.followed_room (user_id, room) values ('@a:s', '!r:s'), ('@b:s', '!r:s')",
    "insert into ferry.source (server, type, label, fingerprint, load, loaded_at)"
        + " values ('old.example.org', 'synapse-dump', 'x', '', 1, now())",
    "insert into ferry.crossing (source, domain, space, used_at)"
        + " select id, 's', '!space:s', now() from ferry.source",
    "insert into ferry.crossing_event (crossing, event, room, depth, stream, taken, state, late)"
        + " select c.id, n, 1, n, n, 1, case when n = 8 then 5 when n = 9 then 1 else 2 end, false"
        + " from ferry.crossing c, generate_series(1, 9) n",
    "insert into ferry.crossing_note (crossing, name, json) select id, 'rate',"
        + " jsonb_build_object('events_per_second', 37.5, 'done', 200, 'total', 900, 'at', now())::text"
        + " from ferry.crossing",
  };

  private static final String[] MANY = {
    "insert into ferry.inbox_transaction (server, txn_id, sha256, body, received_at, taken_at)"
        + " select 's', 'm' || n, 'm', '{}', now(), now() from generate_series(1, 30000) n",
    "insert into ferry.live_event (room, event, sender, type, ts, state, raw, taken_at)"
        + " select '!' || n % 50 || ':s', '$m' || n, '@a:s', 'm.room.message', n, 'clear', '', now()"
        + " from generate_series(1, 30000) n",
    "insert into ferry.live_release (event, kind)"
        + " select pk, 'created' from ferry.live_event where state = 'clear'",
    "insert into ferry.live_message (pos, release, type, room, network, sender, direction, ts, at)"
        + " select n, n, 'message.created', '!r:s', 'matrix', '@a:s', 'incoming', 1, now()"
        + " from generate_series(1, 30000) n",
    "insert into ferry.live_untold select pos, event, false, 'dull', now() from ferry.live_release"
        + " on conflict do nothing",
    "insert into ferry.webhook_delivery (lane, place, id, message, event, type, state, made_at, body)"
        + " select pk, 100 + n, 'm' || n, n, '', 'message.created', 'delivered', now(), ''"
        + " from ferry.webhook_lane, generate_series(1, 30000) n",
    "insert into ferry.outgoing (key, sender, room, type, content, hash, txn, state)"
        + " select 'm' || n, '@a:s', '!r:s', 'm.room.message', '', '', 't' || n, 'sent'"
        + " from generate_series(1, 30000) n",
    "insert into ferry.room_key (room_id, session_id, origin, first_index, sender_key, signing_key,"
        + " forwarded_by, shared_history, pickle, key_generation) select '!' || n % 30 || ':s',"
        + " 'm' || n, 'olm', 0, '', '', '[]', false, repeat('p', 200), 1"
        + " from generate_series(1, 30000) n",
    "insert into ferry.crossing_event (crossing, event, room, depth, stream, taken, state, late)"
        + " select c.id, 1000 + n, 1, n, n, 1, 2, false"
        + " from ferry.crossing c, generate_series(1, 30000) n",
    "vacuum analyze",
  };

  private WatchedRows() {}

  /** Something for each number. */
  public static void fill(Database database) {
    for (String sql : FEW) {
      var unused = database.run(sql);
    }
  }

  /** As many more as a planner needs to think about how it reads them. */
  static void grow(Database database) {
    for (String sql : MANY) {
      var unused = database.run(sql);
    }
  }
}
