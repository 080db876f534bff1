//! What people do besides writing: they come and go, type, send files, change their names.

mod doing;
mod status;

use std::time::SystemTime;

use heliogram_api::{enums, types as raw};

use super::{About, Context};
use crate::PeerId;

pub use doing::Doing;
pub use status::UserStatus;

/// Somebody came online or left, types or sends a file, or changed their name.
///
/// ```no_run
/// use heliogram::events::{Doing, UserUpdate};
///
/// async fn watch(event: UserUpdate) {
///     if let Some(status) = event.status() {
///         println!("{} is online: {}", event.user_id(), status.is_online());
///     }
///     if let Some(Doing::UploadingDocument { percent }) = event.doing() {
///         println!("{} sends a file, {percent} % are there", event.user_id());
///     }
/// }
/// ```
///
/// Raw `updateUserStatus`, `updateUserTyping`, `updateChatUserTyping`, `updateChannelUserTyping`,
/// `updateUserName`, `updateUserEmojiStatus` and `updateUser`.
#[derive(Clone, Debug)]
#[doc(alias = "on_user_status")]
#[doc(alias = "updateUserStatus")]
#[doc(alias = "updateUserTyping")]
#[doc(alias = "updateChatUserTyping")]
#[doc(alias = "updateChannelUserTyping")]
#[doc(alias = "updateUserName")]
#[doc(alias = "updateUserEmojiStatus")]
#[doc(alias = "updateUser")]
pub struct UserUpdate {
    cx: Context,
    /// A chat, where one of its admins acts in its name.
    user: PeerId,
    chat: Option<PeerId>,
    topic: Option<i32>,
}

event_members!(UserUpdate);
has_chat!(maybe UserUpdate);
has_user!(UserUpdate);

