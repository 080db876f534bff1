"""Stickers: a set of one's own, and what is kept of it; profile photos; small pictures of files."""

import asyncio
import pathlib

from people import check
from pictures import png


async def steps(world, report):
    ann, ben = await asyncio.gather(world.person("Ann"), world.person("Ben"))
    chat = await ann.meet(ben)
    await ben.meet(ann)
    folder = pathlib.Path(world.folder) / "stickers"
    folder.mkdir(parents=True)
    name = "cats_of_ann"

    def made(name, data):
        path = folder / name
        path.write_bytes(data)
        return {"@type": "inputFileLocal", "path": str(path)}

    def sticker(emoji, height):
        return {
            "@type": "inputSticker",
            "sticker": made(f"{height}.png", png(512, height)),
            "format": {"@type": "stickerFormatWebp"},
            "emojis": emoji,
            "keywords": ["cat"],
        }

    async def create():
        free = await ann.request("checkStickerSetName", name=name)
        check(free["@type"] == "checkStickerSetNameResultOk", free["@type"])
        made = await ann.request(
            "createNewStickerSet",
            timeout=30,
            title="Cats of Ann",
            name=name,
            sticker_type={"@type": "stickerTypeRegular"},
            stickers=[sticker("😺", 300), sticker("😸", 400)],
        )
        check(len(made["stickers"]) == 2, f"{len(made['stickers'])} stickers")
        taken = await ann.request("checkStickerSetName", name=name)
        check(taken["@type"] == "checkStickerSetNameResultNameOccupied", taken["@type"])

    async def found():
        return await ben.request("searchStickerSet", name=name, ignore_cache=True)

    async def install():
        found_set = await found()
        check(not found_set["is_installed"], "installed before anybody asked")
        await ben.request(
            "changeStickerSet", set_id=found_set["id"], is_installed=True, is_archived=False
        )
        sets = await ben.request(
            "getInstalledStickerSets", sticker_type={"@type": "stickerTypeRegular"}
        )
        check([s["name"] for s in sets["sets"]] == [name], "another list of sets")

    async def send():
        # TDLib takes the list for a wrong one if a sticker is sent while it asks for it first.
        await ben.request("getRecentStickers", is_attached=False)
        first = (await found())["stickers"][0]
        content = {
            "@type": "inputMessageSticker",
            "sticker": {
                "@type": "inputSticker",
                "sticker": {"@type": "inputFileId", "id": first["sticker"]["id"]},
                "width": first["width"],
                "height": first["height"],
            },
            "emoji": first["emoji"],
        }
        private = await ben.request("createPrivateChat", user_id=ann.id)
        since = ann.mark()
        await ben.post(private["id"], content, 30)
        got = (await ann.hear(since))["content"]
        check(got["@type"] == "messageSticker", got["@type"])
        check(got["sticker"]["emoji"] == "😺", got["sticker"]["emoji"])
        check(got["sticker"]["set_id"] == first["set_id"], "in another set")
        check(got["sticker"]["format"]["@type"] == "stickerFormatWebp", got["sticker"]["format"])
        done = await ann.request(
            "downloadFile",
            timeout=30,
            file_id=got["sticker"]["sticker"]["id"],
            priority=1,
            offset=0,
            limit=0,
            synchronous=True,
        )
        head = pathlib.Path(done["local"]["path"]).read_bytes()[:12]
        check(head[:4] == b"RIFF" and head[8:] == b"WEBP", f"no WebP: {head}")

    async def keep():
        second = (await found())["stickers"][1]
        file = {"@type": "inputFileId", "id": second["sticker"]["id"]}
        await ben.request("addFavoriteSticker", sticker=file)
        faved = await ben.request("getFavoriteStickers")
        check([s["emoji"] for s in faved["stickers"]] == ["😸"], "other favourites")
        await ben.request("addRecentSticker", is_attached=False, sticker=file)
        recent = await ben.request("getRecentStickers", is_attached=False)
        check(recent["stickers"][0]["emoji"] == "😸", "not the newest")
        await ben.request("removeFavoriteSticker", sticker=file)

    async def change():
        await ann.request(
            "addStickerToSet", timeout=30, user_id=0, name=name, sticker=sticker("😻", 200)
        )
        check(len((await found())["stickers"]) == 3, "the new sticker is missing")
        own = await ann.request("searchStickerSet", name=name, ignore_cache=True)
        last = {"@type": "inputFileId", "id": own["stickers"][2]["sticker"]["id"]}
        await ann.request("setStickerPositionInSet", sticker=last, position=0)
        check((await found())["stickers"][0]["emoji"] == "😻", "in another order")
        await ann.request("removeStickerFromSet", sticker=last)
        await ann.request("setStickerSetTitle", name=name, title="Fewer cats")
        seen = await found()
        check((seen["title"], len(seen["stickers"])) == ("Fewer cats", 2), seen["title"])

    async def small_picture():
        document = {
            "@type": "inputDocument",
            "document": made("large.png", png(900, 600)),
            "disable_content_type_detection": True,
        }
        content = {"@type": "inputMessageDocument", "document": document}
        since = ben.mark()
        await ann.post(chat, content, 30)
        got = (await ben.hear(since, timeout=30))["content"]["document"]
        check(got.get("minithumbnail"), "no small preview")
        thumb = got["thumbnail"]
        check((thumb["width"], thumb["height"]) == (320, 213), f"{thumb}")

    async def face():
        photo = {"@type": "inputChatPhotoStatic", "photo": made("face.png", png(700, 500))}
        await ann.request("setProfilePhoto", timeout=30, photo=photo, is_public=False)
        seen = await ben.request("getUserProfilePhotos", user_id=ann.id, offset=0, limit=10)
        check(seen["total_count"] == 1, f"{seen['total_count']} photos")
        sizes = {s["type"]: s["width"] for s in seen["photos"][0]["sizes"]}
        check(sizes == {"a": 160, "b": 320, "c": 500}, f"sizes: {sizes}")
        user = await ben.request("getUser", user_id=ann.id)
        small = user["profile_photo"]["small"]
        await ben.request(
            "downloadFile",
            timeout=30,
            file_id=small["id"],
            priority=1,
            offset=0,
            limit=0,
            synchronous=True,
        )
        await ann.request("deleteProfilePhoto", profile_photo_id=seen["photos"][0]["id"])

    async def end():
        await ann.request("deleteStickerSet", name=name)
        sets = await ann.request(
            "getOwnedStickerSets", offset_sticker_set_id=0, limit=10
        )
        check(sets["total_count"] == 0, "the set is still there")

    await report.step("stickers: a set is made", create)
    await report.step("stickers: a set is installed", install)
    await report.step("stickers: one is sent", send)
    await report.step("stickers: favourites and recent ones", keep)
    await report.step("stickers: a set is changed", change)
    await report.step("stickers: a set is deleted", end)
    await report.step("files: a picture sent as a file", small_picture)
    await report.step("profile photos", face)
