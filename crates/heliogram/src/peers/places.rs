use std::{collections::VecDeque, sync::Mutex};

use crate::{PeerId, net::lock};

/// How many messages are remembered.
const MAX: usize = 4096;

/// In which chat messages outside of channels were seen last: the server names only their numbers
/// when they are deleted.
#[derive(Default)]
pub(crate) struct Places {
    seen: Mutex<Seen>,
}

/// Messages with the highest numbers. New ones come at the end, so that keeping them in order costs
/// less than a table, in time and in memory.
#[derive(Default)]
struct Seen {
    /// In rising order.
    numbers: VecDeque<i32>,
    /// The chat of each.
    chats: VecDeque<PeerId>,
}

impl Seen {
    /// Where a number is, or where it would be.
    fn position(&self, number: i32) -> Result<usize, usize> {
        match self.numbers.back() {
            Some(&last) if last >= number => self.numbers.binary_search(&number),
            _ => Err(self.numbers.len()),
        }
    }

    fn get(&self, number: i32) -> Option<PeerId> {
        let at = self.position(number).ok()?;
        self.chats.get(at).copied()
    }

    fn set(&mut self, number: i32, chat: PeerId) {
        let at = match self.position(number) {
            Ok(at) => {
                if let Some(known) = self.chats.get_mut(at) {
                    *known = chat;
                }
                return;
            }
            Err(0) if self.numbers.len() >= MAX => return,
            Err(at) if self.numbers.len() >= MAX => {
                self.numbers.pop_front();
                self.chats.pop_front();
                at - 1
            }
            Err(at) => at,
        };
        self.numbers.insert(at, number);
        self.chats.insert(at, chat);
    }
}

impl Places {
    /// Takes note of a message. Those of channels are numbered on their own and left out.
    pub(crate) fn note(&self, chat: PeerId, message: i32) {
        if !chat.is_channel() && message > 0 {
            lock(&self.seen).set(message, chat);
        }
    }

    /// The chats of those messages that were seen not too long ago.
    pub(crate) fn of(&self, messages: &[i32]) -> Vec<(i32, PeerId)> {
        let seen = lock(&self.seen);
        let place = |id: &i32| Some((*id, seen.get(*id)?));
        messages.iter().filter_map(place).collect()
    }

    /// The one chat that all these messages are in, if all were seen.
    pub(crate) fn common(&self, messages: &[i32]) -> Option<PeerId> {
        let seen = lock(&self.seen);
        let mut chats = messages.iter().map(|id| seen.get(*id));
        let first = chats.next()??;
        chats.all(|c| c == Some(first)).then_some(first)
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

    #[test]
    fn messages_may_come_in_any_order() {
        let places = Places::default();
        for (id, chat) in [(5, 7), (3, 8), (5, 9)] {
            places.note(user(chat), id);
        }
        assert_eq!(places.of(&[3, 4, 5]), [(3, user(8)), (5, user(9))]);
        let full = i32::try_from(MAX).unwrap();
        (1..=full).for_each(|n| places.note(user(7), 2 * n));
        places.note(user(9), 1);
        places.note(user(8), 999);
        assert!(places.of(&[1]).is_empty());
        assert_eq!(places.of(&[998, 999]), [(998, user(7)), (999, user(8))]);
        let seen = lock(&places.seen);
        assert_eq!((seen.numbers.len(), seen.chats.len()), (MAX, MAX));
        assert!(seen.numbers.iter().is_sorted());
    }
}
