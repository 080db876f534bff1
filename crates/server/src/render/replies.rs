use heliogram_api::types;

use super::peer;
use crate::world::{Entry, Form, Peer, Place, World};

/// How many of those who answered last are named.
const RECENT_MAX: usize = 3;

impl World {
    /// How a message of a channel or supergroup was answered; nothing where it cannot be or was not.
    pub(crate) fn replies_of(
        &self,
        viewer: i64,
        place: Place,
        entry: &Entry,
    ) -> Option<types::MessageReplies> {
        let chat = self.chats.get(&entry.peer)?;
        let post = chat.form == Form::Broadcast;
        let below = match chat.form {
            Form::Broadcast => self.comments_at(place.owner, place.id)?,
            Form::Supergroup if !chat.settings.forum => place,
            _ => return None,
        };
        let about_post = self.post_of_thread(below.owner, below.id).is_some();
        let ids = self.thread_ids(below.owner, below.id);
        if ids.is_none() && !about_post {
            return None;
        }
        let pts = self
            .boxes
            .get(&below.owner)
            .map_or(0, |mailbox| mailbox.pts);
        let count = ids.map_or(0, |ids| ids.len() as i32);
        let read = self.thread_read(viewer, below.owner, below.id).inbox;
        let mut recent = Vec::new();
        for id in ids.into_iter().flat_map(|ids| ids.iter().rev()) {
            let (owner, id) = (below.owner, *id);
            let from = self
                .letter_at(Place { owner, id })
                .map(|letter| letter.from);
            recent.extend(from.filter(|from| !recent.contains(from)));
            if recent.len() == RECENT_MAX {
                break;
            }
        }
        Some(types::MessageReplies {
            comments: post,
            channel_id: post.then(|| Peer::of(below.owner).id()),
            recent_repliers: (post && !recent.is_empty())
                .then(|| recent.into_iter().map(peer).collect()),
            max_id: ids.and_then(|ids| ids.last().copied()),
            read_max_id: (read > 0).then_some(read),
            ..types::MessageReplies::new(count, pts)
        })
    }

    /// The accounts and chats that the answers to a post name.
    pub(crate) fn repliers_of(&self, place: Place) -> Vec<i64> {
        let Some(below) = self.comments_at(place.owner, place.id) else {
            return Vec::new();
        };
        let ids = self.thread_ids(below.owner, below.id).into_iter();
        let mut recent = vec![below.owner];
        for id in ids.flat_map(|ids| ids.iter().rev()) {
            let (owner, id) = (below.owner, *id);
            let from = self
                .letter_at(Place { owner, id })
                .map(|letter| letter.from);
            recent.extend(from.filter(|from| !recent.contains(from)));
            if recent.len() > RECENT_MAX {
                break;
            }
        }
        recent
    }
}
