-- From version 4 to version 5. Adds a table; everything before stays readable.
--
-- Members of carried rooms who are at home on a third server, and whether they were invited under their own id.

create table ferry.crossing_invitation (
  crossing bigint not null references ferry.crossing,
  room text collate "C" not null,
  invitee text collate "C" not null,
  state text not null,
  reason text,
  primary key (crossing, room, invitee)
);
