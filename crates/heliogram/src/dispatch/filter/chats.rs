//! By chats and people that are named.

use std::{
    collections::HashSet,
    sync::{PoisonError, RwLock},
};

use super::{CAUSED, Condition, Filter, PLACED};
use crate::{
    BoxFuture, Client, Error, FilterError, PeerId, PeerLike, Result, UpdateCx, UsageError,
    events::Kinds,
    peers::{Like, input_id},
};

/// Passes what happens in this chat: an id, a username, `"me"`, or anything else that
/// [`PeerLike`] is made of.
///
/// Usernames, links and phone numbers are looked up once before the first event; one that nobody
/// has is told then as [`UsageError::Filter`].
pub fn chat(chat: impl Into<PeerLike>) -> Filter {
    chats([chat])
}

/// Passes what happens in one of these chats; see [`chat`]. `!` in front leaves them out.
///
/// ```
/// use heliogram::filter;
///
/// let here = filter::chats(["@rustlang", "me", "t.me/telegram"]);
/// let elsewhere = !filter::chats([-1001234567890, 42]);
/// ```
#[doc(alias = "blacklist_chats")]
pub fn chats<P: Into<PeerLike>>(chats: impl IntoIterator<Item = P>) -> Filter {
    Filter::new(Named::new("chats", Role::Chat, chats))
}

/// Passes what this person, bot, group or channel does, wherever it is; see [`chat`] for how to
/// name it.
pub fn user(user: impl Into<PeerLike>) -> Filter {
    users([user])
}

/// Passes what one of these people, bots, groups or channels does; see [`chat`] for how to name
/// them. `!` in front leaves them out.
///
/// ```
/// use heliogram::filter;
///
/// let admins = filter::users(["@alice", "@bob"]) | filter::user("me");
/// ```
#[doc(alias = "from_users")]
#[doc(alias = "blacklist_users")]
pub fn users<P: Into<PeerLike>>(users: impl IntoIterator<Item = P>) -> Filter {
    Filter::new(Named::new("users", Role::Sender, users))
}

#[derive(Clone, Copy)]
enum Role {
    Chat,
    Sender,
}

/// The condition that a chat or person is among those that are named.
struct Named {
    /// The name of the filter, for errors.
    filter: &'static str,
    role: Role,
    /// The account itself.
    me: bool,
    ids: HashSet<PeerId>,
    /// What has to be looked up.
    names: Vec<PeerLike>,
    /// The same for every client, since names are.
    found: RwLock<HashSet<PeerId>>,
}

impl Named {
    fn new<P: Into<PeerLike>>(
        filter: &'static str,
        role: Role,
        peers: impl IntoIterator<Item = P>,
    ) -> Self {
        let mut named = Self {
            filter,
            role,
            me: false,
            ids: HashSet::new(),
            names: Vec::new(),
            found: RwLock::default(),
        };
        for peer in peers {
            let peer = peer.into();
            let id = match &peer.0 {
                Like::Me => {
                    named.me = true;
                    continue;
                }
                Like::Id(id) => Some(*id),
                Like::Input(input) => input_id(input),
                _ => None,
            };
            match id {
                Some(id) => drop(named.ids.insert(id)),
                None => named.names.push(peer),
            }
        }
        named
    }

    fn has(&self, id: PeerId, client: &Client) -> bool {
        let found = || {
            let found = self.found.read();
            found.unwrap_or_else(PoisonError::into_inner).contains(&id)
        };
        self.ids.contains(&id)
            || !self.names.is_empty() && found()
            || self.me && client.self_id() == Some(id.as_i64())
    }

    /// A name that stands for nobody is a mistake in the filter; a network that fails is none.
    fn explain(&self, name: &PeerLike, e: Error) -> Error {
        match e {
            Error::Peer(why) => {
                let filter = format!("{}({name:?})", self.filter);
                UsageError::Filter(FilterError::new(filter, why.to_string())).into()
            }
            other => other,
        }
    }
}

impl Condition for Named {
    fn kinds(&self) -> Kinds {
        match self.role {
            Role::Chat => PLACED,
            Role::Sender => CAUSED,
        }
    }

    fn holds(&self, cx: &UpdateCx) -> bool {
        let id = match self.role {
            Role::Chat => cx.event().chat_peer(),
            Role::Sender => cx.event().sender_peer(),
        };
        id.is_some_and(|id| self.has(id, cx.client()))
    }

    fn prepare<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            for name in &self.names {
                let peer = client.find_peer(name).await;
                let id = peer.map_err(|e| self.explain(name, e))?.id;
                let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
                found.insert(id);
            }
            Ok(())
        })
    }
}
