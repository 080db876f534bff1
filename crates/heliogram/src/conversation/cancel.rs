use super::Talk;
use crate::{Client, PeerId, PeerLike, Result};

impl Client {
    /// Calls off the conversations in a chat, in all of its topics: whatever they wait for fails with
    /// [`Error::Cancelled`](crate::Error::Cancelled). Answers how many there were.
    ///
    /// # Errors
    /// [`Error::Peer`](crate::Error::Peer) if the chat cannot be found.
    #[doc(alias = "cancel")]
    pub async fn cancel_conversations(&self, peer: impl Into<PeerLike>) -> Result<usize> {
        let peer = self.find_peer(&peer.into()).await?;
        Ok(self.call_off(Some(peer.id)))
    }

    /// Calls off every conversation of this client; answers how many there were.
    #[doc(alias = "cancel_all")]
    pub fn cancel_all_conversations(&self) -> usize {
        self.call_off(None)
    }

    fn call_off(&self, chat: Option<PeerId>) -> usize {
        let ended = self.hub().desk().cancel(chat);
        // What they leave is for others.
        self.hub().wake();
        ended
    }
}

/// Calls off a [conversation](crate::Conversation); made by [`Conversation::canceller`].
///
/// [`Conversation::canceller`]: crate::Conversation::canceller
#[derive(Clone, Debug)]
pub struct Canceller {
    pub(super) talk: Talk,
}

impl Canceller {
    /// Calls it off; nothing happens if it has ended.
    pub fn cancel(&self) {
        self.talk.end();
    }
}
