use heliogram_api::functions as f;

use super::{
    answer,
    change::{Change, change_setters},
    send_options::raw_keyboard,
};
use crate::{Client, Error, Keyboard, PeerLike, Result, Text, types::Message};

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
        EditMessage::new(self, chat.into(), id, Change::of_text(text))
    }

    /// Changes the buttons below a message and nothing else; an empty [`Keyboard`] takes them away.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client, sent: heliogram::Message) -> heliogram::Result<()> {
    /// use heliogram::Button;
    /// client.edit_keyboard(&sent, sent.id(), Button::callback("Again", "again")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `messages.editMessage`.
    ///
    /// # Errors
    /// As [`edit_message`](Self::edit_message).
    #[doc(alias = "edit_message_reply_markup")]
    #[doc(alias = "edit_reply_markup")]
    pub fn edit_keyboard(
        &self,
        chat: impl Into<PeerLike>,
        id: i32,
        keyboard: impl Into<Keyboard>,
    ) -> EditMessage {
        EditMessage::new(self, chat.into(), id, Change::of_keyboard(keyboard))
    }
}

/// A change of a message; made by [`Client::edit_message`], sent when awaited.
#[derive(Clone, Debug)]
#[must_use = "a message is changed when this is awaited"]
pub struct EditMessage {
    client: Client,
    chat: PeerLike,
    id: i32,
    change: Change,
}

impl EditMessage {
    pub(crate) fn new(client: &Client, chat: PeerLike, id: i32, change: Change) -> Self {
        Self {
            client: client.clone(),
            chat,
            id,
            change,
        }
    }

    change_setters! {
        "Puts other media in it: what the server has already, or what [`Client::upload`] brought"
        "there."
    }

    /// Sends it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::edit_message`].
    pub async fn send(self) -> Result<Message> {
        let client = &self.client;
        let peer = client.find_peer(&self.chat).await?;
        let change = self.change.to_raw(client).await?;
        let call = f::messages::EditMessage {
            no_webpage: change.no_webpage,
            message: change.message,
            entities: change.entities,
            media: change.media,
            reply_markup: raw_keyboard(client, change.keyboard.as_ref()).await?,
            ..f::messages::EditMessage::new(peer.input, self.id)
        };
        let updates = client.invoke(call).await?;
        answer::edited_message(client, updates, self.id)
            .ok_or_else(|| Error::unexpected("messages.editMessage", "the message", "none"))
    }
}

awaitable!(EditMessage => Message);
