use std::{fmt, sync::Arc};

use heliogram_api::{enums, types as raw};

use super::{User, user::active_usernames};
use crate::PeerId;

/// A place to write to: a person or bot, a group, a supergroup or a channel.
///
/// Raw `user`, `chat` and `channel`.
#[derive(Clone, PartialEq)]
#[doc(alias = "Dialog")]
#[doc(alias = "Channel")]
pub struct Chat {
    id: PeerId,
    known: Known,
}

/// The kind of a [`Chat`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChatKind {
    /// A person or bot.
    Private,
    /// A basic group.
    Group,
    /// A supergroup: a big group, which the raw API calls a channel too.
    Supergroup,
    /// A broadcast channel.
    Channel,
    /// A secret chat.
    Secret,
}

/// How much is known about a chat.
#[derive(Clone, PartialEq)]
enum Known {
    Nothing,
    User(User),
    Group(Arc<raw::Chat>),
    GroupForbidden(Arc<raw::ChatForbidden>),
    Channel(Arc<raw::Channel>),
    ChannelForbidden(Arc<raw::ChannelForbidden>),
}

impl Chat {
    /// A chat of which only the id is known.
    pub(crate) fn unknown(id: PeerId) -> Self {
        Self {
            id,
            known: Known::Nothing,
        }
    }

    /// The chat in a raw value; `None` for kinds that cannot be written to.
    #[must_use]
    pub fn from_raw(chat: enums::Chat) -> Option<Self> {
        let (id, known) = match chat {
            enums::Chat::Chat(c) => (PeerId::group(c.id), Known::Group(Arc::new(*c))),
            enums::Chat::Forbidden(c) => (PeerId::group(c.id), Known::GroupForbidden(Arc::new(c))),
            enums::Chat::Channel(c) => (PeerId::channel(c.id), Known::Channel(Arc::new(*c))),
            enums::Chat::ChannelForbidden(c) => {
                (PeerId::channel(c.id), Known::ChannelForbidden(Arc::new(c)))
            }
            _ => return None,
        };
        Some(Self { id: id?, known })
    }

