use heliogram_api::functions as f;

use super::{
    MessageIds, answer,
    send_options::{SendOptions, send_setters},
};
use crate::{Client, Error, PeerLike, Result, random, types::Message};

/// How many ids one call takes.
const MAX_IDS: usize = 100;

impl Client {
    /// Forwards messages from one chat to another.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// client.forward_messages("me", "@telegram", [1, 2, 3]).hide_sender().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `messages.forwardMessages`.
    ///
    /// # Errors
    /// When awaited: the errors of finding the chats, and the server's refusals.
    #[doc(alias = "messages.forwardMessages")]
    #[doc(alias = "copy_message")]
    pub fn forward_messages(
        &self,
        to: impl Into<PeerLike>,
        from: impl Into<PeerLike>,
        ids: impl Into<MessageIds>,
    ) -> ForwardMessages {
        ForwardMessages {
            client: self.clone(),
            to: to.into(),
            from: from.into(),
            ids: ids.into().0,
            options: SendOptions::default(),
            hide_sender: false,
            hide_captions: false,
        }
    }
}

/// Messages on their way to another chat; made by [`Client::forward_messages`], sent when awaited.
#[derive(Clone, Debug)]
#[must_use = "messages are forwarded when this is awaited"]
pub struct ForwardMessages {
    client: Client,
    to: PeerLike,
    from: PeerLike,
    ids: Vec<i32>,
    options: SendOptions,
    hide_sender: bool,
    hide_captions: bool,
}

impl ForwardMessages {
    send_setters!();

    /// Sends copies that do not tell where they come from.
    #[doc(alias = "drop_author")]
    pub fn hide_sender(mut self) -> Self {
        self.hide_sender = true;
        self
    }

    /// Leaves out the captions of files; implies [`hide_sender`](Self::hide_sender).
    #[doc(alias = "drop_media_captions")]
    pub fn hide_captions(mut self) -> Self {
        self.hide_sender = true;
        self.hide_captions = true;
        self
    }

    /// Sends them; the same as awaiting it. Gives the new messages; those that are gone are left
    /// out.
    ///
    /// # Errors
    /// See [`Client::forward_messages`].
    pub async fn send(self) -> Result<Vec<Message>> {
        let client = &self.client;
        let to = client.find_peer(&self.to).await?;
        let from = client.find_peer(&self.from).await?;
        // The topic has a place of its own in this call.
        let replies = self.options.reply_to.is_some();
        let reply_to = self.options.raw_reply().filter(|_| replies);
        let mut forwarded = Vec::with_capacity(self.ids.len());
        for ids in self.ids.chunks(MAX_IDS) {
            let random_ids = ids
                .iter()
                .map(|_| random::id())
                .collect::<std::io::Result<Vec<_>>>()?;
            let call = f::messages::ForwardMessages {
                silent: self.options.silent,
                noforwards: self.options.protected,
                drop_author: self.hide_sender,
                drop_media_captions: self.hide_captions,
                top_msg_id: self.options.raw_topic(),
                reply_to: reply_to.clone().map(Into::into),
                schedule_date: self.options.schedule,
                ..f::messages::ForwardMessages::new(
                    from.input.clone(),
                    ids.to_vec(),
                    random_ids.clone(),
                    to.input.clone(),
                )
            };
            let updates = answer::send_once(client, call).await?.ok_or_else(|| {
                Error::unexpected(
                    "messages.forwardMessages",
                    "the new messages",
                    "an older answer",
                )
            })?;
            forwarded.extend(
                answer::messages(client, updates, &random_ids)
                    .into_iter()
                    .flatten(),
            );
        }
        Ok(forwarded)
    }
}

awaitable!(ForwardMessages => Vec<Message>);
