"""The desk of a peer: commands come in as lines of JSON, and each is answered by one line.

    {"do": "send", "room": "!r:example.org", "text": "hello"}   ->   {"ok": {"event_id": "$e"}}
                                                                or   {"error": "what went wrong"}

A peer is an object whose coroutines are the commands. Whatever else a library prints goes to
standard error.
"""

import asyncio
import json
import os
import sys
import traceback


async def serve(peer):
    loop = asyncio.get_running_loop()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            command = json.loads(line)
            try:
                answer = {"ok": await getattr(peer, "do_" + command.pop("do"))(**command) or {}}
            except Exception as e:
                traceback.print_exc()
                answer = {"error": f"{type(e).__name__}: {e}"}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
    finally:
        await peer.close()


def message(event_id, sender, kind, content, **more):
    return {"event_id": event_id, "sender": sender, "type": kind, "content": content, **more}
