use heliogram_api::functions as f;

use super::agreed;
use crate::{
    Client, Purpose, Result, Text, UsageError,
    methods::messages::change::{Change, change_setters},
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
        EditInlineMessage::new(self, Some(id.into()), Change::default())
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
    change: Change,
}

impl EditInlineMessage {
    pub(crate) fn new(client: &Client, id: Option<InlineMessageId>, change: Change) -> Self {
        Self {
            client: client.clone(),
            id,
            change,
        }
    }

    change_setters! {
        "Puts other media in it: what the server has already, or can fetch from an address. New"
        "files cannot be brought to such messages."
    }

    /// Changes the text, or the caption of a file.
    pub fn text(mut self, text: impl Into<Text>) -> Self {
        self.change.text = Some(text.into());
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
        let change = self.change.to_raw(client).await?;
        let reply_markup = match change.keyboard {
            Some(keyboard) => Some(Box::new(keyboard.to_raw_inline(client).await?)),
            None => None,
        };
        let call = f::messages::EditInlineBotMessage {
            no_webpage: change.no_webpage,
            message: change.message,
            entities: change.entities,
            media: change.media,
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
