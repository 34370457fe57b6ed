-- From any earlier version to 33: of which followed rooms something is missing, and what came in that could not be read.
-- Everything stays readable; no room is taken for one of which something is missing.

-- behind: how often it was noticed that events may be missing behind the anchor, since none were; 0 where none are.
-- held_until: what waits in the room is not made known before, as what is missing belongs in front of it.
-- left_at: who followed is not in the room any more; the row goes once nothing is missing.
alter table ferry.followed_room
  add column behind integer not null default 0,
  add column held_until timestamptz,
  add column left_at timestamptz;
create index followed_room_behind on ferry.followed_room (user_id) where behind > 0;
create index followed_room_held on ferry.followed_room (room) where held_until is not null;

-- event: what it calls itself; null where it names nothing that is an id.
alter table ferry.live_quarantine add column event text collate "C";
create index live_quarantine_event on ferry.live_quarantine (event) where event is not null;

-- Which room keys a device was given: its session may break, and it needs them again.
create index megolm_share_given on ferry.megolm_share (device, user_id, device_id);
