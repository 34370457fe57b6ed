-- From any earlier version to 20: what those who watch need. Everything written before stays readable.

-- One id for what came in together, from the transaction or sync that brought it to what was made of it. Null in what
-- was written before.
alter table ferry.inbox_transaction add column trace uuid;
alter table ferry.live_event add column trace uuid;
alter table ferry.live_message add column trace uuid;
alter table ferry.webhook_delivery add column trace uuid;
alter table ferry.outgoing add column trace uuid;
create index inbox_transaction_trace on ferry.inbox_transaction (trace) where trace is not null;

-- How many live events were settled, by what came of them: the leader counts as it settles, because nobody counts ten
-- million rows whenever somebody looks. outcome: clear (was never encrypted), decrypted, late (decrypted, after it had
-- been told as undecryptable), undecryptable, rejected.
create table ferry.live_count (
  outcome text collate "C" primary key,
  n bigint not null
) with (fillfactor = 50);
insert into ferry.live_count
  select case when state = 'clear' and session is not null then 'decrypted' else state end, count(*)
  from ferry.live_event where state <> 'waiting' group by 1;

create index live_event_reason on ferry.live_event (reason) where state = 'undecryptable';
create index live_untold_quarantined on ferry.live_untold (release) where quarantined;
