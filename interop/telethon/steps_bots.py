"""Bots: login, messages, commands, buttons, inline queries."""

import asyncio

from telethon import Button, errors, events
from telethon.tl import functions, types

from world import Heard, check, person, refused


async def bot(world, report, number):
    user = await person(world, "bot-user", number, "Bot User")
    bot_client = world.client("bot")

    async def wrong_token():
        other = world.client("bot-wrong")
        await other.connect()
        try:
            await other.sign_in(bot_token="12345:wrong")
        except errors.AccessTokenInvalidError:
            return
        finally:
            await other.disconnect()
        raise AssertionError("a wrong token was accepted")

    async def login():
        await bot_client.connect()
        me = await bot_client.sign_in(bot_token=world.server.bots["echo_bot"])
        check(me.bot and me.username == "echo_bot", f"signed in as {me.username}")

    async def echo():
        async def answer(event):
            await event.reply(event.raw_text)

        bot_client.add_event_handler(answer, events.NewMessage(incoming=True))
        answered = Heard(user, events.NewMessage(incoming=True))
        await user.send_message("echo_bot", "are you there?")
        event = await answered.next()
        check(event.raw_text == "are you there?", event.raw_text)

    await report.step("bot: wrong token is refused", wrong_token)
    await report.step("bot: login by token", login)
    async def manage():
        user_id = (await user.get_me()).id
        sent = await bot_client.send_message(user_id, "**bold** by a bot")
        check(type(sent.entities[0]).__name__ == "MessageEntityBold", "no bold entity")
        changed = Heard(user, events.MessageEdited(from_users="echo_bot"))
        await sent.edit("changed by a bot")
        check((await changed.next()).raw_text == "changed by a bot", "not edited")
        pinned = Heard(user, events.ChatAction(func=lambda event: event.new_pin))
        await bot_client.pin_message(user_id, sent, notify=True)
        await pinned.next()
        typing = Heard(user, events.UserUpdate())
        async with bot_client.action(user_id, "typing"):
            await typing.next(lambda event: event.typing)
        gone = Heard(user, events.MessageDeleted())
        await sent.delete()
        await gone.next()
        check((await bot_client.get_entity(user_id)).first_name == "Bot User", "somebody else")
        again = await bot_client.get_messages(user_id, ids=sent.id)
        check(again is None, "the message is still there")

    async def files():
        user_id = (await user.get_me()).id
        heard = Heard(user, events.NewMessage(incoming=True, func=lambda event: event.document))
        sent = await bot_client.send_file(user_id, b"from a bot", attributes=[])
        check(await (await heard.next()).download_media(bytes) == b"from a bot", "another file")
        copy = await bot_client.send_file(user_id, sent.document)
        check(copy.document.id == sent.document.id, "a known file became another one")

    await report.step("bot: answers a message", echo)
    await report.step("bot: formats, edits, pins, types, deletes", manage)
    await report.step("bot: sends files, new and known", files)
    await bot_client.disconnect()
    await user.disconnect()


