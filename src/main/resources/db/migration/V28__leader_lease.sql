-- From any earlier version to 28: who leads shows that it works; by the database's clock alone. Nothing else changes.
alter table ferry.live_leader add column until timestamptz not null default now();
