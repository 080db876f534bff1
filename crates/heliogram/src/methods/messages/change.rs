use heliogram_api::enums;

use super::sendable;
use crate::{Client, Keyboard, Result, Text};

/// What is changed about a message, however the message is addressed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) text: Option<Text>,
    pub(crate) keyboard: Option<Keyboard>,
    pub(crate) media: Option<enums::InputMedia>,
    pub(crate) no_preview: bool,
}

/// A change in the form that calls take, but for the keyboard: it depends on where the message is.
pub(crate) struct RawChange {
    pub(crate) no_webpage: bool,
    pub(crate) message: Option<String>,
    pub(crate) entities: Option<Vec<enums::MessageEntity>>,
    pub(crate) media: Option<Box<enums::InputMedia>>,
    /// Buttons that are not sent again are gone, so none are sent to take them away.
    pub(crate) keyboard: Option<Keyboard>,
}

impl Change {
    pub(crate) fn of_text(text: impl Into<Text>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::default()
        }
    }

    pub(crate) fn of_keyboard(keyboard: impl Into<Keyboard>) -> Self {
        Self {
            keyboard: Some(keyboard.into()),
            ..Self::default()
        }
    }

    /// Reads the text, and brings everything into the form that calls take.
    pub(crate) async fn to_raw(self, client: &Client) -> Result<RawChange> {
        let (message, entities) = match self.text {
            Some(text) => {
                let (text, entities) = sendable(client, text).await?;
                (Some(text), Some(entities).filter(|e| !e.is_empty()))
            }
            None => (None, None),
        };
        Ok(RawChange {
            no_webpage: self.no_preview,
            message,
            entities,
            media: self.media.map(Box::new),
            keyboard: self.keyboard.filter(|k| !k.is_empty()),
        })
    }
}

/// The setters of a builder with a field `change: Change`. What is given says which media there may
/// be.
macro_rules! change_setters {
    ($($media:literal)*) => {
        /// Puts buttons below the message, or in place of the keyboard; only bots can.
        #[doc(alias = "buttons")]
        #[doc(alias = "reply_markup")]
        pub fn keyboard(mut self, keyboard: impl Into<$crate::Keyboard>) -> Self {
            self.change.keyboard = Some(keyboard.into());
            self
        }

        $(#[doc = $media])*
        #[doc(alias = "edit_message_media")]
        pub fn media(mut self, media: impl Into<::heliogram_api::enums::InputMedia>) -> Self {
            self.change.media = Some(media.into());
            self
        }

        /// Shows no preview of the links in it.
        #[doc(alias = "link_preview")]
        #[doc(alias = "disable_web_page_preview")]
        pub fn no_preview(mut self) -> Self {
            self.change.no_preview = true;
            self
        }
    };
}

pub(crate) use change_setters;
