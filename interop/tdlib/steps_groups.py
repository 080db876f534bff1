"""Basic groups, supergroups and channels, with three people live."""

import asyncio
import pathlib

from people import check, refused, text, words
from pictures import png


async def steps(world, report):
    ann, ben, cat = await asyncio.gather(*(world.person(name) for name in ("Ann", "Ben", "Cat")))
    for one in (ben, cat):
        await ann.meet(one)
        await one.meet(ann)
    await group(world, report, ann, ben, cat)
    await supergroup(world, report, ann, ben, cat)
    await channel(world, report, ann, ben, cat)


async def note(person, kind, since, timeout=10):
    """The server's note of that kind."""
    wanted = lambda u: u["message"]["content"]["@type"] == kind
    return (await person.wait("updateNewMessage", wanted, since, timeout))["message"]


async def members(person, chat):
    """The members of a supergroup or channel, by id."""
    about = await person.request("getChat", chat_id=chat)
    found = await person.request(
        "getSupergroupMembers",
        supergroup_id=about["type"]["supergroup_id"],
        filter={"@type": "supergroupMembersFilterRecent"},
        offset=0,
        limit=100,
    )
    return {m["member_id"]["user_id"]: m["status"]["@type"] for m in found["members"]}


async def search(person, chat, query):
    return await person.request(
        "searchChatMessages", chat_id=chat, query=query, from_message_id=0, offset=0, limit=10
    )


async def texts(person, chat):
    """The texts of a chat, newest first; notes are left out."""
    found, last = [], 0
    while True:
        page = await person.request(
            "getChatHistory", chat_id=chat, from_message_id=last, offset=0, limit=50
        )
        if not page["messages"]:
            return found
        last = page["messages"][-1]["id"]
        found += [words(m) for m in page["messages"] if m["content"]["@type"] == "messageText"]


def sender(user):
    return {"@type": "messageSenderUser", "user_id": user.id}


async def set_status(person, chat, user, status):
    await person.request(
        "setChatMemberStatus", chat_id=chat, member_id=sender(user), status=status
    )


ADMIN = {
    "@type": "chatMemberStatusAdministrator",
    "can_be_edited": True,
    "rights": {
        "@type": "chatAdministratorRights",
        "can_manage_chat": True,
        "can_change_info": True,
        "can_post_messages": True,
        "can_delete_messages": True,
        "can_invite_users": True,
        "can_restrict_members": True,
        "can_pin_messages": True,
    },
}


async def photo(world, person, chat):
    path = pathlib.Path(world.folder) / f"photo{chat}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(320, 320))
    since = person.mark()
    await person.request(
        "setChatPhoto",
        chat_id=chat,
        photo={
            "@type": "inputChatPhotoStatic",
            "photo": {"@type": "inputFileLocal", "path": str(path)},
        },
    )
    shown = lambda u: u["chat_id"] == chat and u["photo"]
    await person.wait("updateChatPhoto", shown, since)


