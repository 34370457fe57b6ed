"""The same measurements as CryptoBench, with vodozemac's Python package.

    crypto.py WHAT MESSAGES        WHAT is megolm, olm, turns or pickle

Prints the nanoseconds of processor time that one operation took.
"""
import base64
import sys
import time

import vodozemac as v

TEXT = b'{"type":"m.room.message","content":{"body":"' + b"x" * 456 + b'"}}'
KEY = bytes(32)


def decode(text):
    return base64.b64decode(text + "=" * (-len(text) % 4))


def timed(count, call):
    start = time.thread_time_ns()
    for i in range(count):
        call(i)
    return (time.thread_time_ns() - start) / count


def megolm(count):
    out = v.GroupSession()
    inbound = v.InboundGroupSession(out.session_key)
    texts = [out.encrypt(TEXT).to_base64() for _ in range(count)]
    return timed(count, lambda i: inbound.decrypt(v.MegolmMessage.from_base64(texts[i])))


def pair():
    alice, bob = v.Account(), v.Account()
    alice.generate_one_time_keys(1)
    key = next(iter(alice.one_time_keys.values()))
    b = bob.create_outbound_session(alice.curve25519_key, key)
    message = b.encrypt(TEXT).to_pre_key()
    a, _ = alice.create_inbound_session(bob.curve25519_key, message)
    b.decrypt(a.encrypt(TEXT))
    return a, b


def wire(message):
    kind, body = message.to_parts()
    return kind, base64.b64encode(body).rstrip(b"=").decode()


def olm(count):
    a, b = pair()
    messages = [wire(b.encrypt(TEXT)) for _ in range(count)]

    def decrypt(i):
        kind, body = messages[i]
        a.decrypt(v.AnyOlmMessage.from_parts(kind, decode(body)))

    return timed(count, decrypt)


def turns(count):
    a, b = pair()

    def turn(_):
        for one, other in ((a, b), (b, a)):
            kind, body = wire(one.encrypt(TEXT))
            other.decrypt(v.AnyOlmMessage.from_parts(kind, decode(body)))

    return timed(count // 4, turn) / 2


def pickle(count):
    out = v.GroupSession()
    text = v.InboundGroupSession(out.session_key).pickle(KEY)
    return timed(count, lambda _: v.InboundGroupSession.from_pickle(text, KEY))


print(globals()[sys.argv[1]](int(sys.argv[2])))
