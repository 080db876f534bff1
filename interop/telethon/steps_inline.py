"""Inline bots, and what bots say about themselves."""

import asyncio

from telethon import Button, errors, events
from telethon.tl import functions, types

from steps_media import named, picture
from world import Heard, check, person, refused


async def inline(world, report, number):
    user = await person(world, "inline-user", number, "Ines")
    bot = world.client("inline-bot", "abridged")
    await bot.start(bot_token=world.server.bots["inline_bot"])
    asked = Heard(bot, events.InlineQuery())
    chosen = Heard(bot, events.Raw(types.UpdateBotInlineSend))

    async def ask(query, answer):
        """Asks, lets the bot answer, and gives what comes back."""
        results = asyncio.ensure_future(user.inline_query("inline_bot", query, entity="me"))
        event = await asked.next()
        check(event.text == query, f"asked for {event.text}")
        await answer(event)
        return await results

    async def articles():
        async def answer(event):
            check(event.sender_id == (await user.get_me()).id, "somebody else asks")
            builder = event.builder
            await event.answer(
                [
                    builder.article("One", text="the **first**", description="d1"),
                    builder.article("Two", text="the second", url="https://example.org"),
                ],
                next_offset="2",
            )

        results = await ask("numbers", answer)
        check([r.title for r in results] == ["One", "Two"], "other results")
        check(results[0].description == "d1" and results.next_offset == "2", "other details")
        sent = await results[0].click("me")
        check(sent.raw_text == "the first" and sent.via_bot is not None, "not through the bot")
        check(sent.via_bot.username == "inline_bot", "through another bot")
        update = await chosen.next()
        check(update.query == "numbers" and update.msg_id is None, "another choice is told")

    async def media():
        async def answer(event):
            builder = event.builder
            photo = await builder.photo(named(picture(), "p.png"), text="a picture")
            document = await builder.document(
                named(b"x" * 2000, "d.txt"), title="File", type="document", force_document=True
            )
            await event.answer([photo, document], gallery=True)

        results = await ask("media", answer)
        check(results[0].photo is not None and results[1].document is not None, "no media")
        sent = await results[0].click("me")
        check(sent.photo is not None and sent.raw_text == "a picture", "another message")
        file = await results[1].click("me")
        check(file.document.size == 2000, "another file")

    async def edit():
        async def answer(event):
            await event.answer(
                [event.builder.article("Edit", text="before", buttons=Button.inline("go", b"go"))]
            )

        results = await ask("edit", answer)
        sent = await results[0].click("me")
        update = await chosen.next(lambda update: update.query == "edit")
        check(isinstance(update.msg_id, types.InputBotInlineMessageID64), "no name to edit by")
        changed = Heard(user, events.MessageEdited(func=lambda event: event.id == sent.id))
        pressed = Heard(bot, events.CallbackQuery())
        click = asyncio.ensure_future(sent.click(0))
        event = await pressed.next()
        check(event.via_inline, "not through an inline message")
        await event.answer("edited")
        await event.edit("after")
        check((await click).message == "edited", "another answer")
        check((await changed.next()).raw_text == "after", "not edited")
        await refused(
            errors.MessageNotModifiedError, bot.edit_message(update.msg_id, "after")
        )

    async def cached():
        async def answer(event):
            await event.answer([event.builder.article("Kept", text="kept")], cache_time=300)

        await ask("kept", answer)
        again = await user.inline_query("inline_bot", "kept", entity="me")
        check(again[0].title == "Kept", "other results")
        check((await again[0].click("me")).raw_text == "kept", "another message")

    async def switch():
        async def answer(event):
            await event.answer([], switch_pm="Log in first", switch_pm_param="login")

        results = await ask("switch", answer)
        check(results.switch_pm.start_param == "login", "another switch")

    async def rules():
        results = asyncio.ensure_future(user.inline_query("inline_bot", "rules"))
        event = await asked.next()
        article = await event.builder.article("A", text="a", id="1")
        await refused(errors.ResultIdDuplicateError, event.answer([article, article]))
        untitled = await event.builder.article("", text="a")
        await refused(errors.ArticleTitleEmptyError, event.answer([untitled]))
        await event.answer([article])
        await results
        await refused(
            errors.BotInlineDisabledError, user.inline_query("button_bot", "not inline")
        )

    async def silence():
        await refused(errors.BotResponseTimeoutError, user.inline_query("inline_bot", "silence"))

    await report.step("inline: articles, one chosen", articles)
    await report.step("inline: photo and document", media)
    await report.step("inline: press and edit a chosen message", edit)
    await report.step("inline: cached answers", cached)
    await report.step("inline: switch to the bot", switch)
    await report.step("inline: what cannot be answered", rules)
    await report.step("inline: nobody answers", silence)
    await bot.disconnect()
    await user.disconnect()


