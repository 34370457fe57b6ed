package org.ferry.store;

/** The statements about events of a crossing; $1 is always the crossing. */
final class EventSql {
  /** State 2 is carried; see {@link EventRows#code}. */
  private static final String ROOM =
      """
      with place as (
        select c.source, r.pk, r.id from ferry.crossing c join ferry.room r on r.source = c.source
        where c.id = $1 and r.id = $2)
      """;

  // The scalar subquery keeps the planner at one index probe for each event, in the room's order:
  // a join could make it read the whole room for the sake of a handful of rows, and so could "is
  // null", which it takes to be true of one row in two hundred.
  static final String TAKE =
      ROOM
          + """
          , next as (
            select e.* from ferry.event e
            where e.source = (select source from place) and e.room = (select pk from place)
              and (e.depth, e.stream) > ($3, $4)
              and not coalesce((select true from ferry.crossing_event c
                where c.crossing = $1 and c.event = e.pk), false)
              and ($7::bigint is null or $7 = (select epoch from ferry.claim))
          """
          + selected(8, 9)
          + """
            order by e.depth, e.stream limit $5
          ), taken as (
            insert into ferry.crossing_event as held
              (crossing, event, room, depth, stream, taken, state, late)
            select $1, n.pk, n.room, n.depth, n.stream, $6, 1, false from next n
            on conflict (crossing, event) do update set taken = excluded.taken
              where held.taken = excluded.taken and held.state = 1
            returning event
          )
          """
          + "select "
          + EventRows.EVENT
          + """
           from next e join taken t on t.event = e.pk cross join place r
          order by e.depth, e.stream
          """;

  static final String TAKEN =
      ROOM
          + "select "
          + EventRows.EVENT
          + """
           from place r join ferry.crossing_event c
            on c.crossing = $1 and c.room = r.pk and c.state = 1 and c.taken = $3
          join ferry.event e on e.source = r.source and e.pk = c.event
          order by e.depth, e.stream
          """;

  static final String DOUBTFUL =
      ROOM
          + "select "
          + EventRows.EVENT
          + """
           from place r join ferry.crossing_event c
            on c.crossing = $1 and c.room = r.pk and c.state = 1
          join ferry.event e on e.source = r.source and e.pk = c.event
          order by e.depth, e.stream
          """;

  static final String RELEASE =
      """
      with mine as materialized (
        select epoch from ferry.claim where $3::bigint is null or epoch = $3 for share
      )
      delete from ferry.crossing_event using mine
      where crossing = $1 and event = any($2) and state = 1
      """;

  static final String FATE =
      "select "
          + EventRows.FATE
          + """
           from ferry.event e join ferry.room r on r.pk = e.room
          left join ferry.crossing_event c on c.crossing = $1 and c.event = e.pk
          where e.source = (select source from ferry.crossing where id = $1) and e.event_id = $2
          """;

  static final String NOTED =
      "select at from ferry.crossing_event where crossing = $1 and event = $2 and state > 1";

  static final String ORIGIN =
      """
      select e.event_id from ferry.crossing_event c join ferry.event e on e.pk = c.event
      where c.crossing = $1 and c.target = $2 and c.state = 2
        and e.source = (select source from ferry.crossing where id = $1)
      """;

  static final String FURTHEST =
      ROOM
          + """
          select c.depth, c.stream from ferry.crossing_event c
          where c.crossing = $1 and c.room = (select pk from place) and c.state = 2
          order by c.depth desc, c.stream desc limit 1
          """;

  static final String LAST_CARRIED =
      ROOM
          + "select "
          + EventRows.FATE
          + """
           from place r cross join lateral (
            select * from ferry.crossing_event x
            where x.crossing = $1 and x.room = r.pk and x.state = 2
            order by x.depth desc, x.stream desc limit $3) c
          join ferry.event e on e.source = r.source and e.pk = c.event
          order by c.depth desc, c.stream desc
          """;

  /** The same before a place, without what came late and so stands elsewhere. */
  static final String CARRIED_BEFORE =
      ROOM
          + "select "
          + EventRows.FATE
          + """
           from place r cross join lateral (
            select * from ferry.crossing_event x
            where x.crossing = $1 and x.room = r.pk and x.state = 2 and not x.late
              and (x.depth, x.stream) < ($3, $4)
            order by x.depth desc, x.stream desc limit $5) c
          join ferry.event e on e.source = r.source and e.pk = c.event
          order by c.depth desc, c.stream desc
          """;

