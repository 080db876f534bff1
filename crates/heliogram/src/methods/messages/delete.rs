use heliogram_api::functions as f;

use super::MessageIds;
use crate::{Client, PeerLike, Result, peers, updates::Affected};

/// How many ids one call takes.
const MAX_IDS: usize = 100;

impl Client {
    /// Deletes messages, for everyone unless told otherwise.
    ///
    /// Gives how many were there to be deleted. Any number of ids may be given.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// client.delete_messages("@durov", [17, 18]).await?;
    /// client.delete_messages("@durov", 19).only_for_me().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `messages.deleteMessages`, `channels.deleteMessages`.
    ///
    /// # Errors
    /// When awaited: the errors of finding the chat, and the server's refusals.
    #[doc(alias = "messages.deleteMessages")]
    #[doc(alias = "channels.deleteMessages")]
    pub fn delete_messages(
        &self,
        chat: impl Into<PeerLike>,
        ids: impl Into<MessageIds>,
    ) -> DeleteMessages {
        DeleteMessages {
            client: self.clone(),
            chat: chat.into(),
            ids: ids.into().0,
            revoke: true,
        }
    }
}

/// A deletion; made by [`Client::delete_messages`], carried out when awaited.
#[derive(Clone, Debug)]
#[must_use = "messages are deleted when this is awaited"]
pub struct DeleteMessages {
    client: Client,
    chat: PeerLike,
    ids: Vec<i32>,
    revoke: bool,
}

impl DeleteMessages {
    /// Leaves them to the others in the chat; of no effect in channels and supergroups.
    #[doc(alias = "revoke")]
    pub fn only_for_me(mut self) -> Self {
        self.revoke = false;
        self
    }

    /// Carries it out; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::delete_messages`].
    pub async fn send(self) -> Result<usize> {
        let client = &self.client;
        let peer = client.find_peer(&self.chat).await?;
        let mut deleted = 0;
        for ids in self.ids.chunks(MAX_IDS) {
            let id = ids.to_vec();
            let affected = match peers::input_channel(&peer.input) {
                Some(channel) => {
                    let call = f::channels::DeleteMessages::new(channel, id);
                    let affected = client.invoke(call).await?;
                    client.hub().affected(Affected {
                        channel: peer.id.channel_id(),
                        pts: affected.pts,
                        count: affected.pts_count,
                    });
                    affected
                }
                None => {
                    let call = f::messages::DeleteMessages {
                        revoke: self.revoke,
                        ..f::messages::DeleteMessages::new(id)
                    };
                    client.invoke(call).await?
                }
            };
            deleted += usize::try_from(affected.pts_count).unwrap_or(0);
        }
        Ok(deleted)
    }
}

awaitable!(DeleteMessages => usize);
