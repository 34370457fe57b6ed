-- From any earlier version to 26: who Ferry made, and which aliases, is found by their new names. Nothing else
-- changes; older versions of Ferry do not work with this.

create index crossing_person_target on ferry.crossing_person (target);
create index crossing_alias_target on ferry.crossing_alias (target);
