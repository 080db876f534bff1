use std::sync::Arc;

use heliogram_api::{enums, errors, functions as f, types};

use super::{PeerError, PeerId, PeerKind, PeerLike, cache::with_hash, input_id, like::Like};
use crate::{Authorization, Client, Error, Result, net::lock, types::Chat};

/// A peer that was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Peer {
    pub(crate) id: PeerId,
    pub(crate) input: enums::InputPeer,
}

impl Client {
    /// Finds out how to address a peer.
    pub(crate) async fn find_peer(&self, like: &PeerLike) -> Result<Peer> {
        match &like.0 {
            Like::Me => Ok(Peer {
                id: self.own_id().await?,
                input: enums::InputPeer::InputPeerSelf,
            }),
            Like::Bad(e) => Err(e.clone().into()),
            Like::Input(input) => {
                let id = input_id(input).ok_or(PeerError::Empty)?;
                Ok(Peer {
                    id,
                    input: input.clone(),
                })
            }
            Like::Id(id) => self.peer_by_id(*id).await,
            Like::Username(name) => self.peer_by_username(name).await,
            Like::Phone(digits) => self.peer_by_phone(digits).await,
        }
    }

    /// Finds a peer and what is known of it.
    pub(crate) async fn find_chat(&self, like: &PeerLike) -> Result<Chat> {
        let peer = self.find_peer(like).await?;
        if let Some(chat) = self.peers().chat(peer.id).filter(|c| !c.is_min()) {
            return Ok(chat);
        }
        self.fetch(&peer).await?;
        let chat = self.peers().chat(peer.id);
        chat.ok_or_else(|| PeerError::NeverMet(peer.id.as_i64()).into())
    }

    /// The account's own id; asks the server where the session does not tell.
    async fn own_id(&self) -> Result<PeerId> {
        if let Some(id) = self.self_id().and_then(PeerId::user) {
            return Ok(id);
        }
        let me = vec![enums::InputUser::InputUserSelf];
        let users = self.invoke(f::users::GetUsers { id: me }).await?;
        let own = users.first().and_then(|u| match u {
            enums::User::User(u) => PeerId::user(u.id),
            _ => None,
        });
        own.ok_or_else(|| Error::unexpected("users.getUsers", "the account itself", "nobody"))
    }

    async fn peer_by_id(&self, id: PeerId) -> Result<Peer> {
        if self.self_id() == Some(id.as_i64()) {
            return Ok(Peer {
                id,
                input: enums::InputPeer::InputPeerSelf,
            });
        }
        if let Some(input) = self.peers().input(id).await? {
            return Ok(Peer { id, input });
        }
        let key = format!("id:{id}");
        self.single_flight(&key, async || {
            if self.peers().input(id).await?.is_none() {
                self.meet(id).await?;
                self.peers().save().await?;
            }
            Ok(())
        })
        .await?;
        let input = self.peers().input(id).await?;
        let input = input.ok_or(PeerError::NeverMet(id.as_i64()))?;
        Ok(Peer { id, input })
    }

    /// Tries what may teach the access hash of a peer that was never seen.
    async fn meet(&self, id: PeerId) -> Result<()> {
        // Bots may address everyone they share a chat with without a hash.
        if self.authorization() == Authorization::Bot
            && let Some(input) = with_hash(id, 0)
        {
            return refusal_is_nothing(self.fetch(&Peer { id, input }).await);
        }
        if id.is_user() {
            self.load_contacts().await?;
        }
        Ok(())
    }

    /// Asks the server for a peer; what it tells is learnt.
    async fn fetch(&self, peer: &Peer) -> Result<()> {
        match peer.id.kind() {
            PeerKind::User(_) => {
                let Some(user) = super::input_user(&peer.input) else {
                    return Ok(());
                };
                self.invoke(f::users::GetUsers { id: vec![user] })
                    .await
                    .map(drop)
            }
            PeerKind::Group(id) => self
                .invoke(f::messages::GetChats { id: vec![id] })
                .await
                .map(drop),
            PeerKind::Channel(_) => {
                let Some(channel) = super::input_channel(&peer.input) else {
                    return Ok(());
                };
                self.invoke(f::channels::GetChannels { id: vec![channel] })
                    .await
                    .map(drop)
            }
            PeerKind::Secret(_) => Ok(()),
        }
    }

