//! Messages of a server that the client has to acknowledge.

use std::time::Duration;

use bytes::Bytes;

use crate::{
    RpcFailure,
    rising::{RisingMap, RisingSet},
    tl,
    wire::{self, Message},
};

/// Bytes that may wait for acknowledgement.
const MAX_BYTES: usize = 64 << 20;
/// Messages that may wait for acknowledgement.
const MAX_MESSAGES: usize = 16_384;
/// A message is sent again when it is not acknowledged for this time, then twice it, and so on.
const AGAIN: Duration = Duration::from_secs(60);
/// At most every so often.
const AGAIN_MAX: Duration = Duration::from_secs(600);
/// How large an answer must be to be worth announcing.
const WORTH_ANNOUNCING: usize = 1024;

/// What kind of message waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The answer to this request.
    Answer(i64),
    /// An update.
    Push,
    /// `new_session_created` and the like.
    Service,
}

#[derive(Debug)]
struct Waiting {
    message: Message,
    kind: Kind,
    /// How often it was sent.
    sent: u32,
    again_at: Duration,
    /// The client asked for it in full.
    in_full: bool,
}

/// A message to send now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    First(Message),
    /// Sent before: it needs a container with a new id.
    Again(Message),
    /// Only its id and size are told.
    Announce {
        answer_to: Option<i64>,
        msg_id: i64,
        bytes: i32,
    },
}

/// Messages that are not acknowledged, and which of them are to be sent.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    waiting: RisingMap<i64, Waiting>,
    queue: RisingSet<i64>,
    bytes: usize,
    /// Announce large messages instead of sending them again.
    pub(super) announce: bool,
}

impl Outgoing {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Adds a message; answers whether updates had to be given up to make room.
    pub(super) fn add(&mut self, message: Message, kind: Kind) -> bool {
        self.bytes += message.size();
        self.queue.insert(message.msg_id);
        let waiting = Waiting {
            kind,
            sent: 0,
            again_at: Duration::MAX,
            in_full: false,
            message,
        };
        self.waiting.insert(waiting.message.msg_id, waiting);
        self.make_room()
    }

    /// Gives up the oldest messages: updates altogether, of answers all but an error.
    fn make_room(&mut self) -> bool {
        let mut lost = false;
        while self.bytes > MAX_BYTES || self.waiting.len() > MAX_MESSAGES {
            let large = |w: &&mut Waiting| w.kind == Kind::Push || w.message.body.len() > 64;
            let Some(oldest) = self.waiting.iter_mut().map(|(_, w)| w).find(large) else {
                // Thousands of small answers that nobody acknowledges.
                let first = self.waiting.first().map(|(msg_id, _)| msg_id);
                first.and_then(|msg_id| self.acknowledged(msg_id));
                continue;
            };
            let msg_id = oldest.message.msg_id;
            self.bytes -= oldest.message.size();
            if let Kind::Answer(request) = oldest.kind {
                let error = rpc_error(&RpcFailure::new(500, "ANSWER_FORGOTTEN"));
                oldest.message.body = wire::rpc_result(request, &error);
                self.bytes += oldest.message.size();
            } else {
                lost = true;
                self.waiting.remove(msg_id);
                self.queue.remove(msg_id);
            }
        }
        lost
    }

    /// The client has a message; answers which request it was the answer to.
    pub(super) fn acknowledged(&mut self, msg_id: i64) -> Option<i64> {
        let waiting = self.waiting.remove(msg_id)?;
        self.queue.remove(msg_id);
        self.bytes -= waiting.message.size();
        match waiting.kind {
            Kind::Answer(request) => Some(request),
            _ => None,
        }
    }

    /// Body length and number of a message that waits.
    pub(super) fn describe(&self, msg_id: i64) -> Option<(usize, i32)> {
        self.waiting
            .get(msg_id)
            .map(|w| (w.message.body.len(), w.message.seq_no))
    }

