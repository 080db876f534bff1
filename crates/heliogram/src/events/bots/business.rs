//! What bots are told that answer for somebody else.

use std::{ops::Deref, sync::Arc, time::SystemTime};

use heliogram_api::{enums, types as raw};

use crate::{
    PeerId,
    events::{About, Context, message},
    types::{Message, system_time},
};

/// Somebody lets the bot answer for them, changes what it may do, or lets it no longer.
///
/// Raw `updateBotBusinessConnect`.
#[derive(Clone, Debug)]
#[doc(alias = "on_business_connection")]
#[doc(alias = "updateBotBusinessConnect")]
pub struct BusinessConnection {
    cx: Context,
    user: PeerId,
    connection: Arc<raw::BotBusinessConnection>,
}

event_members!(BusinessConnection, BusinessMessagesDeleted);
has_user!(BusinessConnection);
has_chat!(one BusinessMessagesDeleted);

impl BusinessConnection {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::BotBusinessConnect(u) = &**cx.update() else {
            return None;
        };
        let connection = &u.connection;
        let (id, dc) = (&connection.connection_id, connection.dc_id);
        cx.client().businesses().learn(id, dc);
        Some(Self {
            cx: cx.in_business(id),
            user: PeerId::user(connection.user_id)?,
            connection: Arc::new(connection.clone()),
        })
    }

    /// What the connection is called by; [`Client::in_business`](crate::Client::in_business) takes
    /// it.
    #[must_use]
    #[doc(alias = "business_connection_id")]
    pub fn id(&self) -> &str {
        &self.connection.connection_id
    }

    /// Whether the bot may answer for them at present.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        !self.connection.disabled
    }

    /// When the connection was made.
    #[must_use]
    pub fn date(&self) -> SystemTime {
        system_time(self.connection.date)
    }

    /// What the bot may do.
    #[must_use]
    pub fn rights(&self) -> Option<&raw::BusinessBotRights> {
        self.connection.rights.as_ref()
    }

    /// Whether the bot may write in their name.
    #[must_use]
    pub fn can_reply(&self) -> bool {
        self.rights().is_some_and(|rights| rights.reply)
    }
}

impl About for BusinessConnection {
    fn sender(&self) -> Option<PeerId> {
        Some(self.user)
    }
}

/// A message in a chat of somebody for whom the bot answers.
///
/// It is a [`Message`] in every respect; what is answered to it is written in their name.
///
/// ```no_run
/// # async fn run(message: heliogram::events::BusinessMessage) -> heliogram::Result<()> {
/// if !message.is_outgoing() {
///     message.respond("We are open until six.").await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// Raw `updateBotNewBusinessMessage` and `updateBotEditBusinessMessage`.
#[derive(Clone, Debug)]
#[doc(alias = "on_business_message")]
#[doc(alias = "on_edited_business_message")]
#[doc(alias = "updateBotNewBusinessMessage")]
#[doc(alias = "updateBotEditBusinessMessage")]
pub struct BusinessMessage {
    message: Message,
    replied: Option<Message>,
}

impl BusinessMessage {
    /// Raw `updateBotNewBusinessMessage`.
    pub(in crate::events) fn new(cx: &Context) -> Option<Self> {
        match &**cx.update() {
            enums::Update::BotNewBusinessMessage(u) => {
                let cx = cx.in_business(&u.connection_id);
                Self::of(&cx, &u.message, u.reply_to_message.as_deref())
            }
            _ => None,
        }
    }

    /// Raw `updateBotEditBusinessMessage`.
    pub(in crate::events) fn edited(cx: &Context) -> Option<Self> {
        match &**cx.update() {
            enums::Update::BotEditBusinessMessage(u) => {
                let cx = cx.in_business(&u.connection_id);
                Self::of(&cx, &u.message, u.reply_to_message.as_deref())
            }
            _ => None,
        }
    }

    fn of(cx: &Context, raw: &enums::Message, replied: Option<&enums::Message>) -> Option<Self> {
        let made = |raw: &enums::Message| Message::new(cx.client(), raw.clone(), cx.entities());
        Some(Self {
            message: message::message(cx, raw)?,
            replied: replied.and_then(made),
        })
    }

    /// The message itself.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// The message it replies to.
    #[must_use]
    #[doc(alias = "reply_to_message")]
    pub fn replied(&self) -> Option<&Message> {
        self.replied.as_ref()
    }

    /// What the connection is called by.
    #[must_use]
    #[doc(alias = "business_connection_id")]
    pub fn connection_id(&self) -> &str {
        self.message.client().business().unwrap_or_default()
    }
}

impl Deref for BusinessMessage {
    type Target = Message;

    fn deref(&self) -> &Message {
        &self.message
    }
}

impl About for BusinessMessage {
    fn chat(&self) -> Option<PeerId> {
        About::chat(&self.message)
    }

    fn sender(&self) -> Option<PeerId> {
        About::sender(&self.message)
    }
}

/// Messages were deleted in a chat of somebody for whom the bot answers.
///
/// Raw `updateBotDeleteBusinessMessage`.
#[derive(Clone, Debug)]
#[doc(alias = "on_deleted_business_messages")]
#[doc(alias = "updateBotDeleteBusinessMessage")]
pub struct BusinessMessagesDeleted {
    cx: Context,
    chat: PeerId,
}

impl BusinessMessagesDeleted {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::BotDeleteBusinessMessage(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.in_business(&u.connection_id),
            chat: PeerId::from_peer(&u.peer)?,
        })
    }

    /// The ids of the messages.
    #[must_use]
    #[doc(alias = "deleted_ids")]
    pub fn ids(&self) -> &[i32] {
        match self.raw() {
            enums::Update::BotDeleteBusinessMessage(u) => &u.messages,
            _ => &[],
        }
    }

    /// What the connection is called by.
    #[must_use]
    #[doc(alias = "business_connection_id")]
    pub fn connection_id(&self) -> &str {
        self.client().business().unwrap_or_default()
    }
}

impl About for BusinessMessagesDeleted {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }
}
