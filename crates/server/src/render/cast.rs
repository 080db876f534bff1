use std::collections::BTreeSet;

use heliogram_api::{enums, types};

use crate::world::{Kind, Peer, World};

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
}
