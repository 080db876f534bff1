"""Files up and down."""

import hashlib
import os

from world import check, person


async def files(world, report, number):
    client = await person(world, "files", number, "Files", mode="intermediate")

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
