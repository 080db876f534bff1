use std::collections::HashMap;

use heliogram_api::enums;

use super::{Chat, User};
use crate::{Client, PeerId};

/// The users and chats that came along with messages, by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entities {
    chats: HashMap<PeerId, Chat>,
}

impl Entities {
    /// Collects what a container brought.
    pub(crate) fn new(users: &[enums::User], chats: &[enums::Chat]) -> Self {
        let users = users.iter().cloned().filter_map(User::from_raw);
        let users = users.filter_map(|u| Chat::try_from(u).ok());
        let chats = chats.iter().cloned().filter_map(Chat::from_raw);
        Self {
            chats: users.chain(chats).map(|c| (c.peer_id(), c)).collect(),
        }
    }

    pub(crate) fn get(&self, id: PeerId) -> Option<&Chat> {
        self.chats.get(&id)
    }

    /// A peer with what is known about it, from here or from what the client has met.
    pub(crate) fn find(&self, client: &Client, id: PeerId) -> Chat {
        let here = self.get(id).cloned();
        here.or_else(|| client.peers().chat(id))
            .unwrap_or_else(|| Chat::unknown(id))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Chat> {
        self.chats.values()
    }
}