impl UserUpdate {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        use enums::Update as U;
        let user = |id| Some((PeerId::user(id)?, None, None));
        let (user, chat, topic) = match &**cx.update() {
            U::UserStatus(u) => user(u.user_id)?,
            U::UserName(u) => user(u.user_id)?,
            U::UserEmojiStatus(u) => user(u.user_id)?,
            U::User(u) => user(u.user_id)?,
            U::UserTyping(u) => {
                let id = PeerId::user(u.user_id)?;
                (id, Some(id), u.top_msg_id)
            }
            U::ChatUserTyping(u) => {
                let chat = PeerId::group(u.chat_id)?;
                (PeerId::from_peer(&u.from_id)?, Some(chat), None)
            }
            U::ChannelUserTyping(u) => {
                let chat = PeerId::channel(u.channel_id)?;
                (PeerId::from_peer(&u.from_id)?, Some(chat), u.top_msg_id)
            }
            _ => return None,
        };
        Some(Self {
            cx: cx.clone(),
            user,
            chat,
            topic,
        })
    }

    /// The topic of a forum, or of a chat with a bot, in which they are doing it.
    #[must_use]
    #[doc(alias = "top_msg_id")]
    #[doc(alias = "message_thread_id")]
    pub fn topic_id(&self) -> Option<i32> {
        self.topic
    }

    /// When they are or were online, if that changed.
    #[must_use]
    pub fn status(&self) -> Option<UserStatus> {
        match self.raw() {
            enums::Update::UserStatus(u) => Some(UserStatus::from_raw(&u.status)),
            _ => None,
        }
    }

    /// What they are doing in the chat, if that changed. It lasts six seconds unless it comes again.
    #[must_use]
    #[doc(alias = "action")]
    #[doc(alias = "SendMessageAction")]
    pub fn doing(&self) -> Option<Doing<'_>> {
        let action = match self.raw() {
            enums::Update::UserTyping(u) => &u.action,
            enums::Update::ChatUserTyping(u) => &u.action,
            enums::Update::ChannelUserTyping(u) => &u.action,
            _ => return None,
        };
        Some(Doing::from_raw(action))
    }

    /// The new names and usernames, if those changed.
    #[must_use]
    pub fn name(&self) -> Option<&raw::UpdateUserName> {
        match self.raw() {
            enums::Update::UserName(u) => Some(u),
            _ => None,
        }
    }

    /// The new emoji beside the name, if that changed; `Empty` if there is none any more.
    #[must_use]
    pub fn emoji_status(&self) -> Option<&enums::EmojiStatus> {
        match self.raw() {
            enums::Update::UserEmojiStatus(u) => Some(&u.emoji_status),
            _ => None,
        }
    }

    /// Whether they are online now.
    #[must_use]
    pub fn online(&self) -> bool {
        self.status().is_some_and(UserStatus::is_online)
    }

    /// Until when they count as online unless something else comes.
    #[must_use]
    pub fn until(&self) -> Option<SystemTime> {
        self.status()?.until()
    }

    /// When they were last online, if they went offline and show when.
    #[must_use]
    pub fn last_seen(&self) -> Option<SystemTime> {
        self.status()?.last_seen()
    }

    /// Whether they hide when they were last online, and it was not long ago: within three days.
    #[must_use]
    pub fn recently(&self) -> bool {
        self.status() == Some(UserStatus::Recently)
    }

    /// Whether they hide when they were last online, and it was within a week.
    #[must_use]
    pub fn within_weeks(&self) -> bool {
        self.status() == Some(UserStatus::LastWeek)
    }

    /// Whether they hide when they were last online, and it was within a month.
    #[must_use]
    pub fn within_months(&self) -> bool {
        self.status() == Some(UserStatus::LastMonth)
    }

    /// Whether they write a message.
    #[must_use]
    pub fn typing(&self) -> bool {
        matches!(self.doing(), Some(Doing::Typing))
    }

    /// Whether they stopped whatever they were doing.
    #[must_use]
    pub fn cancel(&self) -> bool {
        matches!(self.doing(), Some(Doing::Nothing))
    }

    /// Whether they record something.
    #[must_use]
    pub fn recording(&self) -> bool {
        use Doing::{RecordingRound, RecordingVideo, RecordingVoice};
        let doing = self.doing();
        matches!(
            doing,
            Some(RecordingVoice | RecordingVideo | RecordingRound)
        )
    }

    /// Whether a file of theirs is on its way.
    #[must_use]
    pub fn uploading(&self) -> bool {
        self.doing().is_some_and(|d| d.percent().is_some())
    }

    /// How much of the file is there, in percent.
    #[must_use]
    #[doc(alias = "progress")]
    pub fn upload_progress(&self) -> Option<i32> {
        self.doing()?.percent()
    }

    /// Whether they play a game.
    #[must_use]
    pub fn playing(&self) -> bool {
        matches!(self.doing(), Some(Doing::PlayingGame))
    }

    /// Whether they record or send a voice note.
    #[must_use]
    #[doc(alias = "record-audio")]
    #[doc(alias = "voice")]
    pub fn audio(&self) -> bool {
        let doing = self.doing();
        matches!(
            doing,
            Some(Doing::RecordingVoice | Doing::UploadingVoice { .. })
        )
    }

    /// Whether they record or send a round video.
    #[must_use]
    #[doc(alias = "record-round")]
    pub fn round(&self) -> bool {
        let doing = self.doing();
        matches!(
            doing,
            Some(Doing::RecordingRound | Doing::UploadingRound { .. })
        )
    }

    /// Whether they record or send a video.
    #[must_use]
    #[doc(alias = "record-video")]
    pub fn video(&self) -> bool {
        let doing = self.doing();
        matches!(
            doing,
            Some(Doing::RecordingVideo | Doing::UploadingVideo { .. })
        )
    }

    /// Whether they send a file.
    #[must_use]
    pub fn document(&self) -> bool {
        matches!(self.doing(), Some(Doing::UploadingDocument { .. }))
    }

    /// Whether they send a photo.
    #[must_use]
    pub fn photo(&self) -> bool {
        matches!(self.doing(), Some(Doing::UploadingPhoto { .. }))
    }

    /// Whether they look for a place to send.
    #[must_use]
    #[doc(alias = "location")]
    pub fn geo(&self) -> bool {
        matches!(self.doing(), Some(Doing::ChoosingLocation))
    }

    /// Whether they look for a contact to send.
    #[must_use]
    pub fn contact(&self) -> bool {
        matches!(self.doing(), Some(Doing::ChoosingContact))
    }

    /// Whether they look for a sticker to send.
    #[must_use]
    pub fn sticker(&self) -> bool {
        matches!(self.doing(), Some(Doing::ChoosingSticker))
    }
}

impl About for UserUpdate {
    fn chat(&self) -> Option<PeerId> {
        self.chat
    }

