"""Registration, codes, passwords, sessions that come back, logging out."""

from people import ask_code, check, code, refused


async def steps(world, report):
    state = {}

    async def wrong_code():
        client = state["client"] = await world.open("login")
        state["phone"] = world.phone()
        await ask_code(client, state["phone"])
        await refused(client.request("checkAuthenticationCode", code="99999"), "PHONE_CODE_INVALID")

    async def register():
        client = state["client"]
        await client.request("checkAuthenticationCode", code=code())
        await client.reach("WaitRegistration")
        await client.request("registerUser", first_name="Lo", last_name="Gin")
        await client.reach("Ready")
        me = state["me"] = await client.request("getMe")
        check((me["first_name"], me["last_name"]) == ("Lo", "Gin"), "another name")
        check(me["phone_number"] == state["phone"], "another phone number")

    async def second_login():
        client = await world.open("login-second")
        await ask_code(client, state["phone"])
        await client.request("checkAuthenticationCode", code=code())
        await client.reach("Ready")
        check((await client.request("getMe"))["id"] == state["me"]["id"], "another user")
        state["second"] = client

    async def sessions():
        found = await state["client"].request("getActiveSessions")
        current = [session["is_current"] for session in found["sessions"]]
        check(sorted(current) == [False, True], f"sessions: {current}")
        check(
            all(session["device_model"] == "interop" for session in found["sessions"]),
            "another device",
        )

    async def log_out():
        client = state["second"]
        await client.request("logOut")
        await client.reach("Closed")
        again = await world.open("login-second")
        await again.reach("WaitPhoneNumber")
        await again.close()

    async def resume():
        await state["client"].close()
        client = await world.open("login")
        await client.reach("Ready")
        check((await client.request("getMe"))["id"] == state["me"]["id"], "another user")
        await client.close()

    async def elsewhere():
        client = await world.open("login-dc1")
        await ask_code(client, phone := world.phone(dc=1))
        await client.request("checkAuthenticationCode", code=code(1))
        await client.reach("WaitRegistration")
        await client.request("registerUser", first_name="Elsewhere", last_name="")
        await client.reach("Ready")
        check((await client.request("getMe"))["phone_number"] == phone, "another user")
        await client.close()

    async def profile():
        client = state["client"]
        await client.request("setName", first_name="Logan", last_name="")
        await client.request("setUsername", username=f"logan{state['me']['id']}")
        await client.request("setBio", bio="about me")
        me = await client.request("getMe")
        check(me["first_name"] == "Logan", "another name")
        check(me["usernames"]["editable_username"] == f"logan{me['id']}", "another username")
        full = await client.request("getUserFullInfo", user_id=me["id"])
        check(full["bio"]["text"] == "about me", "another bio")

    await report.step("login: a wrong code is refused", wrong_code)
    await report.step("login: registration", register)
    await report.step("login: a second client, by code", second_login)
    await report.step("login: the list of sessions", sessions)
    await report.step("login: name, username and bio", profile)
    await report.step("login: logging out", log_out)
    await report.step("login: resumed from the database", resume)
    await report.step("login: an account at home in another data centre", elsewhere)
    await two_factor(world, report)
    await perfect_forward_secrecy(world, report)


async def two_factor(world, report):
    state = {}

    async def set_password():
        person = state["person"] = await world.person("Two")
        result = await person.request(
            "setPassword", old_password="", new_password="correct horse", new_hint="a horse"
        )
        check(result["has_password"] and result["password_hint"] == "a horse", "not set")

    async def asked():
        client = state["client"] = await world.open("two-second")
        await ask_code(client, state["person"].phone)
        await client.request("checkAuthenticationCode", code=code())
        waiting = await client.reach("WaitPassword")
        check(waiting["password_hint"] == "a horse", "another hint")

    async def wrong():
        checked = state["client"].request(
            "checkAuthenticationPassword", password="battery staple"
        )
        await refused(checked, "PASSWORD_HASH_INVALID")

    async def right():
        client = state["client"]
        await client.request("checkAuthenticationPassword", password="correct horse")
        await client.reach("Ready")
        check((await client.request("getMe"))["id"] == state["person"].id, "another user")
        await client.close()

    async def change():
        person = state["person"]
        changed = person.request(
            "setPassword", old_password="battery", new_password="x", new_hint=""
        )
        await refused(changed, "PASSWORD_HASH_INVALID")
        result = await person.request(
            "setPassword", old_password="correct horse", new_password="", new_hint=""
        )
        check(not result["has_password"], "the password is still there")
        await person.close()

    await report.step("2FA: a password is set", set_password)
    await report.step("2FA: the password is asked for", asked)
    await report.step("2FA: a wrong password is refused", wrong)
    await report.step("2FA: the right password signs in", right)
    await report.step("2FA: the password is removed", change)


async def perfect_forward_secrecy(world, report):
    state = {}

    async def register():
        state["person"] = await world.person("Pfs", use_pfs=True)
        option = await state["person"].request("getOption", name="use_pfs")
        check(option["value"], "PFS is off")

    async def resume():
        await state["person"].close()
        person = await world.resume(state["person"])
        chat = await person.request("createPrivateChat", user_id=person.id)
        message = await person.write(chat["id"], "with temporary keys")
        check(message["sending_state"] if "sending_state" in message else True, "not sent")
        await person.close()

    await report.step("PFS: registration with temporary keys", register)
    await report.step("PFS: resumed, and a message", resume)
