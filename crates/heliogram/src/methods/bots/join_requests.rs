use heliogram_api::functions as f;

use crate::{Client, PeerLike, Result};

impl Client {
    /// Lets somebody into a chat who asked to be; bots and people need the right to invite.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client, group: i64) -> heliogram::Result<()> {
    /// client.approve_join_request(group, "@durov").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `messages.hideChatJoinRequest`.
    ///
    /// # Errors
    /// When awaited: the errors of finding chat and person, and the server's refusals, such as
    /// [`HIDE_REQUESTER_MISSING`](crate::errors::HIDE_REQUESTER_MISSING) if another administrator
    /// was quicker.
    #[doc(alias = "approve_chat_join_request")]
    #[doc(alias = "messages.hideChatJoinRequest")]
    pub fn approve_join_request(
        &self,
        chat: impl Into<PeerLike>,
        user: impl Into<PeerLike>,
    ) -> DecideJoinRequest {
        DecideJoinRequest::new(self, chat.into(), Some(user.into()), true)
    }

    /// Does not let somebody into a chat who asked to be; as
    /// [`approve_join_request`](Self::approve_join_request).
    #[doc(alias = "decline_chat_join_request")]
    pub fn decline_join_request(
        &self,
        chat: impl Into<PeerLike>,
        user: impl Into<PeerLike>,
    ) -> DecideJoinRequest {
        DecideJoinRequest::new(self, chat.into(), Some(user.into()), false)
    }

    /// Lets all into a chat who asked to be, or all who used [one link](DecideJoinRequest::link).
    ///
    /// Raw `messages.hideAllChatJoinRequests`.
    ///
    /// # Errors
    /// As [`approve_join_request`](Self::approve_join_request).
    #[doc(alias = "approve_all_chat_join_requests")]
    #[doc(alias = "messages.hideAllChatJoinRequests")]
    pub fn approve_all_join_requests(&self, chat: impl Into<PeerLike>) -> DecideJoinRequest {
        DecideJoinRequest::new(self, chat.into(), None, true)
    }

    /// Lets nobody into a chat of those who asked to be; as
    /// [`approve_all_join_requests`](Self::approve_all_join_requests).
    #[doc(alias = "decline_all_chat_join_requests")]
    pub fn decline_all_join_requests(&self, chat: impl Into<PeerLike>) -> DecideJoinRequest {
        DecideJoinRequest::new(self, chat.into(), None, false)
    }
}

/// A decision on who comes in; made by [`Client::approve_join_request`] and the like, carried out
/// when awaited.
#[derive(Clone, Debug)]
#[must_use = "nobody comes in until this is awaited"]
pub struct DecideJoinRequest {
    client: Client,
    chat: PeerLike,
    user: Option<PeerLike>,
    link: Option<String>,
    approved: bool,
}

impl DecideJoinRequest {
    fn new(client: &Client, chat: PeerLike, user: Option<PeerLike>, approved: bool) -> Self {
        Self {
            client: client.clone(),
            chat,
            user,
            link: None,
            approved,
        }
    }

    /// Means only those who used this link, where the decision is on all.
    #[doc(alias = "invite_link")]
    pub fn link(mut self, link: impl Into<String>) -> Self {
        self.link = Some(link.into());
        self
    }

    /// Carries it out; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::approve_join_request`].
    pub async fn send(self) -> Result<()> {
        let client = &self.client;
        let (peer, approved) = (client.find_peer(&self.chat).await?.input, self.approved);
        match &self.user {
            Some(user) => {
                let user_id = client.find_user(user).await?;
                let call = f::messages::HideChatJoinRequest {
                    approved,
                    peer,
                    user_id,
                };
                client.invoke(call).await.map(drop)
            }
            None => {
                let call = f::messages::HideAllChatJoinRequests {
                    approved,
                    peer,
                    link: self.link,
                };
                client.invoke(call).await.map(drop)
            }
        }
    }
}

awaitable!(DecideJoinRequest => ());
