"""Files: documents, photos, albums, big ones, and those of another data centre."""

import asyncio
import hashlib
import os
import pathlib

from people import check, text
from pictures import png


def as_document(file, **fields):
    document = {"@type": "inputDocument", "document": file}
    return {"@type": "inputMessageDocument", "document": document, **fields}


async def steps(world, report):
    ann, ben = await asyncio.gather(world.person("Ann"), world.person("Ben", dc=1))
    chat = await ann.meet(ben)
    await ben.meet(ann)
    folder = pathlib.Path(world.folder) / "sent"
    folder.mkdir(parents=True)

    def made(name, data):
        path = folder / name
        path.write_bytes(data)
        return {"@type": "inputFileLocal", "path": str(path)}

    async def fetched(person, file, timeout=60):
        done = await person.request(
            "downloadFile",
            timeout=timeout,
            file_id=file["id"],
            priority=1,
            offset=0,
            limit=0,
            synchronous=True,
        )
        return pathlib.Path(done["local"]["path"]).read_bytes()

    async def carried(sender, target, content, receiver, timeout=60):
        """Sends a file and gives the message as the other side got it."""
        since = receiver.mark()
        await sender.post(target, content, timeout)
        return await receiver.hear(since, timeout=timeout)

    def document(name, size):
        async def run():
            data = os.urandom(size)
            content = as_document(made(name, data))
            got = (await carried(ann, chat, content, ben))["content"]["document"]
            check(got["file_name"] == name, got["file_name"])
            check(got["document"]["size"] == size, f"{got['document']['size']} bytes")
            back = await fetched(ben, got["document"])
            check(hashlib.sha256(back).digest() == hashlib.sha256(data).digest(), "other bytes")

        return run

    async def captioned():
        content = as_document(made("notes.txt", b"words"), caption=text("read this")["text"])
        got = (await carried(ann, chat, content, ben))["content"]
        check(got["caption"]["text"] == "read this", got["caption"])
        check(got["document"]["mime_type"] == "text/plain", got["document"]["mime_type"])

    async def photo():
        picture = {"@type": "inputPhoto", "photo": made("picture.png", png(1000, 600))}
        content = {"@type": "inputMessagePhoto", "photo": picture}
        got = (await carried(ann, chat, content, ben))["content"]["photo"]
        sizes = {size["type"]: (size["width"], size["height"]) for size in got["sizes"]}
        check(sizes.get("m") == (320, 192), f"sizes: {sizes}")
        check(sizes.get("y", sizes.get("x")) is not None, f"sizes: {sizes}")
        check(got.get("minithumbnail"), "no small preview")
        largest = max(got["sizes"], key=lambda size: size["width"])
        check(len(await fetched(ben, largest["photo"])) > 1000, "an empty picture")

    async def album():
        pictures = [
            {
                "@type": "inputMessagePhoto",
                "photo": {
                    "@type": "inputPhoto",
                    "photo": made(f"album{n}.png", png(200 + n, 200)),
                },
            }
            for n in range(3)
        ]
        since, mine = ben.mark(), ann.mark()
        sent = await ann.request(
            "sendMessageAlbum", chat_id=chat, input_message_contents=pictures
        )
        for message in sent["messages"]:
            await ann.arrival(message["id"], mine, 60)
        seen, albums = set(), set()
        while len(seen) < 3:
            got = await ben.hear(since, lambda m: m["id"] not in seen, 30)
            seen.add(got["id"])
            albums.add(got["media_album_id"])
        check(len(albums) == 1 and albums != {"0"}, f"albums: {albums}")

    async def elsewhere():
        """Ben lives in another data centre, so what he sends lies there."""
        data = os.urandom(700_000)
        content = as_document(made("far.bin", data))
        private = await ben.request("createPrivateChat", user_id=ann.id)
        got = (await carried(ben, private["id"], content, ann))["content"]["document"]
        check(await fetched(ann, got["document"]) == data, "other bytes")

    async def again():
        """A file that was sent once is sent again without its bytes."""
        history = await ann.request(
            "getChatHistory", chat_id=chat, from_message_id=0, offset=0, limit=50
        )
        old = next(
            m for m in history["messages"] if m["content"]["@type"] == "messageDocument"
        )["content"]["document"]["document"]
        content = as_document({"@type": "inputFileRemote", "id": old["remote"]["id"]})
        got = (await carried(ann, chat, content, ben))["content"]["document"]
        check(got["document"]["size"] == old["size"], "another file")

    await report.step("files: a document", document("small.bin", 100_000))
    await report.step("files: a caption and a kind", captioned)
    await report.step("files: a photo with its sizes", photo)
    await report.step("files: an album", album)
    await report.step("files: in another data centre", elsewhere)
    await report.step("files: sent again by its id", again)
    await report.step("files: 12 MB up and down, equal hash", document("12.bin", 12_000_000))
    await report.step("files: 50 MB up and down, equal hash", document("50.bin", 50_000_000))
