use heliogram_api::enums;

use super::CallbackQuery;
use crate::{
    Client, Keyboard, Result, Text,
    methods::messages::{EditMessage, send_options::keyboard_setter},
    types::InlineMessageId,
};

/// A change of the message whose button was pressed; made by [`CallbackQuery::edit`], sent when
/// awaited.
#[derive(Clone, Debug)]
#[must_use = "a message is changed when this is awaited"]
pub struct EditPressed {
    query: CallbackQuery,
    text: Option<Text>,
    keyboard: Option<Keyboard>,
    media: Option<enums::InputMedia>,
    no_preview: bool,
}

impl EditPressed {
    pub(super) fn new(
        query: &CallbackQuery,
        text: Option<Text>,
        keyboard: Option<Keyboard>,
    ) -> Self {
        Self {
            query: query.clone(),
            text,
            keyboard,
            media: None,
            no_preview: false,
        }
    }

    keyboard_setter!();

    /// Puts other media in it; see [`EditMessage::media`] and
    /// [`EditInlineMessage::media`](crate::methods::bots::EditInlineMessage::media).
    #[doc(alias = "edit_message_media")]
    pub fn media(mut self, media: impl Into<enums::InputMedia>) -> Self {
        self.media = Some(media.into());
        self
    }

    /// Shows no preview of the links in it.
    #[doc(alias = "link_preview")]
    #[doc(alias = "disable_web_page_preview")]
    pub fn no_preview(mut self) -> Self {
        self.no_preview = true;
        self
    }

    /// Sends it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::edit_message`] and [`Client::edit_inline_message`].
    pub async fn send(self) -> Result<()> {
        let client = self.query.client();
        if let Some(id) = self.query.inline_message_id() {
            return self.inline(client, id).await;
        }
        let edit = EditMessage::new(
            client,
            self.query.place(),
            self.query.message_id().unwrap_or_default(),
            self.text,
            self.keyboard,
        );
        let edit = match self.media {
            Some(media) => edit.media(media),
            None => edit,
        };
        match self.no_preview {
            true => edit.no_preview().await.map(drop),
            false => edit.await.map(drop),
        }
    }

    async fn inline(&self, client: &Client, id: &InlineMessageId) -> Result<()> {
        let mut edit = client.edit_inline_message(id.clone());
        if let Some(text) = &self.text {
            edit = edit.text(text);
        }
        if let Some(keyboard) = &self.keyboard {
            edit = edit.keyboard(keyboard.clone());
        }
        if let Some(media) = &self.media {
            edit = edit.media(media.clone());
        }
        if self.no_preview {
            edit = edit.no_preview();
        }
        edit.await
    }
}

awaitable!(EditPressed => ());