async def group(world, report, ann, ben, cat):
    state = {}

    async def create():
        since = ben.mark()
        made = await ann.request("createNewBasicGroupChat", user_ids=[ben.id], title="Friends")
        check(not made["failed_to_add_members"]["failed_to_add_members"], "Ben was not added")
        state["chat"] = made["chat_id"]
        got = await note(ben, "messageBasicGroupChatCreate", since)
        check(got["chat_id"] == made["chat_id"], "in another chat")
        check(got["content"]["title"] == "Friends", got["content"]["title"])

    async def add():
        since = cat.mark()
        await ann.request("addChatMember", chat_id=state["chat"], user_id=cat.id, forward_limit=10)
        got = await note(cat, "messageChatAddMembers", since)
        check(got["content"]["member_user_ids"] == [cat.id], "somebody else was added")

    async def talk():
        marks = ann.mark(), cat.mark()
        await ben.write(state["chat"], "hello group")
        for person, since in zip((ann, cat), marks):
            got = await person.hear(since)
            check(words(got) == "hello group", words(got))
            check(got["sender_id"]["user_id"] == ben.id, "from somebody else")

    async def rename():
        since = ben.mark()
        await ann.request("setChatTitle", chat_id=state["chat"], title="Old friends")
        update = await ben.wait(
            "updateChatTitle", lambda u: u["chat_id"] == state["chat"], since
        )
        check(update["title"] == "Old friends", update["title"])

    async def promote():
        since = ben.mark()
        await set_status(ann, state["chat"], ben, ADMIN)
        about = await ann.request("getChat", chat_id=state["chat"])
        full = await ann.request(
            "getBasicGroupFullInfo", basic_group_id=about["type"]["basic_group_id"]
        )
        statuses = {m["member_id"]["user_id"]: m["status"]["@type"] for m in full["members"]}
        check(statuses[ben.id] == "chatMemberStatusAdministrator", statuses)
        mine = lambda u: u["basic_group"]["status"]["@type"] == "chatMemberStatusAdministrator"
        await ben.wait("updateBasicGroup", mine, since)

    async def remove():
        since = cat.mark()
        await set_status(ann, state["chat"], cat, {"@type": "chatMemberStatusLeft"})
        await note(cat, "messageChatDeleteMember", since)
        check((await texts(cat, state["chat"]))[0] == "hello group", "the history is gone")

    async def leave():
        since = ann.mark()
        await ben.request("leaveChat", chat_id=state["chat"])
        got = await note(ann, "messageChatDeleteMember", since)
        check(got["content"]["user_id"] == ben.id, "somebody else left")

    async def history():
        check(await texts(ann, state["chat"]) == ["hello group"], "another history")
        found = await search(ann, state["chat"], "hello")
        check(found["total_count"] == 1, f"{found['total_count']} were found")

    async def upgrade():
        since = ann.mark()
        new = await ann.request("upgradeBasicGroupChatToSupergroupChat", chat_id=state["chat"])
        await note(ann, "messageChatUpgradeFrom", since)
        check((await members(ann, new["id"]))[ann.id] == "chatMemberStatusCreator", "no creator")

    await report.step("group: create", create)
    await report.step("group: add a member", add)
    await report.step("group: a message reaches everybody", talk)
    await report.step("group: rename", rename)
    await report.step("group: photo", lambda: photo(world, ann, state["chat"]))
    await report.step("group: promote", promote)
    await report.step("group: remove a member", remove)
    await report.step("group: leave", leave)
    await report.step("group: history and search", history)
    await report.step("group: becomes a supergroup", upgrade)


