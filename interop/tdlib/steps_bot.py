"""A bot and a person who writes to it."""

from people import Person, check, refused, words


async def steps(world, report):
    token = world.bots["echo_bot"]
    state = {}

    async def wrong_token():
        client = state["client"] = await world.open("bot")
        await client.reach("WaitPhoneNumber")
        wrong = client.request("checkAuthenticationBotToken", token="12345:wrong")
        await refused(wrong, "ACCESS_TOKEN_INVALID")

    async def login():
        client = state["client"]
        await client.request("checkAuthenticationBotToken", token=token)
        await client.reach("Ready")
        me = await client.request("getMe")
        check(me["type"]["@type"] == "userTypeBot", f"a {me['type']['@type']}")
        check(me["usernames"]["editable_username"] == "echo_bot", f"names: {me['usernames']}")
        state["bot"] = Person(client, None, me, "bot")

    async def start():
        person = state["person"] = await world.person("Botfan")
        chat = await person.request("searchPublicChat", username="echo_bot")
        check(chat["id"] == state["bot"].id, f"another chat: {chat['id']}")
        since = state["bot"].mark()
        await person.request(
            "sendBotStartMessage", bot_user_id=chat["id"], chat_id=chat["id"], parameter=""
        )
        message = await state["bot"].hear(since)
        check(words(message) == "/start", words(message))
        kinds = [entity["type"]["@type"] for entity in message["content"]["text"]["entities"]]
        check(kinds == ["textEntityTypeBotCommand"], f"entities: {kinds}")

    async def echo():
        bot, person = state["bot"], state["person"]
        asked, answered = bot.mark(), person.mark()
        sent = await person.write(bot.id, "are you there?")
        message = await bot.hear(asked)
        to = {"@type": "inputMessageReplyToMessage", "message_id": message["id"]}
        await bot.write(message["chat_id"], words(message), reply_to=to)
        answer = await person.hear(answered)
        check(words(answer) == "are you there?", words(answer))
        check(answer["reply_to"]["message_id"] == sent["id"], "no reply to the question")

    async def resume():
        bot, person = state["bot"], state["person"]
        await bot.close()
        await person.write(bot.id, "while you were away")
        back = state["bot"] = await world.resume(bot)
        message = await back.hear(0)
        check(words(message) == "while you were away", words(message))

    async def log_out():
        client = state["bot"].client
        await client.request("logOut")
        await client.reach("Closed")

    await report.step("bot: a wrong token is refused", wrong_token)
    await report.step("bot: login by token", login)
    await report.step("bot: is started", start)
    await report.step("bot: answers a message", echo)
    await report.step("bot: resumed, with what came meanwhile", resume)
    await report.step("bot: logging out", log_out)
