"""Calls a second of Telethon over loopback, and its processor time a call in microseconds:

    telethon_rpc.py PORT PUBLIC_KEY
"""

import asyncio
import sys
import time

from telethon import TelegramClient, functions
from telethon.crypto import rsa
from telethon.sessions import MemorySession

CALLS, AT_ONCE = 20_000, 1000


async def main(port, pem):
    rsa._server_keys.clear()
    rsa.add_key(pem, old=False)
    session = MemorySession()
    session.set_dc(1, "127.0.0.1", port)
    client = TelegramClient(session, 1, "abc", receive_updates=False)
    await client.connect()
    call = functions.help.GetNearestDcRequest
    await client(call())
    began, before = time.perf_counter(), time.process_time()
    for _ in range(CALLS // AT_ONCE):
        await asyncio.gather(*(client(call()) for _ in range(AT_ONCE)))
    took, ran = time.perf_counter() - began, time.process_time() - before
    print(CALLS / took, ran / CALLS * 1e6)
    await client.disconnect()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