    async fn peer_by_username(&self, name: &str) -> Result<Peer> {
        if let Some(peer) = self.known_username(name).await? {
            return Ok(peer);
        }
        let key = format!("@{name}");
        self.single_flight(&key, async || {
            if self.peers().by_username(name).is_some() {
                return Ok(());
            }
            let call = f::contacts::ResolveUsername::new(name.to_owned());
            match self.invoke(call).await {
                Ok(_) => self.peers().save().await,
                Err(e) if e.is(errors::USERNAME_NOT_OCCUPIED) || e.is(errors::USERNAME_INVALID) => {
                    Err(PeerError::UnknownUsername(name.to_owned()).into())
                }
                Err(e) => Err(e),
            }
        })
        .await?;
        let found = self.known_username(name).await?;
        found.ok_or_else(|| PeerError::UnknownUsername(name.to_owned()).into())
    }

    async fn known_username(&self, name: &str) -> Result<Option<Peer>> {
        let id = match self.peers().by_username(name) {
            Some(id) => Some(id.as_i64()),
            None => self
                .peers()
                .records
                .peer_by_username(name)
                .await?
                .map(|row| row.id),
        };
        self.known(id).await
    }

    async fn peer_by_phone(&self, digits: &str) -> Result<Peer> {
        if let Some(peer) = self.known_phone(digits).await? {
            return Ok(peer);
        }
        // The key is for this process only and never shown.
        let key = format!("+{digits}");
        self.single_flight(&key, async || {
            if self.peers().by_phone(digits).is_none() {
                self.load_contacts().await?;
            }
            if self.peers().by_phone(digits).is_none() {
                let call = f::contacts::ResolvePhone {
                    phone: digits.to_owned(),
                };
                refusal_is_nothing(self.invoke(call).await.map(drop))?;
                self.peers().save().await?;
            }
            Ok(())
        })
        .await?;
        self.known_phone(digits)
            .await?
            .ok_or_else(|| PeerError::UnknownPhone.into())
    }

    async fn known_phone(&self, digits: &str) -> Result<Option<Peer>> {
        let id = match self.peers().by_phone(digits) {
            Some(id) => Some(id.as_i64()),
            None => self
                .peers()
                .records
                .peer_by_phone(digits)
                .await?
                .map(|row| row.id),
        };
        self.known(id).await
    }

    async fn known(&self, id: Option<i64>) -> Result<Option<Peer>> {
        let Some(id) = id.and_then(|id| PeerId::try_from(id).ok()) else {
            return Ok(None);
        };
        if self.self_id() == Some(id.as_i64()) {
            return Ok(Some(Peer {
                id,
                input: enums::InputPeer::InputPeerSelf,
            }));
        }
        Ok(self
            .peers()
            .input(id)
            .await?
            .map(|input| Peer { id, input }))
    }

    /// Learns the access hashes and phone numbers of all contacts; bots have none.
    async fn load_contacts(&self) -> Result<()> {
        if self.authorization() == Authorization::Bot {
            return Ok(());
        }
        self.single_flight("contacts", async || {
            refusal_is_nothing(
                self.invoke(f::contacts::GetContacts { hash: 0 })
                    .await
                    .map(drop),
            )?;
            self.peers().save().await
        })
        .await
    }

    /// Lets one caller at a time ask a question; the others find the answer known.
    async fn single_flight(&self, key: &str, ask: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
        let flights = &self.peers().flights;
        let flight = Arc::clone(lock(flights).entry(key.to_owned()).or_default());
        let answer = {
            let _turn = flight.lock().await;
            ask().await
        };
        let mut flights = lock(flights);
        // Two are this one and the map's: nobody else waits.
        if Arc::strong_count(&flight) <= 2 {
            flights.remove(key);
        }
        answer
    }
}

/// A refusal here means that the server does not tell, which later code says better.
fn refusal_is_nothing(answer: Result<()>) -> Result<()> {
    match answer {
        Err(Error::Rpc(e)) if e.code == 400 || e.code == 403 => Ok(()),
        other => other,
    }
}

/// Turns mentions of users by id into the form that can be sent. A user who cannot be named is not
/// mentioned: the text goes out all the same.
pub(crate) async fn sendable_mentions(
    client: &Client,
    entities: &mut Vec<enums::MessageEntity>,
) -> Result<()> {
    let mut nobody = Vec::new();
    for (at, entity) in entities.iter_mut().enumerate() {
        let enums::MessageEntity::MentionName(mention) = &*entity else {
            continue;
        };
        let (offset, length, user_id) = (mention.offset, mention.length, mention.user_id);
        let Some(id) = PeerId::user(user_id) else {
            continue;
        };
        match client.find_user(&id.into()).await {
            Ok(user) => {
                let named = types::InputMessageEntityMentionName::new(offset, length, user);
                *entity = named.into();
            }
            Err(Error::Peer(e)) => {
                tracing::warn!(error = %e, "somebody in a text is not mentioned");
                nobody.push(at);
            }
            Err(e) => return Err(e),
        }
    }
    for at in nobody.into_iter().rev() {
        entities.remove(at);
    }
    Ok(())
}
