"""People with TDLib in their hands: sign-up, login, writing."""

import asyncio
import itertools
import json
import pathlib
import urllib.request

from client import TdError, Tdlib

API_ID, API_HASH = 1, "0123456789abcdef0123456789abcdef"


def check(condition, message):
    if not condition:
        raise AssertionError(message)


async def refused(action, message):
    """The action has to fail with that message."""
    try:
        await action
    except TdError as error:
        check(error.message == message, f"refused with {error.message}, not {message}")
        return
    raise AssertionError(f"was not refused with {message}")


def code(dc=2):
    """The login code of test numbers of that data centre."""
    return str(dc) * 5


class World:
    """What the steps of one area share: TDLib, the server's bots and control API, and phone
    numbers that are free from `number` on."""

    def __init__(self, library, folder, log, verbosity, number, bots, control, mtproxy):
        self.td = Tdlib(library, log, verbosity)
        self.folder, self.bots, self.control = pathlib.Path(folder), bots, control
        self.mtproxy = mtproxy
        self._numbers = itertools.count(number)

    def phone(self, dc=2):
        return f"99966{dc}{next(self._numbers):04}"

    async def open(self, name, **options):
        """A client with the database of that name, up to where it knows what it lacks."""
        client = self.td.client()
        await client.reach("WaitTdlibParameters")
        for option, value in options.items():
            # Answered only once the parameters are there, so nobody waits for it here.
            client.send(
                "setOption", name=option, value={"@type": "optionValueBoolean", "value": value}
            )
        await client.request(
            "setTdlibParameters",
            use_test_dc=True,
            database_directory=str(self.folder / name),
            use_file_database=True,
            use_chat_info_database=True,
            use_message_database=True,
            api_id=API_ID,
            api_hash=API_HASH,
            system_language_code="en",
            device_model="interop",
            application_version="1",
        )
        return client

    async def person(self, name, dc=2, **options):
        """A new account, signed up in a client of its own."""
        client = await self.open(name, **options)
        phone = self.phone(dc)
        await sign_up(client, phone, name, dc)
        return Person(client, phone, await client.request("getMe"), name)

    async def again(self, person, name, **options):
        """A second client of the same account, with a database of its own."""
        client = await self.open(name, **options)
        await ask_code(client, person.phone)
        await client.request("checkAuthenticationCode", code=code(int(person.phone[5])))
        await client.reach("Ready")
        return Person(client, person.phone, person.me, name)

    async def resume(self, person, **options):
        """The same account from its database, after `close`."""
        client = await self.open(person.name, **options)
        await client.reach("Ready")
        # What is asked before the difference is there may tell of messages it has yet to bring.
        await client.wait(
            "updateConnectionState",
            lambda update: update["state"]["@type"] == "connectionStateReady",
            timeout=20,
        )
        return Person(client, person.phone, person.me, person.name)


    async def too_long(self, person):
        """The next differences of that account are too long to be told step by step."""
        for method in ("updates.getDifference", "updates.getChannelDifference"):
            fault = {"name": "difference_too_long", "account": person.id, "method": method}
            request = urllib.request.Request(
                self.control["url"] + "/faults",
                data=json.dumps(fault).encode(),
                headers={"Authorization": "Bearer " + self.control["token"]},
            )
            await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=10).read())


async def ask_code(client, phone):
    await client.reach("WaitPhoneNumber")
    await client.request("setAuthenticationPhoneNumber", phone_number=phone)
    await client.reach("WaitCode")


async def sign_up(client, phone, name, dc=2):
    await ask_code(client, phone)
    await client.request("checkAuthenticationCode", code=code(dc))
    await client.reach("WaitRegistration")
    await client.request("registerUser", first_name=name, last_name="Tester")
    await client.reach("Ready")


class Person:
    """An account that is signed in."""

    def __init__(self, client, phone, me, name):
        self.client, self.phone, self.me, self.name = client, phone, me, name
        self.id = me["id"]
        self.request, self.wait, self.mark = client.request, client.wait, client.mark

    async def close(self):
        await self.client.close()

    async def meet(self, other):
        """Adds another person to the contacts and gives the chat with them."""
        contact = {"phone_number": other.phone, "first_name": other.name, "last_name": "Tester"}
        found = await self.request("importContacts", contacts=[contact])
        check(found["user_ids"] == [other.id], f"the contact is user {found['user_ids']}")
        chat = await self.request("createPrivateChat", user_id=other.id)
        return chat["id"]

    async def post(self, chat, content, timeout=20, **fields):
        """Sends a message and gives it as it is once the server has it."""
        since = self.mark()
        sent = await self.request(
            "sendMessage", chat_id=chat, input_message_content=content, **fields
        )
        return await self.arrival(sent["id"], since, timeout)

    async def arrival(self, id, since, timeout=20):
        """The message that was sent under this temporary id, once the server has it."""
        update = await self.wait(
            ("updateMessageSendSucceeded", "updateMessageSendFailed"),
            lambda update: update["old_message_id"] == id,
            since,
            timeout,
        )
        if "error" in update:
            raise TdError(update["error"])
        return update["message"]

    async def write(self, chat, words, **fields):
        return await self.post(chat, text(words), **fields)

    async def hear(self, since, wanted=lambda _: True, timeout=10):
        """The first message that comes in after the mark and is wanted."""
        update = await self.wait(
            "updateNewMessage",
            lambda u: not u["message"]["is_outgoing"] and wanted(u["message"]),
            since,
            timeout,
        )
        return update["message"]


def text(words, entities=()):
    formatted = {"@type": "formattedText", "text": words, "entities": list(entities)}
    return {"@type": "inputMessageText", "text": formatted}


def words(message):
    """The text of a message."""
    return message["content"]["text"]["text"]
