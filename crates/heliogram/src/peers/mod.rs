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
mod shown;

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

    /// Finds the form in which raw calls take a person or bot, where they take nobody else.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::api::functions as f;
    ///
    /// let id = client.input_user("@telegram").await?;
    /// let full = client.invoke(f::users::GetFullUser { id }).await?;
    /// println!("{:?}", full.full_user.about);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve), and [`PeerError::WrongKind`] for groups and channels.
    #[doc(alias = "get_input_entity")]
    #[doc(alias = "get_input_user")]
    #[doc(alias = "inputUser")]
    pub async fn input_user(&self, user: impl Into<PeerLike>) -> Result<enums::InputUser> {
        let user = user.into();
        self.find_user(&user).await
    }

    /// Finds the form in which raw calls take a supergroup or channel, where they take nothing else.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::api::{enums::ChannelParticipantsFilter, functions as f};
    ///
    /// let channel = client.input_channel("@rustlang").await?;
    /// let recent = ChannelParticipantsFilter::ChannelParticipantsRecent;
    /// let call = f::channels::GetParticipants::new(channel, recent, 0, 100, 0);
    /// let members = client.invoke(call).await?;
    /// # drop(members);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve), and [`PeerError::WrongKind`] for people and basic groups.
    #[doc(alias = "get_input_entity")]
    #[doc(alias = "get_input_channel")]
    #[doc(alias = "inputChannel")]
    pub async fn input_channel(&self, channel: impl Into<PeerLike>) -> Result<enums::InputChannel> {
        let channel = channel.into();
        let peer = self.find_peer(&channel).await?;
        input_channel(&peer.input).ok_or_else(|| {
            let (expected, got) = ("a supergroup or channel", peer.id.as_i64());
            PeerError::WrongKind { expected, got }.into()
        })
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
