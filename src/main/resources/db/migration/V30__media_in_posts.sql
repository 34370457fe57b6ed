-- From any earlier version to 30: posts may hold the file that their message names. Everything stays readable; what
-- waits goes as it is.

-- encloses: the file is still to be put into body, or left out for good, before the first attempt.
alter table ferry.webhook_delivery add column encloses boolean not null default false;
