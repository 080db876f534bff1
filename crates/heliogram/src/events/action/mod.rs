//! What happens in chats besides writing: people come and go, titles and pins change.

mod kinds;
mod reading;

use heliogram_api::{enums, types as raw};

use super::{About, Context, message};
use crate::{
    Chat, Message, PeerId, Photo, Result, Text, User,
    methods::messages::{DeleteMessages, SendMessage},
};

pub use kinds::{Action, Joining};

/// Something happened in a chat: somebody joined or left, the title changed, a message was pinned.
///
/// What it is, [`action`](Self::action) tells in one value; there are shorter questions for what
/// is asked most.
///
/// ```no_run
/// use heliogram::{Result, events::{Action, ChatAction}};
///
/// async fn greet(event: ChatAction) -> Result<()> {
///     if event.user_joined() || event.user_added() {
///         for user in event.fetch_users().await? {
///             event.respond(format!("Welcome, {}!", user.full_name())).await?;
///         }
///     }
///     if let Action::TitleChanged(title) = event.action() {
///         println!("{} is now {title}", event.chat_id());
///     }
///     Ok(())
/// }
/// ```
///
/// Raw `messageService` in `updateNewMessage` and `updateNewChannelMessage`, and what happens
/// without a service message: `updatePinnedMessages` and `updatePinnedChannelMessages` when they
/// unpin, `updateChatParticipantAdmin`, `updateChatParticipantRank` and
/// `updateChatDefaultBannedRights`. What would come twice (`updateChatParticipantAdd` and
/// `..Delete`, pinning) is told once, by its service message.
#[derive(Clone, Debug)]
#[doc(alias = "messageService")]
#[doc(alias = "on_message")]
#[doc(alias = "service")]
#[doc(alias = "updatePinnedMessages")]
#[doc(alias = "updatePinnedChannelMessages")]
#[doc(alias = "updateChatParticipantAdmin")]
#[doc(alias = "updateChatDefaultBannedRights")]
pub struct ChatAction {
    cx: Context,
    chat: PeerId,
    sender: Option<PeerId>,
    message: Option<Message>,
}

event_members!(ChatAction);
has_chat!(one ChatAction);
has_sender!(maybe ChatAction);

