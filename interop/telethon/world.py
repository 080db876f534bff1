"""What every group of steps stands on: clients, people, and waiting for things to happen."""

import asyncio

from telethon import TelegramClient, connection, errors
from telethon.sessions import MemorySession, SQLiteSession
from telethon.tl import functions

from server import MTPROXY_SECRET

API_ID, API_HASH = 1, "0123456789abcdef0123456789abcdef"
CONNECTIONS = {
    "full": connection.ConnectionTcpFull,
    "abridged": connection.ConnectionTcpAbridged,
    "intermediate": connection.ConnectionTcpIntermediate,
    "obfuscated": connection.ConnectionTcpObfuscated,
    "MTProxy, abridged": connection.ConnectionTcpMTProxyAbridged,
    "MTProxy, intermediate": connection.ConnectionTcpMTProxyIntermediate,
    "MTProxy, randomized intermediate": connection.ConnectionTcpMTProxyRandomizedIntermediate,
}
PATIENCE = 10


def check(condition, message):
    if not condition:
        raise AssertionError(message)


async def refused(error, awaitable):
    """The call has to be refused with this error."""
    try:
        await awaitable
    except error:
        return
    raise AssertionError(f"not refused with {error.__name__}")


class Heard:
    """The events of one kind that a client hears, one after the other."""

    def __init__(self, client, event):
        self.queue = asyncio.Queue()
        client.add_event_handler(self.queue.put, event)

    async def next(self, wanted=lambda event: True):
        """The next event that is wanted; others are dropped."""
        while True:
            event = await asyncio.wait_for(self.queue.get(), PATIENCE)
            if wanted(event):
                return event

    def forget(self):
        while not self.queue.empty():
            self.queue.get_nowait()


class World:
    def __init__(self, server, folder):
        self.server = server
        self.folder = folder

    def client(self, name, mode="full", dc=2, catch_up=False):
        """A client whose session is kept in a file of that name."""
        session = self.begin(SQLiteSession(str(self.folder / name)), dc)
        return self.tune(session, mode, catch_up)

    def begin(self, session, dc=2):
        """The session, which knows where the server is."""
        if not session.auth_key:
            host, port = self.server.dcs[dc]
            session.set_dc(dc, host, port)
        return session

    def tune(self, session, mode="full", catch_up=False):
        proxied = mode.startswith("MTProxy")
        return TelegramClient(
            session,
            API_ID,
            API_HASH,
            connection=CONNECTIONS[mode],
            proxy=(*self.server.mtproxy, MTPROXY_SECRET) if proxied else None,
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


async def sign_in(client, number, new_name=None):
    """Signs in with a code; somebody new becomes a user under that name, if there is one."""
    sent = await client.send_code_request(phone(number))
    hash_ = sent.phone_code_hash
    try:
        return await client.sign_in(phone(number), code(), phone_code_hash=hash_)
    except errors.PhoneNumberUnoccupiedError:
        if new_name is None:
            raise
    await client(functions.auth.SignUpRequest(phone(number), hash_, new_name, "Tester"))


async def sign_up(world, client, number, name):
    """Signs in somebody, who is new if need be.

    Telethon has no friendly sign-up any more, and its state of updates begins with its own sign-in:
    so another program makes the account.
    """
    try:
        return await sign_in(client, number)
    except errors.PhoneNumberUnoccupiedError:
        pass
    other = world.tune(world.begin(MemorySession()))
    await other.connect()
    await sign_in(other, number, name)
    await other.log_out()
    return await sign_in(client, number)


async def person(world, session, number, name, username=None, mode="full"):
    """A connected client of somebody who has just signed up."""
    client = world.client(session, mode)
    await client.connect()
    await sign_up(world, client, number, name)
    if username:
        await client(functions.account.UpdateUsernameRequest(username))
    return client
