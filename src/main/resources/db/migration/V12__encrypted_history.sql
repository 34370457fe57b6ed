-- From any earlier version to 12: encrypted history carried in clear. Everything written before stays readable.

-- Which event each message index of a session belongs to: a ciphertext shown a second time is a forgery.
create table ferry.megolm_index (
  source bigint not null,
  room text collate "C" not null,
  session text collate "C" not null,
  index bigint not null,
  event_id text collate "C" not null,
  primary key (source, room, session, index)
);

-- Placeholders that were taken back because their event could be opened; answers of before still point at them.
create table ferry.placeholder (
  crossing bigint not null references ferry.crossing,
  event bigint not null,
  target text collate "C" not null,
  at timestamptz not null default clock_timestamp(),
  primary key (crossing, event)
);
