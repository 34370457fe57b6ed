-- From any earlier version to 8: what a rollback needs, and what is to stay forgotten. Everything written before stays readable.

-- When an outcome was noted; null for those noted by version 1.
alter table ferry.crossing_event add column at timestamptz;
alter table ferry.crossing_event alter column at set default clock_timestamp();

-- What a room that is reused held before the first event of Ferry's: a JSON object of the replayer's own.
create table ferry.snapshot (
  crossing bigint not null references ferry.crossing,
  old text collate "C" not null,
  target text collate "C" not null,
  at timestamptz not null,
  json text not null,
  primary key (crossing, old)
);

-- Rooms that are being taken back or were. The generation is part of all transaction ids: a homeserver
-- remembers for a day those of what was taken back.
create table ferry.rollback (
  crossing bigint not null references ferry.crossing,
  old text collate "C" not null,
  target text collate "C" not null,
  generation integer not null,
  done boolean not null,
  at timestamptz not null,
  detail text not null,
  primary key (crossing, old)
);

-- How many events of a source have lost their text on purpose; while there are any, a load brings none back.
alter table ferry.source add column forgotten bigint not null default 0;

-- People who are not to come back, by a keyed hash of their id; and the key of all hashes of what was forgotten.
create table ferry.erased (
  hash text collate "C" primary key,
  pseudonym text collate "C" not null,
  at timestamptz not null
);
create table ferry.forgotten (
  id integer primary key check (id = 1),
  key text not null
);
insert into ferry.forgotten
  values (1, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
