"""Basic groups, supergroups and channels: made, filled, changed, left, deleted."""

import asyncio

from telethon import errors, events, utils
from telethon.tl import functions, types

from steps_media import named, picture
from world import Heard, check, person, refused


def chat_of(answer):
    """The group or channel an answer is about."""
    updates = getattr(answer, "updates", answer)
    return getattr(updates, "chats", None) and updates.chats[0] or answer.chats[0]


async def three(world, prefix, number):
    owner = await person(world, f"{prefix}-owner", number, "Olga")
    guest = await person(world, f"{prefix}-guest", number + 1, "Gil", f"{prefix}_gil")
    third = await person(world, f"{prefix}-third", number + 2, "Tess", f"{prefix}_tess")
    return owner, guest, third


async def group(world, report, number):
    """A basic group."""
    owner, guest, third = await three(world, "group", number)
    actions = Heard(guest, events.ChatAction())
    state = {}

    async def create():
        made = await owner(functions.messages.CreateChatRequest(["group_gil"], "Friends"))
        state["id"] = utils.get_peer_id(types.PeerChat(chat_of(made).id))
        event = await actions.next(lambda event: event.created or event.user_added)
        check((await event.get_chat()).title == "Friends", "another title")

    async def write():
        heard = Heard(guest, events.NewMessage(incoming=True))
        await owner.send_message(state["id"], "hello, all")
        event = await heard.next()
        check(event.is_group and event.raw_text == "hello, all", event.raw_text)
        answer = await event.reply("hello, Olga")
        check(answer.is_reply, "no reply")

    async def add():
        await owner(
            functions.messages.AddChatUserRequest(utils.resolve_id(state["id"])[0], "group_tess", 50)
        )
        event = await actions.next(lambda event: event.user_added)
        check([u.first_name for u in await event.get_users()] == ["Tess"], "another user")
        names = {u.first_name async for u in owner.iter_participants(state["id"])}
        check(names == {"Olga", "Gil", "Tess"}, f"participants: {names}")

    async def rename():
        real = utils.resolve_id(state["id"])[0]
        await owner(functions.messages.EditChatTitleRequest(real, "Old friends"))
        event = await actions.next(lambda event: event.new_title)
        check(event.new_title == "Old friends", event.new_title)
        file = await owner.upload_file(named(picture(160, 160), "g.png"))
        await owner(
            functions.messages.EditChatPhotoRequest(real, types.InputChatUploadedPhoto(file=file))
        )
        event = await actions.next(lambda event: event.new_photo)
        check(await owner.download_profile_photo(state["id"], bytes), "no photo comes down")

    async def kick():
        await owner.kick_participant(state["id"], "group_tess")
        event = await actions.next(lambda event: event.user_kicked or event.user_left)
        check([u.first_name for u in await event.get_users()] == ["Tess"], "another user")
        await refused(errors.RPCError, third.send_message(state["id"], "still here?"))

    async def promote():
        await owner.edit_admin(state["id"], "group_gil", is_admin=True)
        rights = await owner.get_permissions(state["id"], "group_gil")
        check(rights.is_admin and not rights.is_creator, "no administrator")

    async def leave():
        await guest.delete_dialog(state["id"])
        names = {u.first_name async for u in owner.iter_participants(state["id"])}
        check(names == {"Olga"}, f"participants: {names}")

    await report.step("group: create", create)
    await report.step("group: write and reply", write)
    await report.step("group: add somebody", add)
    await report.step("group: title and photo", rename)
    await report.step("group: kick", kick)
    await report.step("group: administrator", promote)
    await report.step("group: leave (delete_dialog)", leave)
    for client in (owner, guest, third):
        await client.disconnect()


