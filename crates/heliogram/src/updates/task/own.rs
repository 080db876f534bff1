use std::collections::{HashSet, VecDeque};

use heliogram_api::enums;

/// How many of its own messages the client remembers, to know them in a difference.
const MOST: usize = 512;

/// The messages this client sent: they are not handed out to it.
#[derive(Default)]
pub(super) struct Own {
    /// Newest last: channel (0 outside) and message id.
    order: VecDeque<(i64, i32)>,
    set: HashSet<(i64, i32)>,
}

impl Own {
    /// Keeps in mind what this client sent.
    pub(super) fn remember(&mut self, updates: &enums::Updates) {
        let list = match updates {
            enums::Updates::Updates(u) => &u.updates[..],
            enums::Updates::Combined(u) => &u.updates[..],
            enums::Updates::UpdateShortSentMessage(u) => {
                self.add((0, u.id));
                return;
            }
            _ => return,
        };
        for key in list.iter().filter_map(key) {
            self.add(key);
        }
    }

    /// Whether this is the news of a message that this client sent.
    pub(super) fn sent(&self, update: &enums::Update) -> bool {
        key(update).is_some_and(|key| self.set.contains(&key))
    }

    fn add(&mut self, key: (i64, i32)) {
        if !self.set.insert(key) {
            return;
        }
        self.order.push_back(key);
        if self.order.len() > MOST
            && let Some(old) = self.order.pop_front()
        {
            self.set.remove(&old);
        }
    }
}

/// What tells a new message from all others of the account.
fn key(update: &enums::Update) -> Option<(i64, i32)> {
    let message = match update {
        enums::Update::NewMessage(u) => &u.message,
        enums::Update::NewChannelMessage(u) => &u.message,
        _ => return None,
    };
    let (peer, id) = match message {
        enums::Message::Message(m) => (&m.peer_id, m.id),
        enums::Message::Service(m) => (&m.peer_id, m.id),
        _ => return None,
    };
    match peer {
        enums::Peer::Channel(p) => Some((p.channel_id, id)),
        _ => Some((0, id)),
    }
}
