//! Packets under way.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    time::Duration,
};

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

/// How bad a link is, and what somebody on the way does to packets without having the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality {
    /// Shortest and longest time under way, in milliseconds.
    pub latency_ms: (u64, u64),
    /// Whether packets keep their order, as in one TCP connection.
    pub ordered: bool,
    /// How many packets are lost.
    pub drop_percent: u64,
    /// How many packets come twice.
    pub repeat_percent: u64,
    /// How many packets come up to a minute late.
    pub straggle_percent: u64,
    /// How many packets have a bit turned or their end cut off.
    pub damage_percent: u64,
    /// How many packets are followed by an earlier one of either side, played again.
    pub replay_percent: u64,
    /// How many packets are followed by one that was made up.
    pub invent_percent: u64,
}

impl Quality {
    /// A link that does nothing wrong and keeps packets in order.
    #[must_use]
    pub fn good(latency_ms: (u64, u64)) -> Self {
        Self {
            latency_ms,
            ordered: true,
            drop_percent: 0,
            repeat_percent: 0,
            straggle_percent: 0,
            damage_percent: 0,
            replay_percent: 0,
            invent_percent: 0,
        }
    }

    /// Whether packets arrive that nobody sent like that.
    pub(crate) fn is_tampered(&self) -> bool {
        self.damage_percent + self.replay_percent + self.invent_percent > 0
    }
}

/// Packets somebody on the way remembers, to play them again.
const REMEMBERED: usize = 64;

/// Everything sent and not arrived.
pub(crate) struct Link {
    pub(crate) quality: Quality,
    heap: BinaryHeap<Reverse<Packet>>,
    last: [Duration; 2],
    number: u64,
    remembered: VecDeque<Vec<u8>>,
    pub(crate) counts: Counts,
}

/// What was done to packets.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) dropped: u64,
    pub(crate) repeated: u64,
    pub(crate) damaged: u64,
    pub(crate) replayed: u64,
    pub(crate) invented: u64,
}

impl Link {
    pub(crate) fn new(quality: Quality) -> Self {
        let heap = BinaryHeap::new();
        Self {
            quality,
            heap,
            last: [Duration::ZERO; 2],
            number: 0,
            remembered: VecDeque::new(),
            counts: Counts::default(),
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
        if dice.percent(self.quality.drop_percent) {
            self.counts.dropped += 1;
        } else {
            let copies = 1 + u64::from(dice.percent(self.quality.repeat_percent));
            self.counts.repeated += copies - 1;
            for _ in 0..copies {
                let data = self.maybe_damaged(data, dice);
                self.carry(now, to, connection, data, dice);
            }
        }
        self.tamper(now, to, connection, dice);
        if self.quality.replay_percent > 0 {
            self.remembered.truncate(REMEMBERED - 1);
            self.remembered.push_front(data.to_vec());
        }
    }

    fn maybe_damaged(&mut self, data: &[u8], dice: &mut Dice) -> Vec<u8> {
        let mut data = data.to_vec();
        if !data.is_empty() && dice.percent(self.quality.damage_percent) {
            self.counts.damaged += 1;
            let at = dice.below(data.len() as u64) as usize;
            if dice.percent(20) {
                data.truncate(at);
            } else if let Some(byte) = data.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        data
    }

    /// Adds what nobody sent now.
    fn tamper(&mut self, now: Duration, to: To, connection: u32, dice: &mut Dice) {
        if !self.remembered.is_empty() && dice.percent(self.quality.replay_percent) {
            let at = dice.below(self.remembered.len() as u64) as usize;
            if let Some(data) = self.remembered.get(at).cloned() {
                self.counts.replayed += 1;
                self.carry(now, to, connection, data, dice);
            }
        }
        if dice.percent(self.quality.invent_percent) {
            let data = (0..dice.below(200)).map(|_| dice.next() as u8).collect();
            self.counts.invented += 1;
            self.carry(now, to, connection, data, dice);
        }
    }

    fn carry(&mut self, now: Duration, to: To, connection: u32, data: Vec<u8>, dice: &mut Dice) {
        let (from_ms, to_ms) = self.quality.latency_ms;
        let mut at = now + dice.millis(from_ms, to_ms);
        if dice.percent(self.quality.straggle_percent) {
            at += dice.millis(1000, 60_000);
        }
        if self.quality.ordered {
            let last = &mut self.last[to as usize];
            at = at.max(*last);
            *last = at;
        }
        self.number += 1;
        self.heap.push(Reverse(Packet {
            at,
            number: self.number,
            to,
            connection,
            data,
        }));
    }

    /// A connection breaks: some of what is under way still arrives.
    pub(crate) fn cut(&mut self, connection: u32, dice: &mut Dice) {
        let packets = std::mem::take(&mut self.heap);
        for Reverse(packet) in packets.into_sorted_vec().into_iter().rev() {
            if packet.connection == connection && dice.percent(50) {
                self.counts.dropped += 1;
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
