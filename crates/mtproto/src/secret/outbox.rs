//! Messages on their way out.

use heliogram_crypto::{
    AuthKey, Random,
    message::padding_len,
    secret::{self, Role},
};

use super::{
    AbortReason, MAX_ANSWERS, MAX_KEPT, MAX_MESSAGE, Open, Packet, SecretChat, SendError,
    action::{self, Action},
    envelope::{self, Envelope, MAX_SEQ},
    state::Kept,
};
use crate::Now;

impl SecretChat {
    /// Takes a message to be sent and gives its number.
    ///
    /// `message` is an encoded `DecryptedMessage` with this `random_id`, written in
    /// [`layer`](Self::layer).
    ///
    /// # Errors
    /// [`SendError`]; nothing has changed, unless the chat is over.
    #[doc(alias = "messages.sendEncrypted")]
    pub fn send(&mut self, now: Now, random_id: i64, message: &[u8]) -> Result<u32, SendError> {
        if let Some(reason) = self.aborted() {
            return Err(SendError::Over(reason));
        }
        let len = message.len();
        if len > MAX_MESSAGE {
            return Err(SendError::TooLong { len });
        }
        if len == 0 || !len.is_multiple_of(4) {
            return Err(SendError::NotTl { len });
        }
        if !matches!(Action::read(message), Ok(None)) {
            return Err(SendError::Reserved);
        }
        let sent = self.with(|open| {
            if !open.make_room() {
                return Ok(None);
            }
            open.state.keys.current.worn = true;
            let number = open.push(random_id, message, false)?;
            open.consider_new_key(now)?;
            Ok(Some(number))
        });
        match sent {
            Ok(number) => number.ok_or(SendError::Backlog),
            Err(reason) => Err(SendError::Over(reason)),
        }
    }

    /// The next packet for the server, or `None`.
    ///
    /// Packets of calls that failed for want of a connection are sent again by the owner, as they
    /// are; those the server had not taken at the last snapshot come again after
    /// [`restore`](Self::restore).
    pub fn poll_packet(&mut self) -> Option<Packet> {
        let super::Life::Open(open) = &mut self.life else {
            return None;
        };
        loop {
            let number = open.state.outgoing.due.pop_front()?;
            if let Some(kept) = open.state.outgoing.find(number) {
                kept.due = false;
                return Some(Packet {
                    number,
                    random_id: kept.random_id,
                    service: kept.service,
                    data: kept.packet.clone(),
                });
            }
        }
    }

    /// The server has taken the message of this number.
    pub fn handle_sent(&mut self, number: u32) {
        let _ = self.with(|open| {
            if let Some(kept) = open.state.outgoing.find(number) {
                kept.taken = true;
            }
            Ok(())
        });
    }

    /// Destroys the kept copy of a message the user has deleted: should the other end ask for it
    /// again, it gets one that deletes itself. Answers whether there was such a copy.
    ///
    /// The other end may have the message already, so send one that deletes it as well.
    #[doc(alias = "decryptedMessageActionDeleteMessages")]
    pub fn forget(&mut self, random_id: i64) -> bool {
        self.with(|open| {
            let mut kept = open.state.outgoing.kept.iter();
            let found = kept.find(|kept| kept.random_id == random_id && !kept.service);
            let Some(mut kept) = found.cloned() else {
                return Ok(false);
            };
            kept.service = true;
            open.seal(&mut kept, &action::self_delete(random_id));
            Ok(open
                .state
                .outgoing
                .find(kept.number)
                .map(|old| *old = kept)
                .is_some())
        })
        .unwrap_or(false)
    }
}

impl Open {
    pub(super) fn notify_layer(&mut self) -> Result<(), AbortReason> {
        self.state.keys.current.worn = true;
        self.answer(&Action::NotifyLayer(self.state.own_layer))
    }

    /// Sends a service message of the chat itself.
    pub(super) fn answer(&mut self, action: &Action) -> Result<(), AbortReason> {
        if !self.make_room() && self.state.outgoing.kept.len() >= MAX_KEPT + MAX_ANSWERS {
            return Err(AbortReason::Overrun);
        }
        let random_id = self.rng.u64() as i64;
        self.push(random_id, &action.write(random_id), true)?;
        Ok(())
    }

    /// Forgets the oldest messages the server has taken, until there is room for another.
    fn make_room(&mut self) -> bool {
        let kept = &mut self.state.outgoing.kept;
        while kept.len() >= MAX_KEPT && kept.front().is_some_and(|kept| kept.taken) {
            kept.pop_front();
        }
        kept.len() < MAX_KEPT
    }

    fn push(&mut self, random_id: i64, message: &[u8], service: bool) -> Result<u32, AbortReason> {
        let state = &self.state;
        let number = state.outgoing.next;
        if number >= MAX_SEQ {
            return Err(AbortReason::OutOfNumbers);
        }
        let mut kept = Kept {
            number,
            in_seq: state.incoming.next,
            layer: state.layer(),
            random_id,
            key: state.keys.current.auth.id(),
            service,
            taken: false,
            due: true,
            packet: Vec::new(),
        };
        self.seal(&mut kept, message);
        let state = &mut self.state;
        state.outgoing.next += 1;
        state.keys.current.messages = state.keys.current.messages.saturating_add(1);
        state.outgoing.kept.push_back(kept);
        state.outgoing.due.push_back(number);
        Ok(number)
    }

    /// Encrypts a message with its key, or the present one when that is gone. Its numbers and its
    /// layer never change.
    fn seal(&mut self, kept: &mut Kept, message: &[u8]) {
        let state = &self.state;
        let key = state.keys.find(kept.key);
        let key = key.unwrap_or(&state.keys.current.auth);
        let object = Envelope {
            layer: kept.layer,
            in_seq_no: envelope::in_seq(state.role, kept.in_seq),
            out_seq_no: envelope::out_seq(state.role, kept.number),
            message,
        }
        .write(&mut self.rng);
        kept.key = key.id();
        kept.packet = encrypt(key, state.role, &object, &mut self.rng);
    }
}

/// The packet of one object, with random padding.
pub(super) fn encrypt(key: &AuthKey, from: Role, object: &[u8], rng: &mut dyn Random) -> Vec<u8> {
    let mut padding = vec![0; padding_len(secret::HEADER + object.len(), rng.u32() as u8)];
    rng.fill(&mut padding);
    let mut data = Vec::new();
    // The padding completes the blocks, so this cannot fail.
    let _ = secret::seal(key, from, object, &padding, &mut data);
    data
}
