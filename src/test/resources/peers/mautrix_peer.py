"""mautrix-python, whose cryptography is libolm's, as a peer: mautrix_peer.py FOLDER."""

import asyncio
import sys

import desk
from mautrix.client import Client, InternalEventType
from mautrix.client.state_store import MemoryStateStore, MemorySyncStore
from mautrix.crypto import OlmMachine
from mautrix.crypto.store import MemoryCryptoStore
from mautrix.crypto.store import StateStore as CryptoState
from mautrix.errors import MatrixError
from mautrix.types import (
    DeviceID,
    EncryptedEvent,
    EventType,
    Membership,
    RoomCreatePreset,
    TOFUSigningKey,
    TrustState,
    UserID,
)

FILTER = '{"room":{"timeline":{"limit":1000}}}'


class State(MemoryStateStore, CryptoState):
    async def find_shared_rooms(self, user_id):
        return [
            room
            for room, members in self.members.items()
            if user_id in members
            and members[user_id].membership == Membership.JOIN
            and await self.is_encrypted(room)
        ]


class Store(MemoryCryptoStore):
    async def put_cross_signing_key(self, user_id, usage, key):
        """As the library's, which fails on a key that it has: it sets a field of a tuple."""
        keys = self._cross_signing_keys.setdefault(user_id, {})
        known = keys.get(usage)
        keys[usage] = TOFUSigningKey(key=key, first=known.first if known else key)


class MautrixPeer:
    def __init__(self):
        self.client = None
        self.crypto = None
        self.store = None
        self.since = None
        self.seen = {}
        self.waiting = {}

    async def close(self):
        if self.client:
            await self.client.api.session.close()

    async def do_login(self, homeserver, user, password, device):
        state = State()
        self.client = Client(UserID(user), base_url=homeserver, state_store=state)
        self.client.sync_store = MemorySyncStore()
        self.password = password
        await self.client.login(identifier=user, password=password, device_id=DeviceID(device))
        self.store = Store(user, "a test's pickle key")
        self.crypto = OlmMachine(self.client, self.store, state)
        await self.crypto.load()
        await self.store.put_device_id(self.client.device_id)
        self.client.crypto = self.crypto
        self.in_turn()
        await self.crypto.share_keys()
        return {
            "user_id": self.client.mxid,
            "device_id": self.client.device_id,
            "access_token": self.client.api.token,
            "ed25519": self.crypto.account.signing_key,
            "curve25519": self.crypto.account.identity_key,
        }

    def in_turn(self):
        """Has a sync end when all it brought is worked in; the library would do that meanwhile."""
        client, crypto = self.client, self.crypto
        for kind, handler in (
            (InternalEventType.DEVICE_LISTS, crypto.handle_device_lists),
            (EventType.TO_DEVICE_ENCRYPTED, crypto.handle_to_device_event),
            (EventType.ROOM_KEY_REQUEST, crypto.handle_room_key_request),
            (EventType.ROOM_MEMBER, crypto.handle_member_event),
            (EventType.ALL, client._update_state),
        ):
            client.remove_event_handler(kind, handler)
            client.add_event_handler(kind, handler, wait_sync=True)

    async def do_sync(self, timeout=0):
        data = await self.client.sync(since=self.since, timeout=timeout, filter_id=FILTER)
        await asyncio.gather(*self.client.handle_sync(data))
        self.since = data["next_batch"]
        rooms = data.get("rooms", {})
        for room, joined in rooms.get("join", {}).items():
            for event in joined.get("timeline", {}).get("events", []):
                self.note(room, event)
        await self.retry()
        return {"next_batch": self.since, "invites": list(rooms.get("invite", {}))}

    def note(self, room, event):
        if event["type"] == "m.room.encrypted":
            self.waiting[event["event_id"]] = {**event, "room_id": room}
        elif "state_key" not in event:
            self.seen.setdefault(room, {})[event["event_id"]] = desk.message(
                event["event_id"],
                event["sender"],
                event["type"],
                event["content"],
                encrypted=False,
                trust="",
                session_id="",
            )

    async def retry(self):
        for event_id, raw in list(self.waiting.items()):
            event = EncryptedEvent.deserialize(raw)
            try:
                clear = await self.crypto.decrypt_megolm_event(event)
            except MatrixError as e:
                raw["error"] = f"{type(e).__name__}: {e}"
                continue
            del self.waiting[event_id]
            self.seen.setdefault(event.room_id, {})[event_id] = desk.message(
                event_id,
                clear.sender,
                clear.type.t,
                clear.content.serialize(),
                encrypted=True,
                trust=str(clear["mautrix"]["trust_state"]).lower(),
                session_id=raw["content"]["session_id"],
            )

    async def do_create_room(self, invite, encryption=None):
        state = [{"type": "m.room.encryption", "state_key": "", "content": encryption}]
        room = await self.client.create_room(
            preset=RoomCreatePreset.PRIVATE,
            invitees=invite,
            initial_state=state if encryption else [],
        )
        return {"room": room}

    async def do_invite(self, room, user):
        await self.client.invite_user(room, user)

    async def do_join(self, room):
        await self.client.join_room(room)

    async def do_leave(self, room):
        await self.client.leave_room(room)

    async def do_send(self, room, content, type="m.room.message"):
        return {"event_id": await self.client.send_message_event(room, EventType.find(type), content)}

    async def do_messages(self, room):
        await self.retry()
        waiting = [e for e in self.waiting.values() if e["room_id"] == room]
        return {
            "clear": list(self.seen.get(room, {}).values()),
            "waiting": [
                {
                    "event_id": e["event_id"],
                    "session_id": e["content"].get("session_id", ""),
                    "error": e.get("error", ""),
                }
                for e in waiting
            ],
        }

    async def do_rotate(self, room):
        await self.store.remove_outbound_group_session(room)

    async def do_devices(self, user):
        devices = (await self.store.get_devices(user) or {}).values()
        return {
            d.device_id: {
                "curve25519": d.identity_key,
                "ed25519": d.signing_key,
                "trust": str(await self.crypto.resolve_trust(d)).lower(),
            }
            for d in devices
        }

    async def do_verify(self, user, device):
        known = await self.store.get_device(user, device)
        known.trust = TrustState.VERIFIED
        await self.store.put_devices(user, {**await self.store.get_devices(user), device: known})
        return {"changed": True}

    async def do_cross_sign(self):
        """Makes cross-signing keys, signs this device, stores the keys; answers the recovery key."""
        publish = self.crypto._publish_cross_signing_keys

        async def with_password(keys, auth=None):
            try:
                await publish(keys, auth)
            except MatrixError as e:
                if getattr(e, "http_status", 0) != 401:
                    raise
                await publish(keys, self.auth())

        self.crypto._publish_cross_signing_keys = with_password
        return {"recovery_key": await self.crypto.generate_recovery_key()}

    def auth(self):
        return {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self.client.mxid},
            "password": self.password,
        }


asyncio.run(desk.serve(MautrixPeer()))
