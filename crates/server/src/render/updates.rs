use heliogram_api::enums::{self, Update};
use heliogram_api::types;

use super::peer;
use crate::world::{Actor, Exactness, Logged, Peer, Place, Told, What, World};

impl World {
    /// Tells whoever sees a box of a step of its history.
    pub(crate) fn push_step(&mut self, owner: i64, by: Actor, pts: i32) {
        let step = self
            .boxes
            .get(&owner)
            .and_then(|b| b.logged_at(pts).cloned());
        if let Some(step) = step {
            self.tell(owner, by, Told::Step(step));
        }
    }

    /// A step of a box in the words of one who sees it.
    pub(crate) fn step_words(&self, viewer: i64, owner: i64, step: &Logged) -> enums::Updates {
        if let What::New(id) = step.what
            && let Some(short) = self.short_message(owner, id, step.pts)
        {
            return short.into();
        }
        let (update, about) = self.update_of(viewer, owner, step);
        self.updates_in(viewer, owner, update, &about)
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
            && letter.action.is_none()
            && letter.markup.is_none()
            && letter.via_bot.is_none()
            && letter.forward.is_none()
            && !letter.noforwards
            && !letter.scheduled
            && !letter
                .entities
                .iter()
                .any(|e| matches!(e, enums::MessageEntity::MentionName(_)));
        if !known || !plain || entry.peer == to || entry.peer < 0 {
            return None;
        }
        let (text, date) = (letter.text.clone(), letter.date);
        Some(types::UpdateShortMessage {
            out: letter.by == to,
            silent: letter.silent,
            reply_to: self
                .reply_header(entry, letter)
                .map(|header| Box::new(header.into())),
            entities: (!letter.entities.is_empty()).then(|| letter.entities.clone()),
            ttl_period: letter.ttl,
            ..types::UpdateShortMessage::new(id, entry.peer, text, pts, 1, date)
        })
    }

    /// Tells an account's other sessions what it read in a channel.
    pub(crate) fn push_read_channel(&mut self, by: Actor, channel: i64, up_to: i32, left: i32) {
        let pts = self.boxes.get(&channel).map_or(0, |mailbox| mailbox.pts);
        let id = Peer::of(channel).id();
        let update = types::UpdateReadChannelInbox {
            folder_id: self.archived_in(by.user, channel),
            ..types::UpdateReadChannelInbox::new(id, up_to, left, pts)
        };
        self.push_one(by.user, by, update.into(), &[channel]);
    }

    /// Tells an account that its messages in a channel were read.
    pub(crate) fn push_channel_read_out(&mut self, to: i64, by: Actor, channel: i64, up_to: i32) {
        let update = types::UpdateReadChannelOutbox::new(Peer::of(channel).id(), up_to);
        self.push_one(to, by, update.into(), &[channel]);
    }

    /// A step of a box's history as an update, and the accounts and chats it mentions.
    pub(crate) fn update_of(&self, viewer: i64, owner: i64, step: &Logged) -> (Update, Vec<i64>) {
        match Peer::of(owner) {
            Peer::Channel(id) => self.channel_update(viewer, owner, id, step),
            _ => self.box_update(viewer, step),
        }
    }

    fn box_update(&self, owner: i64, step: &Logged) -> (Update, Vec<i64>) {
        let (pts, count) = (step.pts, step.count);
        let message = |id: i32| {
            let place = Place { owner, id };
            (
                self.message_for(owner, place),
                self.mentioned_in(owner, place),
            )
        };
        match &step.what {
            What::New(id) => {
                let (message, about) = message(*id);
                (
                    types::UpdateNewMessage::new(message, pts, count).into(),
                    about,
                )
            }
            What::Edited(id) => {
                let (message, about) = message(*id);
                (
                    types::UpdateEditMessage::new(message, pts, count).into(),
                    about,
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
                let update = types::UpdateReadHistoryInbox {
                    folder_id: self.archived_in(owner, *who),
                    ..types::UpdateReadHistoryInbox::new(peer(*who), *up_to, *left, pts, count)
                };
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
            What::Moved { peer: who, folder } => {
                let moved = vec![types::FolderPeer::new(peer(*who), *folder)];
                let update = types::UpdateFolderPeers::new(moved, pts, count);
                (update.into(), vec![*who])
            }
        }
    }

    fn channel_update(
        &self,
        viewer: i64,
        owner: i64,
        channel: i64,
        step: &Logged,
    ) -> (Update, Vec<i64>) {
        let (pts, count) = (step.pts, step.count);
        let message = |id: i32| {
            let place = Place { owner, id };
            let mut about = self.mentioned_in(viewer, place);
            about.push(owner);
            (self.message_for(viewer, place), about)
        };
        let own = vec![owner];
        match &step.what {
            What::New(id) => {
                let (message, about) = message(*id);
                (
                    types::UpdateNewChannelMessage::new(message, pts, count).into(),
                    about,
                )
            }
            What::Edited(id) => {
                let (message, about) = message(*id);
                (
                    types::UpdateEditChannelMessage::new(message, pts, count).into(),
                    about,
                )
            }
            What::Deleted(ids) => {
                let ids = ids.clone();
                let update = types::UpdateDeleteChannelMessages::new(channel, ids, pts, count);
                (update.into(), own)
            }
            What::Pinned { ids, pinned, .. } => {
                let ids = ids.clone();
                let update = types::UpdatePinnedChannelMessages {
                    pinned: *pinned,
                    ..types::UpdatePinnedChannelMessages::new(channel, ids, pts, count)
                };
                (update.into(), own)
            }
            What::Heard(ids) => {
                let update = types::UpdateChannelReadMessagesContents::new(channel, ids.clone());
                (update.into(), own)
            }
            // Reading and sorting are no steps of a channel's own history.
            What::ReadIn { .. } | What::ReadOut { .. } | What::Moved { .. } => {
                (types::UpdateChannel::new(channel).into(), own)
            }
        }
    }

    /// Tells everybody who keeps an account as a contact, or talks to it, whether it is there, if
    /// they may know.
    pub(crate) fn push_status(&mut self, by: Actor) {
        let Some(user) = self.users.get(&by.user) else {
            return;
        };
        let mut words = Vec::new();
        for watcher in self.watchers(by.user) {
            // Who may not know exactly hears nothing at all.
            if self.sees_exactly(watcher, by.user) == Exactness::Exact {
                let status = self.status_for(watcher, user);
                words.push((watcher, types::UpdateUserStatus::new(by.user, status)));
            }
        }
        for (watcher, update) in words {
            self.push_short(watcher, by, update.into());
        }
    }

    /// Tells an account's sessions, and who may know it, that its phone number is another one.
    pub(crate) fn push_phone(&mut self, by: Actor) {
        let mut to = self.watchers(by.user);
        to.push(by.user);
        for who in to {
            let seen = match self.user_for(who, by.user) {
                enums::User::User(user) => user.phone,
                _ => None,
            };
            if let Some(phone) = seen {
                let update = types::UpdateUserPhone::new(by.user, phone);
                self.push_short(who, by, update.into());
            }
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
