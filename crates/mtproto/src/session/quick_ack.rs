//! Packets that the server confirms at once, and what they carried.

use std::collections::VecDeque;

use super::{Event, Session};
use crate::Now;

/// How many packets are remembered until they are confirmed.
const CAPACITY: usize = 64;

/// A packet for the connection; see [`Session::poll_packets`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// What goes to [`Framing::encode`](crate::framing::Framing::encode) as it is.
    pub bytes: Vec<u8>,
    /// Whether to use
    /// [`encode_with_quick_ack`](crate::framing::Framing::encode_with_quick_ack) instead, where the
    /// transport has such words.
    pub quick_ack: bool,
}

/// Packets that are to be confirmed: their tokens, and the messages in them that asked for it.
#[derive(Debug, Default)]
pub(super) struct Unconfirmed(VecDeque<(u32, Vec<i64>)>);

impl Unconfirmed {
    pub(super) fn add(&mut self, token: u32, messages: Vec<i64>) {
        if self.0.len() >= CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back((token, messages));
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn take(&mut self, token: u32) -> Option<Vec<i64>> {
        let at = self.0.iter().position(|(known, _)| *known == token)?;
        self.0.remove(at).map(|(_, messages)| messages)
    }
}

impl Session {
    /// The connection delivered a quick acknowledgement
    /// ([`Frame::QuickAck`](crate::framing::Frame)): the server has the packet of this token. One
    /// that answers no packet is ignored.
    pub fn handle_quick_ack(&mut self, now: Now, token: u32) {
        for msg_id in self.unconfirmed.take(token).unwrap_or_default() {
            let Some(&id) = self.epoch.in_flight.get(msg_id) else {
                continue;
            };
            self.mark_received(now, msg_id);
            self.events.push_back(Event::Received { id });
        }
    }
}
