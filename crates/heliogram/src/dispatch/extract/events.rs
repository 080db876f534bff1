//! Events as arguments: one row for each type.

use super::{FromUpdate, Reject};
use crate::{
    Event, Message,
    dispatch::UpdateCx,
    events::{
        Album, ChatAction, DraftChanged, Kinds, MessageRead, MessagesDeleted, PollUpdate, PollVote,
        ReactionsChanged, ScheduledChanged, StoryUpdate, UserUpdate,
    },
};

macro_rules! event_arguments {
    ($( $type:ty = $name:ident, $kind:ident; )*) => { $(
        impl<S: Sync> FromUpdate<S> for $type {
            const KINDS: Kinds = Kinds::$kind;

            async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
                match cx.event() {
                    Event::$name(it) => Ok(it.clone()),
                    _ => Err(Reject::Skip),
                }
            }
        }
    )* };
}

event_arguments! {
    Message = NewMessage, NEW_MESSAGE;
    MessagesDeleted = MessagesDeleted, MESSAGES_DELETED;
    // What happens in chats.
    Album = Album, ALBUM;
    ChatAction = ChatAction, CHAT_ACTION;
    MessageRead = MessageRead, MESSAGE_READ;
    UserUpdate = UserUpdate, USER_UPDATE;
    PollUpdate = PollUpdate, POLL_UPDATE;
    PollVote = PollVote, POLL_VOTE;
    ReactionsChanged = ReactionsChanged, REACTIONS_CHANGED;
    StoryUpdate = StoryUpdate, STORY_UPDATE;
    DraftChanged = DraftChanged, DRAFT_CHANGED;
    ScheduledChanged = ScheduledChanged, SCHEDULED_CHANGED;

    // What only bots are told.

}
