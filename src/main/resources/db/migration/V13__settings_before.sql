-- From any earlier version to 13: what a person had in place of a setting before it was set, so that it can be taken
-- back. Null for what was set by earlier versions, which a rollback leaves as it is. Everything stays readable.
alter table ferry.crossing_setting add column before text;
