-- From 1 to 4: what Ferry remembers between runs that belongs to no source and no crossing, such as the outcome of
-- a checkup. Everything of before stays readable.
create table ferry.memo (
  name text primary key,
  json text not null,
  at timestamptz not null default now()
);
