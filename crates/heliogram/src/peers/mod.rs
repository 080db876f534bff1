//! Who can be talked to: ids, the ways to name a peer, and how they are found.
//!
//! Raw calls need an *access hash* for most peers. Hashes are learnt from every answer and update
//! and kept in the storage; [`Client::resolve`] and every friendly method look there first.

mod cache;
mod error;
mod id;
mod like;
mod observe;
mod places;
mod resolve;

use heliogram_api::{enums, types};

use crate::{Client, Result, types::Chat};

pub(crate) use cache::Peers;
pub use error::PeerError;
pub use id::{PeerId, PeerKind};
pub(crate) use like::Like;
pub use like::PeerLike;
pub(crate) use observe::entities_of;
pub(crate) use resolve::{Peer, sendable_mentions};

impl Client {
    /// Finds a chat and what is known about it.
    ///
    /// Looks into memory, then into the storage, then asks the server, several callers at once
    /// asking it once.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// let chat = client.resolve("@telegram").await?;
    /// println!("{} is {}", chat.id(), chat.title());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `contacts.resolveUsername`, `contacts.resolvePhone`, `users.getUsers` and the like.
    ///
    /// # Errors
    /// [`PeerError`] if nobody goes by that name, or the account has never met the peer.
    #[doc(alias = "get_entity")]
    #[doc(alias = "get_chat")]
    #[doc(alias = "contacts.resolveUsername")]
    pub async fn resolve(&self, peer: impl Into<PeerLike>) -> Result<Chat> {
        let peer = peer.into();
        self.find_chat(&peer).await
    }

    /// Finds the form in which raw calls take a chat.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    #[doc(alias = "get_input_entity")]
    #[doc(alias = "resolve_peer")]
    pub async fn input_peer(&self, peer: impl Into<PeerLike>) -> Result<enums::InputPeer> {
        let peer = peer.into();
        Ok(self.find_peer(&peer).await?.input)
    }
}

/// The id of a raw input peer; `None` for the account itself and for nobody.
pub(crate) fn input_id(peer: &enums::InputPeer) -> Option<PeerId> {
    match peer {
        enums::InputPeer::Chat(p) => PeerId::group(p.chat_id),
        enums::InputPeer::User(p) => PeerId::user(p.user_id),
        enums::InputPeer::Channel(p) => PeerId::channel(p.channel_id),
        enums::InputPeer::UserFromMessage(p) => PeerId::user(p.user_id),
        enums::InputPeer::ChannelFromMessage(p) => PeerId::channel(p.channel_id),
        _ => None,
    }
}

/// The same peer where a raw call takes only users.
pub(crate) fn input_user(peer: &enums::InputPeer) -> Option<enums::InputUser> {
    Some(match peer {
        enums::InputPeer::InputPeerSelf => enums::InputUser::InputUserSelf,
        enums::InputPeer::User(p) => types::InputUser {
            user_id: p.user_id,
            access_hash: p.access_hash,
        }
        .into(),
        enums::InputPeer::UserFromMessage(p) => {
            types::InputUserFromMessage::new((*p.peer).clone(), p.msg_id, p.user_id).into()
        }
        _ => return None,
    })
}

/// The same peer where a raw call takes only channels.
pub(crate) fn input_channel(peer: &enums::InputPeer) -> Option<enums::InputChannel> {
    Some(match peer {
        enums::InputPeer::Channel(p) => types::InputChannel {
            channel_id: p.channel_id,
            access_hash: p.access_hash,
        }
        .into(),
        enums::InputPeer::ChannelFromMessage(p) => {
            types::InputChannelFromMessage::new((*p.peer).clone(), p.msg_id, p.channel_id).into()
        }
        _ => return None,
    })
}
