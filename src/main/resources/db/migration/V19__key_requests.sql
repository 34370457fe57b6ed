-- From any earlier version to 19: what devices were given and what they ask each other for. Nothing that was there
-- changes; older versions of Ferry neither read nor need the new tables.

-- From which index on a device was given a session, for all devices share the keys in room_key: what one person's
-- device was given must not be handed to another person's.
create table ferry.megolm_received (
  device bigint not null references ferry.olm_device on delete cascade,
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  first_index bigint not null,
  primary key (device, room_id, session_id)
);

-- Requests of the same user's other devices that are not answered yet.
create table ferry.megolm_asked (
  device bigint not null references ferry.olm_device on delete cascade,
  asker text collate "C" not null,
  id text collate "C" not null,
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  at timestamptz not null,
  primary key (device, asker, id)
);

-- Whom besides the user's own devices was asked, to tell them when the key is here.
alter table ferry.megolm_request add column sender text collate "C";

-- Secrets that the user's other devices were asked for.
create table ferry.secret_request (
  device bigint not null references ferry.olm_device on delete cascade,
  name text collate "C" not null,
  id text collate "C" not null,
  at timestamptz not null,
  primary key (device, name)
);
