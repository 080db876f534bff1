//! What goes into the next packet.

use heliogram_crypto::Side;

use super::{ServerSession, outgoing::Item};
use crate::{
    Now,
    ids::IdKind,
    tl,
    wire::{self, CONTAINER_BYTES, Header, Message},
};

/// Messages in one container: what clients of all kinds take.
const MAX_BATCH: usize = 100;

impl ServerSession {
    /// Puts the next packet into `out`, replacing what is there; `false` if there is none to send.
    pub fn poll_packet(&mut self, now: Now, out: &mut Vec<u8>) -> bool {
        let made = self.lay_out_next(now, out);
        if made {
            wire::seal_laid_out(&self.key, Side::Server, out);
        }
        made
    }

    /// The next packets, up to eight, encrypted side by side; as many as are needed to fill `room`
    /// bytes, and none only if there is none to send.
    ///
    /// The same as that many calls of [`poll_packet`](Self::poll_packet), in less time.
    pub fn poll_packets(&mut self, now: Now, room: usize) -> Vec<Vec<u8>> {
        let mut packets = wire::gather(room, |out| self.lay_out_next(now, out));
        wire::seal_all(&self.key, Side::Server, &mut packets);
        packets
    }

    /// As [`Self::poll_packet`], for the answer to an HTTP request, which always has one: an empty
    /// container if there is nothing to send. `false` only without a connection.
    pub fn poll_answer(&mut self, now: Now, out: &mut Vec<u8>) -> bool {
        if !self.connected {
            return false;
        }
        let message = self
            .next_message(now)
            .unwrap_or_else(|| self.message(now, wire::join(&[]), IdKind::Response, false));
        self.lay_out(now, &message, out);
        wire::seal_laid_out(&self.key, Side::Server, out);
        true
    }

    /// Makes the next packet but for its encryption; `false` if there is none.
    fn lay_out_next(&mut self, now: Now, out: &mut Vec<u8>) -> bool {
        if !self.connected {
            return false;
        }
        let Some(message) = self.next_message(now) else {
            return false;
        };
        self.lay_out(now, &message, out);
        true
    }

    fn lay_out(&mut self, now: Now, message: &Message, out: &mut Vec<u8>) {
        let header = Header {
            salt: self.salts.current(now),
            session_id: self.session_id,
        };
        wire::lay_out(header, message, &mut self.rng, out);
    }

    fn next_message(&mut self, now: Now) -> Option<Message> {
        // Clients whose clock is wrong read a refusal only when it stands alone.
        if let Some(refusal) = self.refusals.pop_front() {
            return Some(refusal);
        }
        let mut batch = Vec::new();
        let mut bytes = 0;
        let mut again = false;
        while batch.len() < MAX_BATCH - 1 && bytes < CONTAINER_BYTES {
            let Some(message) = self.service.pop_front() else {
                break;
            };
            bytes += message.size();
            batch.push(message);
        }
        while batch.len() < MAX_BATCH - 1
            && self
                .outgoing
                .next_size()
                .is_some_and(|size| batch.is_empty() || bytes + size <= CONTAINER_BYTES)
        {
            let message = match self.outgoing.next(now.mono) {
                None => break,
                Some(Item::First(message)) => message,
                Some(Item::Again(message)) => {
                    again = true;
                    message
                }
                Some(Item::Announce {
                    answer_to,
                    msg_id,
                    bytes,
                }) => self.announcement(now, answer_to, msg_id, bytes),
            };
            bytes += message.size();
            batch.push(message);
        }
        if !batch.is_empty() && !self.acks.is_empty() || self.acks.due(now.mono) {
            let body = wire::encode(&tl::types::MsgsAck {
                msg_ids: self.acks.take(),
            });
            batch.push(self.message(now, body, IdKind::Response, false));
        }
        if batch.len() <= 1 && !again {
            return batch.pop();
        }
        Some(self.message(now, wire::join(&batch), IdKind::Response, false))
    }

    /// Tells of an answer or update without sending it.
    fn announcement(
        &mut self,
        now: Now,
        answer_to: Option<i64>,
        answer_msg_id: i64,
        bytes: i32,
    ) -> Message {
        let body = match answer_to {
            Some(msg_id) => wire::encode(&tl::types::MsgDetailedInfo {
                msg_id,
                answer_msg_id,
                bytes,
                status: 0,
            }),
            None => wire::encode(&tl::types::MsgNewDetailedInfo {
                answer_msg_id,
                bytes,
                status: 0,
            }),
        };
        self.message(now, body, IdKind::Response, false)
    }
}
