"""Away and back: a gap, and one that is too long to be told step by step."""

import asyncio

from people import check, words


async def steps(world, report):
    ann, ben = await asyncio.gather(world.person("Ann"), world.person("Ben"))
    chat = await ann.meet(ben)
    await ben.meet(ann)
    group = (await ann.request("createNewBasicGroupChat", user_ids=[ben.id], title="Away"))["chat_id"]
    made = await ann.request(
        "createNewSupergroupChat", title="Busy", description="", is_channel=False
    )
    open_house = made["id"]
    await ann.request("addChatMembers", chat_id=open_house, user_ids=[ben.id])
    await ben.wait("updateNewChat", lambda u: u["chat"]["id"] == open_house)

    async def history(person, chat, wanted):
        """The newest texts of a chat, once there are as many as wanted."""
        for _ in range(50):
            found, last = [], 0
            while len(found) < wanted:
                page = await person.request(
                    "getChatHistory", chat_id=chat, from_message_id=last, offset=0, limit=100
                )
                if not page["messages"]:
                    break
                last = page["messages"][-1]["id"]
                texts = [m for m in page["messages"] if m["content"]["@type"] == "messageText"]
                found += [words(m) for m in texts]
            if len(found) >= wanted:
                return found[:wanted]
            await asyncio.sleep(0.2)
        raise AssertionError(f"{len(found)} messages instead of {wanted}: {found[:3]}")

    async def gap():
        nonlocal ben
        await ben.close()
        for n in range(5):
            await ann.write(chat, f"missed {n}")
            await ann.write(group, f"group {n}")
            await ann.write(open_house, f"open {n}")
        ben = await world.resume(ben)
        for with_, name in ((ann.id, "missed"), (group, "group"), (open_house, "open")):
            if with_ == ann.id:
                with_ = (await ben.request("createPrivateChat", user_id=ann.id))["id"]
            found = await history(ben, with_, 5)
            check(found == [f"{name} {n}" for n in reversed(range(5))], f"{name}: {found}")

    async def edited_and_deleted():
        nonlocal ben
        first = await ann.write(chat, "to be changed")
        second = await ann.write(chat, "to be deleted")
        private = (await ben.request("createPrivateChat", user_id=ann.id))["id"]
        for _ in range(50):
            newest = (await history(ben, private, 2))[0]
            if newest == "to be deleted":
                break
            await asyncio.sleep(0.2)
        check(newest == "to be deleted", f"before: {newest}")
        await ben.close()
        await ann.request(
            "editMessageText",
            chat_id=chat,
            message_id=first["id"],
            input_message_content={
                "@type": "inputMessageText",
                "text": {"@type": "formattedText", "text": "changed"},
            },
        )
        await ann.request(
            "deleteMessages", chat_id=chat, message_ids=[second["id"]], revoke=True
        )
        ben = await world.resume(ben)
        for _ in range(50):
            found = await history(ben, private, 1)
            if found == ["changed"]:
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"still there: {found}")

    async def too_long():
        nonlocal ben
        await ben.close()
        batch = []
        since = ann.mark()
        for n in range(250):
            sent = await ann.request(
                "sendMessage",
                chat_id=open_house if n % 2 else chat,
                input_message_content={
                    "@type": "inputMessageText",
                    "text": {"@type": "formattedText", "text": f"much {n}"},
                },
            )
            batch.append(sent["id"])
        for id in batch:
            await ann.arrival(id, since, 60)
        await world.too_long(ben)
        ben = await world.resume(ben)
        # Of private chats TDLib only learns where to go on; a channel it reads anew.
        found = await history(ben, open_house, 125)
        check(found == [f"much {n}" for n in range(249, -1, -2)], f"{found[:3]} … {found[-3:]}")
        since = ben.mark()
        await ann.write(chat, "and after")
        check(words(await ben.hear(since)) == "and after", "the next one did not come")

    await report.step("offline: back after a gap", gap)
    await report.step("offline: what was edited and deleted meanwhile", edited_and_deleted)
    await report.step("offline: back after a gap that is too long", too_long)
