"""Private chats: messages, events, histories, dialogs."""

import asyncio
import datetime

from telethon import events
from telethon.tl import functions, types

from world import PATIENCE, Heard, check, person, refused


async def two_clients(world, report, first, second):
    alice = await person(world, "talk-alice", first, "Alice Talk")
    bob = await person(world, "talk-bob", second, "Bob Talk", "bob_talk", "abridged")
    me = await bob.get_me()
    new = Heard(bob, events.NewMessage(incoming=True))
    edited = Heard(bob, events.MessageEdited())
    deleted = Heard(bob, events.MessageDeleted())
    state = {}

    async def live():
        state["sent"] = await alice.send_message("bob_talk", "hello __Bob__")
        event = await new.next()
        check(event.raw_text == "hello Bob", event.raw_text)
        state["received"] = event.message
        await event.reply("hello Alice")
        history = await alice.get_messages("bob_talk", limit=1)
        check(history[0].raw_text == "hello Alice", "the answer is not in the history")
        check(history[0].reply_to_msg_id == state["sent"].id, "the answer is no reply")

    async def edit():
        await state["sent"].edit("hello again")
        event = await edited.next()
        check(event.raw_text == "hello again", event.raw_text)

    async def delete():
        await state["sent"].delete(revoke=True)
        event = await deleted.next()
        check(state["received"].id in event.deleted_ids, "another message was deleted")

    async def history():
        for i in range(25):
            await alice.send_message(me.id, f"line {i}")
        lines = [m.raw_text async for m in alice.iter_messages("bob_talk", limit=25)]
        check(lines == [f"line {i}" for i in reversed(range(25))], f"wrong history: {lines[:3]}")

    async def catch_up():
        await bob.disconnect()
        for i in range(3):
            await alice.send_message(me.id, f"missed {i}")
        again = world.client("talk-bob", "abridged", catch_up=True)
        missed = Heard(again, events.NewMessage(incoming=True))
        await again.connect()
        await again.catch_up()
        got = [(await missed.next()).raw_text for _ in range(3)]
        check(got == [f"missed {i}" for i in range(3)], f"missed messages: {got}")
        await again.disconnect()

    await report.step("message to another live client, reply", live)
    await report.step("edit is seen", edit)
    await report.step("delete is seen", delete)
    await report.step("history of 25 messages", history)
    await report.step("offline, then catch up", catch_up)
    await alice.disconnect()


