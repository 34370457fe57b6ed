package org.ferry.store.webhook;

/** What waits and what was given up at each webhook, for every query that asks. */
public final class StandingSql {
  /**
   * Joins {@code w} (waiting, oldest) and {@code f} (failed) to {@code ferry.webhook_endpoint e}: a
   * look at each lane in which something waits, or was given up.
   */
  public static final String JOINS =
      """
      left join lateral (
        select sum(l.seq - l.done)::bigint as waiting, min(d.made_at) as oldest
        from ferry.webhook_lane l
          left join ferry.webhook_delivery d on d.lane = l.pk and d.place = l.done + 1
        where l.endpoint = e.pk and l.due_at is not null) w on true
      left join lateral (
        select count(*) as failed from ferry.webhook_lane l
          join ferry.webhook_delivery d on d.lane = l.pk and d.state = 'failed'
        where l.endpoint = e.pk) f on true
      """;

  private StandingSql() {}
}
