"""A group of five hundred, which the server's seed brings up."""

from telethon.tl import functions, types

from world import check, person

MEMBERS = 500
OWNER_NUMBER = 7000


def seed():
    """The world the server starts with."""
    lines = ["[[users]]", 'username = "crowd_owner"', 'name = "Crowd"', 'phone = "9996627000"']
    for n in range(1, MEMBERS):
        lines += ["[[users]]", f'username = "member_{n:03}"', f'name = "Member {n}"']
        lines += [f'phone = "1555000{n:04}"']
    names = ", ".join(f'"member_{n:03}"' for n in range(1, MEMBERS))
    lines += ["[[chats]]", 'kind = "supergroup"', 'title = "Crowd"', 'username = "crowd_interop"']
    lines += ['creator = "crowd_owner"', f"members = [{names}]", 'admins = ["member_001"]']
    return "\n".join(lines)


async def crowd(world, report):
    owner = await person(world, "crowd-owner", OWNER_NUMBER, "Crowd")

    async def everybody():
        all_ = await owner.get_participants("crowd_interop")
        check(len({u.id for u in all_}) == MEMBERS, f"{len(all_)} participants")
        check(all_.total == MEMBERS, f"{all_.total} in total")

    async def some():
        first = [u async for u in owner.iter_participants("crowd_interop", limit=7)]
        check(len(first) == 7, f"{len(first)} participants")
        found = await owner.get_participants("crowd_interop", search="Member 42")
        check({u.first_name for u in found} == {"Member 42", *(f"Member 42{n}" for n in range(10))},
              f"found: {sorted(u.first_name for u in found)}")
        count = await owner.get_participants("crowd_interop", limit=0)
        check(count.total == MEMBERS, f"{count.total} in total")

    async def filtered():
        admins = await owner.get_participants(
            "crowd_interop", filter=types.ChannelParticipantsAdmins
        )
        check({u.username for u in admins} == {"crowd_owner", "member_001"}, "other administrators")
        bots = await owner.get_participants("crowd_interop", filter=types.ChannelParticipantsBots)
        check(not bots, "there are bots")

    async def one():
        rights = await owner.get_permissions("crowd_interop", "member_300")
        check(not rights.is_admin and not rights.is_banned, "not a plain member")
        got = await owner(functions.channels.GetParticipantRequest("crowd_interop", "me"))
        check(isinstance(got.participant, types.ChannelParticipantCreator), "not the creator")

    await report.step("500 participants: all of them", everybody)
    await report.step("500 participants: a few, by name, the count", some)
    await report.step("500 participants: administrators, bots", filtered)
    await report.step("500 participants: one", one)
    await owner.disconnect()
