//! Packets under way.

use std::{cmp::Reverse, collections::BinaryHeap, time::Duration};

use crate::dice::Dice;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum To {
    Client,
    Server,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Packet {
    pub(crate) at: Duration,
    /// Keeps the order of packets that arrive at the same time.
    number: u64,
    pub(crate) to: To,
    pub(crate) connection: u32,
    pub(crate) data: Vec<u8>,
}

/// How bad a link is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quality {
    pub(crate) latency_ms: (u64, u64),
    /// Whether packets keep their order, as in one TCP connection.
    pub(crate) ordered: bool,
    pub(crate) drop_percent: u64,
    pub(crate) repeat_percent: u64,
    /// How many packets come up to a minute late.
    pub(crate) straggle_percent: u64,
}

/// Everything sent and not arrived.
pub(crate) struct Link {
    pub(crate) quality: Quality,
    heap: BinaryHeap<Reverse<Packet>>,
    last: [Duration; 2],
    number: u64,
    pub(crate) dropped: u64,
    pub(crate) repeated: u64,
}

impl Link {
    pub(crate) fn new(quality: Quality) -> Self {
        let heap = BinaryHeap::new();
        Self {
            quality,
            heap,
            last: [Duration::ZERO; 2],
            number: 0,
            dropped: 0,
            repeated: 0,
        }
    }

    pub(crate) fn send(
        &mut self,
        now: Duration,
        to: To,
        connection: u32,
        data: &[u8],
        dice: &mut Dice,
    ) {
        let (from_ms, to_ms) = self.quality.latency_ms;
        if dice.percent(self.quality.drop_percent) {
            self.dropped += 1;
            return;
        }
        let copies = 1 + u64::from(dice.percent(self.quality.repeat_percent));
        self.repeated += copies - 1;
        for _ in 0..copies {
            let mut at = now + dice.millis(from_ms, to_ms);
            if dice.percent(self.quality.straggle_percent) {
                at += dice.millis(1000, 60_000);
            }
            if self.quality.ordered {
                at = at.max(self.last[to as usize]);
                self.last[to as usize] = at;
            }
            self.number += 1;
            let data = data.to_vec();
            self.heap.push(Reverse(Packet {
                at,
                number: self.number,
                to,
                connection,
                data,
            }));
        }
    }

    /// A connection breaks: some of what is under way still arrives.
    pub(crate) fn cut(&mut self, connection: u32, dice: &mut Dice) {
        let packets = std::mem::take(&mut self.heap);
        for Reverse(packet) in packets.into_sorted_vec().into_iter().rev() {
            if packet.connection == connection && dice.percent(50) {
                self.dropped += 1;
            } else {
                self.heap.push(Reverse(packet));
            }
        }
    }

    pub(crate) fn next_at(&self) -> Option<Duration> {
        self.heap.peek().map(|p| p.0.at)
    }

    pub(crate) fn arrive(&mut self, now: Duration) -> Option<Packet> {
        match self.heap.peek() {
            Some(Reverse(packet)) if packet.at <= now => self.heap.pop().map(|p| p.0),
            _ => None,
        }
    }
}
