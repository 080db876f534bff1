"""Two people in a private chat, both live."""

import asyncio

from people import check, refused, text, words


async def steps(world, report):
    ann, ben = await asyncio.gather(world.person("Ann"), world.person("Ben"))
    chat = {}
    state = {}

    async def meet():
        chat[ann] = await ann.meet(ben)
        chat[ben] = await ben.meet(ann)
        found = await ann.request("getContacts")
        check(ben.id in found["user_ids"], "not in the contacts")
        about = await ann.request("getChat", chat_id=chat[ann])
        check(about["title"] == "Ben Tester", about["title"])

    async def live():
        since = ben.mark()
        sent = state["sent"] = await ann.write(chat[ann], "hello Ben")
        message = state["got"] = await ben.hear(since)
        check(words(message) == "hello Ben", words(message))
        check(message["chat_id"] == chat[ben], "in another chat")
        check(message["sender_id"]["user_id"] == ann.id, "from somebody else")
        check(sent["content"] == message["content"], "not what was sent")

    async def entities():
        marked = ann.client.td.execute(
            "parseTextEntities",
            text="<b>bold</b> <i>italic</i> <code>x = 1</code> "
            '<a href="https://example.com/">link</a> <s>gone</s> <tg-spoiler>secret</tg-spoiler> 🌞',
            parse_mode={"@type": "textParseModeHTML"},
        )
        since = ben.mark()
        await ann.post(chat[ann], text(marked["text"], marked["entities"]))
        got = (await ben.hear(since))["content"]["text"]
        check(got["text"] == marked["text"], got["text"])
        check(got["entities"] == marked["entities"], f"other entities: {got['entities']}")

    async def automatic_entities():
        since = ben.mark()
        await ann.write(chat[ann], "see https://example.com, #tag and a@example.com")
        got = (await ben.hear(since))["content"]["text"]["entities"]
        kinds = [entity["type"]["@type"] for entity in got]
        wanted = ["textEntityTypeUrl", "textEntityTypeHashtag", "textEntityTypeEmailAddress"]
        check(kinds == wanted, f"entities: {kinds}")

    async def reply():
        since = ann.mark()
        to = {"@type": "inputMessageReplyToMessage", "message_id": state["got"]["id"]}
        await ben.write(chat[ben], "hello Ann", reply_to=to)
        message = await ann.hear(since)
        check(message["reply_to"]["message_id"] == state["sent"]["id"], "a reply to another")

    async def quote():
        since = ann.mark()
        to = {
            "@type": "inputMessageReplyToMessage",
            "message_id": state["got"]["id"],
            "quote": {
                "@type": "inputTextQuote",
                "text": {"@type": "formattedText", "text": "hello"},
                "position": 0,
            },
        }
        await ben.write(chat[ben], "only this", reply_to=to)
        reply_to = (await ann.hear(since))["reply_to"]
        check(reply_to["quote"]["text"]["text"] == "hello", f"another quote: {reply_to}")

    async def edit():
        since = ben.mark()
        await ann.request(
            "editMessageText",
            chat_id=chat[ann],
            message_id=state["sent"]["id"],
            input_message_content=text("hello again"),
        )
        mine = lambda update: update["message_id"] == state["got"]["id"]
        update = await ben.wait("updateMessageContent", mine, since)
        check(update["new_content"]["text"]["text"] == "hello again", "another text")
        update = await ben.wait("updateMessageEdited", mine, since)
        check(update["edit_date"] > 0, "no date of editing")

    async def edit_of_others():
        edited = ben.request(
            "editMessageText",
            chat_id=chat[ben],
            message_id=state["got"]["id"],
            input_message_content=text("mine now"),
        )
        await refused(edited, "Message can't be edited")

    async def forward():
        since = ann.mark()
        me = await ann.request("createPrivateChat", user_id=ann.id)
        sent = await ann.request(
            "forwardMessages",
            chat_id=me["id"],
            from_chat_id=chat[ann],
            message_ids=[state["sent"]["id"]],
        )
        message = await ann.arrival(sent["messages"][0]["id"], since)
        check(words(message) == "hello again", words(message))
        origin = message["forward_info"]["origin"]
        check(origin["sender_user_id"] == ann.id, f"origin: {origin}")

    async def pin():
        since = ben.mark()
        await ann.request(
            "pinChatMessage",
            chat_id=chat[ann],
            message_id=state["sent"]["id"],
            disable_notification=True,
        )
        pinned = lambda update: update["message_id"] == state["got"]["id"] and update["is_pinned"]
        await ben.wait("updateMessageIsPinned", pinned, since)
        found = await ben.request("getChatPinnedMessage", chat_id=chat[ben])
        check(found["id"] == state["got"]["id"], "another message is pinned")
        since = ben.mark()
        await ann.request("unpinAllChatMessages", chat_id=chat[ann])
        gone = lambda update: not update["is_pinned"]
        await ben.wait("updateMessageIsPinned", gone, since)

    async def reaction():
        since = ann.mark()
        await ben.request(
            "addMessageReaction",
            chat_id=chat[ben],
            message_id=state["got"]["id"],
            reaction_type={"@type": "reactionTypeEmoji", "emoji": "👍"},
        )
        update = await ann.wait(
            "updateMessageInteractionInfo",
            lambda u: u["message_id"] == state["sent"]["id"] and "interaction_info" in u,
            since,
        )
        reactions = update["interaction_info"]["reactions"]["reactions"]
        check([r["type"]["emoji"] for r in reactions] == ["👍"], f"reactions: {reactions}")
        await ben.request(
            "removeMessageReaction",
            chat_id=chat[ben],
            message_id=state["got"]["id"],
            reaction_type={"@type": "reactionTypeEmoji", "emoji": "👍"},
        )

    async def read():
        since = ann.mark()
        sent = await ann.write(chat[ann], "read this")
        message = await ben.hear(0, lambda m: words_or_none(m) == "read this")
        before = await ben.request("getChat", chat_id=chat[ben])
        check(before["unread_count"] > 0, "nothing is unread")
        await ben.request("openChat", chat_id=chat[ben])
        await ben.request(
            "viewMessages", chat_id=chat[ben], message_ids=[message["id"]], force_read=True
        )
        await ann.wait(
            "updateChatReadOutbox",
            lambda u: u["last_read_outbox_message_id"] == sent["id"],
            since,
        )
        after = await ben.request("getChat", chat_id=chat[ben])
        check(after["unread_count"] == 0, f"{after['unread_count']} are unread")

    async def typing():
        since = ben.mark()
        await ann.request(
            "sendChatAction", chat_id=chat[ann], action={"@type": "chatActionTyping"}
        )
        update = await ben.wait("updateChatAction", since=since)
        check(update["action"]["@type"] == "chatActionTyping", "another action")
        check(update["sender_id"]["user_id"] == ann.id, "somebody else is typing")

    async def presence():
        since = ben.mark()
        await ann.request("setOption", name="online", value={"@type": "optionValueBoolean", "value": True})
        of_ann = lambda update: update["user_id"] == ann.id
        online = lambda update: update["status"]["@type"] == "userStatusOnline"
        await ben.wait("updateUserStatus", lambda u: of_ann(u) and online(u), since)
        since = ben.mark()
        await ann.request("setOption", name="online", value={"@type": "optionValueBoolean", "value": False})
        await ben.wait("updateUserStatus", lambda u: of_ann(u) and not online(u), since)

    async def history():
        for number in range(30):
            await ann.write(chat[ann], f"line {number}")
        fresh = await world.again(ben, "Ben-fresh")
        await fresh.request("loadChats", limit=20)
        lines, start = [], 0
        while len(lines) < 30:
            page = await fresh.request(
                "getChatHistory", chat_id=chat[ben], from_message_id=start, limit=20
            )
            check(page["messages"], f"the history ends after {len(lines)} lines")
            lines += [line for line in map(words_or_none, page["messages"]) if line]
            start = page["messages"][-1]["id"]
        wanted = [f"line {number}" for number in reversed(range(30))]
        check(lines[:30] == wanted, f"other lines: {lines[:5]}")
        await fresh.close()

    async def search():
        found = await ann.request(
            "searchChatMessages", chat_id=chat[ann], query="line 7", limit=10
        )
        check([words(m) for m in found["messages"]] == ["line 7"], "other messages")
        found = await ann.request("searchMessages", query="line 7", limit=10)
        check("line 7" in [words(m) for m in found["messages"]], "not found in all chats")

    async def delete():
        message = await ann.write(chat[ann], "not for long")
        got = await ben.hear(0, lambda m: words_or_none(m) == "not for long")
        since = ben.mark()
        await ann.request(
            "deleteMessages", chat_id=chat[ann], message_ids=[message["id"]], revoke=True
        )
        update = await ben.wait("updateDeleteMessages", lambda u: u["is_permanent"], since)
        check(update["message_ids"] == [got["id"]], "another message is gone")

    async def clear():
        since = ben.mark()
        await ann.request(
            "deleteChatHistory", chat_id=chat[ann], remove_from_chat_list=False, revoke=True
        )
        await ben.wait("updateDeleteMessages", lambda u: u["is_permanent"], since)
        found = await ben.request("getChatHistory", chat_id=chat[ben], from_message_id=0, limit=9)
        check(not found["messages"], f"{len(found['messages'])} messages are left")

    await report.step("private: contacts and a chat", meet)
    await report.step("private: a message reaches another live client", live)
    await report.step("private: text with entities", entities)
    await report.step("private: links, tags and addresses are found", automatic_entities)
    await report.step("private: reply", reply)
    await report.step("private: reply with a quote", quote)
    await report.step("private: edit", edit)
    await report.step("private: messages of others cannot be edited", edit_of_others)
    await report.step("private: forward", forward)
    await report.step("private: pin and unpin", pin)
    await report.step("private: reaction", reaction)
    await report.step("private: read receipt and unread count", read)
    await report.step("private: typing", typing)
    await report.step("private: online and offline", presence)
    await report.step("private: history in pages", history)
    await report.step("private: search", search)
    await report.step("private: delete for both", delete)
    await report.step("private: clear the history", clear)
    await one_account_twice(world, report, ann, ben, chat)


