//! Under which key each thing of the world is kept, and how its record is written and read.

use bytes::Bytes;
use heliogram_tl::{Reader, Writer};

use super::Field;
use crate::world::{Chat, ChatRecord, Mailbox, Rec, World};

impl Rec {
    /// Kind and key of the record.
    pub(super) fn key(self) -> (i64, i64, i64) {
        match self {
            Self::Meta => (0, 0, 0),
            Self::User(id) => (1, id, 0),
            Self::Auth(id) => (2, id, 0),
            Self::Box(owner) => (3, owner, 0),
            Self::Dialog(owner, peer) => (4, owner, peer),
            Self::Entry(owner, id) => (5, owner, id.into()),
            Self::Logged(owner, pts) => (6, owner, pts.into()),
            Self::Letter(id) => (7, id, 0),
            Self::Document(id) => (8, id, 0),
            Self::Photo(id) => (9, id, 0),
            Self::Chat(id) => (10, id, 0),
            Self::Member(chat, user) => (11, chat, user),
            Self::Secondary(owner, qts) => (12, owner, qts.into()),
            Self::Invite(chat, id) => (13, chat, id),
            Self::Request(chat, user) => (14, chat, user),
            Self::Deed(chat, id) => (15, chat, id),
            Self::Topic(chat, id) => (16, chat, id.into()),
            Self::Bot(id) => (30, id, 0),
            Self::Preferences(user) => (40, user, 0),
            Self::Poll(id) => (50, id, 0),
            Self::Vote(poll, user) => (51, poll, user),
            Self::Queue(peer, owner) => (52, peer, owner),
            Self::StickerSet(id) => (60, id, 0),
        }
    }

    /// What is to be written, or nothing if the thing is gone.
    pub(super) fn body(self, world: &World) -> Option<Vec<u8>> {
        let mailbox = |owner: i64| world.boxes.get(&owner);
        match self {
            Self::Meta => Some(bytes(&world.stored())),
            Self::User(id) => world.users.get(&id).map(bytes),
            Self::Auth(id) => world.auths.get(&id).map(bytes),
            Self::Box(owner) => mailbox(owner).map(|b| bytes(&((b.last_id, b.pts), b.qts))),
            Self::Dialog(owner, peer) => mailbox(owner)?
                .dialogs
                .get(&peer)
                .map(|dialog| bytes(&dialog.record())),
            Self::Entry(owner, id) => mailbox(owner)?.entries.get(&id).map(bytes),
            Self::Logged(owner, pts) => mailbox(owner)?.logged_at(pts).map(bytes),
            Self::Letter(id) => world.letters.get(&id).map(bytes),
            Self::Document(id) => world.documents.get(&id).map(bytes),
            Self::Photo(id) => world.photos.get(&id).map(bytes),
            Self::Chat(id) => world.chats.get(&id).map(|chat| bytes(&chat.record())),
            Self::Member(chat, user) => world.chats.get(&chat)?.members.get(user).map(bytes),
            Self::Secondary(owner, qts) => mailbox(owner)?.secondary_at(qts).map(bytes),
            Self::Invite(chat, id) => world.link(chat, id).map(bytes),
            Self::Request(chat, user) => world.chats.get(&chat)?.requests.get(&user).map(bytes),
            Self::Deed(chat, id) => {
                let deeds = &world.chats.get(&chat)?.deeds;
                let at = deeds.binary_search_by_key(&id, |deed| deed.id).ok()?;
                deeds.get(at).map(bytes)
            }
            Self::Topic(chat, id) => world.chats.get(&chat)?.topics.get(&id).map(bytes),
            Self::Preferences(user) => world.preferences.get(&user).map(bytes),
            Self::Bot(id) => world.bots.get(&id).map(bytes),
            Self::Poll(id) => world.polls.get(id).map(bytes),
            Self::Vote(poll, user) => world.polls.vote(poll, user).map(bytes),
            Self::Queue(peer, owner) => world.scheduled.record((peer, owner)).map(bytes),
            Self::StickerSet(id) => world.sticker_sets.get(id).map(bytes),
        }
    }
}