async def supergroup(world, report, number):
    owner, guest, third = await three(world, "super", number)
    state = {}

    async def create():
        made = await owner(
            functions.channels.CreateChannelRequest("Team", "our team", megagroup=True)
        )
        state["chat"] = chat_of(made)
        check(state["chat"].megagroup, "no supergroup")
        heard = Heard(guest, events.ChatAction())
        await owner(
            functions.channels.InviteToChannelRequest(state["chat"], ["super_gil", "super_tess"])
        )
        await heard.next(lambda event: event.user_added)
        state["id"] = utils.get_peer_id(state["chat"])

    async def write():
        heard = Heard(guest, events.NewMessage(incoming=True, chats=state["id"]))
        sent = await owner.send_message(state["chat"], "to the team")
        check((await heard.next()).raw_text == "to the team", "another message")
        edited = Heard(guest, events.MessageEdited(chats=state["id"]))
        await sent.edit("to our team")
        check((await edited.next()).raw_text == "to our team", "another edit")
        gone = Heard(guest, events.MessageDeleted(chats=state["id"]))
        await sent.delete()
        check(sent.id in (await gone.next()).deleted_ids, "another message is gone")

    async def history():
        for line in range(30):
            await owner.send_message(state["chat"], f"line {line}")
        lines = [m.raw_text async for m in guest.iter_messages(state["id"], limit=30)]
        check(lines == [f"line {n}" for n in reversed(range(30))], f"history: {lines[:3]}")
        first = [m.raw_text async for m in guest.iter_messages(state["id"], reverse=True, limit=40)]
        check(first[-1] == "line 29", f"the other way round: {first[-1]}")
        found = await guest.get_messages(state["id"], search="line 7")
        check([m.raw_text for m in found] == ["line 7"], "another find")
        mine = await owner.get_messages(state["chat"], from_user="super_gil")
        check(not mine, "Gil wrote nothing")

    async def public():
        await owner(functions.channels.UpdateUsernameRequest(state["chat"], "team_interop"))
        found = await third.get_entity("team_interop")
        check(found.id == state["chat"].id, "another group")
        await owner(functions.messages.EditChatAboutRequest(state["chat"], "all of us"))
        full = await owner(functions.channels.GetFullChannelRequest(state["chat"]))
        check(full.full_chat.about == "all of us", "another description")

    async def admin():
        await owner.edit_admin(state["chat"], "super_gil", pin_messages=True, title="Pins")
        rights = await owner.get_permissions(state["chat"], "super_gil")
        check(rights.is_admin and rights.pin_messages and not rights.ban_users, "other rights")
        check(rights.participant.rank == "Pins", "another rank")
        note = await guest.send_message(state["id"], "pin me")
        await guest.pin_message(state["id"], note)
        pinned = await owner.get_messages(state["chat"], ids=types.InputMessagePinned())
        check(pinned.raw_text == "pin me", "another message is pinned")
        # Not all at once: Telethon takes the channel's pts in that answer for the account's.
        await guest.unpin_message(state["id"], note)

    async def restrict():
        await owner.edit_permissions(state["chat"], "super_tess", send_messages=False)
        await refused(errors.RPCError, third.send_message(state["id"], "x"))
        rights = await owner.get_permissions(state["chat"], "super_tess")
        check(rights.is_banned and rights.participant.banned_rights.send_messages, "not restricted")
        banned = await owner.get_participants(state["chat"], filter=types.ChannelParticipantsBanned)
        check([u.first_name for u in banned] == ["Tess"], "nobody is restricted")
        await owner.edit_permissions(state["chat"], "super_tess")
        await third.send_message(state["id"], "again")
        await owner.edit_permissions(state["chat"], send_polls=False)
        chat = await third.get_entity(state["id"])
        check(chat.default_banned_rights.send_polls, "polls are still allowed")

    async def ban():
        heard = Heard(guest, events.ChatAction())
        await owner.edit_permissions(state["chat"], "super_tess", view_messages=False)
        await heard.next(lambda event: event.user_kicked or event.user_left)
        await refused(errors.RPCError, third(functions.channels.JoinChannelRequest(state["id"])))
        kicked = await owner.get_participants(state["chat"], filter=types.ChannelParticipantsKicked)
        check([u.first_name for u in kicked] == ["Tess"], "nobody is banned")
        await owner.edit_permissions(state["chat"], "super_tess")
        await third(functions.channels.JoinChannelRequest("team_interop"))

    async def log():
        entries = await owner.get_admin_log(state["chat"])
        kinds = {type(entry.action).__name__ for entry in entries}
        for wanted in ("ParticipantToggleAdmin", "ParticipantToggleBan", "UpdatePinned"):
            check(f"ChannelAdminLogEventAction{wanted}" in kinds, f"{wanted} is not in {kinds}")
        bans = await owner.get_admin_log(state["chat"], ban=True, unban=True, restrict=True)
        check(bans and all(e.changed_restrictions for e in bans), "other entries")
        own = await owner.get_admin_log(state["chat"], admins=["super_gil"])
        check(own and all(e.user.first_name == "Gil" for e in own), "entries of others")

    async def read():
        seen = Heard(owner, events.MessageRead())
        last = (await guest.get_messages(state["id"], limit=1))[0]
        await owner.send_message(state["chat"], "read me")
        await guest.send_read_acknowledge(state["id"])
        dialog = [d async for d in guest.iter_dialogs() if d.id == state["id"]][0]
        check(dialog.unread_count == 0 and last is not None, f"{dialog.unread_count} unread")
        await seen.next(lambda event: event.outbox)

    async def offline():
        await guest.disconnect()
        for line in range(3):
            await owner.send_message(state["chat"], f"missed {line}")
        again = world.client("super-guest", catch_up=True)
        missed = Heard(again, events.NewMessage(chats=state["id"]))
        await again.connect()
        await again.catch_up()

        def new(event):
            # Telethon repeats what it had not worked through when it was closed.
            return event.raw_text.startswith("missed")

        got = [(await missed.next(new)).raw_text for _ in range(3)]
        check(got == [f"missed {line}" for line in range(3)], f"missed: {got}")
        await again.disconnect()

    async def kick():
        await owner.kick_participant(state["chat"], "super_gil")
        names = {u.first_name async for u in owner.iter_participants(state["chat"])}
        check("Gil" not in names, f"participants: {names}")
        await owner(functions.channels.DeleteChannelRequest(state["chat"]))
        await refused(errors.RPCError, third.send_message(state["id"], "x"))

    await report.step("supergroup: create and invite", create)
    await report.step("supergroup: write, edit, delete", write)
    await report.step("supergroup: history both ways, search", history)
    await report.step("supergroup: public name and description", public)
    await report.step("supergroup: administrator with rights and title, pins", admin)
    await report.step("supergroup: restrict one, restrict all", restrict)
    await report.step("supergroup: ban and lift the ban", ban)
    await report.step("supergroup: admin log, filtered", log)
    await report.step("supergroup: read", read)
    await report.step("supergroup: offline, then catch up", offline)
    await report.step("supergroup: kick, delete", kick)
    for client in (owner, guest, third):
        await client.disconnect()


