use std::collections::BTreeSet;

use heliogram_api::{enums, types};

use crate::world::{Form, Kind, Peer, World};

/// Who appears in an answer, as one account sees them.
pub(crate) struct Cast {
    pub(crate) users: Vec<enums::User>,
    pub(crate) chats: Vec<enums::Chat>,
}

/// A dialog id as a peer.
pub(crate) fn peer(dialog: i64) -> enums::Peer {
    match Peer::of(dialog) {
        Peer::User(id) => types::PeerUser::new(id).into(),
        Peer::Group(id) => types::PeerChat::new(id).into(),
        Peer::Channel(id) => types::PeerChannel::new(id).into(),
    }
}

impl World {
    /// A conversation as an account has to name it.
    pub(crate) fn input_peer(&self, viewer: i64, dialog: i64) -> enums::InputPeer {
        match Peer::of(dialog) {
            Peer::User(id) if id == viewer => enums::InputPeer::InputPeerSelf,
            Peer::User(id) => {
                types::InputPeerUser::new(id, self.access_hash(viewer, Kind::User, id)).into()
            }
            Peer::Group(id) => types::InputPeerChat::new(id).into(),
            Peer::Channel(id) => {
                let hash = self.access_hash(viewer, Kind::Channel, id);
                types::InputPeerChannel::new(id, hash).into()
            }
        }
    }

    /// Accounts, groups and channels (by dialog id) as one account sees them, each once, with the
    /// viewer itself.
    pub(crate) fn cast(&self, viewer: i64, ids: impl IntoIterator<Item = i64>) -> Cast {
        let mut all: BTreeSet<i64> = ids.into_iter().filter(|id| *id != 0).collect();
        all.insert(viewer);
        let (users, chats): (Vec<i64>, Vec<i64>) = all.into_iter().partition(|id| *id > 0);
        Cast {
            users: users.iter().map(|id| self.user_for(viewer, *id)).collect(),
            chats: chats.iter().map(|id| self.chat_for(viewer, *id)).collect(),
        }
    }

    /// The same as told with what happens in a channel: strangers and other channels are shown in
    /// short, without what it takes to address them. Who wants to do that names the message they
    /// were seen in.
    pub(crate) fn cast_in(
        &self,
        viewer: i64,
        channel: i64,
        ids: impl IntoIterator<Item = i64>,
    ) -> Cast {
        let mut cast = self.cast(viewer, ids);
        for user in &mut cast.users {
            if let enums::User::User(full) = user
                && !self.is_near(viewer, full.id)
            {
                **full = short_user(full);
            }
        }
        for chat in &mut cast.chats {
            if let Some(short) = self.short_chat(viewer, channel, chat) {
                *chat = short;
            }
        }
        cast
    }

    /// Whether an account is no stranger to another: a contact, or somebody it wrote with. To bots
    /// nobody is.
    fn is_near(&self, viewer: i64, id: i64) -> bool {
        let known = self
            .users
            .get(&viewer)
            .is_some_and(|user| user.is_bot() || user.contacts.contains_key(&id));
        known || viewer == id || self.has_dialog(viewer, id)
    }

    /// A channel in short, if the viewer is told of another one and is not in it.
    fn short_chat(&self, viewer: i64, channel: i64, shown: &enums::Chat) -> Option<enums::Chat> {
        let id = match shown {
            enums::Chat::Channel(chat) => chat.id,
            enums::Chat::ChannelForbidden(chat) => chat.id,
            _ => return None,
        };
        let dialog = Peer::Channel(id).dialog();
        let chat = self.chats.get(&dialog)?;
        if dialog == channel || chat.members.has(viewer) || self.is_bot(viewer) {
            return None;
        }
        let photo = self.chat_photo(chat);
        let short = types::Channel {
            min: true,
            broadcast: chat.form == Form::Broadcast,
            megagroup: chat.form == Form::Supergroup,
            forum: chat.settings.forum,
            has_link: chat.linked.is_some(),
            username: chat.username.clone(),
            ..types::Channel::new(id, chat.title.clone(), photo, chat.date)
        };
        Some(short.into())
    }
}

/// What of an account strangers see in short.
fn short_user(full: &types::User) -> types::User {
    types::User {
        min: true,
        bot: full.bot,
        deleted: full.deleted,
        first_name: full.first_name.clone(),
        last_name: full.last_name.clone(),
        username: full.username.clone(),
        photo: full.photo.clone(),
        status: full.status.clone(),
        bot_info_version: full.bot_info_version,
        ..types::User::new(full.id)
    }
}
