use heliogram_api::enums;

/// The kind of chat that an inline query is written in.
///
/// Raw `inlineQueryPeerType..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[doc(alias = "InlineQueryPeerType")]
#[doc(alias = "chat_type")]
pub enum InlineChatKind {
    /// The private chat with the bot itself.
    ThisBot,
    /// A private chat with another bot.
    Bot,
    /// A private chat with a person.
    Private,
    /// A basic group.
    Group,
    /// A supergroup.
    Supergroup,
    /// A channel.
    Channel,
}

impl InlineChatKind {
    pub(crate) fn from_raw(kind: &enums::InlineQueryPeerType) -> Option<Self> {
        use enums::InlineQueryPeerType as T;
        Some(match kind {
            T::SameBotPM => Self::ThisBot,
            T::BotPM => Self::Bot,
            T::PM => Self::Private,
            T::Chat => Self::Group,
            T::Megagroup => Self::Supergroup,
            T::Broadcast => Self::Channel,
            _ => return None,
        })
    }

    pub(crate) fn to_raw(self) -> enums::InlineQueryPeerType {
        use enums::InlineQueryPeerType as T;
        match self {
            Self::ThisBot => T::SameBotPM,
            Self::Bot => T::BotPM,
            Self::Private => T::PM,
            Self::Group => T::Chat,
            Self::Supergroup => T::Megagroup,
            Self::Channel => T::Broadcast,
        }
    }
}
