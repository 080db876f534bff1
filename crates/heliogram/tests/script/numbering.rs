//! A server that refuses messages for their numbers, and remembers those that came.

use std::sync::atomic::Ordering;

use heliogram::api::functions as f;
use heliogram_mtproto::{BadMsg, server::Opened};
use heliogram_tl::Call;

use super::Server;

const CONTAINER: u32 = 0x73f1_f8dc;
/// `msgs_ack`.
const ACKS: u32 = 0x62d6_b459;
const LAYER: u32 = f::InvokeWithLayer::<f::help::GetConfig>::ID;

/// A message that came, as it was numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub session_id: i64,
    pub msg_id: i64,
    pub seq_no: i32,
    /// What the message is.
    pub constructor: u32,
}

impl Numbered {
    /// Whether it has content of its own, where there are no two opinions about that.
    pub fn has_content(self) -> Option<bool> {
        match self.constructor {
            CONTAINER | ACKS => Some(false),
            f::messages::MarkDialogUnread::ID | LAYER => Some(true),
            _ => None,
        }
    }
}

#[derive(Default)]
pub(super) struct Numbering {
    /// The code that packets are refused with, and how many of them.
    refusing: Option<(BadMsg, usize)>,
    seen: Vec<Numbered>,
    packets: usize,
}

impl Numbering {
    /// Notes the numbers of a packet, and says how it is to be refused.
    pub(super) fn take(&mut self, opened: &Opened<'_>) -> Option<BadMsg> {
        let session_id = opened.session_id;
        self.packets += 1;
        self.note(session_id, opened.msg_id, opened.seq_no, opened.body);
        let (code, left) = self.refusing.as_mut()?;
        *left = left.checked_sub(1)?;
        Some(*code)
    }

    fn note(&mut self, session_id: i64, msg_id: i64, seq_no: i32, body: &[u8]) {
        let constructor = word(body, 0);
        self.seen.push(Numbered {
            session_id,
            msg_id,
            seq_no,
            constructor,
        });
        if constructor != CONTAINER {
            return;
        }
        let mut rest = &body[8..];
        for _ in 0..word(body, 4) {
            let id = i64::from_le_bytes(rest[..8].try_into().unwrap());
            let len = word(rest, 12) as usize;
            self.note(session_id, id, word(rest, 8) as i32, &rest[16..16 + len]);
            rest = &rest[16 + len..];
        }
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

impl Server {
    /// Refuses the next packets, so many of them, with this code.
    pub fn refuse_packets(&self, code: BadMsg, many: usize) {
        self.state().numbering.refusing = Some((code, many));
    }

    /// How many of them are left to be refused.
    pub fn refusals_left(&self) -> usize {
        self.state().numbering.refusing.map_or(0, |(_, left)| left)
    }

    /// How many encrypted packets came.
    pub fn packets(&self) -> usize {
        self.state().numbering.packets
    }

    /// All messages that came, those in containers behind their container.
    pub fn numbers(&self) -> Vec<Numbered> {
        self.state().numbering.seen.clone()
    }

    /// The clock of the server is behind by this from now on, in seconds.
    pub fn fall_behind(&self, by: u64) {
        self.behind.store(by, Ordering::SeqCst);
    }
}