    /// The marked id: see [`PeerId`].
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id.as_i64()
    }

    /// The id with its kind.
    #[must_use]
    pub fn peer_id(&self) -> PeerId {
        self.id
    }

    /// What kind of chat this is.
    #[must_use]
    #[doc(alias = "ChatType")]
    pub fn kind(&self) -> ChatKind {
        use crate::PeerKind;
        match (self.id.kind(), &self.known) {
            (PeerKind::User(_), _) => ChatKind::Private,
            (PeerKind::Group(_), _) => ChatKind::Group,
            (PeerKind::Secret(_), _) => ChatKind::Secret,
            (_, Known::Channel(c)) if c.broadcast => ChatKind::Channel,
            (_, Known::ChannelForbidden(c)) if c.broadcast => ChatKind::Channel,
            _ => ChatKind::Supergroup,
        }
    }

    /// Whether this is a person or bot.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.kind() == ChatKind::Private
    }

    /// Whether this is a group of either kind.
    #[must_use]
    pub fn is_group(&self) -> bool {
        matches!(self.kind(), ChatKind::Group | ChatKind::Supergroup)
    }

    /// Whether this is a broadcast channel.
    #[must_use]
    pub fn is_channel(&self) -> bool {
        self.kind() == ChatKind::Channel
    }

    /// Whether more than the id is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self.known, Known::Nothing)
    }

    /// The title of a group or channel, or the name of a person; empty if it is not known.
    #[must_use]
    #[doc(alias = "get_display_name")]
    pub fn title(&self) -> String {
        match &self.known {
            Known::Nothing => String::new(),
            Known::User(u) => u.full_name(),
            Known::Group(c) => c.title.clone(),
            Known::GroupForbidden(c) => c.title.clone(),
            Known::Channel(c) => c.title.clone(),
            Known::ChannelForbidden(c) => c.title.clone(),
        }
    }

    /// The main username, without `@`.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.usernames().next()
    }

    /// All active usernames, the main one first, without `@`.
    pub fn usernames(&self) -> impl Iterator<Item = &str> {
        let (main, more) = match &self.known {
            Known::User(u) => {
                let u = u.raw();
                (u.username.as_deref(), u.usernames.as_deref())
            }
            Known::Channel(c) => (c.username.as_deref(), c.usernames.as_deref()),
            _ => (None, None),
        };
        active_usernames(main, more.unwrap_or_default())
    }

    /// The person or bot, if this is one and is known.
    #[must_use]
    pub fn as_user(&self) -> Option<&User> {
        match &self.known {
            Known::User(u) => Some(u),
            _ => None,
        }
    }

    /// The raw basic group, if this is one.
    #[must_use]
    pub fn as_group(&self) -> Option<&raw::Chat> {
        match &self.known {
            Known::Group(c) => Some(c),
            _ => None,
        }
    }

    /// The raw channel or supergroup, if this is one.
    #[must_use]
    pub fn as_channel(&self) -> Option<&raw::Channel> {
        match &self.known {
            Known::Channel(c) => Some(c),
            _ => None,
        }
    }

    /// Whether the value holds only what any stranger may see (`min`).
    #[must_use]
    pub(crate) fn is_min(&self) -> bool {
        match &self.known {
            Known::User(u) => u.raw().min,
            Known::Channel(c) => c.min,
            Known::Nothing => true,
            _ => false,
        }
    }

    /// How to address the chat in raw calls; `None` if too little of it is known.
    #[must_use]
    #[doc(alias = "input_entity")]
    pub fn input_peer(&self) -> Option<enums::InputPeer> {
        let channel = |channel_id, access_hash| {
            Some(
                raw::InputPeerChannel {
                    channel_id,
                    access_hash,
                }
                .into(),
            )
        };
        match &self.known {
            Known::User(u) => u.input_peer(),
            Known::Channel(c) if !c.min => channel(c.id, c.access_hash?),
            Known::ChannelForbidden(c) => channel(c.id, c.access_hash),
            _ => match self.id.kind() {
                crate::PeerKind::Group(chat_id) => Some(raw::InputPeerChat { chat_id }.into()),
                _ => None,
            },
        }
    }
}

impl TryFrom<User> for Chat {
    type Error = crate::PeerError;

    /// The private chat with a user.
    fn try_from(user: User) -> Result<Self, Self::Error> {
        let id = user
            .peer_id()
            .ok_or_else(|| crate::PeerError::BadId(user.id()))?;
        Ok(Self {
            id,
            known: Known::User(user),
        })
    }
}

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chat")
            .field("id", &self.id)
            .field("kind", &self.kind())
            .field("username", &self.username())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(change: impl FnOnce(&mut raw::Channel)) -> Chat {
        let photo = enums::ChatPhoto::Empty;
        let mut channel = raw::Channel::new(9, "News".into(), photo, 0);
        change(&mut channel);
        Chat::from_raw(enums::Chat::Channel(Box::new(channel))).unwrap()
    }

    #[test]
    fn channels_and_supergroups_are_told_apart() {
        let news = channel(|c| c.broadcast = true);
        assert_eq!(
            (news.kind(), news.id()),
            (ChatKind::Channel, -1_000_000_000_009)
        );
        assert_eq!(channel(|c| c.megagroup = true).kind(), ChatKind::Supergroup);
        assert_eq!(news.title(), "News");
    }

    #[test]
    fn a_channel_is_addressed_only_when_it_is_fully_known() {
        assert!(channel(|c| c.access_hash = Some(1)).input_peer().is_some());
        assert!(channel(|_| ()).input_peer().is_none());
        let min = channel(|c| {
            c.min = true;
            c.access_hash = Some(1);
        });
        assert!(min.input_peer().is_none() && min.is_min());
        let group = Chat::unknown(PeerId::group(3).unwrap());
        assert!(group.input_peer().is_some() && !group.is_known());
    }
}