impl ChatAction {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        use enums::Update as U;
        if let Some(raw @ enums::Message::Service(_)) = message::written(cx.update()) {
            let message = message::message(cx, raw)?;
            return Some(Self {
                cx: cx.clone(),
                chat: message.peer_id(),
                sender: message.sender().map(Chat::peer_id),
                message: Some(message),
            });
        }
        let chat = match &**cx.update() {
            U::PinnedMessages(u) if !u.pinned => PeerId::from_peer(&u.peer)?,
            U::PinnedChannelMessages(u) if !u.pinned => PeerId::channel(u.channel_id)?,
            U::ChatParticipantAdmin(u) => PeerId::group(u.chat_id)?,
            U::ChatParticipantRank(u) => PeerId::group(u.chat_id)?,
            U::ChatDefaultBannedRights(u) => PeerId::from_peer(&u.peer)?,
            _ => return None,
        };
        Some(Self {
            cx: cx.clone(),
            chat,
            sender: None,
            message: None,
        })
    }

    /// What happened.
    #[must_use]
    pub fn action(&self) -> Action<'_> {
        use enums::Update as U;
        if let Some(enums::Message::Service(m)) = message::written(self.raw()) {
            return Action::from_message(m);
        }
        match self.raw() {
            U::PinnedMessages(u) => Action::Unpinned(&u.messages),
            U::PinnedChannelMessages(u) => Action::Unpinned(&u.messages),
            U::ChatParticipantAdmin(u) => Action::AdminChanged {
                user_id: u.user_id,
                is_admin: u.is_admin,
            },
            U::ChatParticipantRank(u) => Action::RankChanged {
                user_id: u.user_id,
                rank: &u.rank,
            },
            U::ChatDefaultBannedRights(u) => Action::PermissionsChanged(&u.default_banned_rights),
            // Events are made of the updates above only.
            _ => Action::Other(&enums::MessageAction::Empty),
        }
    }

    /// The service message, which can be replied to; some changes come without one.
    #[must_use]
    #[doc(alias = "action_message")]
    pub fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// Who joined, left, was added or removed, or is otherwise concerned; empty if nobody is.
    #[must_use]
    pub fn user_ids(&self) -> Vec<i64> {
        let sender = self.sender.filter(|s| s.is_user()).map(PeerId::as_i64);
        match self.action() {
            Action::Created { users, .. } | Action::Added(users) | Action::InvitedToCall(users) => {
                users.to_vec()
            }
            Action::Kicked(user)
            | Action::OwnerPending(user)
            | Action::OwnerChanged(user)
            | Action::AdminChanged { user_id: user, .. }
            | Action::RankChanged { user_id: user, .. } => vec![user],
            Action::Joined(_) | Action::Left | Action::Scored { .. } | Action::ContactSignedUp => {
                sender.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The first of [`user_ids`](Self::user_ids).
    #[must_use]
    pub fn user_id(&self) -> Option<i64> {
        self.user_ids().first().copied()
    }

    /// Those concerned of whom more than the id is known; never asks the server.
    #[must_use]
    #[doc(alias = "new_chat_members")]
    pub fn users(&self) -> Vec<User> {
        let chats = self.user_peers().map(|id| self.cx.chat(id));
        chats.filter_map(|c| c.as_user().cloned()).collect()
    }

    /// The first of those concerned, if known; never asks the server.
    #[must_use]
    #[doc(alias = "left_chat_member")]
    pub fn user(&self) -> Option<User> {
        let first = self.user_peers().next()?;
        self.cx.chat(first).as_user().cloned()
    }

    /// All of those concerned; asks the server for who is not known.
    ///
    /// # Errors
    /// Those of [`Client::resolve`](crate::Client::resolve).
    #[doc(alias = "get_users")]
    pub async fn fetch_users(&self) -> Result<Vec<User>> {
        let mut users = Vec::new();
        for id in self.user_peers() {
            users.push(self.cx.client().whole_user(self.cx.chat(id)).await?);
        }
        Ok(users)
    }

    /// The first of those concerned; asks the server if it is not known.
    ///
    /// # Errors
    /// Those of [`Client::resolve`](crate::Client::resolve).
    #[doc(alias = "get_user")]
    pub async fn fetch_user(&self) -> Result<Option<User>> {
        let Some(id) = self.user_peers().next() else {
            return Ok(None);
        };
        self.cx
            .client()
            .whole_user(self.cx.chat(id))
            .await
            .map(Some)
    }

    /// How raw calls address those concerned.
    ///
    /// # Errors
    /// Those of [`Client::input_peer`](crate::Client::input_peer).
    #[doc(alias = "get_input_users")]
    pub async fn input_users(&self) -> Result<Vec<enums::InputUser>> {
        let mut users = Vec::new();
        for id in self.user_peers() {
            users.push(self.cx.client().input_user(&self.cx.chat(id)).await?);
        }
        Ok(users)
    }

    /// How raw calls address the first of those concerned.
    ///
    /// # Errors
    /// Those of [`Client::input_peer`](crate::Client::input_peer).
    #[doc(alias = "get_input_user")]
    pub async fn input_user(&self) -> Result<Option<enums::InputUser>> {
        let Some(id) = self.user_peers().next() else {
            return Ok(None);
        };
        self.cx
            .client()
            .input_user(&self.cx.chat(id))
            .await
            .map(Some)
    }

    fn user_peers(&self) -> impl Iterator<Item = PeerId> + Send + use<> {
        self.user_ids().into_iter().filter_map(PeerId::user)
    }

    /// Whether somebody came in without being added by another.
    #[must_use]
    pub fn user_joined(&self) -> bool {
        matches!(self.action(), Action::Joined(_))
    }

    /// Whether somebody was added by another.
    #[must_use]
    pub fn user_added(&self) -> bool {
        matches!(self.action(), Action::Added(_))
    }

    /// Whether somebody went.
    #[must_use]
    pub fn user_left(&self) -> bool {
        matches!(self.action(), Action::Left)
    }

    /// Whether somebody was removed.
    #[must_use]
    pub fn user_kicked(&self) -> bool {
        matches!(self.action(), Action::Kicked(_))
    }

    /// Who added the users, if they were added by another; never asks the server.
    #[must_use]
    pub fn added_by(&self) -> Option<Chat> {
        self.sender().filter(|_| self.user_added())
    }

    /// Who added the users, if they were added by another; asks the server if it is not known.
    ///
    /// # Errors
    /// Those of [`Client::resolve`](crate::Client::resolve).
    #[doc(alias = "get_added_by")]
    pub async fn fetch_added_by(&self) -> Result<Option<Chat>> {
        self.whole(self.added_by()).await
    }

    /// Who removed the user, if another did; never asks the server.
    #[must_use]
    pub fn kicked_by(&self) -> Option<Chat> {
        self.sender().filter(|_| self.user_kicked())
    }

    /// Who removed the user, if another did; asks the server if it is not known.
    ///
    /// # Errors
    /// Those of [`Client::resolve`](crate::Client::resolve).
    #[doc(alias = "get_kicked_by")]
    pub async fn fetch_kicked_by(&self) -> Result<Option<Chat>> {
        self.whole(self.kicked_by()).await
    }

    async fn whole(&self, peer: Option<Chat>) -> Result<Option<Chat>> {
        match peer {
            Some(peer) => self.cx.client().whole(&peer).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether the chat was made.
    #[must_use]
    pub fn created(&self) -> bool {
        matches!(self.action(), Action::Created { .. })
    }

    /// The title, if it is new: it changed, or the chat was made.
    #[must_use]
    pub fn new_title(&self) -> Option<&str> {
        match self.action() {
            Action::TitleChanged(title) | Action::Created { title, .. } => Some(title),
            _ => None,
        }
    }

    /// Whether there is another photo than before, or none any more.
    #[must_use]
    pub fn new_photo(&self) -> bool {
        matches!(
            self.action(),
            Action::PhotoChanged(_) | Action::PhotoRemoved
        )
    }

    /// The new photo.
    #[must_use]
    #[doc(alias = "new_chat_photo")]
    pub fn photo(&self) -> Option<Photo> {
        match self.action() {
            Action::PhotoChanged(enums::Photo::Photo(photo)) => {
                Some(raw::Photo::clone(photo).into())
            }
            _ => None,
        }
    }

    /// The score that was reached in a game.
    #[must_use]
    pub fn new_score(&self) -> Option<i32> {
        match self.action() {
            Action::Scored { score, .. } => Some(score),
            _ => None,
        }
    }

    /// Whether a message was pinned.
    #[must_use]
    pub fn new_pin(&self) -> bool {
        matches!(self.action(), Action::Pinned(_))
    }

    /// Whether messages were unpinned.
    #[must_use]
    pub fn unpin(&self) -> bool {
        matches!(self.action(), Action::Unpinned(_))
    }

    /// The messages that were pinned or unpinned.
    #[must_use]
    pub fn pin_ids(&self) -> Vec<i32> {
        match self.action() {
            Action::Pinned(id) => id.into_iter().collect(),
            Action::Unpinned(ids) => ids.to_vec(),
            _ => Vec::new(),
        }
    }

    /// Fetches the messages that were pinned or unpinned; those that are gone are left out.
    ///
    /// # Errors
    /// Those of [`Client::get_messages`](crate::Client::get_messages).
    #[doc(alias = "get_pinned_messages")]
    #[doc(alias = "get_pinned_message")]
    #[doc(alias = "pinned_message")]
    pub async fn pinned_messages(&self) -> Result<Vec<Message>> {
        let ids = self.pin_ids();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.cx.client().get_messages(self.chat(), ids).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Writes to the chat; see [`Client::send_message`](crate::Client::send_message).
    pub fn respond(&self, text: impl Into<Text>) -> SendMessage {
        self.cx.client().send_message(self.chat(), text)
    }

    /// Writes to the chat as a reply to the service message, or as [`respond`](Self::respond) does
    /// if there is none.
    pub fn reply(&self, text: impl Into<Text>) -> SendMessage {
        match &self.message {
            Some(message) => message.reply(text),
            None => self.respond(text),
        }
    }

    /// Deletes the service message for everyone; there may be none to delete.
    #[must_use = "a message is deleted when this is awaited"]
    pub fn delete(&self) -> Option<DeleteMessages> {
        self.message.as_ref().map(Message::delete)
    }
}

impl About for ChatAction {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }

    fn sender(&self) -> Option<PeerId> {
        self.sender
    }

    fn topic(&self) -> Option<i32> {
        self.message()?.topic_id()
    }
}

#[cfg(test)]
mod tests;
