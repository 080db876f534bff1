use std::time::SystemTime;

use heliogram_api::{enums, types as raw};

use super::{About, Context};
use crate::{PeerId, text, types::system_time};

/// What this account is about to write in a chat changed, elsewhere.
///
/// Raw `updateDraftMessage`.
#[derive(Clone, Debug)]
#[doc(alias = "updateDraftMessage")]
#[doc(alias = "Draft")]
pub struct DraftChanged {
    cx: Context,
    chat: PeerId,
    topic: Option<i32>,
}

event_members!(DraftChanged);
has_chat!(one DraftChanged);

impl DraftChanged {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::DraftMessage(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            chat: PeerId::from_peer(&u.peer)?,
            topic: u.top_msg_id,
        })
    }

    fn draft(&self) -> Option<&raw::DraftMessage> {
        match self.raw() {
            enums::Update::DraftMessage(u) => match &u.draft {
                enums::DraftMessage::DraftMessage(draft) => Some(draft),
                _ => None,
            },
            _ => None,
        }
    }

    /// The topic of a forum it is for.
    #[must_use]
    #[doc(alias = "top_msg_id")]
    pub fn topic_id(&self) -> Option<i32> {
        self.topic
    }

    /// Whether there is nothing any more: it was sent or deleted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.draft().is_none()
    }

    /// The text without marks; empty if there is none.
    #[must_use]
    #[doc(alias = "raw_text")]
    pub fn text(&self) -> &str {
        self.draft().map_or("", |d| &d.message)
    }

    /// The formatting of the text, offsets counted in UTF-16 units.
    #[must_use]
    pub fn entities(&self) -> &[enums::MessageEntity] {
        let entities = self.draft().and_then(|d| d.entities.as_deref());
        entities.unwrap_or_default()
    }

    /// The text with Markdown marks.
    #[must_use]
    pub fn text_md(&self) -> String {
        text::to_markdown(self.text(), self.entities())
    }

    /// The message it replies to.
    #[must_use]
    #[doc(alias = "reply_to_msg_id")]
    pub fn reply_to(&self) -> Option<i32> {
        match self.draft()?.reply_to.as_deref()? {
            enums::InputReplyTo::Message(to) => Some(to.reply_to_msg_id),
            _ => None,
        }
    }

    /// When it was written last.
    #[must_use]
    pub fn date(&self) -> Option<SystemTime> {
        self.draft().map(|d| system_time(d.date))
    }
}

impl About for DraftChanged {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }

    fn topic(&self) -> Option<i32> {
        self.topic_id()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Client, types::Entities};

    #[tokio::test]
    async fn drafts_are_written_and_emptied() {
        let client = Client::offline().await;
        let peer = raw::PeerUser { user_id: 7 };
        let event = |draft: enums::DraftMessage| {
            let update = raw::UpdateDraftMessage::new(peer.clone().into(), draft);
            let cx = Context::new(&client, update.into(), Arc::new(Entities::default()));
            DraftChanged::from_update(&cx).unwrap()
        };
        let written = event(raw::DraftMessage::new("hel".into(), 5).into());
        assert_eq!((written.text(), written.is_empty()), ("hel", false));
        assert_eq!(
            (written.chat_id(), written.date()),
            (7, Some(system_time(5)))
        );
        let emptied = event(raw::DraftMessageEmpty::new().into());
        assert!(emptied.is_empty() && emptied.text().is_empty());
    }
}
