use std::fmt;

use heliogram_api::{enums, types as raw};

/// What somebody is doing in a chat right now.
///
/// Raw `SendMessageAction`.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
#[doc(alias = "SendMessageAction")]
#[doc(alias = "ChatAction")]
pub enum Doing<'a> {
    /// Writing a message.
    Typing,
    /// Nothing any more.
    #[doc(alias = "sendMessageCancelAction")]
    Nothing,
    /// Recording a voice note.
    RecordingVoice,
    /// Sending a voice note.
    UploadingVoice {
        /// How much is there.
        percent: i32,
    },
    /// Recording a video.
    RecordingVideo,
    /// Sending a video.
    UploadingVideo {
        /// How much is there.
        percent: i32,
    },
    /// Recording a round video.
    RecordingRound,
    /// Sending a round video.
    UploadingRound {
        /// How much is there.
        percent: i32,
    },
    /// Sending a photo.
    UploadingPhoto {
        /// How much is there.
        percent: i32,
    },
    /// Sending a file.
    UploadingDocument {
        /// How much is there.
        percent: i32,
    },
    /// Looking for a place to send.
    ChoosingLocation,
    /// Looking for a contact to send.
    ChoosingContact,
    /// Looking for a sticker to send.
    ChoosingSticker,
    /// Playing a game.
    PlayingGame,
    /// Speaking in the group's voice chat.
    SpeakingInCall,
    /// Bringing in the history of a chat from another app.
    ImportingHistory {
        /// How much is there.
        percent: i32,
    },
    /// Tapping an animated emoji, which plays on both sides.
    TappingEmoji(&'a raw::SendMessageEmojiInteraction),
    /// Watching the animation this account has set off.
    WatchingEmoji {
        /// The emoji.
        emoji: &'a str,
    },
    /// A bot shows the answer it is still writing.
    Drafting(&'a raw::SendMessageTextDraftAction),
    /// Telling this bot to write no more of the answer it is drafting.
    #[doc(alias = "on_stopped_message_generation")]
    #[doc(alias = "sendMessageStopDraftAction")]
    StoppingDraft {
        /// The random id under which the bot drafts.
        draft: i64,
    },
    /// Anything else, as the server sent it.
    Other(&'a enums::SendMessageAction),
}

impl<'a> Doing<'a> {
    /// Reads the raw value.
    #[must_use]
    pub fn from_raw(action: &'a enums::SendMessageAction) -> Self {
        use enums::SendMessageAction as A;
        match action {
            A::SendMessageTypingAction => Self::Typing,
            A::SendMessageCancelAction => Self::Nothing,
            A::SendMessageRecordAudioAction => Self::RecordingVoice,
            A::SendMessageUploadAudioAction(a) => Self::UploadingVoice {
                percent: a.progress,
            },
            A::SendMessageRecordVideoAction => Self::RecordingVideo,
            A::SendMessageUploadVideoAction(a) => Self::UploadingVideo {
                percent: a.progress,
            },
            A::SendMessageRecordRoundAction => Self::RecordingRound,
            A::SendMessageUploadRoundAction(a) => Self::UploadingRound {
                percent: a.progress,
            },
            A::SendMessageUploadPhotoAction(a) => Self::UploadingPhoto {
                percent: a.progress,
            },
            A::SendMessageUploadDocumentAction(a) => Self::UploadingDocument {
                percent: a.progress,
            },
            A::SendMessageGeoLocationAction => Self::ChoosingLocation,
            A::SendMessageChooseContactAction => Self::ChoosingContact,
            A::SendMessageChooseStickerAction => Self::ChoosingSticker,
            A::SendMessageGamePlayAction => Self::PlayingGame,
            A::SpeakingInGroupCallAction => Self::SpeakingInCall,
            A::SendMessageHistoryImportAction(a) => Self::ImportingHistory {
                percent: a.progress,
            },
            A::SendMessageEmojiInteraction(a) => Self::TappingEmoji(a),
            A::SendMessageEmojiInteractionSeen(a) => Self::WatchingEmoji { emoji: &a.emoticon },
            A::SendMessageTextDraftAction(a) => Self::Drafting(a),
            A::SendMessageStopDraftAction(a) => Self::StoppingDraft { draft: a.random_id },
            other => Self::Other(other),
        }
    }

    /// How much of a file that is on its way is there.
    #[must_use]
    pub const fn percent(self) -> Option<i32> {
        match self {
            Self::UploadingVoice { percent }
            | Self::UploadingVideo { percent }
            | Self::UploadingRound { percent }
            | Self::UploadingPhoto { percent }
            | Self::UploadingDocument { percent } => Some(percent),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Typing => "Typing",
            Self::Nothing => "Nothing",
            Self::RecordingVoice => "RecordingVoice",
            Self::UploadingVoice { .. } => "UploadingVoice",
            Self::RecordingVideo => "RecordingVideo",
            Self::UploadingVideo { .. } => "UploadingVideo",
            Self::RecordingRound => "RecordingRound",
            Self::UploadingRound { .. } => "UploadingRound",
            Self::UploadingPhoto { .. } => "UploadingPhoto",
            Self::UploadingDocument { .. } => "UploadingDocument",
            Self::ChoosingLocation => "ChoosingLocation",
            Self::ChoosingContact => "ChoosingContact",
            Self::ChoosingSticker => "ChoosingSticker",
            Self::PlayingGame => "PlayingGame",
            Self::SpeakingInCall => "SpeakingInCall",
            Self::ImportingHistory { .. } => "ImportingHistory",
            Self::TappingEmoji(_) => "TappingEmoji",
            Self::WatchingEmoji { .. } => "WatchingEmoji",
            Self::StoppingDraft { .. } => "StoppingDraft",
            Self::Drafting(_) => "Drafting",
            Self::Other(_) => "Other",
        }
    }
}

/// Shows what they do, not what they write.
impl fmt::Debug for Doing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