  /** Only what {@link #LOOK} has put in doubt has a reason there. */
  static final String FAILED_BEFORE =
      ROOM
          + """
          select c.depth, c.stream from ferry.crossing_event c
          where c.crossing = $1 and c.room = (select pk from place) and c.state = 1
            and c.reason is not null
          order by c.depth, c.stream limit 1
          """;

  private static final String PLACEHOLDER =
      "coalesce('placeholder' = any(string_to_array(c.repairs, ', ')), false)";

  static final String PLACEHOLDERS =
      ROOM
          + "select "
          + EventRows.FATE
          + """
           from place r join ferry.crossing_event c
            on c.crossing = $1 and c.room = r.pk and c.state = 2 and\s
          """
          + PLACEHOLDER
          + """
           join ferry.event e on e.source = r.source and e.pk = c.event
          order by c.depth, c.stream
          """;

  static final String REOPEN =
      """
      with mine as materialized (
        select epoch from ferry.claim where $4::bigint is null or epoch = $4 for share
      ), gone as (
        delete from ferry.crossing_event c using mine
        where c.crossing = $1 and c.event = $2 and c.state = 2 and c.target = $3 and\s
      """
          + PLACEHOLDER
          + """
               returning c.event, c.target)
          insert into ferry.placeholder (crossing, event, target) select $1, event, target from gone
          on conflict (crossing, event) do update set target = excluded.target, at = excluded.at
          """;

  static final String FORMER_PLACEHOLDER =
      """
      select p.target from ferry.placeholder p join ferry.event e on e.pk = p.event
      where p.crossing = $1 and e.event_id = $2
        and e.source = (select source from ferry.crossing where id = $1)
      """;

  static final String OPENED =
      ROOM
          + "select count(*) filter (where not "
          + PLACEHOLDER
          + "), count(*) filter (where "
          + PLACEHOLDER
          + """
          ) from place r join ferry.crossing_event c
            on c.crossing = $1 and c.room = r.pk and c.state = 2
          join ferry.event e on e.source = r.source and e.pk = c.event
          where e.type = 'm.room.encrypted'
          """;

  private static final String OF_ROOMS =
      """
       and ($2::text[] is null or c.room in (
          select r.pk from ferry.room r
          where r.source = (select source from ferry.crossing where id = $1) and r.id = any($2)))
      """;

  /** A request that ended with 5xx may have had its effect: it is looked for before it is sent. */
  static final String LOOK =
      """
      update ferry.crossing_event c set state = 1 from ferry.event e
      where e.pk = c.event and c.crossing = $1 and c.state = 5
        and c.reason ~ '^[A-Z]+ [^ ]+: 5[0-9][0-9]( |$)'
      """
          + OF_ROOMS
          + selected(3, 4);

  static final String RETRY =
      """
      delete from ferry.crossing_event c using ferry.event e
      where e.pk = c.event and c.crossing = $1 and c.state = 5
      """
          + OF_ROOMS
          + selected(3, 4);

  static final String RETRY_SKIPPED =
      """
      delete from ferry.crossing_event c where c.crossing = $1 and c.state = 4 and c.reason = $3
        and c.room in (
          select r.pk from ferry.room r
          where r.source = (select source from ferry.crossing where id = $1) and r.id = any($2))
      """;

  static final String RECONSIDER =
      """
      delete from ferry.crossing_event c where c.crossing = $1 and c.state = 4
        and regexp_replace(c.reason, '^(relation: )+', '') = any($2)
      """;

  // What the source's totals count as messages, see EventLoad.
  static final String MESSAGES =
      """
      select r.id, count(*) from ferry.crossing_event c
      join ferry.event e on e.pk = c.event
      join ferry.room r on r.pk = c.room
      where c.crossing = $1 and c.state = 2
        and e.source = (select source from ferry.crossing where id = $1)
        and e.type = 'm.room.message' and e.redacted_by is null
      group by r.id
      """;

