-- From an empty schema to version 1. Nothing came before; every later version can read what this one wrote.
--
-- Identifiers are compared byte by byte (collate "C"), so that their order is the same on every server and in Java.
-- Event content is text: jsonb refuses the escape \u0000 and lone surrogates and rewrites large numbers.

create table ferry.source (
  id bigint generated always as identity primary key,
  server text collate "C" not null unique,
  type text not null,
  label text not null,
  made_by text,
  latest_event timestamptz,
  fingerprint text not null,
  load integer not null,
  loaded_at timestamptz not null,
  people bigint not null default 0,
  deactivated bigint not null default 0,
  rooms bigint not null default 0,
  events bigint not null default 0,
  messages bigint not null default 0,
  encrypted bigint not null default 0,
  redacted bigint not null default 0,
  media bigint not null default 0,
  media_bytes bigint not null default 0,
  new_events bigint not null default 0
);

create table ferry.person (
  source bigint not null,
  id text collate "C" not null,
  display_name text,
  avatar text,
  deactivated boolean not null,
  admin boolean not null,
  guest boolean not null,
  bridged boolean not null,
  created_at bigint not null,
  primary key (source, id)
);

-- Senders and members without an account on the source; derived from the events by every load.
create table ferry.stranger (
  source bigint not null,
  id text collate "C" not null,
  member_content text,
  primary key (source, id)
);

-- The figures are derived from the events by every load that touches the room.
create table ferry.room (
  pk bigint primary key,
  source bigint not null,
  id text collate "C" not null,
  version text not null,
  creator text,
  listed boolean not null,
  events bigint not null default 0,
  messages bigint not null default 0,
  encrypted bigint not null default 0,
  redacted bigint not null default 0,
  first_ts bigint not null default 0,
  last_ts bigint not null default 0,
  unique (source, id)
);

-- One partition for each source, made by its first load: it is filled before it has indexes, and nobody waits for it.
create table ferry.event (
  source bigint not null,
  pk bigint not null,
  room bigint not null,
  depth bigint not null,
  stream bigint not null,
  ts bigint not null,
  current boolean not null,
  event_id text collate "C" not null,
  sender text collate "C" not null,
  type text collate "C" not null,
  state_key text collate "C",
  redacts text collate "C",
  redacted_by text collate "C",
  content text not null
) partition by list (source);

create index event_pk on ferry.event (pk);
create unique index event_id on ferry.event (source, event_id);
create index event_place on ferry.event (room, depth, stream);
create index event_current on ferry.event (room, type, state_key) where current;

create table ferry.alias (
  source bigint not null,
  alias text collate "C" not null,
  room text collate "C" not null,
  primary key (source, alias)
);

create table ferry.media (
  source bigint not null,
  uri text collate "C" not null,
  mime_type text,
  name text,
  length bigint not null,
  uploader text,
  path text not null,
  quarantined boolean not null,
  primary key (source, uri)
);

create table ferry.account_data (
  source bigint not null,
  pk bigint not null,
  type text collate "C" not null,
  user_id text collate "C" not null,
  room text collate "C",
  content text not null,
  primary key (source, type, pk)
);

create table ferry.receipt (
  source bigint not null,
  room text collate "C" not null,
  user_id text collate "C" not null,
  type text not null,
  event_id text not null,
  thread text,
  ts bigint not null
);
create index receipt_reader on ferry.receipt (source, user_id);

-- What the source's own second count says of each room; by_type is a JSON object.
create table ferry.tally (
  source bigint not null,
  room text collate "C" not null,
  events bigint not null,
  by_type text not null,
  ordered_ids_sha256 text not null,
  primary key (source, room)
);

create table ferry.load_problem (
  source bigint not null,
  nr integer not null,
  place text not null,
  what text not null,
  remedy text not null,
  primary key (source, nr)
);

-- A source on its way into one Space.
create table ferry.crossing (
  id bigint generated always as identity primary key,
  source bigint not null references ferry.source,
  domain text collate "C" not null,
  space text collate "C" not null,
  used_at timestamptz not null,
  unique (source, space)
);

create table ferry.crossing_person (
  crossing bigint not null references ferry.crossing,
  old text collate "C" not null,
  target text collate "C" not null,
  state text not null,
  device text,
  profile text,
  reason text,
  primary key (crossing, old)
);

create table ferry.crossing_room (
  crossing bigint not null references ferry.crossing,
  old text collate "C" not null,
  target text collate "C",
  state text not null,
  action text not null,
  actor text not null,
  version text,
  reason text,
  detail text not null,
  primary key (crossing, old)
);

create table ferry.crossing_media (
  crossing bigint not null references ferry.crossing,
  old text collate "C" not null,
  target text collate "C",
  state text not null,
  sha256 text,
  length bigint not null,
  reason text,
  primary key (crossing, old)
);

create table ferry.crossing_alias (
  crossing bigint not null references ferry.crossing,
  old text collate "C" not null,
  target text collate "C" not null,
  room text collate "C" not null,
  state text not null,
  reason text,
  primary key (crossing, old)
);

-- What became of an event. An event without a row is waiting: ten million events need no row before a run.
-- state: 1 in doubt, 2 carried, 3 merged, 4 skipped, 5 failed.
-- room, depth and stream repeat those of the event, so that progress and the last place need no join.
-- taken marks the rows of one take, which may be repeated when its answer was lost.
create table ferry.crossing_event (
  crossing bigint not null,
  event bigint not null,
  room bigint not null,
  depth bigint not null,
  stream bigint not null,
  taken bigint not null,
  state smallint not null check (state between 1 and 5),
  late boolean not null,
  target text collate "C",
  reason text,
  repairs text,
  primary key (crossing, event)
);
create index crossing_event_place on ferry.crossing_event (crossing, room, depth, stream) include (state, late);
create index crossing_event_open on ferry.crossing_event (crossing, state, room, depth, stream) where state <> 2;
create unique index crossing_event_target on ferry.crossing_event (crossing, target) where state = 2;

create table ferry.crossing_note (
  crossing bigint not null references ferry.crossing,
  name text not null,
  json text not null,
  primary key (crossing, name)
);

-- Who writes to the destination. The right itself is an advisory lock, which ends with its holder's connection;
-- the row says who it is, and its epoch keeps out one that lost the right without noticing.
create table ferry.claim (
  id integer primary key check (id = 1),
  epoch bigint not null,
  command text not null,
  host text not null,
  pid bigint not null,
  since timestamptz not null
);
insert into ferry.claim values (1, 0, '', '', 0, 'epoch');

-- Transactions of homeservers as they came: bytes, because what comes need be neither JSON nor free of NUL.
create table ferry.inbox_transaction (
  pk bigint generated always as identity primary key,
  server text collate "C" not null,
  txn_id text collate "C" not null,
  sha256 text collate "C" not null,
  body bytea not null,
  received_at timestamptz not null,
  unique (server, txn_id, sha256)
);
create index inbox_transaction_newest on ferry.inbox_transaction (server, received_at);
