-- From any earlier version to 23: what tells that this database was set back, and how often a message to devices was
-- refused. Keys, sessions and messages stay as they are; older versions of Ferry do not work with this.

-- Grows before anything is sent that must not be encrypted twice; the homeserver is told the same number. A homeserver
-- that knows a higher one has seen what this database has forgotten.
alter table ferry.olm_device add column mark bigint not null default 0;

-- A session whose database was set back: its next message may have been encrypted already. It still decrypts.
alter table ferry.olm_session add column spoiled boolean not null default false;

alter table ferry.olm_queue
  add column refusals integer not null default 0,
  add column refused_since timestamptz;
