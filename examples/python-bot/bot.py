"""A bot that says something again after a while: /remind SECONDS TEXT."""

import asyncio
import re

from telethon import TelegramClient, events


def attach(client: TelegramClient) -> None:
    """Lets a client that is signed in as the bot answer."""

    @client.on(events.NewMessage(pattern=r"/remind(?:@\w+)?(?:\s+(.*))?$"))
    async def remind(event):
        order = re.fullmatch(r"(\d+)\s+(.+)", event.pattern_match[1] or "")
        if not order:
            await event.reply("Say it like this: /remind 10 the tea")
            return
        await event.reply(f"In {order[1]} s.")
        await asyncio.sleep(int(order[1]))
        await event.respond(f"Remember: {order[2]}")


async def main(api_id, api_hash, token):
    client = TelegramClient("reminder", api_id, api_hash)
    attach(client)
    await client.start(bot_token=token)
    await client.run_until_disconnected()


if __name__ == "__main__":
    import os

    asyncio.run(main(int(os.environ["API_ID"]), os.environ["API_HASH"], os.environ["BOT_TOKEN"]))