async def channel(world, report, number):
    owner, guest, third = await three(world, "chan", number)
    state = {}

    async def create():
        made = await owner(functions.channels.CreateChannelRequest("News", "what is new", broadcast=True))
        state["chat"] = chat_of(made)
        state["id"] = utils.get_peer_id(state["chat"])
        check(state["chat"].broadcast, "no channel")
        await owner(functions.channels.UpdateUsernameRequest(state["chat"], "news_interop"))
        await guest(functions.channels.JoinChannelRequest("news_interop"))
        dialog = [d async for d in guest.iter_dialogs() if d.id == state["id"]][0]
        check(dialog.is_channel and not dialog.is_group, "no channel in the list")

    async def post():
        heard = Heard(guest, events.NewMessage(chats=state["id"]))
        sent = await owner.send_message(state["chat"], "news!")
        event = await heard.next()
        check(event.message.post and event.raw_text == "news!", "no post")
        await refused(errors.RPCError, guest.send_message(state["id"], "mine"))
        copy = await guest.forward_messages("me", event.message)
        check(copy.forward.channel_post == sent.id, "the copy does not say where from")
        await guest(functions.messages.GetMessagesViewsRequest(state["id"], [sent.id], True))
        check((await owner.get_messages(state["chat"], ids=sent.id)).views >= 1, "nobody saw it")

    async def admin():
        await owner.edit_admin(state["chat"], "chan_gil", post_messages=True)
        posted = await guest.send_message(state["id"], "from Gil")
        check(posted.post, "no post")
        admins = await owner.get_participants(state["chat"], filter=types.ChannelParticipantsAdmins)
        check({u.first_name for u in admins} == {"Olga", "Gil"}, "other administrators")

    async def album():
        files = [named(picture(red=n * 60), f"{n}.png") for n in range(3)]
        heard = Heard(guest, events.Album(chats=state["id"]))
        await owner.send_file(state["chat"], files)
        check(len((await heard.next()).messages) == 3, "no album of three")

    async def leave():
        await guest.delete_dialog(state["id"])
        check(state["id"] not in [d.id async for d in guest.iter_dialogs()], "still in the list")
        await owner(functions.channels.DeleteChannelRequest(state["chat"]))
        await refused(Exception, third.get_entity("news_interop"))

    await report.step("channel: create, join by name", create)
    await report.step("channel: post, views, forward", post)
    await report.step("channel: another poster", admin)
    await report.step("channel: album event", album)
    await report.step("channel: leave, delete", leave)
    for client in (owner, guest, third):
        await client.disconnect()


async def links(world, report, number):
    """Invite links, and coming in by one."""
    owner, guest, third = await three(world, "link", number)
    made = await owner(functions.channels.CreateChannelRequest("Closed", "", megagroup=True))
    chat = chat_of(made)
    state = {}

    async def join():
        invite = await owner(functions.messages.ExportChatInviteRequest(chat))
        state["hash"] = utils.parse_username(invite.link)[0]
        before = await guest(functions.messages.CheckChatInviteRequest(state["hash"]))
        check(before.title == "Closed", "another chat")
        heard = Heard(owner, events.ChatAction())
        await guest(functions.messages.ImportChatInviteRequest(state["hash"]))
        await heard.next(lambda event: event.user_joined)
        check((await guest.get_entity(invite.link)).id == chat.id, "another chat")

    async def request():
        invite = await owner(
            functions.messages.ExportChatInviteRequest(chat, request_needed=True, title="ask")
        )
        hash_ = utils.parse_username(invite.link)[0]
        await refused(
            errors.InviteRequestSentError, third(functions.messages.ImportChatInviteRequest(hash_))
        )
        await owner(
            functions.messages.HideChatJoinRequestRequest(chat, "link_tess", approved=True)
        )
        names = {u.first_name async for u in owner.iter_participants(chat)}
        check("Tess" in names, f"participants: {names}")

    await report.step("invite link: look, join", join)
    await report.step("invite link: ask to join, let in", request)
    for client in (owner, guest, third):
        await client.disconnect()
    await asyncio.sleep(0)
