use heliogram_api::functions as f;

use super::{answer, sendable};
use crate::{Client, Error, PeerLike, Result, Text, types::Message};

impl Client {
    /// Changes the text of a message, or the caption of a file.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// let sent = client.send_message("me", "helo").await?;
    /// client.edit_message("me", sent.id(), "hello").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `messages.editMessage`.
    ///
    /// # Errors
    /// When awaited: the errors of finding the chat, and the server's refusals, such as
    /// [`MESSAGE_NOT_MODIFIED`](crate::errors::MESSAGE_NOT_MODIFIED).
    #[doc(alias = "edit_message_text")]
    #[doc(alias = "edit_message_caption")]
    #[doc(alias = "messages.editMessage")]
    pub fn edit_message(
        &self,
        chat: impl Into<PeerLike>,
        id: i32,
        text: impl Into<Text>,
    ) -> EditMessage {
        EditMessage {
            client: self.clone(),
            chat: chat.into(),
            id,
            text: text.into(),
            no_preview: false,
        }
    }
}

/// A change of a message; made by [`Client::edit_message`], sent when awaited.
#[derive(Clone, Debug)]
#[must_use = "a message is changed when this is awaited"]
pub struct EditMessage {
    client: Client,
    chat: PeerLike,
    id: i32,
    text: Text,
    no_preview: bool,
}

impl EditMessage {
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
    /// See [`Client::edit_message`].
    pub async fn send(self) -> Result<Message> {
        let client = &self.client;
        let peer = client.find_peer(&self.chat).await?;
        let (text, entities) = sendable(client, self.text).await?;
        let call = f::messages::EditMessage {
            no_webpage: self.no_preview,
            message: Some(text),
            entities: Some(entities).filter(|e| !e.is_empty()),
            ..f::messages::EditMessage::new(peer.input, self.id)
        };
        let updates = client.invoke(call).await?;
        answer::edited_message(client, updates, self.id)
            .ok_or_else(|| Error::unexpected("messages.editMessage", "the message", "none"))
    }
}

awaitable!(EditMessage => Message);
