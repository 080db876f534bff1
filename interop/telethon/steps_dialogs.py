"""The list of chats: dialogs, drafts, the archive, marks; and who is who."""

from telethon import errors, utils
from telethon.tl import functions, types

from world import check, person, refused


async def dialogs(world, report, first, second):
    dora = await person(world, "dialogs-dora", first, "Dora")
    emil = await person(world, "dialogs-emil", second, "Emil", "emil_dialogs")
    emil_id = (await emil.get_me()).id
    await dora.send_message("emil_dialogs", "hello")
    await dora.send_message("me", "note")

    async def listed():
        names = [d.name async for d in dora.iter_dialogs()]
        check(names == ["Dora Tester", "Emil Tester"], f"dialogs: {names}")
        check((await dora.get_dialogs(limit=0)).total == 2, "another total")
        check((await emil.get_dialogs())[0].unread_count == 1, "nothing is unread")

    async def archive():
        await dora.edit_folder("emil_dialogs", 1)
        kept = [d.id async for d in dora.iter_dialogs(archived=True)]
        check(kept == [emil_id], f"archived: {kept}")
        main = [d.id async for d in dora.iter_dialogs(folder=0)]
        check(emil_id not in main, "still in the main list")
        # Not with `unpack`: the method Telethon 1.45 calls for it is not in its own layer.
        await dora.edit_folder("emil_dialogs", 0)
        check(not await dora.get_dialogs(archived=True), "the archive is not empty")

    async def drafts():
        draft = await dora.get_drafts("emil_dialogs")
        await draft.set_message("half a **thought**")
        kept = (await dora.get_dialogs())[0].draft
        all_ = [d async for d in dora.iter_drafts()]
        check([d.raw_text for d in all_] == ["half a thought"], "another draft")
        check(kept is not None, "dialogs have no draft")
        await all_[0].send()
        check((await dora.get_messages("emil_dialogs"))[0].raw_text == "half a thought", "not sent")
        check(not [d async for d in dora.iter_drafts() if not d.is_empty], "the draft is still there")

    async def marks():
        peer = types.InputDialogPeer(await dora.get_input_entity("emil_dialogs"))
        await dora(functions.messages.MarkDialogUnreadRequest(peer, unread=True))
        dialog = [d for d in await dora.get_dialogs() if d.id == emil_id][0]
        check(dialog.dialog.unread_mark, "no mark")
        await dora(functions.messages.MarkDialogUnreadRequest(peer, unread=False))
        await dora(functions.messages.ToggleDialogPinRequest(peer, pinned=True))
        check((await dora.get_dialogs())[0].id == emil_id, "not on top")
        check((await dora.get_dialogs())[0].pinned, "not pinned")

    async def entities():
        by_name = await dora.get_entity("emil_dialogs")
        for form in ("@Emil_Dialogs", "https://t.me/emil_dialogs", emil_id, by_name):
            check((await dora.get_entity(form)).id == emil_id, f"{form} is somebody else")
        peer = types.PeerUser(emil_id)
        check((await dora.get_entity(peer)).id == emil_id, "the peer is somebody else")
        both = await dora.get_entity(["me", "emil_dialogs"])
        check([e.first_name for e in both] == ["Dora", "Emil"], "not both")
        check(await dora.get_peer_id("emil_dialogs") == emil_id, "another id")
        check(utils.get_display_name(by_name) == "Emil Tester", "another name")
        await refused(ValueError, dora.get_entity("nobody_has_this_name"))

    async def contacts():
        phone = (await emil.get_me()).phone
        card = types.InputPhoneContact(0, f"+{phone}", "Em", "Il")
        await dora(functions.contacts.ImportContactsRequest([card]))
        check((await dora.get_entity(f"+{phone}")).first_name == "Em", "not in the contacts")
        await dora(functions.contacts.BlockRequest("emil_dialogs"))
        blocked = await dora(functions.contacts.GetBlockedRequest(0, 10))
        check([p.peer_id.user_id for p in blocked.blocked] == [emil_id], "not blocked")
        await refused(errors.RPCError, dora.send_message("emil_dialogs", "x"))
        await dora(functions.contacts.UnblockRequest("emil_dialogs"))

    async def deleted():
        await dora.delete_dialog("emil_dialogs", revoke=True)
        check(emil_id not in [d.id async for d in dora.iter_dialogs()], "still in the list")
        check(not await emil.get_messages(await dora.get_me()), "still on the other side")

    await report.step("iter_dialogs", listed)
    await report.step("into the archive and back (edit_folder)", archive)
    await report.step("drafts are set, listed and sent", drafts)
    await report.step("unread mark and pinned dialog", marks)
    await report.step("get_entity in all its forms", entities)
    await report.step("contacts and blocking", contacts)
    await report.step("delete_dialog on both sides", deleted)
    await dora.disconnect()
    await emil.disconnect()
