use heliogram_api::enums::{self, Update};
use heliogram_api::types;

use super::message::reply_header;
use super::peer;
use crate::world::{Actor, Logged, What, World};

impl World {
    /// Tells an account of a message in its box.
    pub(crate) fn push_message(&mut self, to: i64, by: Actor, id: i32, pts: i32) {
        if let Some(short) = self.short_message(to, id, pts) {
            self.push(to, by, short.into());
            return;
        }
        let people = self.people_in(to, id);
        let update = types::UpdateNewMessage::new(self.message_for(to, id), pts, 1);
        self.push_one(to, by, update.into(), &people);
    }

    /// The short form Telegram uses for plain words between people who know each other already:
    /// it has no room for accounts, media or buttons.
    fn short_message(&self, to: i64, id: i32, pts: i32) -> Option<types::UpdateShortMessage> {
        let mailbox = self.boxes.get(&to)?;
        let entry = mailbox.entries.get(&id)?;
        let letter = self.letters.get(&entry.letter)?;
        let known = mailbox
            .dialogs
            .get(&entry.peer)
            .is_some_and(|dialog| dialog.ids.len() > 1);
        let plain = letter.media.is_none()
            && letter.markup.is_none()
            && letter.forward.is_none()
            && !letter.noforwards
            && !letter
                .entities
                .iter()
                .any(|e| matches!(e, enums::MessageEntity::MentionName(_)));
        if !known || !plain || entry.peer == to {
            return None;
        }
        let (text, date) = (letter.text.clone(), letter.date);
        Some(types::UpdateShortMessage {
            out: letter.from == to,
            silent: letter.silent,
            reply_to: reply_header(entry, letter).map(|header| Box::new(header.into())),
            entities: (!letter.entities.is_empty()).then(|| letter.entities.clone()),
            ..types::UpdateShortMessage::new(id, entry.peer, text, pts, 1, date)
        })
    }

    /// Tells an account that a message changed.
    pub(crate) fn push_edit(&mut self, to: i64, by: Actor, id: i32, pts: i32) {
        let people = self.people_in(to, id);
        let update = types::UpdateEditMessage::new(self.message_for(to, id), pts, 1);
        self.push_one(to, by, update.into(), &people);
    }

    /// Tells an account that messages are gone.
    pub(crate) fn push_delete(&mut self, to: i64, by: Actor, ids: Vec<i32>, pts: i32) {
        let count = ids.len() as i32;
        let update = types::UpdateDeleteMessages::new(ids, pts, count);
        self.push_one(to, by, update.into(), &[]);
    }

    /// Tells an account's other sessions what it read.
    pub(crate) fn push_read_in(&mut self, by: Actor, from: i64, up_to: i32, left: i32, pts: i32) {
        let update = types::UpdateReadHistoryInbox::new(peer(from), up_to, left, pts, 1);
        self.push_one(by.user, by, update.into(), &[from]);
    }

    /// Tells an account that its messages were read.
    pub(crate) fn push_read_out(&mut self, to: i64, by: Actor, up_to: i32, pts: i32) {
        let update = types::UpdateReadHistoryOutbox::new(peer(by.user), up_to, pts, 1);
        self.push_one(to, by, update.into(), &[by.user]);
    }

    /// Tells an account that voice messages were listened to.
    pub(crate) fn push_heard(&mut self, to: i64, by: Actor, ids: Vec<i32>, pts: i32) {
        let count = ids.len() as i32;
        let update = types::UpdateReadMessagesContents::new(ids, pts, count);
        self.push_one(to, by, update.into(), &[]);
    }

    /// Tells an account that a message was pinned or unpinned.
    pub(crate) fn push_pinned(
        &mut self,
        to: i64,
        by: Actor,
        chat: i64,
        id: i32,
        pinned: bool,
        pts: i32,
    ) {
        let update = types::UpdatePinnedMessages {
            pinned,
            ..types::UpdatePinnedMessages::new(peer(chat), vec![id], pts, 1)
        };
        self.push_one(to, by, update.into(), &[chat]);
    }

    /// A step of a box's history as an update, and the accounts it mentions.
    pub(crate) fn update_of(&self, owner: i64, step: &Logged) -> (Update, Vec<i64>) {
        let (pts, count) = (step.pts, step.count);
        match &step.what {
            What::New(id) => {
                let message = self.message_for(owner, *id);
                (
                    types::UpdateNewMessage::new(message, pts, count).into(),
                    self.people_in(owner, *id),
                )
            }
            What::Edited(id) => {
                let message = self.message_for(owner, *id);
                (
                    types::UpdateEditMessage::new(message, pts, count).into(),
                    self.people_in(owner, *id),
                )
            }
            What::Deleted(ids) => (
                types::UpdateDeleteMessages::new(ids.clone(), pts, count).into(),
                Vec::new(),
            ),
            What::ReadIn {
                peer: who,
                up_to,
                left,
            } => {
                let update =
                    types::UpdateReadHistoryInbox::new(peer(*who), *up_to, *left, pts, count);
                (update.into(), vec![*who])
            }
            What::ReadOut { peer: who, up_to } => {
                let update = types::UpdateReadHistoryOutbox::new(peer(*who), *up_to, pts, count);
                (update.into(), vec![*who])
            }
            What::Heard(ids) => (
                types::UpdateReadMessagesContents::new(ids.clone(), pts, count).into(),
                Vec::new(),
            ),
            What::Pinned {
                peer: who,
                ids,
                pinned,
            } => {
                let update = types::UpdatePinnedMessages {
                    pinned: *pinned,
                    ..types::UpdatePinnedMessages::new(peer(*who), ids.clone(), pts, count)
                };
                (update.into(), vec![*who])
            }
        }
    }

    /// Tells everybody who keeps an account as a contact whether it is there.
    pub(crate) fn push_status(&mut self, by: Actor) {
        let Some(user) = self.users.get(&by.user) else {
            return;
        };
        let update = types::UpdateUserStatus::new(by.user, self.status_of(user));
        for watcher in self.watchers(by.user) {
            self.push_short(watcher, by, update.clone().into());
        }
    }

    /// Tells an account's sessions, and who keeps it as a contact, how it is called now.
    pub(crate) fn push_name(&mut self, by: Actor) {
        let Some(user) = self.users.get(&by.user) else {
            return;
        };
        let names = self.usernames_of(by.user);
        let (first, last) = (user.first_name.clone(), user.last_name.clone());
        let update = types::UpdateUserName::new(by.user, first, last, names);
        let mut to = self.watchers(by.user);
        to.push(by.user);
        for who in to {
            self.push_short(who, by, update.clone().into());
        }
    }
}
