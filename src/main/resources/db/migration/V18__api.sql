-- From any earlier version to 18: what applications make through the API. Everything written before stays as it is.

-- Users that stand for somebody of an application's. state: making (noted before the homeserver is asked), there, gone
-- (deactivated; the application's name is free for a user of the next generation).
create table ferry.api_user (
  ext_id text collate "C" primary key,
  user_id text collate "C" not null unique,
  state text collate "C" not null check (state in ('making', 'there', 'gone')),
  generation integer not null default 0,
  displayname text,
  avatar_url text,
  email text,
  at timestamptz not null default now()
);

-- Rooms that stand for something of an application's. levels: the power levels before the room was archived.
create table ferry.api_room (
  key text collate "C" primary key,
  room text collate "C",
  state text collate "C" not null check (state in ('making', 'open', 'archived')),
  levels text,
  at timestamptz not null default now()
);
create index api_room_room on ferry.api_room (room);

-- Who was made a member through the API, and as what.
create table ferry.api_member (
  room text collate "C" not null,
  user_id text collate "C" not null,
  role text collate "C" not null check (role in ('member', 'moderator', 'admin')),
  at timestamptz not null default now(),
  primary key (room, user_id)
);
create index api_member_user on ferry.api_member (user_id);

-- Short-lived tokens of browsers, as SHA-256.
create table ferry.api_session (
  hash bytea primary key,
  user_id text collate "C" not null,
  made_by text collate "C" not null,
  expires timestamptz not null
);
create index api_session_expires on ferry.api_session (expires);
