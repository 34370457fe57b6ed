package org.ferry.store.api;

import org.ferry.store.webhook.StandingSql;

/**
 * What is asked for the numbers: each by an index, and nothing that counts a table which grows with
 * what is said. Each row is a name, its labels and a value.
 */
final class FigureSql {
  /** Asked every few seconds. */
  static final String OFTEN =
      """
      select 'transactions' as name, '{}'::text[] as labels,
        coalesce(max(pk), 0)::float8 as value from ferry.inbox_transaction
      union all
      select 'transactions_waiting', '{}', count(*) from ferry.inbox_transaction
        where taken_at is null
      union all
      select 'inbox_lag', '{}', coalesce(extract(epoch from now() - min(received_at)), 0)
        from ferry.inbox_transaction where taken_at is null
      union all
      select 'events', '{}', (select count(*) from ferry.live_event where state = 'waiting')
        + (select coalesce(sum(n), 0) from ferry.live_count where outcome <> 'late')
      union all
      select 'events_waiting', '{}', count(*) from ferry.live_event where state = 'waiting'
      union all
      select 'relay_lag', '{}', coalesce(extract(epoch from now() - min(taken_at)), 0)
        from ferry.live_event where state = 'waiting'
      union all
      select 'telling_lag', '{}', coalesce(extract(epoch from now() -
        (select at from ferry.live_release
          where pos > (select release from ferry.live_narration where id = 1)
          order by pos limit 1)), 0)
      union all
      select 'settled', array[k.outcome], coalesce(c.n, 0)
        from unnest(array['clear', 'decrypted', 'late', 'undecryptable', 'rejected']) as k(outcome)
          left join ferry.live_count c using (outcome)
      union all
      select 'messages', '{}', coalesce(max(pos), 0) from ferry.live_message
      union all
      select 'given_up', '{}', coalesce(sum(given_up), 0) from ferry.olm_device
      union all
      select 'quarantined', '{}', (select count(*) from ferry.live_untold where quarantined)
        + (select count(*) from ferry.live_quarantine)
      union all
      select 'rooms_behind', '{}', count(*) from ferry.followed_room where behind > 0
      union all
      select 'outgoing_waiting', '{}', count(*) from ferry.outgoing where state = 'waiting'
      union all
      select 'outgoing_lag', '{}', coalesce(extract(epoch from now() - min(posted_at)), 0)
        from ferry.outgoing where state = 'waiting'
      """;

  /** How webhooks stand: a look at each lane in which something waits, or was given up. */
  static final String WEBHOOKS =
      """
      with standing as (
        select e.name, e.off_at is null as is_on, e.delivered, w.waiting, w.oldest, f.failed
        from ferry.webhook_endpoint e
      """
          + StandingSql.JOINS
          + """
          )
          select 'deliveries' as name, array[name, 'waiting'] as labels,
            coalesce(waiting, 0)::float8 as value from standing
          union all select 'deliveries', array[name, 'failed'], coalesce(failed, 0) from standing
          union all select 'delivered', array[name], delivered from standing
          union all select 'oldest_delivery', array[name],
            coalesce(extract(epoch from now() - oldest), 0) from standing
          union all select 'webhook_on', array[name], case when is_on then 1 else 0 end from standing
          """;

  /** How fast history is carried: the run that carries it notes it every few seconds. */
  static final String REPLAY =
      """
      with noted as (
        select s.server, c.space, n.json::jsonb as rate
        from ferry.crossing_note n join ferry.crossing c on c.id = n.crossing
          join ferry.source s on s.id = c.source
        where n.name = 'rate')
      select 'replay_rate' as name, array[server, space] as labels,
        case when (rate ->> 'at')::timestamptz > now() - interval '30 seconds'
          then (rate ->> 'events_per_second')::float8 else 0 end as value from noted
      union all
      select 'replayed', array[server, space], coalesce((rate ->> 'done')::float8, 0) from noted
      union all
      select 'replay_total', array[server, space], coalesce((rate ->> 'total')::float8, 0)
        from noted
      """;

  /** Asked every minute: these read an index from end to end. */
  static final String SELDOM =
      """
      with recursive room (id) as (
        (select room_id from ferry.room_key order by room_id limit 1)
        union all
        select (select k.room_id from ferry.room_key k where k.room_id > room.id
          order by k.room_id limit 1) from room where room.id is not null)
      select 'rooms_with_keys' as name, '{}'::text[] as labels, count(id)::float8 as value from room
      union all
      select 'room_keys', '{}', count(*) from ferry.room_key
      union all
      select 'olm_sessions', '{}', count(*) from ferry.olm_session
      union all
      select 'outgoing_sessions', '{}', count(*) from ferry.megolm_outbound
      union all
      select 'rooms_followed', '{}', count(distinct room) from ferry.followed_room
        where held_until is distinct from 'infinity'
      union all
      select 'replay_stuck', array[s.server, c.space, k.word], count(e.event)
        from ferry.crossing c join ferry.source s on s.id = c.source
          cross join (values (1::smallint, 'in_doubt'), (5::smallint, 'failed')) as k(state, word)
          left join ferry.crossing_event e
            on e.crossing = c.id and e.state = k.state and e.state <> 2
        group by 2
      """;

  /** By reason, as it was given; the index holds nothing else. */
  static final String UNDECRYPTABLE =
      """
      select coalesce(reason, 'unknown'), count(*) from ferry.live_event
      where state = 'undecryptable' group by reason order by 2 desc, 1
      """;

  private FigureSql() {}
}
