use std::collections::HashSet;

use super::World;

/// One thing that is kept on disk, by what identifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Rec {
    /// Counters and secrets of the server itself.
    Meta,
    /// An account.
    User(i64),
    /// An auth key and who is logged in with it.
    Auth(i64),
    /// The counters of an account's message box.
    Box(i64),
    /// One dialog of an account: owner, peer.
    Dialog(i64, i64),
    /// One message as an account sees it: owner, message id.
    Entry(i64, i32),
    /// One step of an account's history of changes: owner, pts.
    Logged(i64, i32),
    /// What a message says.
    Letter(i64),
    /// A document.
    Document(i64),
    /// A photo.
    Photo(i64),
    /// A group or channel, by dialog id.
    Chat(i64),
    /// Somebody's place in a group or channel: dialog id, account.
    Member(i64, i64),
    /// One update of an account's secondary box: owner, qts.
    Secondary(i64, i32),
    /// An invite link: dialog id, its own id.
    Invite(i64, i64),
    /// Somebody's request to be let in: dialog id, account.
    Request(i64, i64),
    /// One thing in an admin log: dialog id, its own id.
    Deed(i64, i64),
    /// A topic of a forum: dialog id, its own id.
    Topic(i64, i32),
    /// What an account has set for itself.
    Preferences(i64),
    /// What is kept of a bot beside its account.
    Bot(i64),
    /// A poll.
    Poll(i64),
    /// A vote: poll, account.
    Vote(i64, i64),
    /// The messages that wait for a conversation: dialog id, whose queue it is.
    Queue(i64, i64),
    /// A set of stickers.
    StickerSet(i64),
}

/// The records that changed since they were last written.
#[derive(Default)]
pub(crate) struct Dirty {
    on: bool,
    recs: HashSet<Rec>,
}

impl Dirty {
    /// Starts to note changes; without this nothing is kept.
    pub(crate) fn turn_on(&mut self) {
        self.on = true;
    }

    /// Takes what is to be written, in a fixed order.
    pub(crate) fn take(&mut self) -> Vec<Rec> {
        let mut recs: Vec<_> = self.recs.drain().collect();
        recs.sort_unstable();
        recs
    }

    /// Puts back what could not be written.
    pub(crate) fn restore(&mut self, recs: Vec<Rec>) {
        self.recs.extend(recs);
    }
}

/// The counters and secrets of the server, as one record.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) secret: [u8; 32],
    pub(crate) reference_epoch: i32,
    pub(crate) next_user: i64,
    pub(crate) next_letter: i64,
    pub(crate) next_chat: i64,
    pub(crate) stock: Option<super::Stock>,
}

crate::persist::record!(Stored {
    secret,
    reference_epoch,
    next_user,
    next_letter,
    next_chat,
    stock
});

impl World {
    /// Notes that a record has to be written, or removed if it is no longer there.
    pub(crate) fn touch(&mut self, rec: Rec) {
        if self.dirty.on {
            self.dirty.recs.insert(rec);
        }
    }

    /// Whether there is something to be written.
    pub(crate) fn is_dirty(&self) -> bool {
        !self.dirty.recs.is_empty()
    }

    /// Notes that counters or secrets of the server changed.
    pub(crate) fn touch_meta(&mut self) {
        self.touch(Rec::Meta);
    }

    /// The server's own record.
    pub(crate) fn stored(&self) -> Stored {
        Stored {
            secret: self.secret,
            reference_epoch: self.reference_epoch,
            next_user: self.next_user,
            next_letter: self.next_letter,
            next_chat: self.next_chat,
            stock: self.stock,
        }
    }

    /// Takes over the server's own record.
    pub(crate) fn restore(&mut self, stored: &Stored) {
        self.secret = stored.secret;
        self.reference_epoch = stored.reference_epoch;
        self.next_user = stored.next_user;
        self.next_letter = stored.next_letter;
        self.next_chat = stored.next_chat;
        self.stock = stored.stock;
    }

    /// Builds what is derived from the records, after all of them were read.
    pub(crate) fn reindex(&mut self) {
        for user in self.users.values() {
            if let Some(phone) = &user.phone {
                self.by_phone.insert(phone.clone(), user.id);
            }
            if let Some(name) = &user.username {
                self.by_username.insert(name.to_lowercase(), user.id);
            }
            for contact in user.contacts.keys() {
                self.contact_of.entry(*contact).or_default().insert(user.id);
            }
        }
        for chat in self.chats.values() {
            if let Some(name) = &chat.username {
                self.by_username.insert(name.to_lowercase(), chat.id);
            }
            for (user, _) in chat.members.inside() {
                self.chats_of.entry(user).or_default().insert(chat.id);
            }
        }
        for letter in self.letters.values() {
            self.polls.note(letter);
            self.ends
                .extend(letter.ends().map(|ends| (ends, letter.id)));
        }
        for (key, link) in &self.invites {
            self.by_invite.insert(link.hash.clone(), *key);
        }
        self.reindex_keys();
        self.index_ends();
        self.index_boxes();
        self.index_archive();
    }

    fn index_archive(&mut self) {
        for (owner, mailbox) in &self.boxes {
            for (peer, dialog) in &mailbox.dialogs {
                if dialog.folder == super::ARCHIVE && super::is_channel(*peer) {
                    self.archived.entry(*peer).or_default().insert(*owner);
                }
            }
        }
    }

    fn index_boxes(&mut self) {
        // What happened before is not known by its time any more: for all that anybody can tell, it is
        // news.
        let changed = (self.now(), self.next_moment());
        for (owner, mailbox) in &mut self.boxes {
            mailbox.reindex(*owner, |letter| {
                let letter = self.letters.get(&letter)?;
                Some((letter.by, letter.random_id))
            });
            if !mailbox.log.is_empty() {
                mailbox.changed = changed;
            }
        }
    }
}
