"""Photos, albums, voice messages, polls, profile pictures."""

import io
import os
import struct
import zlib

from telethon import utils
from telethon.tl import functions, types

from world import check, person


def picture(width=64, height=48, red=200):
    """A PNG of one colour."""

    def chunk(kind, data):
        sum_ = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum_)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    line = b"\0" + bytes([red, 120, 80]) * width
    data = zlib.compress(line * height)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def named(data, name):
    file = io.BytesIO(data)
    file.name = name
    return file


async def media(world, report, number):
    client = await person(world, "media", number, "Media")

    async def photo():
        sent = await client.send_file("me", named(picture(), "p.png"), caption="a picture")
        check(sent.photo is not None and sent.raw_text == "a picture", "no photo")
        check(len(await client.download_media(sent, bytes)) > 0, "nothing came down")
        small = await client.download_media(sent, bytes, thumb=0)
        check(small, "no thumbnail")

    async def album():
        files = [named(picture(red=n * 40), f"{n}.png") for n in range(4)]
        sent = await client.send_file("me", files, caption=["one", "two", "three", "four"])
        check([m.raw_text for m in sent] == ["one", "two", "three", "four"], "other captions")
        check(len({m.grouped_id for m in sent}) == 1 and sent[0].grouped_id, "no album")

    async def progress():
        seen = []
        data = os.urandom(300_000)
        sent = await client.send_file(
            "me",
            named(data, "d.bin"),
            force_document=True,
            thumb=named(picture(), "t.png"),
            progress_callback=lambda done, total: seen.append((done, total)),
        )
        check(seen and seen[-1] == (len(data), len(data)), f"progress ended at {seen[-1:]}")
        check(sent.document.thumbs, "the thumbnail is lost")
        down = []
        back = await client.download_media(
            sent, bytes, progress_callback=lambda done, total: down.append(done)
        )
        check(back == data and down[-1] == len(data), "another file came back")

    async def attributes():
        voice = await client.send_file("me", named(os.urandom(5000), "v.ogg"), voice_note=True)
        check(voice.voice is not None, "no voice message")
        note = await client.send_file(
            "me",
            named(os.urandom(5000), "n.mp4"),
            video_note=True,
            attributes=[types.DocumentAttributeVideo(5, 240, 240, round_message=True)],
        )
        check(note.video_note is not None, "no video note")
        song = await client.send_file(
            "me",
            named(os.urandom(5000), "s.mp3"),
            attributes=[types.DocumentAttributeAudio(60, title="Song", performer="Band")],
        )
        check(song.file.title == "Song" and song.file.performer == "Band", "other attributes")

    async def parts():
        data = os.urandom(700_000)
        handle = await client.upload_file(named(data, "u.bin"), part_size_kb=64)
        sent = await client.send_file("me", handle, force_document=True)
        got = b"".join([bytes(part) async for part in client.iter_download(sent.media)])
        check(got == data, "iter_download gave another file")
        middle = b""
        async for part in client.iter_download(sent.media, offset=4096, limit=2, request_size=4096):
            middle += bytes(part)
        check(middle == data[4096:12288], "another part")
        again = await client.send_file("me", sent.media)
        check(again.document.id == sent.document.id, "a known file became another one")

    async def poll():
        question = types.TextWithEntities("Tea?", [])
        answers = [
            types.PollAnswer(types.TextWithEntities("yes", []), b"1"),
            types.PollAnswer(types.TextWithEntities("no", []), b"2"),
        ]
        poll = types.Poll(0, question=question, answers=answers, hash=0)
        sent = await client.send_message("me", file=types.InputMediaPoll(poll))
        check(sent.poll is not None, "no poll")
        await client(functions.messages.SendVoteRequest("me", sent.id, [b"1"]))
        voted = await client.get_messages("me", ids=sent.id)
        check(voted.poll.results.total_voters == 1, "the vote is lost")

    async def places():
        here = types.InputMediaGeoPoint(types.InputGeoPoint(52.5, 13.4))
        sent = await client.send_file("me", here)
        check(abs(sent.geo.lat - 52.5) < 0.001, "another place")
        card = types.InputMediaContact("15550100", "Con", "Tact", "")
        sent = await client.send_file("me", card)
        check(sent.contact.first_name == "Con", "another contact")
        dice = await client.send_file("me", types.InputMediaDice("\U0001f3b2"))
        check(1 <= dice.dice.value <= 6, "no dice")

    async def filters():
        photos = [m async for m in client.iter_messages("me", filter=types.InputMessagesFilterPhotos)]
        check(len(photos) == 5 and all(m.photo for m in photos), f"{len(photos)} photos")
        voices = await client.get_messages("me", filter=types.InputMessagesFilterVoice)
        check(voices.total == 1, f"{voices.total} voice messages")

    async def profile():
        file = await client.upload_file(named(picture(160, 160), "me.png"))
        await client(functions.photos.UploadProfilePhotoRequest(file=file))
        photos = await client.get_profile_photos("me")
        check(photos.total == 1, f"{photos.total} profile photos")
        check(await client.download_profile_photo("me", bytes), "nothing came down")
        gone = [utils.get_input_photo(photos[0])]
        await client(functions.photos.DeletePhotosRequest(gone))
        check((await client.get_profile_photos("me")).total == 0, "the photo is still there")

    await report.step("photo, and its thumbnail", photo)
    await report.step("album of four", album)
    await report.step("document with progress and thumbnail", progress)
    await report.step("voice message, video note, song", attributes)
    await report.step("upload_file, iter_download, file by id", parts)
    await report.step("poll, and a vote", poll)
    await report.step("place, contact, dice", places)
    await report.step("media filters", filters)
    await report.step("profile photo up, down, gone", profile)
    await client.disconnect()
