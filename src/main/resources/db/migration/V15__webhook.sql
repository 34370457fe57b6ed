-- From any earlier version to 15: deliveries of live messages to webhooks. Nothing that was there changes. Secrets of
-- endpoints are in no table: they stand in the configuration alone.

-- Endpoints by their names in the configuration. pos: up to which position of live_message messages were put into
-- lanes. fan_owner, fan_until: which process does that now. hold_until: the receiver asked for a pause.
create table ferry.webhook_endpoint (
  pk integer generated always as identity primary key,
  name text collate "C" not null unique,
  pos bigint not null,
  since timestamptz,
  fan_owner text collate "C",
  fan_until timestamptz,
  hold_until timestamptz,
  off_reason text,
  off_at timestamptz,
  failing_since timestamptz,
  last_success timestamptz,
  last_failure timestamptz,
  last_error text,
  delivered bigint not null default 0
) with (fillfactor = 50);

-- One lane for each room of an endpoint, and one for its replays: what is in a lane is sent one by one. seq: the last
-- place that was given; done: the last that is finished; handed: the last that may have been sent. due_at: null where
-- nothing waits. A write that names an older epoch comes from a process that was overtaken.
create table ferry.webhook_lane (
  pk bigint generated always as identity primary key,
  endpoint integer not null references ferry.webhook_endpoint,
  room text collate "C" not null,
  replay boolean not null,
  seq bigint not null default 0,
  done bigint not null default 0,
  handed bigint not null default 0,
  due_at timestamptz,
  owner text collate "C",
  epoch bigint not null default 0,
  lease_until timestamptz,
  unique (endpoint, room, replay)
) with (fillfactor = 50);
create index webhook_lane_due on ferry.webhook_lane (endpoint, due_at) where due_at is not null;

-- body: the bytes that are signed and sent; empty once they are forgotten. log: a line for each attempt.
create table ferry.webhook_delivery (
  lane bigint not null references ferry.webhook_lane,
  place bigint not null,
  id text collate "C" not null,
  message bigint not null,
  event text collate "C" not null,
  type text collate "C" not null,
  state text collate "C" not null default 'waiting'
    check (state in ('waiting', 'delivered', 'failed', 'again')),
  attempts integer not null default 0,
  made_at timestamptz not null,
  done_at timestamptz,
  log text[] not null default '{}',
  body bytea not null,
  primary key (lane, place)
) with (fillfactor = 80);
create index webhook_delivery_id on ferry.webhook_delivery (id);
create index webhook_delivery_event on ferry.webhook_delivery (event) where event <> '';
create index webhook_delivery_done on ferry.webhook_delivery (done_at) where state in ('delivered', 'again');
create index webhook_delivery_text on ferry.webhook_delivery (made_at) where body <> '';
create index webhook_delivery_failed on ferry.webhook_delivery (lane) where state = 'failed';
