-- From version 5 to 6: by what people get in, and what became of their settings. Nothing that was there changes;
-- older versions of Ferry do not read the new tables.

create table ferry.way_in (
  source bigint not null,
  user_id text collate "C" not null,
  kind text collate "C" not null,
  provider text collate "C" not null,
  value text collate "C" not null
);
create index way_in_owner on ferry.way_in (source, user_id, kind, provider, value);

create index account_data_owner on ferry.account_data (source, user_id);

-- What was done for one person of the destination outside of rooms' histories.
-- state: doubt (intended, outcome not known), carried, skipped, failed, removed (was put there for a while, and is gone).
-- wanted is a hash of what was to be set, so that nothing is set twice and a person's own change stays.
create table ferry.crossing_setting (
  crossing bigint not null references ferry.crossing,
  owner text collate "C" not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  state text not null check (state in ('doubt', 'carried', 'skipped', 'failed', 'removed')),
  wanted text,
  reason text,
  primary key (crossing, owner, kind, name)
);
create index crossing_setting_kind on ferry.crossing_setting (crossing, kind, state);