async def supergroup(world, report, ann, ben, cat):
    state = {}

    async def create():
        made = await ann.request(
            "createNewSupergroupChat", title="Open", description="about", is_channel=False
        )
        state["chat"] = made["id"]
        check(made["type"]["@type"] == "chatTypeSupergroup", made["type"])

    async def add():
        since = ben.mark()
        await ann.request("addChatMembers", chat_id=state["chat"], user_ids=[ben.id, cat.id])
        await ben.wait("updateNewChat", lambda u: u["chat"]["id"] == state["chat"], since)
        found = await members(ann, state["chat"])
        check(set(found) == {ann.id, ben.id, cat.id}, f"members: {found}")

    async def talk():
        marks = ann.mark(), cat.mark()
        await ben.write(state["chat"], "hello supergroup")
        for person, since in zip((ann, cat), marks):
            check(words(await person.hear(since)) == "hello supergroup", "another text")

    async def edit_and_delete():
        marks = ann.mark()
        sent = await ben.write(state["chat"], "soon gone")
        got = await ann.hear(marks)
        since = ann.mark()
        await ben.request(
            "editMessageText",
            chat_id=state["chat"],
            message_id=sent["id"],
            input_message_content=text("changed"),
        )
        await ann.wait(
            "updateMessageContent", lambda u: u["message_id"] == got["id"], since
        )
        await ann.request(
            "deleteMessages", chat_id=state["chat"], message_ids=[got["id"]], revoke=True
        )
        gone = lambda u: u["is_permanent"] and sent["id"] in u["message_ids"]
        await ben.wait("updateDeleteMessages", gone)

    async def pin():
        got = await ann.write(state["chat"], "rules")
        since = ben.mark()
        await ann.request("pinChatMessage", chat_id=state["chat"], message_id=got["id"])
        await note(ben, "messagePinMessage", since)
        found = await ben.request("getChatPinnedMessage", chat_id=state["chat"])
        check(words(found) == "rules", words(found))

    async def rename():
        since = ben.mark()
        await ann.request("setChatTitle", chat_id=state["chat"], title="Open house")
        await ben.wait("updateChatTitle", lambda u: u["title"] == "Open house", since)
        await ann.request("setChatDescription", chat_id=state["chat"], description="new words")

    async def username():
        about = await ann.request("getChat", chat_id=state["chat"])
        await ann.request(
            "setSupergroupUsername",
            supergroup_id=about["type"]["supergroup_id"],
            username=f"open_house_{ann.id}",
        )
        found = await cat.request("searchPublicChat", username=f"open_house_{ann.id}")
        check(found["id"] == state["chat"], "another chat has the name")

    async def promote():
        await set_status(ann, state["chat"], ben, ADMIN)
        found = await members(ann, state["chat"])
        check(found[ben.id] == "chatMemberStatusAdministrator", found)

    async def restrict():
        muted = {
            "@type": "chatMemberStatusRestricted",
            "is_member": True,
            "restricted_until_date": 0,
            "permissions": {"@type": "chatPermissions"},
        }
        since = cat.mark()
        await set_status(ann, state["chat"], cat, muted)
        mine = lambda u: u["supergroup"]["status"]["@type"] == "chatMemberStatusRestricted"
        await cat.wait("updateSupergroup", mine, since)
        await refused(
            cat.request(
                "sendMessage", chat_id=state["chat"], input_message_content=text("let me")
            ),
            "Not enough rights to send text messages to the chat",
        )

    async def ban():
        since = cat.mark()
        banned = {"@type": "chatMemberStatusBanned", "banned_until_date": 0}
        await set_status(ann, state["chat"], cat, banned)
        mine = lambda u: u["supergroup"]["status"]["@type"] == "chatMemberStatusBanned"
        await cat.wait("updateSupergroup", mine, since)
        check(cat.id not in await members(ann, state["chat"]), "still a member")
        since = cat.mark()
        await set_status(ann, state["chat"], cat, {"@type": "chatMemberStatusLeft"})
        free = lambda u: u["supergroup"]["status"]["@type"] == "chatMemberStatusLeft"
        await cat.wait("updateSupergroup", free, since)

    async def join_and_leave():
        await cat.request("searchPublicChat", username=f"open_house_{ann.id}")
        await cat.request("joinChat", chat_id=state["chat"])
        check(cat.id in await members(ann, state["chat"]), "not a member")
        await cat.request("leaveChat", chat_id=state["chat"])
        check(cat.id not in await members(ann, state["chat"]), "still a member")

    async def history():
        found = await texts(ben, state["chat"])
        check(found == ["rules", "hello supergroup"], f"history: {found}")
        found = await search(ben, state["chat"], "supergroup")
        check(len(found["messages"]) == 1, f"{len(found['messages'])} were found")

    async def delete():
        since = ben.mark()
        about = await ann.request("getChat", chat_id=state["chat"])
        supergroup_id = about["type"]["supergroup_id"]
        await ann.request("getSupergroupFullInfo", supergroup_id=supergroup_id)
        await ann.request("deleteChat", chat_id=state["chat"])
        mine = lambda u: u["supergroup"]["status"]["@type"] != "chatMemberStatusAdministrator"
        await ben.wait("updateSupergroup", mine, since)

    await report.step("supergroup: create", create)
    await report.step("supergroup: add members", add)
    await report.step("supergroup: a message reaches everybody", talk)
    await report.step("supergroup: edit and delete", edit_and_delete)
    await report.step("supergroup: pin", pin)
    await report.step("supergroup: rename and describe", rename)
    await report.step("supergroup: photo", lambda: photo(world, ann, state["chat"]))
    await report.step("supergroup: public name", username)
    await report.step("supergroup: promote", promote)
    await report.step("supergroup: restrict", restrict)
    await report.step("supergroup: ban and unban", ban)
    await report.step("supergroup: join and leave", join_and_leave)
    await report.step("supergroup: history and search", history)
    await report.step("supergroup: delete", delete)


