"""Tests the bot against `heliogram serve`, without Telegram and without the network.

    test_bot.py PATH_OF_HELIOGRAM
"""

import asyncio
import json
import pathlib
import subprocess
import sys

from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.sessions import MemorySession

import bot

HERE = pathlib.Path(__file__).resolve().parent
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"


def serve(heliogram):
    """Starts a server with the world of this example; gives it and where it listens."""
    server = subprocess.Popen(
        [heliogram, "serve", "--json", "--port", "0", "--seed", str(HERE / "world.toml")],
        stdout=subprocess.PIPE,
        text=True,
    )
    about = json.loads(server.stdout.readline())
    rsa._server_keys.clear()
    rsa.add_key(about["public_key"], old=False)
    return server, next(dc for dc in about["dcs"] if dc["id"] == 2)


def client(home):
    """A client of that server."""
    session = MemorySession()
    session.set_dc(2, home["host"], home["port"])
    return TelegramClient(session, 1, "any api_hash will do")


async def check(home):
    helper, alice = client(home), client(home)
    bot.attach(helper)
    await helper.start(bot_token=TOKEN)
    await alice.start(phone="9996620001", code_callback=lambda: "22222")

    async with alice.conversation("reminder_bot", timeout=10) as talk:
        await talk.send_message("/remind")
        assert "like this" in (await talk.get_response()).text
        await talk.send_message("/remind 1 the tea")
        assert (await talk.get_response()).text == "In 1 s."
        assert (await talk.get_response()).text == "Remember: the tea"

    dialogs = {dialog.title: dialog.entity async for dialog in alice.iter_dialogs()}
    kitchen = dialogs["Kitchen"]
    async with alice.conversation(kitchen, timeout=10) as talk:
        await talk.send_message("/remind@reminder_bot 0 the oven")
        assert (await talk.get_response()).text == "In 0 s."
        assert (await talk.get_response()).text == "Remember: the oven"

    await helper.disconnect()
    await alice.disconnect()


def main():
    server, home = serve(sys.argv[1])
    try:
        asyncio.run(asyncio.wait_for(check(home), 60))
    finally:
        server.terminate()
        server.wait(10)
    print("the bot does what it should")


if __name__ == "__main__":
    main()