async def commands(world, report, number):
    """What a bot sets up, and what people see of it."""
    user = await person(world, "commands-user", number, "Cora")
    bot = world.client("commands-bot", "abridged")
    await bot.start(bot_token=world.server.bots["button_bot"])
    await user.send_message("button_bot", "/start")

    def commands(*names):
        return [types.BotCommand(name, f"does {name}") for name in names]

    async def info():
        return (await user(functions.users.GetFullUserRequest("button_bot"))).full_user.bot_info

    async def scopes():
        heard = Heard(user, events.Raw(types.UpdateBotCommands))
        everybody = types.BotCommandScopeDefault()
        await bot(functions.bots.SetBotCommandsRequest(everybody, "", commands("help", "stop")))
        check([c.command for c in (await heard.next()).commands] == ["help", "stop"], "not told")
        check([c.command for c in (await info()).commands] == ["help", "stop"], "other commands")
        private = types.BotCommandScopeUsers()
        await bot(functions.bots.SetBotCommandsRequest(private, "en", commands("english")))
        check([c.command for c in (await info()).commands] == ["english"], "another language")
        await bot(functions.bots.ResetBotCommandsRequest(private, "en"))
        kept = await bot(functions.bots.GetBotCommandsRequest(everybody, ""))
        check([c.command for c in kept] == ["help", "stop"], "not kept")

    async def texts():
        await bot(
            functions.bots.SetBotInfoRequest("", name="Buttons", about="about", description="what")
        )
        said = await bot(functions.bots.GetBotInfoRequest(""))
        check((said.name, said.about, said.description) == ("Buttons", "about", "what"), said)
        check((await info()).description == "what", "another description")
        check((await user.get_entity("button_bot")).bot_chat_history, "no bot's flags")

    async def menu():
        button = types.BotMenuButton("Open", "https://example.org")
        await bot(functions.bots.SetBotMenuButtonRequest(types.InputUserEmpty(), button))
        check((await info()).menu_button.text == "Open", "another button")

    async def start():
        heard = Heard(bot, events.NewMessage(incoming=True, pattern="/start"))
        await user(functions.messages.StartBotRequest("button_bot", "button_bot", "deep-link"))
        check((await heard.next()).raw_text == "/start deep-link", "another parameter")
        made = await user(functions.messages.CreateChatRequest(["inline_bot"], "Start here"))
        group = made.updates.chats[0]
        await user(
            functions.messages.StartBotRequest("button_bot", types.InputPeerChat(group.id), "in")
        )
        event = await heard.next()
        check(event.raw_text == "/start@button_bot in" and event.is_group, event.raw_text)

    async def people_only():
        await refused(errors.BotMethodInvalidError, bot.get_dialogs())
        await refused(errors.BotMethodInvalidError, bot.get_messages("me", limit=1))
        await refused(
            errors.UserBotRequiredError,
            user(functions.bots.GetBotCommandsRequest(types.BotCommandScopeDefault(), "")),
        )

    await report.step("bot commands: scopes and languages", scopes)
    await report.step("bot texts and flags", texts)
    await report.step("bot menu button", menu)
    await report.step("start parameters, in private and in a group", start)
    await report.step("methods for people or bots alone", people_only)
    await bot.disconnect()
    await user.disconnect()
