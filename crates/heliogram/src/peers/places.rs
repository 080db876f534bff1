use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
};

use crate::{PeerId, net::lock};

/// How many messages are remembered.
const MAX: usize = 4096;

/// In which chat messages outside of channels were seen last: the server names only their numbers
/// when they are deleted.
#[derive(Default)]
pub(crate) struct Places {
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    chats: HashMap<i32, PeerId>,
    /// Numbers from the one seen first on.
    order: VecDeque<i32>,
}

impl Places {
    /// Takes note of a message. Those of channels are numbered on their own and left out.
    pub(crate) fn note(&self, chat: PeerId, message: i32) {
        if chat.is_channel() || message <= 0 {
            return;
        }
        let mut seen = lock(&self.seen);
        if seen.chats.insert(message, chat).is_none() {
            seen.order.push_back(message);
        }
        if seen.order.len() > MAX
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.chats.remove(&oldest);
        }
    }

    /// The chats of those messages that were seen not too long ago.
    pub(crate) fn of(&self, messages: &[i32]) -> Vec<(i32, PeerId)> {
        let seen = lock(&self.seen);
        let place = |id: &i32| Some((*id, *seen.chats.get(id)?));
        messages.iter().filter_map(place).collect()
    }

    /// The one chat that all these messages are in, if all were seen.
    pub(crate) fn common(&self, messages: &[i32]) -> Option<PeerId> {
        let seen = lock(&self.seen);
        let mut chats = messages.iter().map(|id| seen.chats.get(id));
        let first = *chats.next()??;
        chats.all(|c| c == Some(&first)).then_some(first)
    }

    pub(super) fn clear(&self) {
        *lock(&self.seen) = Seen::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: i64) -> PeerId {
        PeerId::user(id).unwrap()
    }

    #[test]
    fn a_chat_is_told_only_when_every_message_was_seen_in_it() {
        let places = Places::default();
        places.note(user(7), 1);
        places.note(user(7), 2);
        places.note(user(8), 3);
        assert_eq!(places.common(&[1, 2]), Some(user(7)));
        assert_eq!(places.common(&[1, 3]), None);
        assert_eq!(places.common(&[1, 4]), None);
        assert_eq!(places.common(&[]), None);
        assert_eq!(places.of(&[4, 3, 1]), [(3, user(8)), (1, user(7))]);
    }

    #[test]
    fn numbers_of_channels_are_not_mixed_in() {
        let places = Places::default();
        places.note(PeerId::channel(9).unwrap(), 1);
        assert!(places.of(&[1]).is_empty());
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let places = Places::default();
        for id in 1..=5000 {
            places.note(user(7), id);
        }
        assert_eq!(lock(&places.seen).chats.len(), MAX);
        assert_eq!(places.common(&[5000]), Some(user(7)));
        assert_eq!(places.common(&[1]), None);
    }
}
