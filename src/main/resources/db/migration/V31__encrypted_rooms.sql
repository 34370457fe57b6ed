-- From any earlier version to 31: which rooms were ever seen encrypted, so that nothing goes there in clear whatever a
-- homeserver says later. Nothing that was there changes; older versions of Ferry do not work with this.

create table ferry.encrypted_room (
  room text collate "C" primary key,
  seen_at timestamptz not null default now()
);

insert into ferry.encrypted_room (room)
  select room from ferry.live_room where encrypted
  union select room_id from ferry.megolm_outbound
  union select target from ferry.crossing_room where target is not null and detail like '%"into_encrypted":true%'
  union select c.target from ferry.crossing_room c
    join ferry.crossing x on x.id = c.crossing
    join ferry.room r on r.source = x.source and r.id = c.old
    join ferry.event e on e.room = r.pk and e.current and e.type = 'm.room.encryption'
    join ferry.crossing_event f on f.crossing = x.id and f.event = e.pk and f.state in (2, 3)
    where c.target is not null;
