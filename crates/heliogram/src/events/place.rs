//! Where an event happened and who caused it: the methods that all events have for that.
//!
//! An event keeps ids (`chat: PeerId`, `sender: Option<PeerId>` and the like) beside its
//! [`Context`](super::Context); one of the macros here gives it the methods. What is known is
//! given at once, by `chat()`; what must be asked for is fetched, by `fetch_chat()`.

use heliogram_api::enums;

use crate::{
    Chat, Client, Message, PeerId, PeerLike, Result, User,
    peers::{self, PeerError},
};

/// Methods on one peer that an event keeps in a field, as `PeerId` (`one`) or as an `Option` of it
/// (`maybe`).
macro_rules! peer_members {
    (
        $event:ty, one $field:ident, $what:literal,
        $(#[$ids:meta])* $id:ident, $(#[$gets:meta])* $get:ident,
        $(#[$fetches:meta])* $fetch:ident, $(#[$inputs:meta])* $input:ident
    ) => {
        impl $event {
            #[doc = concat!("The marked id of ", $what, ": see [`PeerId`](crate::PeerId).")]
            #[must_use]
            $(#[$ids])*
            pub fn $id(&self) -> i64 {
                self.$field.as_i64()
            }

            #[doc = concat!("What is known of ", $what, "; never asks the server.")]
            #[must_use]
            $(#[$gets])*
            pub fn $get(&self) -> $crate::Chat {
                self.cx.chat(self.$field)
            }

            #[doc = concat!("All about ", $what, "; asks the server if it is not known.")]
            ///
            /// # Errors
            /// Those of [`Client::resolve`](crate::Client::resolve).
            $(#[$fetches])*
            pub async fn $fetch(&self) -> $crate::Result<$crate::Chat> {
                self.cx.client().whole(&self.$get()).await
            }

            #[doc = concat!("How raw calls address ", $what, ".")]
            ///
            /// # Errors
            /// Those of [`Client::input_peer`](crate::Client::input_peer).
            $(#[$inputs])*
            pub async fn $input(&self) -> $crate::Result<::heliogram_api::enums::InputPeer> {
                self.cx.client().input_peer(&self.$get()).await
            }
        }
    };
    (
        $event:ty, maybe $field:ident, $what:literal,
        $(#[$ids:meta])* $id:ident, $(#[$gets:meta])* $get:ident,
        $(#[$fetches:meta])* $fetch:ident, $(#[$inputs:meta])* $input:ident
    ) => {
        impl $event {
            #[doc = concat!("The marked id of ", $what, " (see [`PeerId`](crate::PeerId)), if the")]
            /// server tells.
            #[must_use]
            $(#[$ids])*
            pub fn $id(&self) -> Option<i64> {
                self.$field.map($crate::PeerId::as_i64)
            }

            #[doc = concat!("What is known of ", $what, "; never asks the server.")]
            #[must_use]
            $(#[$gets])*
            pub fn $get(&self) -> Option<$crate::Chat> {
                self.$field.map(|id| self.cx.chat(id))
            }

            #[doc = concat!("All about ", $what, "; asks the server if it is not known.")]
            ///
            /// # Errors
            /// Those of [`Client::resolve`](crate::Client::resolve).
            $(#[$fetches])*
            pub async fn $fetch(&self) -> $crate::Result<Option<$crate::Chat>> {
                match self.$get() {
                    Some(known) => self.cx.client().whole(&known).await.map(Some),
                    None => Ok(None),
                }
            }

            #[doc = concat!("How raw calls address ", $what, ".")]
            ///
            /// # Errors
            /// Those of [`Client::input_peer`](crate::Client::input_peer).
            $(#[$inputs])*
            pub async fn $input(&self) -> $crate::Result<Option<::heliogram_api::enums::InputPeer>> {
                match self.$get() {
                    Some(known) => self.cx.client().input_peer(&known).await.map(Some),
                    None => Ok(None),
                }
            }
        }
    };
}

/// For events with a `chat: PeerId` (`one`) or a `chat: Option<PeerId>` (`maybe`):
/// `has_chat!(one MessageRead)`.
macro_rules! has_chat {
    ($kind:ident $event:ty) => {
        peer_members! {
            $event, $kind chat, "the chat it happened in",
            #[doc(alias = "peer_id")] chat_id, chat,
            #[doc(alias = "get_chat")] fetch_chat, #[doc(alias = "get_input_chat")] input_chat
        }
        chat_kinds!($event);
    };
}

/// Whether an event that has a chat happened in one of this kind.
macro_rules! chat_kinds {
    ($event:ty) => {
        impl $event {
            /// Whether it happened in a chat with one person or bot.
            #[must_use]
            pub fn is_private(&self) -> bool {
                Option::<$crate::Chat>::from(self.chat().clone()).is_some_and(|c| c.is_private())
            }

            /// Whether it happened in a group, basic or super.
            #[must_use]
            pub fn is_group(&self) -> bool {
                Option::<$crate::Chat>::from(self.chat().clone()).is_some_and(|c| c.is_group())
            }

            /// Whether it happened in a broadcast channel. In Telethon this is true of supergroups,
            /// too.
            #[must_use]
            pub fn is_channel(&self) -> bool {
                Option::<$crate::Chat>::from(self.chat().clone()).is_some_and(|c| c.is_channel())
            }
        }
    };
}

/// For events with a `sender: PeerId` (`one`) or a `sender: Option<PeerId>` (`maybe`).
macro_rules! has_sender {
    ($kind:ident $event:ty) => {
        peer_members! {
            $event, $kind sender, "who did it",
            #[doc(alias = "from_id")] sender_id, #[doc(alias = "from_user")] sender,
            #[doc(alias = "get_sender")] fetch_sender,
            #[doc(alias = "get_input_sender")] input_sender
        }
    };
}

/// For events about one person, kept in a `user: PeerId`.
macro_rules! has_user {
    ($event:ty) => {
        impl $event {
            /// The id of the person it is about; a marked id (see [`PeerId`](crate::PeerId)) where
            /// a chat acts as one.
            #[must_use]
            #[doc(alias = "sender_id")]
            pub fn user_id(&self) -> i64 {
                self.user.as_i64()
            }

            /// The person it is about, if known; never asks the server.
            #[must_use]
            #[doc(alias = "sender")]
            pub fn user(&self) -> Option<$crate::User> {
                self.cx.chat(self.user).as_user().cloned()
            }

            /// The person it is about; asks the server if it is not known.
            ///
            /// # Errors
            /// Those of [`Client::resolve`](crate::Client::resolve), and
            /// [`PeerError::WrongKind`](crate::PeerError::WrongKind) if it is no person but a chat.
            #[doc(alias = "get_user")]
            #[doc(alias = "get_sender")]
            pub async fn fetch_user(&self) -> $crate::Result<$crate::User> {
                self.cx.client().whole_user(self.cx.chat(self.user)).await
            }

            /// How raw calls address the person.
            ///
            /// # Errors
            /// Those of [`fetch_user`](Self::fetch_user).
            #[doc(alias = "get_input_user")]
            #[doc(alias = "input_sender")]
            #[doc(alias = "get_input_sender")]
            pub async fn input_user(&self) -> $crate::Result<::heliogram_api::enums::InputUser> {
                self.cx.client().input_user(&self.cx.chat(self.user)).await
            }
        }
    };
}

impl Client {
    /// The same peer with everything that is known of it; asks the server if that is too little.
    pub(crate) async fn whole(&self, peer: &Chat) -> Result<Chat> {
        if peer.is_min() {
            self.resolve(peer).await
        } else {
            Ok(peer.clone())
        }
    }

    /// The same for somebody who must be a person or a bot.
    pub(crate) async fn whole_user(&self, peer: Chat) -> Result<User> {
        let whole = self.whole(&peer).await?;
        let user = whole.as_user().cloned();
        user.ok_or_else(|| no_user(peer.peer_id()))
    }

    /// How raw calls that take persons and bots only address whoever this names.
    pub(crate) async fn find_user(&self, who: &PeerLike) -> Result<enums::InputUser> {
        let peer = self.find_peer(who).await?;
        peers::input_user(&peer.input).ok_or_else(|| no_user(peer.id))
    }
}

/// A person is wanted, and this is a chat, or somebody never met.
fn no_user(id: PeerId) -> crate::Error {
    if id.is_user() {
        return PeerError::NeverMet(id.as_i64()).into();
    }
    PeerError::WrongKind {
        expected: "a person or a bot",
        got: id.as_i64(),
    }
    .into()
}

chat_kinds!(Message);

impl Message {
    /// All about the chat it was written in; asks the server if it is not known.
    ///
    /// # Errors
    /// Those of [`Client::resolve`].
    #[doc(alias = "get_chat")]
    pub async fn fetch_chat(&self) -> Result<Chat> {
        self.client().whole(self.chat()).await
    }

    /// How raw calls address the chat it was written in.
    ///
    /// # Errors
    /// Those of [`Client::input_peer`].
    #[doc(alias = "get_input_chat")]
    pub async fn input_chat(&self) -> Result<enums::InputPeer> {
        self.client().input_peer(self.chat()).await
    }

    /// All about who wrote it; asks the server if it is not known. `None` where that is the channel
    /// itself.
    ///
    /// # Errors
    /// Those of [`Client::resolve`].
    #[doc(alias = "get_sender")]
    pub async fn fetch_sender(&self) -> Result<Option<Chat>> {
        match self.sender() {
            Some(known) => self.client().whole(known).await.map(Some),
            None => Ok(None),
        }
    }

    /// How raw calls address who wrote it; `None` where that is the channel itself.
    ///
    /// # Errors
    /// Those of [`Client::input_peer`].
    #[doc(alias = "get_input_sender")]
    pub async fn input_sender(&self) -> Result<Option<enums::InputPeer>> {
        match self.sender() {
            Some(known) => self.client().input_peer(known).await.map(Some),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use heliogram_api::{enums, types as raw};

    use crate::{
        Client, PeerError,
        events::{Context, MessagesDeleted},
        types::Entities,
    };

    fn deleted(client: &Client, update: enums::Update, chats: &[enums::Chat]) -> MessagesDeleted {
        let entities = Arc::new(Entities::new(&[], chats));
        MessagesDeleted::from_update(&Context::new(client, update, entities)).unwrap()
    }

    fn news() -> enums::Chat {
        let channel = raw::Channel {
            broadcast: true,
            access_hash: Some(5),
            ..raw::Channel::new(9, "News".into(), enums::ChatPhoto::Empty, 0)
        };
        enums::Chat::Channel(Box::new(channel))
    }

    #[tokio::test]
    async fn an_event_tells_where_it_happened_from_what_came_with_it() {
        let client = Client::offline().await;
        let update = raw::UpdateDeleteChannelMessages::new(9, vec![1], 0, 0);
        let event = deleted(&client, update.into(), &[news()]);
        assert_eq!(event.chat_id(), Some(-1_000_000_000_009));
        assert_eq!(event.chat().unwrap().title(), "News");
        assert!(event.is_channel() && !event.is_group() && !event.is_private());
        let fetched = event.fetch_chat().await.unwrap().unwrap();
        assert_eq!(fetched.title(), "News");
        let input = event.input_chat().await.unwrap().unwrap();
        assert!(matches!(input, enums::InputPeer::Channel(p) if p.access_hash == 5));
    }

    #[tokio::test]
    async fn an_event_without_a_chat_says_so() {
        let client = Client::offline().await;
        let update = raw::UpdateDeleteMessages::new(vec![1], 0, 0);
        let event = deleted(&client, update.into(), &[]);
        assert!(event.chat().is_none() && event.chat_id().is_none());
        assert!(event.fetch_chat().await.unwrap().is_none());
        assert!(event.input_chat().await.unwrap().is_none());
        assert!(!event.is_channel() && !event.is_group() && !event.is_private());
    }

    #[tokio::test]
    async fn a_chat_is_no_person() {
        let client = Client::offline().await;
        let news = crate::Chat::from_raw(news()).unwrap();
        let e = client.whole_user(news.clone()).await.unwrap_err();
        assert!(e.to_string().contains("a person or a bot"), "{e}");
        let e = client.input_user(&news).await.unwrap_err();
        let crate::Error::Peer(e) = e else {
            panic!("{e}")
        };
        assert!(matches!(*e, PeerError::WrongKind { .. }), "{e}");
    }
}