    fn sender(&self) -> Option<PeerId> {
        Some(self.user)
    }

    fn topic(&self) -> Option<i32> {
        self.topic_id()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::Arc,
        time::{Duration, UNIX_EPOCH},
    };

    use super::*;
    use crate::{Client, types::Entities};

    fn event(client: &Client, update: impl Into<enums::Update>) -> UserUpdate {
        let cx = Context::new(client, update.into(), Arc::new(Entities::default()));
        UserUpdate::from_update(&cx).unwrap()
    }

    #[tokio::test]
    async fn each_status_is_told_apart() {
        let client = Client::offline().await;
        let status = |s: enums::UserStatus| event(&client, raw::UpdateUserStatus::new(7, s));
        let at = UNIX_EPOCH + Duration::from_secs(1000);

        let on = status(raw::UserStatusOnline::new(1000).into());
        assert!(on.online() && on.until() == Some(at) && on.last_seen().is_none());
        let off = status(raw::UserStatusOffline::new(1000).into());
        assert!(!off.online() && off.last_seen() == Some(at) && off.until().is_none());
        let hidden = status(enums::UserStatus::Empty);
        assert_eq!(hidden.status(), Some(UserStatus::Hidden));
        let flags = |e: &UserUpdate| [e.recently(), e.within_weeks(), e.within_months()];
        let recently = status(raw::UserStatusRecently::new().into());
        assert_eq!(flags(&recently), [true, false, false]);
        let week = status(raw::UserStatusLastWeek::new().into());
        assert_eq!(flags(&week), [false, true, false]);
        let month = status(raw::UserStatusLastMonth::new().into());
        assert_eq!(flags(&month), [false, false, true]);
        assert!(on.doing().is_none() && !on.typing() && on.chat_id().is_none());
        assert_eq!((on.user_id(), on.user()), (7, None));
    }

    #[tokio::test]
    async fn typing_is_told_with_its_place() {
        let client = Client::offline().await;
        let typing = enums::SendMessageAction::SendMessageTypingAction;
        let private = event(&client, raw::UpdateUserTyping::new(7, typing.clone()));
        assert_eq!((private.user_id(), private.chat_id()), (7, Some(7)));
        assert!(private.typing() && private.is_private());
        let from: enums::Peer = raw::PeerUser { user_id: 7 }.into();
        let group = raw::UpdateChatUserTyping::new(3, from.clone(), typing.clone());
        let group = event(&client, group);
        assert_eq!((group.user_id(), group.chat_id()), (7, Some(-3)));
        let forum = raw::UpdateChannelUserTyping {
            top_msg_id: Some(12),
            ..raw::UpdateChannelUserTyping::new(9, from, typing)
        };
        let forum = event(&client, forum);
        assert_eq!((forum.topic_id(), forum.user_id()), (Some(12), 7));
        assert!(forum.status().is_none() && !forum.online() && !forum.cancel());
    }

    #[tokio::test]
    async fn uploads_tell_what_and_how_far() {
        let client = Client::offline().await;
        let doing = |action: enums::SendMessageAction| {
            event(&client, raw::UpdateUserTyping::new(7, action))
        };
        let document = doing(raw::SendMessageUploadDocumentAction { progress: 40 }.into());
        assert!(document.uploading() && document.document() && !document.photo());
        assert_eq!(document.upload_progress(), Some(40));
        let voice = doing(enums::SendMessageAction::SendMessageRecordAudioAction);
        assert!(voice.recording() && voice.audio() && !voice.uploading());
        let round = doing(raw::SendMessageUploadRoundAction { progress: 1 }.into());
        assert!(round.round() && round.uploading() && !round.video());
        let end = doing(enums::SendMessageAction::SendMessageCancelAction);
        assert!(end.cancel() && !end.typing());
        let game = doing(enums::SendMessageAction::SendMessageGamePlayAction);
        assert!(game.playing());
    }

    #[tokio::test]
    async fn new_names_are_told() {
        let client = Client::offline().await;
        let update = raw::UpdateUserName::new(7, "Ann".into(), "Lee".into(), vec![]);
        let renamed = event(&client, update);
        assert_eq!(renamed.name().unwrap().first_name, "Ann");
        assert!(renamed.emoji_status().is_none());
    }
}
