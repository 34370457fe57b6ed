-- From version 1 to 2: of a transaction only what is of Ferry's own rooms is kept. What version 1 stored was never
-- read by anything and held the rest as well, so it is emptied; the rows stay, because repeats are recognised by them.

update ferry.inbox_transaction set body = '{}';

-- kept and dropped count the items of a transaction; sha256 stays the hash of the whole that came.
alter table ferry.inbox_transaction
  add column kept integer not null default 0,
  add column dropped integer not null default 0;

create index crossing_room_target on ferry.crossing_room (target);
