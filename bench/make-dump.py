#!/usr/bin/env python3
"""Makes a dump of any size out of a real one: the same tables, the rows of rooms and events many times.

    bench/make-dump.py src/main/resources/demo/synapse.sql.gz 500M > big.sql

Every copy has event ids, room ids, aliases and stream numbers of its own, so that the result is a whole
Synapse's dump with people who share many more rooms. It is written as a stream in constant memory.
psql -f restores it with all its indexes.
"""

import argparse
import gzip
import re
import sys

EVENT, ROOM, ALIAS, NUMBER = b"\x00E", b"\x00R", b"\x00A", b"\x00N"

# Numbers that must differ between the copies, wherever a table has them.
COUNTERS = {
    b"stream_ordering", b"event_stream_ordering", b"stream_id", b"state_group", b"prev_state_group",
    b"chain_id", b"origin_chain_id", b"target_chain_id",
}
# Tables whose rows name rooms or events but are kept once for each person or server.
ONCE = {
    b"user_directory", b"event_push_summary_stream_ordering", b"cache_invalidation_stream_by_instance",
    b"received_transactions", b"scheduled_tasks", b"background_updates", b"sessions",
    b"account_data", b"push_rules", b"e2e_room_keys_versions",
}

COPY = re.compile(rb"COPY public\.\"?(\w+)\"? \((.*)\) FROM stdin;\n")
EVENT_ID = re.compile(rb"\$[A-Za-z0-9_-]{6}(?=[A-Za-z0-9_-]{37})")
ROOM_ID = re.compile(rb"!([A-Za-z]{6})(?=[A-Za-z]{12}:)")
ROOM_ALIAS = re.compile(rb"#([A-Za-z0-9._=-]+):")
DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def letters(number, width=6):
    out = bytearray()
    for _ in range(width):
        number, rest = divmod(number, len(DIGITS))
        out.append(DIGITS[rest])
    return bytes(reversed(out))


class Table:
    """One table's rows with the places marked that change from copy to copy."""

    def __init__(self, name, columns, rows):
        self.rows = b"".join(rows)
        counters = [i for i, c in enumerate(columns) if c in COUNTERS]
        if name == b"state_groups":
            counters.append(columns.index(b"id"))
        keep = name in ONCE
        self.template = b"" if keep else b"".join(self.mark(row, counters) for row in rows)

    @staticmethod
    def mark(row, counters):
        if not (EVENT_ID.search(row) or ROOM_ID.search(row)):
            return b""
        fields = row.split(b"\t")
        for i in counters:
            value = fields[i].rstrip(b"\n")
            if value.isdigit():
                end = fields[i][len(value):]
                fields[i] = NUMBER + value.zfill(7) + end
        row = b"\t".join(fields)
        # The first characters of an id give way to the copy's own; the rest keeps ids of a copy apart.
        # Ids that agree in all but their beginning do not occur among real hashes.
        row = EVENT_ID.sub(b"$" + EVENT, row)
        row = ROOM_ID.sub(b"!" + ROOM, row)
        return ROOM_ALIAS.sub(b"#\\1" + ALIAS + b":", row)

    def copy(self, number):
        return (
            self.template.replace(EVENT, letters(number))
            .replace(ROOM, letters(number))
            .replace(ALIAS, b"_%d" % number)
            .replace(NUMBER, b"%d" % number)
        )


def parse(path):
    """The dump as a list of bytes (SQL) and Tables."""
    parts, sql = [], []
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as dump:
        for line in dump:
            sql.append(line)
            found = COPY.fullmatch(line)
            if found:
                rows = []
                for row in dump:
                    if row == b"\\.\n":
                        break
                    rows.append(row)
                parts.append(b"".join(sql))
                columns = [c.strip(b'"') for c in found.group(2).split(b", ")]
                parts.append(Table(found.group(1), columns, rows))
                sql = [b"\\.\n"]
    parts.append(b"".join(sql))
    return parts


def size(text):
    units = {"K": 10**3, "M": 10**6, "G": 10**9}
    return int(float(text[:-1]) * units[text[-1]]) if text[-1] in units else int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sample", help="a plain pg_dump, also .gz")
    parser.add_argument("size", type=size, help="about how large, as in 500M or 5G")
    args = parser.parse_args()
    parts = parse(args.sample)
    base = sum(len(p) if isinstance(p, bytes) else len(p.rows) for p in parts)
    each = sum(len(p.copy(1)) for p in parts if isinstance(p, Table))
    copies = max(0, (args.size - base) // each)
    out = sys.stdout.buffer
    for part in parts:
        if isinstance(part, bytes):
            out.write(part)
            continue
        out.write(part.rows)
        if part.template:
            for number in range(1, copies + 1):
                out.write(part.copy(number))
    print(f"{copies} copies of {each} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