async def small_things(world, report, first, second):
    """What two people do beside writing: reading, typing, forwarding, pinning, reacting."""
    ann = await person(world, "small-ann", first, "Ann Small", "ann_small")
    ben = await person(world, "small-ben", second, "Ben Small", "ben_small", "intermediate")
    ann_id, ben_id = (await ann.get_me()).id, (await ben.get_me()).id
    sent = await ann.send_message("ben_small", "first")
    received = (await ben.get_messages("ann_small", limit=1))[0]

    async def read():
        seen = Heard(ann, events.MessageRead())
        await ben.send_read_acknowledge("ann_small", received)
        event = await seen.next(lambda event: event.outbox)
        check(event.is_read(sent), "the message does not count as read")
        dialog = [d async for d in ben.iter_dialogs() if d.id == ann_id][0]
        check(dialog.unread_count == 0, f"{dialog.unread_count} unread")

    async def typing():
        seen = Heard(ben, events.UserUpdate())
        async with ann.action("ben_small", "typing"):
            event = await seen.next(lambda event: event.typing)
        check(event.user_id == ann_id, "somebody else types")
        check(await ann.action("ben_small", "cancel"), "typing was not cancelled")

    async def forward():
        copy = await ann.forward_messages("me", sent)
        check(copy.raw_text == "first" and copy.forward is not None, "no forward")
        several = await ben.forward_messages("ann_small", [received, received])
        check([m.raw_text for m in several] == ["first", "first"], "not both")

    async def pin():
        seen = Heard(ben, events.ChatAction(func=lambda event: event.new_pin))
        await ann.pin_message("ben_small", sent, notify=True)
        await seen.next()
        only = types.InputMessagesFilterPinned
        pinned = await ben.get_messages("ann_small", filter=only)
        check([m.raw_text for m in pinned] == ["first"], "another message is pinned")
        await ann.unpin_message("ben_small", sent)
        check(not await ben.get_messages("ann_small", filter=only), "still pinned")

    async def react():
        seen = Heard(ann, events.Raw(types.UpdateMessageReactions))
        await ben(
            functions.messages.SendReactionRequest(
                "ann_small", received.id, reaction=[types.ReactionEmoji("\U0001f44d")]
            )
        )
        update = await seen.next()
        check(update.msg_id == sent.id, "another message")
        again = await ann.get_messages("ben_small", ids=sent.id)
        check(again.reactions.results[0].count == 1, "no reaction on the message")

    async def schedule():
        later = datetime.timedelta(minutes=10)
        planned = await ann.send_message("ben_small", "later", schedule=later)
        waiting = await ann.get_messages("ben_small", scheduled=True)
        check([m.raw_text for m in waiting] == ["later"], "not in the plan")
        await ann(functions.messages.DeleteScheduledMessagesRequest("ben_small", [planned.id]))
        check(not await ann.get_messages("ben_small", scheduled=True), "still planned")

    async def search():
        found = await ann.get_messages("ben_small", search="first")
        check(found and all("first" in m.raw_text for m in found), "nothing found")
        everywhere = [m async for m in ann.iter_messages(None, search="first", limit=5)]
        check(everywhere, "nothing found everywhere")
        mine = [m async for m in ben.iter_messages("ann_small", from_user="me")]
        check(all(m.sender_id == ben_id for m in mine), "another sender")

    async def parse_modes():
        html = await ann.send_message("ben_small", "<b>a</b> <i>b</i>", parse_mode="html")
        kinds = [type(entity).__name__ for entity in html.entities]
        check(kinds == ["MessageEntityBold", "MessageEntityItalic"], kinds)
        mention = await ann.send_message("ben_small", f"[Ann](tg://user?id={ann_id})")
        check(isinstance(mention.entities[0], types.MessageEntityMentionName), "no mention")
        quiet = await ann.send_message("ben_small", "`code`", reply_to=html, silent=True)
        quiet = await ann.get_messages("ben_small", ids=quiet.id)
        check(quiet.silent and quiet.is_reply, "silence or the reply is lost")

    await report.step("send_read_acknowledge is seen", read)
    await report.step("typing action is seen", typing)
    await report.step("forward one and several", forward)
    await report.step("pin and unpin", pin)
    await report.step("reaction is seen", react)
    await report.step("scheduled message, and taken back", schedule)
    await report.step("search in a chat, everywhere and by sender", search)
    await report.step("parse modes, mentions, silence", parse_modes)
    await ann.disconnect()
    await ben.disconnect()


async def conversation(world, report, first, second):
    """Telethon's conversations: one side asks, the other answers."""
    asker = await person(world, "conv-asker", first, "Asker")
    other = await person(world, "conv-other", second, "Other", "conv_other")

    async def answer(event):
        if event.raw_text == "a question":
            await event.respond("an answer")
            await event.message.mark_read()
        elif event.raw_text == "another":
            said = await event.reply("a reply")
            await said.edit("an edited reply")

    other.add_event_handler(answer, events.NewMessage(incoming=True))

    async def response():
        async with asker.conversation("conv_other", timeout=PATIENCE) as conv:
            asked = await conv.send_message("a question")
            check((await conv.get_response()).raw_text == "an answer", "another response")
            await conv.wait_read(asked)

    async def reply_and_edit():
        async with asker.conversation("conv_other", timeout=PATIENCE) as conv:
            asked = await conv.send_message("another")
            check((await conv.get_reply(asked)).raw_text.endswith("reply"), "another reply")
            check((await conv.get_edit()).raw_text == "an edited reply", "another edit")

    async def silence():
        async with asker.conversation("conv_other", timeout=0.5) as conv:
            await conv.send_message("nobody answers this")
            await refused(asyncio.TimeoutError, conv.get_response())

    await report.step("conversation: response, and read", response)
    await report.step("conversation: reply and edit", reply_and_edit)
    await report.step("conversation: silence times out", silence)
    await asker.disconnect()
    await other.disconnect()
