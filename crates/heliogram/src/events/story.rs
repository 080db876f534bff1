use std::fmt;

use heliogram_api::{enums, types as raw};

use super::{About, Context};
use crate::{Media, PeerId, types::Reaction};

/// Something about stories: one was posted, changed or deleted, some were seen, one was reacted to.
///
/// ```no_run
/// use heliogram::events::{StoryNews, StoryUpdate};
///
/// async fn watch(event: StoryUpdate) {
///     if let StoryNews::Posted(story) = event.news() {
///         println!("{} posted story {}", event.chat().title(), story.id);
///     }
/// }
/// ```
///
/// Raw `updateStory`, `updateReadStories`, `updateNewStoryReaction` and `updateSentStoryReaction`.
#[derive(Clone, Debug)]
#[doc(alias = "on_story")]
#[doc(alias = "updateStory")]
#[doc(alias = "updateReadStories")]
#[doc(alias = "updateNewStoryReaction")]
#[doc(alias = "updateSentStoryReaction")]
pub struct StoryUpdate {
    cx: Context,
    chat: PeerId,
}

event_members!(StoryUpdate);
has_chat!(one StoryUpdate);

/// What happened to stories.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum StoryNews<'a> {
    /// It is new, or has changed since.
    Posted(&'a raw::StoryItem),
    /// There is one, of which the server sends no more than that: what it is can be asked for.
    Skipped(&'a raw::StoryItemSkipped),
    /// It is gone.
    Deleted,
    /// This account has seen all of them up to this one.
    Seen {
        /// The newest that was seen.
        up_to: i32,
    },
    /// The chat reacted to a story of this account.
    Reacted(Reaction),
    /// This account reacted elsewhere to a story of the chat.
    OwnReaction(Reaction),
}

impl StoryUpdate {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        let peer = match &**cx.update() {
            enums::Update::Story(u) => &u.peer,
            enums::Update::ReadStories(u) => &u.peer,
            enums::Update::NewStoryReaction(u) => &u.peer,
            enums::Update::SentStoryReaction(u) => &u.peer,
            _ => return None,
        };
        Some(Self {
            cx: cx.clone(),
            chat: PeerId::from_peer(peer)?,
        })
    }

    /// What happened.
    #[must_use]
    pub fn news(&self) -> StoryNews<'_> {
        match self.raw() {
            enums::Update::Story(u) => match &u.story {
                enums::StoryItem::StoryItem(story) => StoryNews::Posted(story),
                enums::StoryItem::Skipped(story) => StoryNews::Skipped(story),
                _ => StoryNews::Deleted,
            },
            enums::Update::ReadStories(u) => StoryNews::Seen { up_to: u.max_id },
            enums::Update::NewStoryReaction(u) => {
                StoryNews::Reacted(Reaction::from_raw(&u.reaction))
            }
            enums::Update::SentStoryReaction(u) => {
                StoryNews::OwnReaction(Reaction::from_raw(&u.reaction))
            }
            // Events are made of the updates above only.
            _ => StoryNews::Deleted,
        }
    }

    /// The story's number, counted per chat; for those seen, the newest of them.
    #[must_use]
    #[doc(alias = "max_id")]
    pub fn story_id(&self) -> i32 {
        match self.raw() {
            enums::Update::Story(u) => match &u.story {
                enums::StoryItem::StoryItem(s) => s.id,
                enums::StoryItem::Skipped(s) => s.id,
                enums::StoryItem::Deleted(s) => s.id,
                _ => 0,
            },
            enums::Update::ReadStories(u) => u.max_id,
            enums::Update::NewStoryReaction(u) => u.story_id,
            enums::Update::SentStoryReaction(u) => u.story_id,
            _ => 0,
        }
    }

    /// The story, if it is new or changed.
    #[must_use]
    pub fn story(&self) -> Option<&raw::StoryItem> {
        match self.news() {
            StoryNews::Posted(story) => Some(story),
            _ => None,
        }
    }

    /// The caption of a new or changed story; empty if there is none.
    #[must_use]
    pub fn caption(&self) -> &str {
        let caption = self.story().and_then(|s| s.caption.as_deref());
        caption.unwrap_or_default()
    }

    /// The photo or video of a new or changed story.
    #[must_use]
    pub fn media(&self) -> Option<Media> {
        Media::new(&self.story()?.media, None)
    }

    /// Whether a story is gone.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.news() == StoryNews::Deleted
    }

    /// The reaction, if it is one.
    #[must_use]
    pub fn reaction(&self) -> Option<Reaction> {
        match self.news() {
            StoryNews::Reacted(reaction) | StoryNews::OwnReaction(reaction) => Some(reaction),
            _ => None,
        }
    }
}

impl About for StoryUpdate {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }

    fn sender(&self) -> Option<PeerId> {
        match self.news() {
            StoryNews::Posted(_) | StoryNews::Reacted(_) => Some(self.chat),
            _ => None,
        }
    }
}

/// Shows what happened, not what the story says.
impl fmt::Debug for StoryNews<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Posted(story) => write!(f, "Posted({})", story.id),
            Self::Skipped(story) => write!(f, "Skipped({})", story.id),
            Self::Deleted => f.write_str("Deleted"),
            Self::Seen { up_to } => write!(f, "Seen({up_to})"),
            Self::Reacted(reaction) => write!(f, "Reacted({reaction})"),
            Self::OwnReaction(reaction) => write!(f, "OwnReaction({reaction})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Client, types::Entities};

    fn event(client: &Client, update: impl Into<enums::Update>) -> StoryUpdate {
        let cx = Context::new(client, update.into(), Arc::new(Entities::default()));
        StoryUpdate::from_update(&cx).unwrap()
    }

    fn ann() -> enums::Peer {
        raw::PeerUser { user_id: 7 }.into()
    }

    #[tokio::test]
    async fn stories_come_and_go() {
        let client = Client::offline().await;
        let story = raw::StoryItem {
            caption: Some("hi".to_owned()),
            ..raw::StoryItem::new(3, 0, 0, Box::new(enums::MessageMedia::Empty))
        };
        let story: enums::StoryItem = story.into();
        let posted = event(&client, raw::UpdateStory::new(ann(), story));
        assert_eq!((posted.caption(), posted.story_id()), ("hi", 3));
        assert!(matches!(posted.news(), StoryNews::Posted(_)) && !posted.is_deleted());
        assert!(!format!("{:?}", posted.news()).contains("hi"));
        let gone: enums::StoryItem = raw::StoryItemDeleted { id: 3 }.into();
        let gone = event(&client, raw::UpdateStory::new(ann(), gone));
        assert!(gone.is_deleted() && gone.story_id() == 3 && gone.caption().is_empty());
        assert_eq!(gone.chat_id(), 7);
    }

    #[tokio::test]
    async fn seeing_and_reacting_are_told() {
        let client = Client::offline().await;
        let seen = event(&client, raw::UpdateReadStories::new(ann(), 9));
        assert_eq!(seen.news(), StoryNews::Seen { up_to: 9 });
        let like = Reaction::from("👍");
        let reacted = raw::UpdateNewStoryReaction::new(3, ann(), like.to_raw());
        let reacted = event(&client, reacted);
        assert_eq!((reacted.reaction(), reacted.story_id()), (Some(like), 3));
    }
}
