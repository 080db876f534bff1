use heliogram_api::enums;

use super::Message;
use crate::{
    PeerLike, Result, Text,
    methods::messages::{
        Click, DeleteMessages, Download, EditMessage, ForwardMessages, Pick, SendFile, SendMessage,
    },
};

impl Message {
    /// Writes to the same chat, in a forum to the same topic; see
    /// [`Client::send_message`](crate::Client::send_message).
    #[doc(alias = "answer")]
    pub fn respond(&self, text: impl Into<Text>) -> SendMessage {
        let answer = self.client.send_message(self, text);
        match self.topic_id() {
            Some(topic) => answer.topic(topic),
            None => answer,
        }
    }

    /// Writes to the same chat as a reply; see
    /// [`Client::send_message`](crate::Client::send_message).
    #[doc(alias = "reply_text")]
    pub fn reply(&self, text: impl Into<Text>) -> SendMessage {
        self.respond(text).reply_to(self.id())
    }

    /// Sends a file to the same chat as a reply; see [`Client::send_file`](crate::Client::send_file).
    #[doc(alias = "reply_document")]
    pub fn reply_file(&self, file: impl Into<crate::files::InputFile>) -> SendFile {
        self.client.send_file(self, file).reply_to(self.id())
    }

    /// Changes the text and leaves the buttons below it; see
    /// [`Client::edit_message`](crate::Client::edit_message).
    #[doc(alias = "edit_text")]
    #[doc(alias = "edit_caption")]
    pub fn edit(&self, text: impl Into<Text>) -> EditMessage {
        let edit = self.client.edit_message(self, self.id(), text);
        // What is not sent again would be gone.
        match self.reply_markup() {
            Some(it @ enums::ReplyMarkup::ReplyInlineMarkup(_)) => edit.keyboard(it.clone()),
            _ => edit,
        }
    }

    /// Deletes it for everyone; see [`Client::delete_messages`](crate::Client::delete_messages).
    pub fn delete(&self) -> DeleteMessages {
        self.client.delete_messages(self, self.id())
    }

    /// Forwards it to another chat; see [`Client::forward_messages`](crate::Client::forward_messages).
    #[doc(alias = "forward")]
    pub fn forward_to(&self, to: impl Into<PeerLike>) -> ForwardMessages {
        self.client.forward_messages(to, self, self.id())
    }

    /// Fetches the file it carries; see [`Client::download`](crate::Client::download).
    #[doc(alias = "download_media")]
    pub fn download(&self) -> Download {
        self.client.download(self)
    }

    /// Presses one of its buttons, or votes in its poll; see [`Click`].
    ///
    /// Buttons are named by their number, counted from 0 through all rows, by row and column, by
    /// text, by data ([`Pick::data`]) or by a closure ([`Pick::by`]); answers of polls by number,
    /// text or data.
    ///
    /// ```no_run
    /// # async fn run(message: heliogram::Message) -> heliogram::Result<()> {
    /// use heliogram::methods::messages::{Clicked, Pick};
    /// message.click(0).await?;
    /// message.click((1, 0)).await?;
    /// message.click(Pick::data(b"page:2")).await?;
    /// if let Clicked::Answer(answer) = message.click("Yes").await? {
    ///     println!("the bot says {:?}", answer.text());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "request_callback_answer")]
    #[doc(alias = "vote_poll")]
    pub fn click(&self, which: impl Into<Pick>) -> Click {
        Click::new(self, which.into())
    }

    /// Fetches the message it replies to; `None` if it replies to none, or that one is gone.
    ///
    /// # Errors
    /// Those of [`Client::get_messages`](crate::Client::get_messages).
    #[doc(alias = "get_reply_message")]
    #[doc(alias = "reply_to_message")]
    pub async fn replied(&self) -> Result<Option<Self>> {
        let Some(id) = self.reply_to() else {
            return Ok(None);
        };
        let found = match self.reply_chat() {
            Some(chat) => self.client.get_messages(&chat, id).await?,
            None => self.client.get_messages(self, id).await?,
        };
        Ok(found.into_iter().next().flatten())
    }
}
