use std::time::SystemTime;

use heliogram_api::enums;

use crate::{
    Chat, PeerId, PeerLike, Text,
    events::{About, Context},
    methods::{bots::DecideJoinRequest, messages::SendMessage},
    types::{InviteLink, system_time},
};

/// Somebody asks to be let into a group or channel; told to bots that may invite there.
///
/// The bot may write to them in private for some minutes, also if they never talked to it.
///
/// ```no_run
/// # async fn run(request: heliogram::events::JoinRequest) -> heliogram::Result<()> {
/// if request.bio().contains("crypto") {
///     request.decline().await?;
/// } else {
///     request.approve().await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// Raw `updateBotChatInviteRequester`.
#[derive(Clone, Debug)]
#[doc(alias = "ChatJoinRequest")]
#[doc(alias = "on_chat_join_request")]
#[doc(alias = "updateBotChatInviteRequester")]
pub struct JoinRequest {
    cx: Context,
    chat: PeerId,
    user: PeerId,
}

event_members!(JoinRequest, PendingJoinRequests);
has_chat!(one JoinRequest);
has_user!(JoinRequest);
has_chat!(one PendingJoinRequests);

impl JoinRequest {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::BotChatInviteRequester(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            chat: PeerId::from_peer(&u.peer)?,
            user: PeerId::user(u.user_id)?,
        })
    }

    /// What they say about themselves; may be empty.
    #[must_use]
    #[doc(alias = "about")]
    pub fn bio(&self) -> &str {
        match self.raw() {
            enums::Update::BotChatInviteRequester(u) => &u.about,
            _ => "",
        }
    }

    /// When they asked.
    #[must_use]
    pub fn date(&self) -> SystemTime {
        system_time(match self.raw() {
            enums::Update::BotChatInviteRequester(u) => u.date,
            _ => 0,
        })
    }

    /// The link they used; `None` if they came by the public name.
    #[must_use]
    #[doc(alias = "invite_link")]
    pub fn link(&self) -> Option<InviteLink> {
        match self.raw() {
            enums::Update::BotChatInviteRequester(u) => InviteLink::from_raw(&u.invite),
            _ => None,
        }
    }

    /// The number under which a bot that guards the chat answers with raw `bots.setJoinChatResults`.
    #[must_use]
    pub fn query_id(&self) -> Option<i64> {
        match self.raw() {
            enums::Update::BotChatInviteRequester(u) => u.query_id,
            _ => None,
        }
    }

    /// Writes to them in private; see [`Client::send_message`](crate::Client::send_message).
    #[doc(alias = "user_chat_id")]
    pub fn respond(&self, text: impl Into<Text>) -> SendMessage {
        self.client().send_message(self.who(), text)
    }

    /// Lets them in; see [`Client::approve_join_request`](crate::Client::approve_join_request).
    pub fn approve(&self) -> DecideJoinRequest {
        self.client().approve_join_request(self.chat(), self.who())
    }

    /// Does not let them in; see
    /// [`Client::decline_join_request`](crate::Client::decline_join_request).
    pub fn decline(&self) -> DecideJoinRequest {
        self.client().decline_join_request(self.chat(), self.who())
    }

    fn who(&self) -> Chat {
        self.cx.chat(self.user)
    }
}

impl About for JoinRequest {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }

    fn sender(&self) -> Option<PeerId> {
        Some(self.user)
    }
}

/// The people who ask to be let into a group or channel are others now; told to people who may
/// invite there.
///
/// Raw `updatePendingJoinRequests`.
#[derive(Clone, Debug)]
#[doc(alias = "updatePendingJoinRequests")]
pub struct PendingJoinRequests {
    cx: Context,
    chat: PeerId,
}

impl PendingJoinRequests {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::PendingJoinRequests(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            chat: PeerId::from_peer(&u.peer)?,
        })
    }

    /// How many there are.
    #[must_use]
    #[doc(alias = "requests_pending")]
    pub fn count(&self) -> usize {
        match self.raw() {
            enums::Update::PendingJoinRequests(u) => u.requests_pending.try_into().unwrap_or(0),
            _ => 0,
        }
    }

    /// The ids of those who asked last.
    #[must_use]
    #[doc(alias = "recent_requesters")]
    pub fn recent(&self) -> &[i64] {
        match self.raw() {
            enums::Update::PendingJoinRequests(u) => &u.recent_requesters,
            _ => &[],
        }
    }

    /// Lets one of them in; see
    /// [`Client::approve_join_request`](crate::Client::approve_join_request).
    pub fn approve(&self, user: impl Into<PeerLike>) -> DecideJoinRequest {
        self.client().approve_join_request(self.chat(), user)
    }

    /// Does not let one of them in; see
    /// [`Client::decline_join_request`](crate::Client::decline_join_request).
    pub fn decline(&self, user: impl Into<PeerLike>) -> DecideJoinRequest {
        self.client().decline_join_request(self.chat(), user)
    }
}

impl About for PendingJoinRequests {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }
}
