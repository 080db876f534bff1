"""People with Telethon write, edit and delete; `heliogram listen`, over a bad network and killed now
and then, tells exactly that."""

import asyncio
import json
import random
import urllib.request

from telethon import utils
from telethon.tl import functions, types

from world import check, code, person, phone

ACTS, DEATHS = 90, 4
# What goes wrong between the listener and the server.
FAULTS = [
    {"name": "lose_update", "chance": 0.2},
    {"name": "gap_update", "behind": 2, "chance": 0.1},
    {"name": "duplicate", "chance": 0.2},
    {"name": "delay", "ms": 150, "chance": 0.1},
    {"name": "cut_on_packet", "chance": 0.03},
]


class Listener:
    """The process that listens, and what it printed in all its lives."""

    def __init__(self, world, session):
        described = world.folder / "server.json"
        described.write_text(json.dumps(world.server.about) + "\n")
        self.command = [world.server.binary, "--server", described, "--json"]
        self.command += ["--session", world.folder / session]
        self.printed = []

    async def run(self, *arguments, input=""):
        """A command of the same session that ends by itself; its first line of JSON."""
        process = await asyncio.create_subprocess_exec(
            *self.command,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate(input.encode())
        check(process.returncode == 0, f"{arguments[0]} failed: {output}")
        return json.loads(output.splitlines()[-1])

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            *self.command, "listen", stdout=asyncio.subprocess.PIPE, limit=1 << 24
        )
        self.reading = asyncio.create_task(self._read(self.process.stdout))

    async def _read(self, output):
        async for line in output:
            # The last line of a process that is killed may be a part of one.
            if line.endswith(b"\n"):
                self.printed.append(json.loads(line))

    async def kill(self):
        self.process.kill()
        await self.process.wait()
        await self.reading

    def believes(self):
        """The texts in each chat, by what was printed."""
        chats = {}
        for event in self.printed:
            kind, chat = event["event"], event.get("chat_id")
            if kind == "NewMessage" and event["text"]:
                chats.setdefault(chat, {})[event["id"]] = event["text"]
            elif kind == "MessageEdited" and event["id"] in chats.get(chat, {}):
                chats[chat][event["id"]] = event["text"]
            elif kind == "MessagesDeleted":
                # Outside of channels it is not told where.
                for known, texts in chats.items():
                    if known == chat or chat is None and known > -(10**12):
                        for gone in event["ids"]:
                            texts.pop(gone, None)
            elif kind == "Gap":
                check(not event["loss"], f"something is lost: {event}")
        return {chat: [texts[id] for id in sorted(texts)] for chat, texts in chats.items()}


def control(world, method, path, body=None):
    request = urllib.request.Request(
        world.server.control["url"] + path,
        method=method,
        data=body and json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + world.server.control["token"]},
    )
    return urllib.request.urlopen(request, timeout=10).read()


async def until(condition):
    """Waits for something that is bound to happen, or half a minute."""
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.05)


async def meet(world, number):
    """Two people, the listener, and the chats they are in: by id for the listener, and for Ann."""
    ann = await person(world, "listen-ann", number, "Ann", "listen_ann")
    bo = await person(world, "listen-bo", number + 1, "Bo", "listen_bo")
    listener = Listener(world, "listener")
    login = ["login", "--phone", phone(number + 2), "--first-name", "Lis"]
    await listener.run(*login, input=code() + "\n")
    await listener.run("raw", "account.updateUsername", '{"username": "listen_lis"}')
    me = (await listener.run("me"))["id"]
    # From its first state on nothing may be missing, not even of chats that are made while it is off.
    await listener.start()
    await ann.send_message("listen_lis", "hello")
    await until(lambda: listener.believes())
    await listener.kill()
    everybody = ["listen_bo", "listen_lis"]
    made = await ann(functions.messages.CreateChatRequest(everybody, "Listened to"))
    group = utils.get_peer_id(types.PeerChat(made.updates.chats[0].id))
    made = await ann(functions.channels.CreateChannelRequest("Club", "", megagroup=True))
    await ann(functions.channels.InviteToChannelRequest(made.chats[0], everybody))
    club = utils.get_peer_id(made.chats[0])
    # Bo has to know where it is.
    await bo.get_dialogs()
    private = (await ann.get_me()).id
    chats = {private: (me, "listen_lis"), group: (group,), club: (club,)}
    for names in chats.values():
        await ann.send_message(names[-1], "hello")
    await listener.start()
    await until(lambda: set(chats) <= set(listener.believes()))
    return ann, bo, listener, me, chats


async def listen(world, report, number):
    ann, bo, listener, me, chats = await meet(world, number)
    dice = random.Random(number)
    written = []

    async def act():
        chat = dice.choice(list(chats))
        names = chats[chat]
        author = ann if len(names) > 1 else dice.choice([ann, bo])
        own = [message for message in written if message[:2] == (chat, author)]
        kind = dice.random()
        if kind < 0.6 or not own:
            text = f"text {len(written)} {dice.random()}"
            written.append((chat, author, await author.send_message(names[-1], text)))
        elif kind < 0.8:
            await dice.choice(own)[2].edit(f"edited {dice.random()}")
        else:
            gone = dice.choice(own)
            written.remove(gone)
            await gone[2].delete(revoke=True)

    async def history(chat):
        found = [m.raw_text async for m in ann.iter_messages(chats[chat][-1]) if m.raw_text]
        return found[::-1]

    async def tells_it_all():
        for fault in FAULTS:
            fault = {**fault, "account": me, "times": "always", "seed": number}
            await asyncio.to_thread(control, world, "POST", "/faults", fault)
        for at in range(1, ACTS + 1):
            await act()
            if at % (ACTS // (DEATHS + 1)) == 0:
                await listener.kill()
                await act()
                await listener.start()
        await asyncio.to_thread(control, world, "DELETE", "/faults")
        for names in chats.values():
            await ann.send_message(names[-1], "that was all")
        wanted = {chat: await history(chat) for chat in chats}

        def believed():
            return {chat: listener.believes().get(chat) for chat in chats}

        await until(lambda: believed() == wanted)
        await listener.kill()
        check(believed() == wanted, f"there is {wanted}, and told was {believed()}")

    await report.step("heliogram listen tells what people with Telethon did", tells_it_all)
    for client in (ann, bo):
        await client.disconnect()