fn bytes<T: Field>(value: &T) -> Vec<u8> {
    let mut w = Writer::new();
    value.put(&mut w);
    w.into_vec()
}

fn value<T: Field>(body: &Bytes) -> Option<T> {
    let mut r = Reader::shared(body);
    let value = T::get(&mut r);
    r.finish().ok().map(|()| value)
}

/// Puts one record into the world; `false` if it cannot be read.
pub(super) fn take(world: &mut World, key: (i64, i64, i64), body: Bytes) -> bool {
    fn put<T: Field>(body: &Bytes, keep: impl FnOnce(T)) -> bool {
        value(body).map(keep).is_some()
    }
    fn put_in<T: Field>(
        mailbox: Option<&mut Mailbox>,
        body: &Bytes,
        keep: impl FnOnce(&mut Mailbox, T),
    ) -> bool {
        let Some(mailbox) = mailbox else { return false };
        value(body).map(|value| keep(mailbox, value)).is_some()
    }
    let (kind, a, b) = key;
    let small = i32::try_from(b).unwrap_or_default();
    match kind {
        0 => put(&body, |stored| world.restore(&stored)),
        1 => put(&body, |user| drop(world.users.insert(a, user))),
        2 => put(&body, |auth| drop(world.auths.insert(a, auth))),
        3 => put(&body, |((last_id, pts), qts)| {
            let mailbox = Mailbox {
                last_id,
                pts,
                qts,
                ..Mailbox::new()
            };
            world.boxes.insert(a, mailbox);
        }),
        4 => put_in(
            world.boxes.get_mut(&a),
            &body,
            |mailbox, record: crate::world::DialogRecord| {
                mailbox.dialogs.insert(b, record.into());
            },
        ),
        5 => put_in(world.boxes.get_mut(&a), &body, |mailbox, entry| {
            mailbox.entries.insert(small, entry);
        }),
        6 => put_in(world.boxes.get_mut(&a), &body, |mailbox, step| {
            mailbox.log.push_back(step)
        }),
        7 => put(&body, |letter| drop(world.letters.insert(a, letter))),
        8 => put(&body, |document| drop(world.documents.insert(a, document))),
        9 => put(&body, |photo| drop(world.photos.insert(a, photo))),
        10 => put(&body, |record: ChatRecord| {
            world.chats.insert(a, Chat::restored(a, record));
        }),
        11 => match (world.chats.get_mut(&a), value(&body)) {
            (Some(chat), Some(member)) => {
                chat.members.put(b, member);
                true
            }
            _ => false,
        },
        12 => put_in(world.boxes.get_mut(&a), &body, |mailbox, update| {
            mailbox.secondary.push_back(update);
        }),
        13 => put(&body, |link| drop(world.invites.insert((a, b), link))),
        14 => match (world.chats.get_mut(&a), value(&body)) {
            (Some(chat), Some(request)) => {
                chat.requests.insert(b, request);
                true
            }
            _ => false,
        },
        15 => match (world.chats.get_mut(&a), value(&body)) {
            (Some(chat), Some(deed)) => {
                chat.deeds.push_back(deed);
                true
            }
            _ => false,
        },
        16 => match (world.chats.get_mut(&a), value(&body)) {
            (Some(chat), Some(topic)) => {
                chat.topics.insert(small, topic);
                true
            }
            _ => false,
        },
        30 => put(&body, |bot| drop(world.bots.insert(a, bot))),
        40 => put(&body, |set| drop(world.preferences.insert(a, set))),
        50 => put(&body, |poll| world.polls.restore(poll)),
        51 => put(&body, |vote| world.polls.set_vote(a, b, Some(vote))),
        52 => put(&body, |queue| world.scheduled.restore((a, b), queue)),
        60 => put(&body, |set| world.sticker_sets.put(set)),
        _ => false,
    }
}