async def channel(world, report, ann, ben, cat):
    state = {}

    async def create():
        made = await ann.request(
            "createNewSupergroupChat", title="News", description="", is_channel=True
        )
        state["chat"] = made["id"]
        check(made["type"]["is_channel"], "no channel")

    async def add():
        since = ben.mark()
        await ann.request("addChatMembers", chat_id=state["chat"], user_ids=[ben.id])
        await ben.wait("updateNewChat", lambda u: u["chat"]["id"] == state["chat"], since)
        # TDLib asks for the chat in several calls; once it knows its history it has them all.
        check(await texts(ben, state["chat"]) == [], "posts before the first")

    async def post():
        since = ben.mark()
        await ann.write(state["chat"], "first post")
        got = await ben.hear(since)
        check(got["is_channel_post"] and got["sender_id"]["chat_id"] == state["chat"], "no post")
        await refused(
            ben.request("sendMessage", chat_id=state["chat"], input_message_content=text("me")),
            "Need administrator rights in the channel chat",
        )

    async def promoted():
        since = ben.mark()
        await set_status(ann, state["chat"], ben, ADMIN)
        mine = lambda u: u["supergroup"]["status"]["@type"] == "chatMemberStatusAdministrator"
        await ben.wait("updateSupergroup", mine, since)
        since = ann.mark()
        await ben.write(state["chat"], "second post")
        check(words(await ann.hear(since)) == "second post", "another text")

    async def views():
        posts = await ben.request(
            "getChatHistory", chat_id=state["chat"], from_message_id=0, offset=0, limit=2
        )
        ids = [post["id"] for post in posts["messages"]]
        await ben.request("openChat", chat_id=state["chat"])
        since = ben.mark()
        await ben.request(
            "viewMessages", chat_id=state["chat"], message_ids=ids, force_read=True
        )
        await ben.wait("updateMessageInteractionInfo", lambda u: u["message_id"] in ids, since)
        await ben.request("closeChat", chat_id=state["chat"])

    async def forward():
        since = cat.mark()
        posts = await ben.request(
            "getChatHistory", chat_id=state["chat"], from_message_id=0, offset=0, limit=1
        )
        chat = await ann.request("createPrivateChat", user_id=cat.id)
        await ann.request(
            "forwardMessages",
            chat_id=chat["id"],
            from_chat_id=state["chat"],
            message_ids=[posts["messages"][0]["id"]],
        )
        got = await cat.hear(since)
        origin = got["forward_info"]["origin"]
        check(origin["@type"] == "messageOriginChannel", f"origin: {origin}")

    async def leave():
        await ben.request("leaveChat", chat_id=state["chat"])
        check(ben.id not in await members(ann, state["chat"]), "still there")

    await report.step("channel: create", create)
    await report.step("channel: add a subscriber", add)
    await report.step("channel: a post, and who may not", post)
    await report.step("channel: an administrator posts", promoted)
    await report.step("channel: views", views)
    await report.step("channel: a forwarded post names it", forward)
    await report.step("channel: leave", leave)
