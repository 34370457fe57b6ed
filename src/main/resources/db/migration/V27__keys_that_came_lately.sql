-- From any earlier version to 27: room keys are found by when they came, which is asked each second. Nothing else changes.
create index room_key_changed on ferry.room_key (changed_at);
