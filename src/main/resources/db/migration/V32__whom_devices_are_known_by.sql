-- From any earlier version to 32: who is not followed any more keeps the identity that was seen first, a device that is
-- gone has a time, and what a device was told is told once. Nothing else changes; older versions of Ferry do not work with this.

-- Users whose lists are not followed keep what was known of them last: their first identity, above all. Since when they
-- are followed tells who was needed for long by nobody.
alter table ferry.olm_tracked
  add column followed boolean not null default true,
  add column followed_at timestamptz not null default now();

-- Since when a device is not listed: what came from it later proves nothing. Of those that are gone already nobody knows.
alter table ferry.olm_peer
  add column gone_at timestamptz,
  -- Whether it was told that there is no way to it (m.no_olm), which is said once.
  add column no_olm boolean not null default false;
update ferry.olm_peer set gone_at = clock_timestamp() where gone;
alter table ferry.olm_peer drop column gone;

-- From whom a device was given a session, and when: strangers are bounded. And who received a session is asked where a device reads
-- what another of Ferry's was given.
alter table ferry.megolm_received
  add column sender text collate "C",
  add column at timestamptz not null default now();
create index megolm_received_sender on ferry.megolm_received (device, sender, at);
create index megolm_received_session on ferry.megolm_received (room_id, session_id);
