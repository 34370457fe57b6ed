-- From any earlier version to 10: the devices that Ferry encrypts and decrypts with. Nothing that was there changes;
-- older versions of Ferry do not read the new tables.

-- One row for each device. Who works with it holds a lease; each write names its epoch, so that a process that was
-- stopped in the middle and wakes up writes nothing after another has taken over.
create table ferry.olm_device (
  id bigint generated always as identity primary key,
  user_id text collate "C" not null,
  device_id text collate "C" not null,
  epoch bigint not null default 0,
  holder text not null default '',
  lease_until timestamptz not null default '-infinity',
  ttl bigint not null default 0,
  sync_token text,
  unique (user_id, device_id)
);

-- The identity keys are written once; the pickle is vodozemac's.
create table ferry.olm_account (
  device bigint primary key references ferry.olm_device on delete cascade,
  pickle text not null,
  key_generation integer not null references ferry.data_key,
  curve25519 text not null,
  ed25519 text not null,
  uploaded boolean not null,
  server_keys integer not null,
  fallback_used boolean not null,
  fallback_made_at timestamptz,
  forget_fallback_at timestamptz,
  refusals integer not null
);

create table ferry.olm_session (
  device bigint not null references ferry.olm_device on delete cascade,
  sender_key text collate "C" not null,
  session_id text collate "C" not null,
  pickle text not null,
  key_generation integer not null references ferry.data_key,
  created_at timestamptz not null,
  received_at timestamptz,
  primary key (device, sender_key, session_id)
);

-- Olm messages that were processed, so that one that is delivered twice is no damage.
create table ferry.olm_processed (
  device bigint not null references ferry.olm_device on delete cascade,
  hash text collate "C" not null,
  at timestamptz not null default clock_timestamp(),
  primary key (device, hash)
);
create index olm_processed_at on ferry.olm_processed (device, at);

-- When a device was last given a new session because nothing opened what it sent.
create table ferry.olm_unwedging (
  device bigint not null references ferry.olm_device on delete cascade,
  sender_key text collate "C" not null,
  user_id text collate "C" not null,
  device_id text collate "C" not null,
  at timestamptz not null,
  wanted boolean not null,
  primary key (device, sender_key)
);

-- Whose devices are followed. changed_at and answered_at count, they are no times.
create table ferry.olm_tracked (
  device bigint not null references ferry.olm_device on delete cascade,
  user_id text collate "C" not null,
  outdated boolean not null,
  changed_at bigint not null,
  answered_at bigint not null,
  identity text,
  pinned text,
  retry_at timestamptz,
  failures integer not null,
  primary key (device, user_id)
);

create table ferry.olm_peer (
  device bigint not null references ferry.olm_device on delete cascade,
  user_id text collate "C" not null,
  device_id text collate "C" not null,
  curve25519 text collate "C" not null,
  ed25519 text not null,
  keys text not null,
  gone boolean not null,
  first_seen timestamptz not null default clock_timestamp(),
  primary key (device, user_id, device_id)
);
create index olm_peer_key on ferry.olm_peer (device, curve25519);

-- To-device messages as they were encrypted, until the homeserver has accepted them.
create table ferry.olm_queue (
  device bigint not null references ferry.olm_device on delete cascade,
  id text collate "C" not null,
  position bigint generated always as identity,
  event_type text not null,
  body text not null,
  room_id text collate "C",
  session_id text collate "C",
  primary key (device, id)
);

-- Private cross-signing keys of an account, sealed.
create table ferry.olm_secret (
  device bigint not null references ferry.olm_device on delete cascade,
  name text not null,
  sealed bytea not null,
  key_generation integer not null references ferry.data_key,
  primary key (device, name)
);

create table ferry.megolm_outbound (
  device bigint not null references ferry.olm_device on delete cascade,
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  pickle text not null,
  key_generation integer not null references ferry.data_key,
  created_at timestamptz not null,
  messages bigint not null,
  history_visibility text not null,
  primary key (device, room_id)
);

-- Who was given the key of an outgoing session, and who was told that it gets none (message_index -1).
create table ferry.megolm_share (
  device bigint not null references ferry.olm_device on delete cascade,
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  user_id text collate "C" not null,
  device_id text collate "C" not null,
  sender_key text not null,
  message_index bigint not null,
  withheld text not null,
  primary key (device, room_id, session_id, user_id, device_id)
);

-- Messages as they were encrypted, until the homeserver has accepted them: a repeat is the same ciphertext.
create table ferry.megolm_sent (
  device bigint not null references ferry.olm_device on delete cascade,
  txn_id text collate "C" not null,
  room_id text collate "C" not null,
  content text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (device, txn_id)
);

create table ferry.megolm_withheld (
  device bigint not null references ferry.olm_device on delete cascade,
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  code text not null,
  reason text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (device, room_id, session_id)
);

create table ferry.megolm_request (
  device bigint not null references ferry.olm_device on delete cascade,
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  id text not null,
  at timestamptz not null,
  primary key (device, room_id, session_id)
);

-- Which event used an index of a session: a second one is a replay. For all devices, as the room keys are.
create table ferry.megolm_use (
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  message_index bigint not null,
  event_id text collate "C" not null,
  timestamp bigint not null,
  primary key (room_id, session_id, message_index)
);

-- Encrypted events that no key opens yet. known_index: from where on the key could read that was there at the time.
create table ferry.megolm_waiting (
  device bigint not null references ferry.olm_device on delete cascade,
  event_id text collate "C" not null,
  position bigint generated always as identity,
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  event text not null,
  since timestamptz not null,
  known_index bigint,
  reason text not null,
  primary key (device, event_id)
);
create index megolm_waiting_session on ferry.megolm_waiting (room_id, session_id);
create index megolm_waiting_since on ferry.megolm_waiting (device, since);
