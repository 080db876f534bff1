//! What a chat is made of, and what of it is stored.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use heliogram_crypto::{AuthKey, Zeroizing, dh::Group, secret::Role, sha1, sha256};

use super::{MIN_LAYER, keys::Keys};

/// The layer the other end is taken to know at first.
const FIRST_PEER_LAYER: i32 = 46;

/// All of a chat but its randomness and its events.
#[derive(Clone)]
pub(super) struct State {
    pub(super) role: Role,
    pub(super) group: Group,
    pub(super) visualization: [u8; 36],
    pub(super) own_layer: i32,
    pub(super) peer_layer: i32,
    pub(super) keys: Keys,
    pub(super) incoming: Incoming,
    pub(super) outgoing: Outgoing,
}

/// What is known of the other end's messages.
#[derive(Clone, Default)]
pub(super) struct Incoming {
    /// The number of the next message.
    pub(super) next: u32,
    /// One more than the highest number seen.
    pub(super) seen: u32,
    /// The first of the missing messages that have not been asked for, or have been in vain.
    pub(super) forgotten: Option<u32>,
    /// How many of this end's messages the other end had, and its layer, by its last message.
    pub(super) in_seq: u32,
    pub(super) layer: i32,
    /// Messages that wait for others before them.
    pub(super) queue: Queue,
}

/// Early messages by their numbers.
pub(super) type Queue = BTreeMap<u32, Waiting>;

/// A message that came early.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) in_seq: u32,
    pub(super) layer: i32,
    /// Fingerprint of the key it was encrypted with.
    pub(super) key: i64,
    pub(super) message: Zeroizing<Vec<u8>>,
}

/// This end's messages.
#[derive(Clone, Default)]
pub(super) struct Outgoing {
    /// The number of the next message.
    pub(super) next: u32,
    /// Those the other end has not confirmed, without holes in their numbers.
    pub(super) kept: VecDeque<Kept>,
    /// Numbers of those that are to be sent.
    pub(super) due: VecDeque<u32>,
}

/// A message that may have to be sent again, just as it was: the other end tells by its key
/// whether messages under an older one can still come.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) number: u32,
    pub(super) in_seq: u32,
    pub(super) layer: i32,
    pub(super) random_id: i64,
    /// Fingerprint of the key it was encrypted with.
    pub(super) key: i64,
    pub(super) service: bool,
    /// Whether the server has taken it.
    pub(super) taken: bool,
    /// Whether it is among those to be sent.
    pub(super) due: bool,
    /// The packet, of which nobody but the other end can read anything when its key is wiped.
    pub(super) packet: Vec<u8>,
}

impl State {
    pub(super) fn new(role: Role, group: Group, key: AuthKey, layer: i32, now: Duration) -> Self {
        Self {
            role,
            group,
            visualization: visualization(&key),
            own_layer: layer.max(MIN_LAYER),
            peer_layer: FIRST_PEER_LAYER,
            keys: Keys::new(key, now),
            incoming: Incoming::default(),
            outgoing: Outgoing::default(),
        }
    }

    /// The layer messages are written in.
    pub(super) fn layer(&self) -> i32 {
        self.own_layer.min(self.peer_layer.max(MIN_LAYER))
    }
}

impl Incoming {
    /// A missing message is to be asked for when all before it is there.
    pub(super) fn forget(&mut self, number: u32) {
        self.forgotten = Some(self.forgotten.map_or(number, |first| first.min(number)));
    }
}

impl Outgoing {
    pub(super) fn find(&mut self, number: u32) -> Option<&mut Kept> {
        let first = self.kept.front()?.number;
        self.kept.get_mut(number.checked_sub(first)? as usize)
    }

    /// Forgets what the other end has.
    pub(super) fn acknowledge(&mut self, next: u32) {
        while self.kept.front().is_some_and(|kept| kept.number < next) {
            self.kept.pop_front();
        }
    }

    /// Puts a message among those to be sent, unless it is there already.
    pub(super) fn send_again(&mut self, number: u32) {
        if let Some(kept) = self.find(number) {
            kept.taken = false;
            if !std::mem::replace(&mut kept.due, true) {
                self.due.push_back(number);
            }
        }
    }
}

/// What both users compare: of new chats, both halves come from the first key.
fn visualization(key: &AuthKey) -> [u8; 36] {
    let mut out = [0; 36];
    let (first, second) = out.split_at_mut(16);
    first.copy_from_slice(&sha1(&[key.as_bytes()])[..16]);
    second.copy_from_slice(&sha256(&[key.as_bytes()])[..20]);
    out
}