async def buttons(world, report, number):
    """Buttons below messages and in place of the keyboard."""
    user = await person(world, "buttons-user", number, "Bea")
    bot_client = world.client("buttons-bot", "intermediate")
    await bot_client.start(bot_token=world.server.bots["button_bot"])
    pressed = Heard(bot_client, events.CallbackQuery())
    user_id = (await user.get_me()).id

    async def send(buttons):
        await user.send_message("button_bot", "/start")
        said = Heard(user, events.NewMessage(incoming=True, from_users="button_bot"))
        await bot_client.send_message(user_id, "choose", buttons=buttons)
        return (await said.next()).message

    async def kinds():
        message = await send(
            [
                [Button.inline("call", b"data"), Button.url("open", "https://example.org")],
                [Button.switch_inline("switch", "query", same_peer=True)],
            ]
        )
        texts = [[button.text for button in row] for row in message.buttons]
        check(texts == [["call", "open"], ["switch"]], texts)
        check(message.buttons[0][0].data == b"data", "other data")
        check(await message.click(text="open") == "https://example.org", "another address")

    async def callback():
        message = await send([Button.inline("press", b"press")])
        click = asyncio.ensure_future(message.click(0))
        event = await pressed.next()
        check(event.data == b"press" and event.sender_id == user_id, "another press")
        await event.answer("pressed", alert=True, cache_time=5)
        answer = await click
        check(answer.message == "pressed" and answer.alert and answer.cache_time == 5, "another answer")

    async def edit():
        message = await send([Button.inline("count 0", b"0")])
        changed = Heard(user, events.MessageEdited(from_users="button_bot"))
        click = asyncio.ensure_future(message.click(data=b"0"))
        event = await pressed.next()
        await event.edit("counted", buttons=[Button.inline("count 1", b"1")])
        await event.answer()
        await click
        after = (await changed.next()).message
        check(after.raw_text == "counted" and after.buttons[0][0].data == b"1", "not changed")

    async def silence():
        message = await send([Button.inline("nobody", b"nobody")])
        check(await message.click(0) is None, "somebody answered")

    async def password():
        await user.edit_2fa(new_password="secret")
        button = types.KeyboardInlineButton(
            "own", types.InlineButtonTypeCallback(b"own", requires_password=True)
        )
        row = types.KeyboardInlineButtonRow([button])
        message = await send(types.ReplyInlineMarkup([row]))
        await refused(errors.PasswordHashInvalidError, message.click(0, password="wrong"))
        click = asyncio.ensure_future(message.click(0, password="secret"))
        event = await pressed.next(lambda event: event.data == b"own")
        await event.answer("yes")
        check((await click).message == "yes", "another answer")

    async def keyboard():
        message = await send(
            [
                [Button.text("yes", resize=True, single_use=True), Button.request_phone("phone")],
                [Button.request_location("here"), Button.request_poll("poll")],
            ]
        )
        heard = Heard(bot_client, events.NewMessage(incoming=True))
        await message.click(text="yes")
        check((await heard.next()).raw_text == "yes", "another text")
        await message.click(text="phone", share_phone=True)
        shared = await heard.next(lambda event: event.contact)
        check(shared.contact.user_id == user_id, "another contact")
        await message.click(text="here", share_geo=(13.4, 52.5))
        check((await heard.next(lambda event: event.geo)).geo is not None, "no place")
        markup = message.reply_markup
        check(markup.resize and markup.single_use, "other flags")

    async def forced():
        message = await send(Button.force_reply(placeholder="well?"))
        check(isinstance(message.reply_markup, types.ReplyKeyboardForceReply), "no force reply")
        hidden = await send(Button.clear())
        check(isinstance(hidden.reply_markup, types.ReplyKeyboardHide), "not hidden")

    async def group():
        made = await user(functions.messages.CreateChatRequest(["button_bot"], "With a bot"))
        chat = made.updates.chats[0]
        actions = Heard(user, events.NewMessage(incoming=True))
        await bot_client.send_message(-chat.id, "here too", buttons=[Button.inline("go", b"go")])
        message = (await actions.next()).message
        click = asyncio.ensure_future(message.click(0))
        event = await pressed.next(lambda event: event.data == b"go")
        check(event.chat_id == -chat.id, "another chat")
        await event.answer()
        await click

    await report.step("buttons: all kinds arrive as sent", kinds)
    await report.step("buttons: a press is answered", callback)
    await report.step("buttons: a press edits the message", edit)
    await report.step("buttons: nobody answers", silence)
    await report.step("buttons: a press that needs the password", password)
    await report.step("buttons: keyboard, phone, place", keyboard)
    await report.step("buttons: force reply, and hidden", forced)
    await report.step("buttons: in a group", group)
    await bot_client.disconnect()
    await user.disconnect()
