-- From any earlier version to 14: what live events mean, as webhooks and the API tell it. Nothing that was there
-- changes; events that are kept already are told of again from the first one on.

-- The one place where a telling begins: up to which release it was told, and the last number of the log.
create table ferry.live_narration (
  id integer primary key check (id = 1),
  release bigint not null,
  pos bigint not null
);
insert into ferry.live_narration values (1, 0, 0);

-- What is told, in the order of pos, which has no gaps. release: of which entry of live_release; 0 for what Ferry says
-- by itself. data: the JSON object that consumers get; null once it is forgotten.
create table ferry.live_message (
  pos bigint primary key,
  release bigint not null,
  type text collate "C" not null,
  room text collate "C" not null,
  event text collate "C",
  network text collate "C" not null,
  sender text collate "C" not null,
  direction text collate "C" not null check (direction in ('incoming', 'outgoing')),
  ts bigint not null,
  at timestamptz not null,
  data text
);
create unique index live_message_once on ferry.live_message (release, type) where release > 0;
create index live_message_event on ferry.live_message (event, room);
create index live_message_room on ferry.live_message (room, pos);
create index live_message_network on ferry.live_message (network, pos);
create index live_message_at on ferry.live_message (at) where data is not null;

-- Files that messages name: where each is, and what opens it (JSON). Gone with the text of its message.
create table ferry.live_media (
  id text collate "C" primary key,
  pos bigint not null,
  ref text not null
);
create index live_media_pos on ferry.live_media (pos);

-- What is known of rooms. card: the parts of their state that say what they are called and what they are bridged to
-- (JSON). read_at: when the homeserver was asked; null where it has not answered yet.
create table ferry.live_room (
  room text collate "C" primary key,
  name text,
  network text collate "C" not null,
  encrypted boolean not null,
  card text not null,
  created boolean not null,
  last_event text collate "C",
  last_at timestamptz,
  read_at timestamptz
);

-- told: the membership as the log left it; null where it is only known from the room's state as it was read.
create table ferry.live_member (
  room text collate "C" not null,
  user_id text collate "C" not null,
  name text,
  told text collate "C",
  primary key (room, user_id)
);
create index live_member_user on ferry.live_member (user_id);

-- Releases that nothing was told of, and why. quarantined: what they hold could not be understood.
create table ferry.live_untold (
  release bigint primary key,
  event bigint not null references ferry.live_event,
  quarantined boolean not null,
  why text not null,
  at timestamptz not null
);
create index live_untold_event on ferry.live_untold (event);

-- What came in and is no event at all: only its hash is kept, and what is wrong with it.
create table ferry.live_quarantine (
  hash bytea primary key,
  room text collate "C",
  why text not null,
  bytes integer not null,
  at timestamptz not null default now()
);

-- Whoever asks about an event has its id and not its room's.
create index live_event_id on ferry.live_event (event);
