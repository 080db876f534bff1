use heliogram_api::{enums, functions as f};

use super::agreed;
use crate::{
    Client, Keyboard, Purpose, Result, Text, UsageError,
    methods::messages::{send_options::keyboard_setter, sendable},
    types::InlineMessageId,
};

impl Client {
    /// Changes a message that somebody sent through this bot, at the data centre it belongs to.
    ///
    /// Buttons that are not sent again are gone.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client, stored: &str) -> heliogram::Result<()> {
    /// use heliogram::types::InlineMessageId;
    ///
    /// if let Some(id) = InlineMessageId::unpack(stored) {
    ///     client.edit_inline_message(id).text("The poll is over").await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `messages.editInlineBotMessage`.
    ///
    /// # Errors
    /// When awaited: [`Error::Usage`](crate::Error::Usage) if the marks in the text or the buttons
    /// are wrong, and the server's refusals.
    #[doc(alias = "edit_inline_text")]
    #[doc(alias = "edit_inline_caption")]
    #[doc(alias = "edit_inline_media")]
    #[doc(alias = "edit_inline_reply_markup")]
    #[doc(alias = "messages.editInlineBotMessage")]
    pub fn edit_inline_message(&self, id: impl Into<InlineMessageId>) -> EditInlineMessage {
        EditInlineMessage::new(self, Some(id.into()))
    }
}

/// A change of a message sent through the bot; made by [`Client::edit_inline_message`], sent when
/// awaited.
#[derive(Clone)]
#[must_use = "a message is changed when this is awaited"]
pub struct EditInlineMessage {
    client: Client,
    /// Missing if the message cannot be changed.
    id: Option<InlineMessageId>,
    text: Option<Text>,
    media: Option<enums::InputMedia>,
    keyboard: Option<Keyboard>,
    no_preview: bool,
}

impl EditInlineMessage {
    pub(crate) fn new(client: &Client, id: Option<InlineMessageId>) -> Self {
        Self {
            client: client.clone(),
            id,
            text: None,
            media: None,
            keyboard: None,
            no_preview: false,
        }
    }

    keyboard_setter!();

    /// Changes the text, or the caption of a file.
    pub fn text(mut self, text: impl Into<Text>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Puts other media in it: what the server has already, or can fetch from an address. New files
    /// cannot be brought to such messages.
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
    /// See [`Client::edit_inline_message`].
    pub async fn send(self) -> Result<()> {
        let client = &self.client;
        let id = self.id.ok_or_else(|| {
            let why = "a message that was sent through the bot can be changed only if it has \
                       buttons. Give the result a keyboard.";
            UsageError::Other(why.into())
        })?;
        let (message, entities) = match self.text {
            Some(text) => {
                let (text, entities) = sendable(client, text).await?;
                (Some(text), Some(entities).filter(|e| !e.is_empty()))
            }
            None => (None, None),
        };
        let reply_markup = match self.keyboard.filter(|k| !k.is_empty()) {
            Some(keyboard) => Some(Box::new(keyboard.to_raw_inline(client).await?)),
            None => None,
        };
        let call = f::messages::EditInlineBotMessage {
            no_webpage: self.no_preview,
            message,
            entities,
            media: self.media.map(Box::new),
            reply_markup,
            ..f::messages::EditInlineBotMessage::new(id.raw().clone())
        };
        let dc = id.dc_id();
        let answer = client.invoke_on(dc, Purpose::Main, call).await?;
        agreed("messages.editInlineBotMessage", answer)
    }
}

awaitable!(EditInlineMessage => ());

/// Shows which message it changes, not how.
impl std::fmt::Debug for EditInlineMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EditInlineMessage")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
