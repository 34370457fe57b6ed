"""matrix-nio, whose cryptography is vodozemac's, as a peer: nio_peer.py FOLDER."""

import asyncio
import base64
import sys

import desk
import nio

FILTER = {"room": {"timeline": {"limit": 1000}}}


class NioPeer:
    def __init__(self, folder):
        self.folder = folder
        self.client = None
        self.seen = {}
        self.waiting = {}

    async def close(self):
        if self.client:
            await self.client.close()

    def checked(self, response):
        if isinstance(response, nio.ErrorResponse):
            raise RuntimeError(str(response))
        return response

    async def do_login(self, homeserver, user, password, device):
        config = nio.AsyncClientConfig(store_sync_tokens=False, encryption_enabled=True)
        self.client = nio.AsyncClient(homeserver, user, device, self.folder, config)
        self.checked(await self.client.login(password, device_name=device))
        self.checked(await self.client.keys_upload())
        keys = self.client.olm.account.identity_keys
        return {
            "user_id": self.client.user_id,
            "device_id": self.client.device_id,
            "access_token": self.client.access_token,
            "ed25519": keys["ed25519"],
            "curve25519": keys["curve25519"],
        }

    async def do_sync(self, timeout=0):
        response = self.checked(
            await self.client.sync(timeout=timeout, sync_filter=FILTER, full_state=False)
        )
        for room, joined in response.rooms.join.items():
            for event in joined.timeline.events:
                self.note(room, event)
        self.retry()
        await self.chores()
        return {"next_batch": response.next_batch, "invites": list(response.rooms.invite)}

    async def chores(self):
        """What the library's own loop does between two syncs."""
        client = self.client
        await client.send_to_device_messages()
        if client.should_upload_keys:
            self.checked(await client.keys_upload())
        if client.should_query_keys:
            self.checked(await client.keys_query())
        if client.should_claim_keys:
            self.checked(await client.keys_claim(client.get_users_for_key_claiming()))

    def note(self, room, event):
        if isinstance(event, nio.MegolmEvent):
            event.room_id = room
            self.waiting[event.event_id] = event
        elif "state_key" not in event.source:
            self.keep(room, event)

    def keep(self, room, event):
        source = event.source
        self.seen.setdefault(room, {})[event.event_id] = desk.message(
            event.event_id,
            event.sender,
            source.get("type"),
            source.get("content"),
            encrypted=bool(event.decrypted),
            trust="verified" if event.verified else "unverified",
            session_id=event.session_id,
        )

    def retry(self):
        for event_id, event in list(self.waiting.items()):
            try:
                clear = self.client.decrypt_event(event)
            except nio.EncryptionError:
                continue
            del self.waiting[event_id]
            self.keep(event.room_id, clear)

    async def do_create_room(self, invite, encryption=None):
        state = [{"type": "m.room.encryption", "state_key": "", "content": encryption}]
        response = await self.client.room_create(
            invite=invite, initial_state=state if encryption else []
        )
        return {"room": self.checked(response).room_id}

    async def do_invite(self, room, user):
        self.checked(await self.client.room_invite(room, user))

    async def do_join(self, room):
        self.checked(await self.client.join(room))

    async def do_leave(self, room):
        self.checked(await self.client.room_leave(room))

    async def do_send(self, room, content, type="m.room.message"):
        response = await self.client.room_send(
            room, type, content, ignore_unverified_devices=True
        )
        return {"event_id": self.checked(response).event_id}

    async def do_messages(self, room):
        self.retry()
        waiting = [e for e in self.waiting.values() if e.room_id == room]
        return {
            "clear": list(self.seen.get(room, {}).values()),
            "waiting": [{"event_id": e.event_id, "session_id": e.session_id} for e in waiting],
        }

    async def do_file(self, file):
        """The bytes that an encrypted file stands for, as its event describes it."""
        response = self.checked(await self.client.download(mxc=file["url"]))
        clear = nio.crypto.decrypt_attachment(
            response.body, file["key"]["k"], file["hashes"]["sha256"], file["iv"]
        )
        return {"data": base64.b64encode(clear).decode()}

    async def do_rotate(self, room):
        self.client.invalidate_outbound_session(room)

    async def do_verify(self, user, device):
        return {"changed": self.client.verify_device(self.client.device_store[user][device])}

    async def do_devices(self, user):
        return {
            d.id: {"curve25519": d.curve25519, "ed25519": d.ed25519, "trust": d.trust_state.name}
            for d in self.client.device_store.active_user_devices(user)
        }

    async def do_request_key(self, room, event_id):
        self.checked(await self.client.request_room_key(self.waiting[event_id]))

    async def do_export_keys(self, file, passphrase):
        await self.client.export_keys(file, passphrase)

    async def do_import_keys(self, file, passphrase):
        self.checked(await self.client.import_keys(file, passphrase))
        self.retry()


asyncio.run(desk.serve(NioPeer(sys.argv[1])))
