"""Telethon, unchanged, against `heliogram serve`."""

import asyncio
import hashlib
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from telethon import TelegramClient, connection, errors, events
from telethon.crypto import rsa
from telethon.sessions import SQLiteSession
from telethon.tl import functions, types

from server import Report, Server

API_ID, API_HASH = 1, "0123456789abcdef0123456789abcdef"
CONNECTIONS = {
    "full": connection.ConnectionTcpFull,
    "abridged": connection.ConnectionTcpAbridged,
    "intermediate": connection.ConnectionTcpIntermediate,
    "obfuscated": connection.ConnectionTcpObfuscated,
}


def check(condition, message):
    if not condition:
        raise AssertionError(message)


class World:
    def __init__(self, server, folder):
        self.server = server
        self.folder = folder

    def client(self, name, mode="full", dc=2, catch_up=False):
        """A client whose session is kept in a file of that name."""
        session = SQLiteSession(str(self.folder / name))
        if not session.auth_key:
            host, port = self.server.dcs[dc]
            session.set_dc(dc, host, port)
        return self.tune(session, mode, catch_up)

    def tune(self, session, mode="full", catch_up=False):
        return TelegramClient(
            session,
            API_ID,
            API_HASH,
            connection=CONNECTIONS[mode],
            timeout=10,
            request_retries=2,
            connection_retries=3,
            retry_delay=0.2,
            flood_sleep_threshold=5,
            catch_up=catch_up,
        )


def phone(number, dc=2):
    return f"99966{dc}{number:04}"


def code(dc=2):
    return str(dc) * 5


async def sign_up(client, number, name):
    sent = await client.send_code_request(phone(number))
    try:
        await client.sign_in(phone(number), code(), phone_code_hash=sent.phone_code_hash)
    except errors.PhoneNumberUnoccupiedError:
        pass
    else:
        return await client.get_me()
    await client(
        functions.auth.SignUpRequest(phone(number), sent.phone_code_hash, name, "Tester")
    )
    return await client.get_me()


async def one_mode(world, report, mode, number):
    """What every connection mode has to do."""
    name = f"alice-{mode}"
    client = world.client(name, mode)
    state = {}

    async def connect():
        await client.connect()
        check(client.is_connected(), "not connected")
        check(not await client.is_user_authorized(), "authorised before any login")

    async def wrong_code():
        sent = await client.send_code_request(phone(number))
        try:
            await client.sign_in(phone(number), "99999", phone_code_hash=sent.phone_code_hash)
        except errors.PhoneCodeInvalidError:
            return
        raise AssertionError("a wrong code was accepted")

    async def register():
        state["me"] = await sign_up(client, number, f"Alice {mode}")
        check(state["me"].first_name == f"Alice {mode}", "another name came back")

    async def get_me():
        me = await client.get_me()
        check(me.id == state["me"].id and me.phone == phone(number), f"unexpected user {me.id}")

    async def message_to_self():
        sent = await client.send_message("me", "note **to self** 🌞")
        check(sent.raw_text == "note to self 🌞", sent.raw_text)
        check(isinstance(sent.entities[0], types.MessageEntityBold), "no bold entity")
        edited = await sent.edit("changed")
        check(edited.raw_text == "changed", "the edit did not take")
        history = await client.get_messages("me", limit=5)
        check(history[0].id == sent.id and history[0].raw_text == "changed", "history differs")
        await sent.delete()
        history = await client.get_messages("me", limit=5)
        check(all(m.id != sent.id for m in history), "the message is still there")

    async def resume():
        await client.disconnect()
        again = world.client(name, mode)
        await again.connect()
        check(await again.is_user_authorized(), "the saved session is not signed in")
        check((await again.get_me()).id == state["me"].id, "another user after resuming")
        state["again"] = again

    await report.step(f"{mode}: connect", connect)
    await report.step(f"{mode}: wrong code is refused", wrong_code)
    await report.step(f"{mode}: sign up", register)
    await report.step(f"{mode}: get_me", get_me)
    await report.step(f"{mode}: message to self, edit, history, delete", message_to_self)
    await report.step(f"{mode}: sign in again from the saved session", resume)
    if "again" in state:
        await state["again"].disconnect()


async def two_factor(world, report, number):
    client = world.client("alice-2fa")
    await client.connect()
    await sign_up(client, number, "Alice 2FA")
    other = world.client("alice-2fa-second")
    await other.connect()

    async def set_password():
        check(await client.edit_2fa(new_password="correct horse", hint="a horse"), "not set")

    async def needed():
        sent = await other.send_code_request(phone(number))
        try:
            await other.sign_in(phone(number), code(), phone_code_hash=sent.phone_code_hash)
        except errors.SessionPasswordNeededError:
            return
        raise AssertionError("no password was asked for")

    async def wrong():
        try:
            await other.sign_in(password="battery staple")
        except errors.PasswordHashInvalidError:
            return
        raise AssertionError("a wrong password was accepted")

    async def right():
        me = await other.sign_in(password="correct horse")
        check(me.first_name == "Alice 2FA", "signed in as someone else")

    await report.step("2FA: set a password", set_password)
    await report.step("2FA: the password is asked for", needed)
    await report.step("2FA: wrong password is refused", wrong)
    await report.step("2FA: right password signs in", right)
    await client.disconnect()
    await other.disconnect()


