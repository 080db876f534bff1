"""Telethon, unchanged, against `heliogram serve`."""

import asyncio
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from telethon.crypto import rsa

from server import MTPROXY_SECRET, Report, Server
from steps_bots import bot, buttons
from steps_dialogs import dialogs
from steps_files import files
from steps_groups import channel, group, links, supergroup
from steps_inline import commands, inline
from steps_listen import listen
from steps_login import one_mode, other_modes, qr_login, takeout, two_factor
from steps_media import media
from steps_members import crowd, seed
from steps_private import conversation, small_things, two_clients
from world import CONNECTIONS, World

# Groups of steps, each with the phone numbers it takes.
GROUPS = [
    ("2FA", two_factor, 2000),
    ("QR login", qr_login, 2100),
    ("takeout", takeout, 2200),
    ("two clients", two_clients, 3000, 3001),
    ("small things", small_things, 3100, 3101),
    ("conversation", conversation, 3200, 3201),
    ("dialogs", dialogs, 3300, 3301),
    ("files", files, 4000),
    ("media", media, 4100),
    ("bot", bot, 5000),
    ("buttons", buttons, 5100),
    ("inline", inline, 5200),
    ("commands", commands, 5300),
    ("group", group, 6000),
    ("supergroup", supergroup, 6100),
    ("channel", channel, 6200),
    ("links", links, 6300),
    ("crowd", crowd),
]
# Those that run alone (`interop/run listen`): they are about our client, and time and chance are in
# them.
APART = [("listen", listen, 7200)]


async def run(world, report, area):
    if area:
        for name, steps, *numbers in (group for group in GROUPS + APART if group[0] == area):
            await report.group(name, lambda: steps(world, report, *numbers))
        return
    for index, mode in enumerate(CONNECTIONS):
        await one_mode(world, report, mode, 1000 + index)
    await other_modes(report)
    for name, steps, *numbers in GROUPS:
        await report.group(name, lambda: steps(world, report, *numbers))


async def main(binary, area=None):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        described = folder / "world.toml"
        described.write_text(seed())
        server = Server(
            binary,
            *("--mtproxy", MTPROXY_SECRET),
            "--control",
            *("--dcs", "2", "--seed", str(described), "--bot-timeout", "2"),
            *("--bot", "echo_bot", "--bot", "button_bot"),
            *("--inline-bot", "inline_bot=Search..."),
        )
        report = Report()
        rsa._server_keys.clear()
        rsa.add_key(server.public_key, old=False)
        try:
            await run(World(server, folder), report, area)
        finally:
            server.close()
    known = pathlib.Path(__file__).parent / "unanswered.txt"
    if not area:
        await report.step("no method is called in vain", lambda: server.missing(known))
    return report.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