    /// Sends a message again; `in_full` forbids a mere announcement. Answers whether it waits.
    pub(super) fn again(&mut self, msg_id: i64, in_full: bool) -> bool {
        let Some(waiting) = self.waiting.get_mut(msg_id) else {
            return false;
        };
        waiting.in_full |= in_full;
        self.queue.insert(msg_id);
        true
    }

    /// A new connection: everything that waits is sent again.
    pub(super) fn all_again(&mut self) {
        self.queue.extend(self.waiting.iter().map(|(id, _)| id));
    }

    /// Sends again what has waited for too long.
    pub(super) fn sweep(&mut self, now: Duration) {
        let late = self.waiting.iter().filter(|(_, w)| w.again_at <= now);
        self.queue.extend(late.map(|(msg_id, _)| msg_id));
    }

    /// How many messages are to be sent.
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Length of the next message to send.
    pub(super) fn next_size(&self) -> Option<usize> {
        let waiting = self.waiting.get(self.queue.first()?)?;
        Some(waiting.message.size())
    }

    /// The next message to send.
    pub(super) fn next(&mut self, now: Duration) -> Option<Item> {
        let waiting = self.waiting.get_mut(self.queue.pop_first()?)?;
        let pause = AGAIN
            .saturating_mul(1 << waiting.sent.min(4))
            .min(AGAIN_MAX);
        waiting.again_at = now + pause;
        let first = waiting.sent == 0;
        waiting.sent = waiting.sent.saturating_add(1);
        let message = &waiting.message;
        if !first
            && self.announce
            && !std::mem::take(&mut waiting.in_full)
            && message.body.len() >= WORTH_ANNOUNCING
        {
            let answer_to = match waiting.kind {
                Kind::Answer(request) => Some(request),
                _ => None,
            };
            let bytes = i32::try_from(message.body.len()).unwrap_or(i32::MAX);
            return Some(Item::Announce {
                answer_to,
                msg_id: message.msg_id,
                bytes,
            });
        }
        let message = message.clone();
        Some(if first {
            Item::First(message)
        } else {
            Item::Again(message)
        })
    }
}

/// Encodes `rpc_error`.
pub(super) fn rpc_error(failure: &RpcFailure) -> Bytes {
    wire::encode(&tl::types::RpcError {
        error_code: failure.code,
        error_message: failure.message.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(msg_id: i64, len: usize) -> Message {
        Message {
            msg_id,
            seq_no: 1,
            body: vec![0; len].into(),
        }
    }

    #[test]
    fn memory_is_bounded_answers_stay_answers_and_updates_go_first_come() {
        let mut out = Outgoing::default();
        assert!(!out.add(message(1, 1 << 20), Kind::Answer(4)));
        assert!(!out.add(message(3, 1 << 20), Kind::Push));
        let lost = (2..70).filter(|i| out.add(message(i * 4 + 1, 1 << 20), Kind::Answer(i * 4)));
        assert_eq!(lost.count(), 1);
        assert!(out.bytes <= MAX_BYTES);
        assert_eq!(
            out.describe(1).map(|(len, _)| len < 64),
            Some(true),
            "an error is left of it"
        );
        assert_eq!(out.describe(3), None);
    }

    #[test]
    fn what_is_not_acknowledged_comes_again_later_and_later() {
        let at = Duration::from_secs;
        let mut out = Outgoing::default();
        out.add(message(1, 8), Kind::Push);
        assert_eq!(out.next(at(0)), Some(Item::First(message(1, 8))));
        out.sweep(at(59));
        assert_eq!(out.next(at(59)), None);
        out.sweep(at(60));
        assert_eq!(out.next(at(60)), Some(Item::Again(message(1, 8))));
        out.sweep(at(179));
        assert_eq!(out.next(at(179)), None);
        out.acknowledged(1);
        out.sweep(at(999));
        assert!(out.next(at(999)).is_none() && out.bytes == 0);
    }
}
