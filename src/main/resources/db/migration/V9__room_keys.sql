-- From any earlier version to 9: keys of encrypted rooms. Nothing that was there changes; older versions of Ferry
-- do not read the new tables.

-- The keys that rows are protected with; the newest protects what is written now. A row that is protected points at
-- its key, so that no key can go before all of its rows are protected anew.
create table ferry.data_key (
  generation integer primary key,
  made_at timestamptz not null default clock_timestamp()
);

-- Each of them sealed under a pickle key of the configuration, which is named by a value derived from it: the check
-- that tells a wrong pickle key. While the pickle key is being changed there are two.
create table ferry.wrapped_key (
  generation integer not null references ferry.data_key on delete cascade,
  pickle_key text collate "C" not null,
  sealed bytea not null,
  primary key (generation, pickle_key)
);

-- Megolm sessions to read with. The pickle is vodozemac's, under a key of its own derived from the generation's.
-- origin: by what way it came. Only olm and forwarded say anything dependable about who made it.
create table ferry.room_key (
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  origin text not null check (origin in ('olm', 'forwarded', 'backup', 'export', 'libolm')),
  first_index bigint not null,
  sender_key text not null,
  signing_key text not null,
  -- What is known of the device that made it: one JSON object as text, null where nothing is.
  sender_data text,
  -- The Curve25519 keys of those who passed it on: a JSON array as text.
  forwarded_by text not null,
  shared_history boolean not null,
  pickle text not null,
  key_generation integer not null references ferry.data_key,
  created_at timestamptz not null default clock_timestamp(),
  changed_at timestamptz not null default clock_timestamp(),
  primary key (room_id, session_id)
);
create index room_key_generation on ferry.room_key (key_generation);

-- For those who watch what comes in.
create view ferry.megolm_inbound_sessions as
  select room_id, session_id, created_at from ferry.room_key;
