-- From any earlier version to 29: the view of room keys is for reading alone. PostgreSQL lets a plain view of one
-- table be written through, so that a delete there deleted keys. Nothing that was there changes.

create function ferry.refuse_writing() returns trigger language plpgsql as $$
begin
  raise exception 'ferry.% is for reading alone: nothing was changed', tg_table_name
    using errcode = 'object_not_in_prerequisite_state',
      hint = 'Room keys come in by ferry run and by ferry keys import; nobody else writes or deletes them.';
end
$$;

create trigger for_reading_alone
  instead of insert or update or delete on ferry.megolm_inbound_sessions
  for each row execute function ferry.refuse_writing();
