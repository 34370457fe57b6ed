-- From any earlier version to 17: messages that Ferry sends live. Everything written before stays readable.

-- Each message that somebody asked Ferry to send, by the asker's key, before it is sent; the row is why a key is one
-- event. hash, a keyed one, tells the same message from another one under the same key; it is empty once the message is
-- forgotten. content is emptied once the message is settled.
-- txn: the transaction id, and the mark in the event. tried_at and device: since when, and by which device, it may be
-- on the homeserver.
create table ferry.outgoing (
  pk bigint generated always as identity primary key,
  key text collate "C" not null unique,
  sender text collate "C" not null,
  room text collate "C" not null,
  type text not null,
  content text not null,
  hash text collate "C" not null,
  txn text collate "C" not null,
  state text collate "C" not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
  posted_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  tried_at timestamptz,
  device text collate "C",
  attempts integer not null default 0,
  event text collate "C",
  status integer,
  errcode text,
  error text,
  detail text not null default '',
  settled_at timestamptz
);
create index outgoing_waiting on ferry.outgoing (room, sender, pk) where state = 'waiting';
create index outgoing_settled on ferry.outgoing (settled_at) where settled_at is not null;

-- Ghosts that write have a device as well.
alter table ferry.identity drop constraint identity_kind_check;
alter table ferry.identity add constraint identity_kind_check check (kind in ('bot', 'account', 'ghost'));
