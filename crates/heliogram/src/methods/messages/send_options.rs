use std::time::SystemTime;

use heliogram_api::{enums, types};

use crate::{Client, Message, Result, conversation::Talk, types::Keyboard};

/// What all methods that send have in common.
#[derive(Clone, Debug, Default)]
pub(super) struct SendOptions {
    pub(super) reply_to: Option<i32>,
    /// The topic of a forum; that of the conversation where none is named.
    pub(super) topic: Option<i32>,
    pub(super) silent: bool,
    pub(super) protected: bool,
    pub(super) schedule: Option<i32>,
    /// The conversation it is sent in.
    pub(super) talk: Option<Talk>,
}

impl SendOptions {
    /// The topic as calls name it.
    pub(super) fn raw_topic(&self) -> Option<i32> {
        let of_talk = || self.talk.as_ref().and_then(Talk::topic);
        let topic = self.topic.or_else(of_talk);
        // The general topic is the chat itself.
        topic.filter(|&topic| topic != 1)
    }

    pub(super) fn raw_reply(&self) -> Option<enums::InputReplyTo> {
        let top_msg_id = self.raw_topic();
        let id = self.reply_to.or(top_msg_id)?;
        let to = types::InputReplyToMessage {
            top_msg_id,
            ..types::InputReplyToMessage::new(id)
        };
        Some(to.into())
    }

    /// Lets the conversation begin before the message goes out.
    pub(super) async fn before(&self) -> Result<()> {
        match &self.talk {
            Some(talk) => talk.before_sending().await,
            None => Ok(()),
        }
    }

    /// Tells the conversation what was sent.
    pub(super) fn after(&self, message: &Message) {
        if let Some(talk) = &self.talk {
            talk.sent(message);
        }
    }
}

/// A date of the raw API; one that it cannot hold is as late as it can.
pub(super) fn unix_date(at: SystemTime) -> i32 {
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i32::try_from(since.as_secs()).unwrap_or(i32::MAX)
}

/// The setters of a builder with a field `options: SendOptions`.
macro_rules! send_setters {
    () => {
        /// Sends it as a reply to the message with this id.
        #[doc(alias = "reply_to_message_id")]
        #[doc(alias = "reply_parameters")]
        pub fn reply_to(mut self, id: i32) -> Self {
            self.options.reply_to = Some(id);
            self
        }

        /// Sends it to this topic of a forum; 1 is the general one.
        #[doc(alias = "message_thread_id")]
        #[doc(alias = "top_msg_id")]
        pub fn topic(mut self, id: i32) -> Self {
            self.options.topic = Some(id);
            self
        }

        /// Notifies without a sound.
        #[doc(alias = "disable_notification")]
        pub fn silent(mut self) -> Self {
            self.options.silent = true;
            self
        }

        /// Forbids others to forward and save it.
        #[doc(alias = "protect_content")]
        #[doc(alias = "noforwards")]
        pub fn protected(mut self) -> Self {
            self.options.protected = true;
            self
        }

        /// Sends it later, at this time.
        #[doc(alias = "schedule_date")]
        pub fn schedule(mut self, at: std::time::SystemTime) -> Self {
            self.options.schedule = Some(super::send_options::unix_date(at));
            self
        }
    };
}

/// The setter of a builder with a field `keyboard: Option<Keyboard>`.
macro_rules! keyboard_setter {
    () => {
        /// Puts buttons below the message, or in place of the keyboard; only bots can.
        #[doc(alias = "buttons")]
        #[doc(alias = "reply_markup")]
        pub fn keyboard(mut self, keyboard: impl Into<$crate::Keyboard>) -> Self {
            self.keyboard = Some(keyboard.into());
            self
        }
    };
}

/// Lets a builder with a field `options: SendOptions` send as part of a conversation.
macro_rules! in_conversation {
    () => {
        /// Sends it as part of a conversation.
        pub(crate) fn in_conversation(mut self, talk: crate::conversation::Talk) -> Self {
            self.options.talk = Some(talk);
            self
        }
    };
}

/// The keyboard of a builder in the form that calls take.
pub(crate) async fn raw_keyboard(
    client: &Client,
    keyboard: Option<&Keyboard>,
) -> Result<Option<Box<enums::ReplyMarkup>>> {
    match keyboard {
        Some(keyboard) => Ok(Some(Box::new(keyboard.to_raw(client).await?))),
        None => Ok(None),
    }
}

pub(crate) use keyboard_setter;
pub(super) use {in_conversation, send_setters};