async def one_account_twice(world, report, ann, ben, chat):
    """What the second client of an account hears of the first."""
    state = {}

    async def login():
        second = state["second"] = await world.again(ann, "Ann-second")
        await second.request("loadChats", limit=20)
        chats = await second.request("getChats", limit=20)
        check(chat[ann] in chats["chat_ids"], f"chats: {chats['chat_ids']}")

    async def sent_elsewhere():
        since = state["second"].mark()
        await ann.write(chat[ann], "from the first")
        mine = lambda update: update["message"]["is_outgoing"]
        update = await state["second"].wait("updateNewMessage", mine, since)
        check(words(update["message"]) == "from the first", "another message")

    async def draft():
        since = state["second"].mark()
        await ann.request(
            "setChatDraftMessage",
            chat_id=chat[ann],
            draft_message={
                "@type": "draftMessage",
                "content": {
                    "@type": "draftMessageContentText",
                    "text": text("half a thou")["text"],
                },
                # The same for versions in which drafts are nothing but text.
                "input_message_text": text("half a thou"),
            },
        )
        there = lambda update: update.get("draft_message")
        update = await state["second"].wait("updateChatDraftMessage", there, since)
        check("half a thou" in str(update["draft_message"]), f"draft: {update['draft_message']}")
        since = state["second"].mark()
        await ann.request("setChatDraftMessage", chat_id=chat[ann], draft_message=None)
        gone = lambda update: not update.get("draft_message")
        await state["second"].wait("updateChatDraftMessage", gone, since)

    async def read_elsewhere():
        since = state["second"].mark()
        await ben.write(chat[ben], "to both of you")
        message = await ann.hear(0, lambda m: words_or_none(m) == "to both of you")
        await ann.request(
            "viewMessages", chat_id=chat[ann], message_ids=[message["id"]], force_read=True
        )
        read = lambda update: update["last_read_inbox_message_id"] == message["id"]
        await state["second"].wait("updateChatReadInbox", read, since)

    async def pinned_chat():
        await ann.request("loadChats", limit=20)
        since = state["second"].mark()
        await ann.request(
            "toggleChatIsPinned",
            chat_list={"@type": "chatListMain"},
            chat_id=chat[ann],
            is_pinned=True,
        )
        pinned = lambda update: update["position"]["is_pinned"] and update["chat_id"] == chat[ann]
        await state["second"].wait("updateChatPosition", pinned, since)

    async def muted():
        since = state["second"].mark()
        settings = await ann.request("getChat", chat_id=chat[ann])
        settings = settings["notification_settings"]
        settings.update(use_default_mute_for=False, mute_for=3600)
        await ann.request(
            "setChatNotificationSettings", chat_id=chat[ann], notification_settings=settings
        )
        update = await state["second"].wait("updateChatNotificationSettings", since=since)
        check(update["notification_settings"]["mute_for"] > 3000, "not muted")

    await report.step("twice: a second client sees the chats", login)
    await report.step("twice: what the first sends", sent_elsewhere)
    await report.step("twice: a draft comes and goes", draft)
    await report.step("twice: what the first has read", read_elsewhere)
    await report.step("twice: a chat is pinned", pinned_chat)
    await report.step("twice: a chat is muted", muted)


def words_or_none(message):
    return message["content"].get("text", {}).get("text")
