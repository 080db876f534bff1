use heliogram_api::functions as f;

use super::{Talk, wait::newest};
use crate::{
    BoxFuture, Client, PeerLike, Result, methods::messages::MessageIds, peers, updates::Affected,
};

/// A mark that messages were read; made by [`Conversation::mark_read`](crate::Conversation::mark_read).
#[must_use = "messages are marked when this is awaited"]
pub struct MarkRead<'a> {
    talk: &'a Talk,
    up_to: Option<i32>,
}

impl<'a> MarkRead<'a> {
    pub(super) const fn new(talk: &'a Talk) -> Self {
        Self { talk, up_to: None }
    }

    /// Marks up to this message, a message or its id.
    pub fn up_to(mut self, message: impl Into<MessageIds>) -> Self {
        self.up_to = newest(message);
        self
    }

    /// Marks them; the same as awaiting it.
    ///
    /// # Errors
    /// The server's refusal, and see [`Conversation`](crate::Conversation#errors).
    pub async fn send(self) -> Result<()> {
        let open = self.talk.open().await?;
        let heard = || open.seat.with(|t| t.last_heard());
        let max_id = self.up_to.unwrap_or_else(heard);
        let Talk {
            client,
            peer,
            settings,
            ..
        } = self.talk;
        read_up_to(client, peer, settings.topic, max_id).await
    }
}

/// Marks as read what others wrote in a chat up to this message, in a topic of it or in all.
pub(crate) async fn read_up_to(
    client: &Client,
    chat: &PeerLike,
    topic: Option<i32>,
    max_id: i32,
) -> Result<()> {
    let peer = client.find_peer(chat).await?;
    if let Some(topic) = topic {
        let call = f::messages::ReadDiscussion::new(peer.input, topic, max_id);
        return client.invoke(call).await.map(drop);
    }
    if let Some(channel) = peers::input_channel(&peer.input) {
        let call = f::channels::ReadHistory::new(channel, max_id);
        return client.invoke(call).await.map(drop);
    }
    let call = f::messages::ReadHistory::new(peer.input, max_id);
    let affected = client.invoke(call).await?;
    client.hub().affected(Affected {
        channel: None,
        pts: affected.pts,
        count: affected.pts_count,
    });
    Ok(())
}

impl<'a> IntoFuture for MarkRead<'a> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'a, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
