use std::fmt;

use heliogram_api::errors::{self, ErrorName};

/// Why a chat or user could not be found, and what to do about it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerError {
    /// The number lies outside every range Telegram assigns.
    BadId(i64),
    /// The text is no username, link, phone number or id.
    BadText(String),
    /// Nobody has this username.
    UnknownUsername(String),
    /// The phone number belongs to none of the account's contacts. The number is not kept.
    UnknownPhone,
    /// The id is valid, but this session has never met the peer, so it has no access hash for it.
    ///
    /// Peers are learnt from every answer and update: [`resolve`](crate::Client::resolve) a username,
    /// or invoke `messages.getDialogs` once with
    /// [`GetDialogs`](crate::api::functions::messages::GetDialogs).
    NeverMet(i64),
    /// The link invites into a chat the account has not joined.
    Invite,
    /// The message was sent through the bot, which is not told where it is.
    InlineMessage,
    /// The raw value is empty, or points at something no chat can be.
    Empty,
    /// The peer exists but is of another kind than the method works on.
    WrongKind {
        /// What the method needs, such as `a channel`.
        expected: &'static str,
        /// The marked id of what was given.
        got: i64,
    },
}

impl PeerError {
    /// Whether this is what the server's error of that name means.
    pub(crate) fn stands_for(&self, name: ErrorName) -> bool {
        match self {
            Self::UnknownUsername(_) => name == errors::USERNAME_NOT_OCCUPIED,
            Self::UnknownPhone => name == errors::PHONE_NOT_OCCUPIED,
            _ => false,
        }
    }
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadId(id) => write!(
                f,
                "{id} is no id of a user, group or channel; users are positive, groups negative, \
                 channels start with -100"
            ),
            Self::BadText(text) => write!(
                f,
                "{text:?} names no peer; write @username, a t.me link, +phone of a contact, an id, \
                 or \"me\""
            ),
            Self::UnknownUsername(name) => {
                write!(f, "nobody has the username @{name}; check the spelling")
            }
            Self::UnknownPhone => f.write_str(
                "no contact of this account has this phone number; add it to the contacts first",
            ),
            Self::NeverMet(id) => {
                let (what, hint) = match id {
                    0.. => (
                        "the user",
                        " (ids of groups are negative, of channels -100...)",
                    ),
                    _ => ("the chat", ""),
                };
                write!(
                    f,
                    "this session has not met {what} {id} yet{hint}; find it by @username, let it \
                     write first, or list all chats once with raw `messages.getDialogs`, which bots \
                     may not call"
                )
            }
            Self::Invite => f.write_str(
                "this is an invite link to a chat the account is not in; join the chat first",
            ),
            Self::InlineMessage => f.write_str(
                "this message was sent through the bot, which is not told in which chat; edit it, \
                 or write to the person who pressed the button",
            ),
            Self::Empty => f.write_str("an empty peer was given where a chat or user is needed"),
            Self::WrongKind { expected, got } => write!(f, "{got} is not {expected}"),
        }
    }
}

impl fmt::Debug for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerError({self})")
    }
}

impl std::error::Error for PeerError {}
