use heliogram_api::functions as f;

use super::{
    answer::{self, Sent},
    send_options::{SendOptions, in_conversation, send_setters},
    sendable,
};
use crate::{Client, PeerLike, Result, Text, random, types::Message};

impl Client {
    /// Writes a message.
    ///
    /// The text is plain, [`md`](crate::md) or [`html`](crate::html). However often the connection
    /// breaks meanwhile, the message is sent once.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::md;
    /// let sent = client.send_message("@durov", md("**Hello** from Rust")).silent().await?;
    /// sent.reply("and a reply").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `messages.sendMessage`.
    ///
    /// # Errors
    /// When awaited: [`Error::Peer`](crate::Error::Peer) if the chat cannot be found,
    /// [`Error::Usage`](crate::Error::Usage) if the marks in the text are wrong, and the server's
    /// refusals.
    #[doc(alias = "messages.sendMessage")]
    pub fn send_message(&self, to: impl Into<PeerLike>, text: impl Into<Text>) -> SendMessage {
        SendMessage {
            client: self.clone(),
            to: to.into(),
            text: text.into(),
            options: SendOptions::default(),
            no_preview: false,
            clear_draft: false,
        }
    }
}

/// A message on its way; made by [`Client::send_message`], sent when awaited.
#[derive(Clone, Debug)]
#[must_use = "a message is sent when it is awaited"]
pub struct SendMessage {
    client: Client,
    to: PeerLike,
    text: Text,
    options: SendOptions,
    no_preview: bool,
    clear_draft: bool,
}

impl SendMessage {
    send_setters!();
    in_conversation!();

    /// Shows no preview of the links in it.
    #[doc(alias = "link_preview")]
    #[doc(alias = "disable_web_page_preview")]
    #[doc(alias = "no_webpage")]
    pub fn no_preview(mut self) -> Self {
        self.no_preview = true;
        self
    }

    /// Removes the draft of the chat.
    pub fn clear_draft(mut self) -> Self {
        self.clear_draft = true;
        self
    }

    /// Sends it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::send_message`].
    pub async fn send(self) -> Result<Message> {
        let client = &self.client;
        self.options.before().await?;
        let peer = client.find_peer(&self.to).await?;
        let (text, entities) = sendable(client, self.text).await?;
        let random_id = random::id()?;
        let call = f::messages::SendMessage {
            no_webpage: self.no_preview,
            clear_draft: self.clear_draft,
            silent: self.options.silent,
            noforwards: self.options.protected,
            reply_to: self.options.raw_reply().map(Into::into),
            entities: Some(entities.clone()).filter(|e| !e.is_empty()),
            schedule_date: self.options.schedule,
            ..f::messages::SendMessage::new(peer.input.clone(), text.clone(), random_id)
        };
        let answer = answer::send_once(client, call).await?;
        let sent = Sent {
            peer: &peer,
            random_id,
            text: &text,
            entities: &entities,
            reply_to: self.options.reply_to,
        };
        let message = answer::sent_message(client, "messages.sendMessage", answer, sent).await?;
        self.options.after(&message);
        Ok(message)
    }
}

awaitable!(SendMessage => Message);