async def two_clients(world, report, first, second):
    alice, bob = world.client("talk-alice"), world.client("talk-bob", "abridged")
    await alice.connect()
    await bob.connect()
    await sign_up(alice, first, "Alice Talk")
    me = await sign_up(bob, second, "Bob Talk")
    await bob(functions.account.UpdateUsernameRequest("bob_talk"))
    seen = {"new": asyncio.Queue(), "edited": asyncio.Queue(), "deleted": asyncio.Queue()}
    bob.add_event_handler(seen["new"].put, events.NewMessage(incoming=True))
    bob.add_event_handler(seen["edited"].put, events.MessageEdited())
    bob.add_event_handler(seen["deleted"].put, events.MessageDeleted())
    state = {}

    async def live():
        state["sent"] = await alice.send_message("bob_talk", "hello __Bob__")
        event = await asyncio.wait_for(seen["new"].get(), 10)
        check(event.raw_text == "hello Bob", event.raw_text)
        state["received"] = event.message
        await event.reply("hello Alice")
        history = await alice.get_messages("bob_talk", limit=1)
        check(history[0].raw_text == "hello Alice", "the answer is not in the history")
        check(history[0].reply_to_msg_id == state["sent"].id, "the answer is no reply")

    async def edit():
        await state["sent"].edit("hello again")
        event = await asyncio.wait_for(seen["edited"].get(), 10)
        check(event.raw_text == "hello again", event.raw_text)

    async def delete():
        await state["sent"].delete(revoke=True)
        event = await asyncio.wait_for(seen["deleted"].get(), 10)
        check(state["received"].id in event.deleted_ids, "another message was deleted")

    async def history():
        for i in range(25):
            await alice.send_message(me.id, f"line {i}")
        lines = [m.raw_text async for m in alice.iter_messages("bob_talk", limit=25)]
        check(lines == [f"line {i}" for i in reversed(range(25))], f"wrong history: {lines[:3]}")

    async def catch_up():
        for _ in range(seen["new"].qsize()):
            seen["new"].get_nowait()
        await bob.disconnect()
        for i in range(3):
            await alice.send_message(me.id, f"missed {i}")
        again = world.client("talk-bob", "abridged", catch_up=True)
        missed = asyncio.Queue()
        again.add_event_handler(missed.put, events.NewMessage(incoming=True))
        await again.connect()
        await again.catch_up()
        got = [(await asyncio.wait_for(missed.get(), 10)).raw_text for _ in range(3)]
        check(got == [f"missed {i}" for i in range(3)], f"missed messages: {got}")
        await again.disconnect()

    await report.step("message to another live client, reply", live)
    await report.step("edit is seen", edit)
    await report.step("delete is seen", delete)
    await report.step("history of 25 messages", history)
    await report.step("offline, then catch up", catch_up)
    await alice.disconnect()


async def files(world, report, number):
    client = world.client("files", "intermediate")
    await client.connect()
    await sign_up(client, number, "Files")

    def transfer(size):
        async def run():
            data = os.urandom(size)
            path = world.folder / f"{size}.bin"
            path.write_bytes(data)
            sent = await client.send_file("me", str(path), force_document=True)
            check(sent.file.size == size and sent.file.name == path.name, "other attributes")
            back = await client.download_media(sent, bytes)
            check(hashlib.sha256(back).digest() == hashlib.sha256(data).digest(), "hashes differ")

        return run

    await report.step("5 MB up and down, equal hash", transfer(5_000_000))
    await report.step("12 MB up and down (big file), equal hash", transfer(12_000_000))
    await client.disconnect()


async def bot(world, report, number):
    user = world.client("bot-user")
    await user.connect()
    await sign_up(user, number, "Bot User")
    bot_client = world.client("bot")

    async def wrong_token():
        other = world.client("bot-wrong")
        await other.connect()
        try:
            await other.sign_in(bot_token="12345:wrong")
        except errors.AccessTokenInvalidError:
            return
        finally:
            await other.disconnect()
        raise AssertionError("a wrong token was accepted")

    async def login():
        await bot_client.connect()
        me = await bot_client.sign_in(bot_token=world.server.bots["echo_bot"])
        check(me.bot and me.username == "echo_bot", f"signed in as {me.username}")

    async def echo():
        async def answer(event):
            await event.reply(event.raw_text)

        bot_client.add_event_handler(answer, events.NewMessage(incoming=True))
        answered = asyncio.Queue()
        user.add_event_handler(answered.put, events.NewMessage(incoming=True))
        await user.send_message("echo_bot", "are you there?")
        event = await asyncio.wait_for(answered.get(), 10)
        check(event.raw_text == "are you there?", event.raw_text)

    await report.step("bot: wrong token is refused", wrong_token)
    await report.step("bot: login by token", login)
    await report.step("bot: answers a message", echo)
    await bot_client.disconnect()
    await user.disconnect()


async def main(binary):
    server = Server(binary, "--dcs", "2", "--bot", "echo_bot")
    report = Report()
    rsa._server_keys.clear()
    rsa.add_key(server.public_key, old=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            world = World(server, pathlib.Path(folder))
            for index, mode in enumerate(CONNECTIONS):
                await one_mode(world, report, mode, 1000 + index)
            await report.group("2FA", lambda: two_factor(world, report, 2000))
            await report.group("two clients", lambda: two_clients(world, report, 3000, 3001))
            await report.group("files", lambda: files(world, report, 4000))
            await report.group("bot", lambda: bot(world, report, 5000))
    finally:
        server.close()
    return report.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
