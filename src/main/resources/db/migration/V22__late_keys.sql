-- From any earlier version to 22: whose word it is that a key is withheld, how long backups are searched for a key, and
-- what was given up. Room keys, sessions and events stay as they are; older versions of Ferry do not work with this.

-- A device of Ferry's own is found by its keys for each event that one of them encrypted.
create index olm_account_key on ferry.olm_account (curve25519);

-- Anybody could say so of any session. What was noted did not say who said it, and is not believed any more.
delete from ferry.megolm_withheld;
alter table ferry.megolm_withheld
  add column sender text collate "C" not null,
  add column sender_key text collate "C" not null,
  drop constraint megolm_withheld_pkey,
  add primary key (device, room_id, session_id, sender);
create index megolm_withheld_sender on ferry.megolm_withheld (device, sender);
create index megolm_withheld_at on ferry.megolm_withheld (device, at);

-- Which missing keys the account's backup was asked for, and when it is asked again.
create table ferry.megolm_sought (
  device bigint not null references ferry.olm_device on delete cascade,
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  tries integer not null,
  next_at timestamptz not null,
  primary key (device, room_id, session_id)
);

-- How many events a device waits for no longer.
alter table ferry.olm_device add column given_up bigint not null default 0;
create index megolm_waiting_room on ferry.megolm_waiting (device, room_id, position);