  // Counted from the index on places alone, which holds the states as well.
  static final String PROGRESS =
      """
      with done as (
        select room,
          count(*) filter (where state = 1) as doubt, count(*) filter (where state = 2) as carried,
          count(*) filter (where state = 3) as merged, count(*) filter (where state = 4) as skipped,
          count(*) filter (where state = 5) as failed, count(*) filter (where late) as late,
          count(*) as rows
        from ferry.crossing_event where crossing = $1 group by room)
      select r.id, r.events, greatest(r.events - coalesce(d.rows, 0), 0), coalesce(d.doubt, 0),
        coalesce(d.carried, 0), coalesce(d.merged, 0), coalesce(d.skipped, 0),
        coalesce(d.failed, 0), coalesce(d.late, 0)
      from ferry.room r left join done d on d.room = r.pk
      where r.source = (select source from ferry.crossing where id = $1) and r.events > 0
      order by r.id
      """;

  static final String PICKED =
      """
      select r.id, count(*), count(*) filter (where coalesce(c.state, 1) = 1)
      from ferry.event e
      join ferry.room r on r.pk = e.room
      left join ferry.crossing_event c on c.crossing = $1 and c.event = e.pk
      where e.source = (select source from ferry.crossing where id = $1)
      """
          + selected(2, 3)
          + "group by r.id";

  /** Columns as in {@link SourceCounts}; states 1 and 5 are in doubt and failed. */
  static final String REMAINING =
      """
      select r.id, count(*),
        count(*) filter (where e.type = 'm.room.message' and e.redacted_by is null),
        count(*) filter (where e.type = 'm.room.encrypted' and e.redacted_by is null),
        count(*) filter (where e.redacted_by is not null), min(e.ts), max(e.ts)
      from ferry.event e
      join ferry.room r on r.pk = e.room
      left join ferry.crossing_event c on c.crossing = $1 and c.event = e.pk
      where e.source = (select source from ferry.crossing where id = $1)
        and e.room in (
          select w.pk from ferry.room w
          where w.source = (select source from ferry.crossing where id = $1) and w.id = any($2))
        and coalesce(c.state, 1) in (1, 5)
      """
          + selected(3, 4)
          + "group by r.id";

  static final String FATES =
      ROOM
          + "select "
          + EventRows.FATE
          + """
           from (
            select * from ferry.event w
            where w.source = (select source from place) and w.room = (select pk from place)
              and (w.depth, w.stream) > ($3, $4)
            order by w.depth, w.stream limit $5) e
          cross join place r
          left join ferry.crossing_event c on c.crossing = $1 and c.event = e.pk
          order by e.depth, e.stream
          """;

  static final String IN_STATE =
      "select "
          + EventRows.FATE
          + """
           from ferry.crossing_event c join ferry.room r on r.pk = c.room
          join ferry.event e on e.pk = c.event and e.source = r.source
          where c.crossing = $1 and c.state = $2
          order by r.id, c.depth, c.stream limit $3
          """;

  static final String FAILED =
      """
      select r.id, e.event_id, c.reason
      from ferry.crossing_event c join ferry.room r on r.pk = c.room
      join ferry.event e on e.pk = c.event and e.source = r.source
      where c.crossing = $1 and c.state = $2
        and (cardinality($3::text[]) = 0 or r.id = any($3::text[]))
      order by r.id, c.depth, c.stream limit $4
      """;

  static final String WAITING =
      "select "
          + EventRows.FATE
          + """
           from ferry.room r cross join lateral (
            select * from ferry.event w
            where w.source = (select source from ferry.crossing where id = $1) and w.room = r.pk
              and not coalesce((select true from ferry.crossing_event x
                where x.crossing = $1 and x.event = w.pk), false)
            order by w.depth, w.stream limit $2) e
          left join ferry.crossing_event c on false
          where r.source = (select source from ferry.crossing where id = $1)
          order by r.id, e.depth, e.stream limit $2
          """;

  /** How often each reason stands in a state: crossing, state. */
  static final String REASONS =
      """
      select coalesce(reason, ''), count(*) from ferry.crossing_event
      where crossing = $1 and state = $2 group by 1 order by 2 desc, 1 limit 100\
      """;

  private EventSql() {}

  /**
   * What a selection asks of an event {@code e}.
   *
   * @param since the number of the parameter for the first time, null for any
   * @param people that for the ids of people, null for all
   */
  static String selected(int since, int people) {
    return """
     and ($%1$d::bigint is null or e.ts >= $%1$d)
     and ($%2$d::text[] is null or e.sender = any($%2$d)
       or (e.type = 'm.room.member' and e.state_key = any($%2$d)))
    """
        .formatted(since, people);
  }
}
