//! What packets bring: checks, order, gaps.

use bytes::Bytes;
use heliogram_crypto::Zeroizing;

use super::{
    AbortReason, Event, MAX_EVENTS, MAX_KEPT, MAX_WAITING, MAX_WAITING_BYTES, Open, PacketError,
    Received, SecretChat,
    action::Action,
    envelope::{self, Envelope, MAX_SEQ, Unfit},
    state::{Queue, Waiting},
};
use crate::Now;

impl SecretChat {
    /// Takes a packet of the other end (the `bytes` of `encryptedMessage`); it is decrypted where
    /// it lies.
    ///
    /// # Errors
    /// The packet breaks a rule. It was ignored, unless the error is [`PacketError::Over`].
    pub fn handle_packet(&mut self, now: Now, packet: &mut [u8]) -> Result<Received, PacketError> {
        if self.events.len() >= MAX_EVENTS {
            return Err(PacketError::Backlog);
        }
        self.with(|open| match open.take(now, packet) {
            Err(PacketError::Over(reason)) => Err(reason),
            result => Ok(result),
        })
        .unwrap_or_else(|reason| Err(PacketError::Over(reason)))
    }
}

impl From<AbortReason> for PacketError {
    fn from(reason: AbortReason) -> Self {
        Self::Over(reason)
    }
}

impl Open {
    fn take(&mut self, now: Now, packet: &mut [u8]) -> Result<Received, PacketError> {
        let author = self.state.role.other();
        let (key, object) = self.state.keys.open(author, packet)?;
        let envelope = Envelope::read(object).map_err(|unfit| match unfit {
            Unfit::Malformed(e) => AbortReason::Malformed(e).into(),
            Unfit::NotLayered { id } => AbortReason::NotLayered { id }.into(),
            Unfit::ShortRandom { len } => PacketError::ShortRandom { len },
        })?;
        let number = envelope::raw_out(author, envelope.out_seq_no).ok_or(AbortReason::Parity)?;
        let in_seq = envelope::raw_in(author, envelope.in_seq_no).ok_or(AbortReason::Parity)?;
        let incoming = &self.state.incoming;
        if number < incoming.next || incoming.queue.contains_key(&number) {
            return Ok(Received::Duplicate);
        }
        if number >= MAX_SEQ {
            return Err(AbortReason::OutOfNumbers.into());
        }
        let waiting = Waiting {
            in_seq,
            layer: envelope.layer,
            key,
            message: Zeroizing::new(envelope.message.to_vec()),
        };
        Ok(self.take_new(now, number, waiting)?)
    }

    /// Takes a message that was not there before.
    fn take_new(
        &mut self,
        now: Now,
        number: u32,
        waiting: Waiting,
    ) -> Result<Received, AbortReason> {
        self.check(&waiting)?;
        self.learn_layer(waiting.layer);
        self.notice_new_key(now, waiting.key)?;
        let action = Action::read(&waiting.message).map_err(AbortReason::Malformed)?;
        let resend = match action {
            // Both ends may miss something, so this one is never kept waiting.
            Some(Action::Resend { start, end }) => {
                self.resend(start, end)?;
                true
            }
            _ => false,
        };
        let seen = self.state.incoming.seen;
        self.state.incoming.seen = seen.max(number + 1);
        let received = if number == self.state.incoming.next {
            self.process(now, waiting)?;
            self.drain(now)?;
            Received::InOrder
        } else {
            self.queue(number, waiting, resend);
            Received::Early
        };
        // Each gap is asked about once. A request may be lost as well, and is then in a gap of the
        // other end, which asks for it.
        self.ask_for(seen, number)?;
        self.ask_for_forgotten()?;
        self.consider_new_key(now)?;
        Ok(received)
    }

    /// What must be true of a message whenever it comes, since all processed ones precede it.
    fn check(&self, waiting: &Waiting) -> Result<(), AbortReason> {
        let (incoming, claimed) = (&self.state.incoming, waiting.in_seq);
        let sent = self.state.outgoing.next;
        if claimed > sent {
            return Err(AbortReason::InSeqFuture { sent, claimed });
        }
        let had = incoming.in_seq;
        if claimed < had {
            return Err(AbortReason::InSeqBack { had, claimed });
        }
        let (had, claimed) = (incoming.layer, waiting.layer);
        if claimed < had {
            return Err(AbortReason::LayerBack { had, claimed });
        }
        Ok(())
    }

    /// Takes the next message: what it says holds from now on.
    fn process(&mut self, now: Now, waiting: Waiting) -> Result<(), AbortReason> {
        // A message before it in the queue may have said more than this one.
        self.check(&waiting)?;
        let Waiting {
            in_seq,
            layer,
            key,
            mut message,
        } = waiting;
        let incoming = &mut self.state.incoming;
        let number = incoming.next;
        incoming.next += 1;
        incoming.layer = layer;
        if incoming.in_seq < in_seq {
            incoming.in_seq = in_seq;
            self.state.outgoing.acknowledge(in_seq);
            self.events.push(Event::Acknowledged { next: in_seq });
        }
        self.used_key(key);
        let action = Action::read(&message).map_err(AbortReason::Malformed)?;
        let Some(action) = action else {
            self.events.push(Event::Message {
                number,
                after: in_seq,
                layer,
                body: Bytes::from(std::mem::take(&mut *message)),
            });
            return Ok(());
        };
        match action {
            // Answered when it came.
            Action::Resend { .. } | Action::Noop => Ok(()),
            Action::NotifyLayer(layer) => {
                self.learn_layer(layer);
                Ok(())
            }
            action => self.take_key_message(now, action),
        }
    }

    /// Processes what waited for the messages that are now there.
    fn drain(&mut self, now: Now) -> Result<(), AbortReason> {
        while let Some(waiting) = {
            let incoming = &mut self.state.incoming;
            incoming.queue.remove(&incoming.next)
        } {
            self.process(now, waiting)?;
        }
        Ok(())
    }

    /// Lets an early message wait. When there are too many, the last one is forgotten, and asked
    /// for again when its turn comes.
    fn queue(&mut self, number: u32, waiting: Waiting, answered: bool) {
        let incoming = &mut self.state.incoming;
        incoming.queue.insert(number, waiting);
        let bytes = |queue: &Queue| queue.values().map(|w| w.message.len()).sum::<usize>();
        while incoming.queue.len() > MAX_WAITING || bytes(&incoming.queue) > MAX_WAITING_BYTES {
            // What has just been answered is not to be answered again.
            let spared = |n: u32| answered && n == number;
            let Some(last) = incoming.queue.keys().rev().copied().find(|n| !spared(*n)) else {
                return;
            };
            incoming.queue.remove(&last);
            incoming.forget(last);
        }
    }

    /// Asks for what was forgotten, once all before it is there.
    fn ask_for_forgotten(&mut self) -> Result<(), AbortReason> {
        let incoming = &mut self.state.incoming;
        let start = incoming.next;
        if incoming.forgotten.is_none_or(|first| first > start) {
            return Ok(());
        }
        let first = incoming.queue.keys().next().copied();
        let until = first.unwrap_or(incoming.seen);
        incoming.forgotten = (until < incoming.seen).then_some(until);
        self.ask_for(start, until)
    }

    /// Asks for missing messages: all of a gap, or as many as are ever kept.
    fn ask_for(&mut self, start: u32, until: u32) -> Result<(), AbortReason> {
        if start >= until {
            return Ok(());
        }
        let end = until.min(start.saturating_add(MAX_KEPT as u32));
        if end < until {
            self.state.incoming.forget(end);
        }
        let author = self.state.role.other();
        self.answer(&Action::Resend {
            start: envelope::out_seq(author, start),
            end: envelope::out_seq(author, end - 1),
        })
    }

    /// Sends again what the other end misses, or ends the chat when that is not possible.
    fn resend(&mut self, start: i32, end: i32) -> Result<(), AbortReason> {
        let refusal = AbortReason::Resend { start, end };
        let role = self.state.role;
        let first = envelope::raw_out(role, start).ok_or(refusal)?;
        let last = envelope::raw_out(role, end).ok_or(refusal)?;
        let outgoing = &mut self.state.outgoing;
        let all_there = outgoing.find(first).is_some() && outgoing.find(last).is_some();
        if first > last || !all_there {
            return Err(refusal);
        }
        for number in first..=last {
            outgoing.send_again(number);
        }
        Ok(())
    }

    fn learn_layer(&mut self, layer: i32) {
        if layer > self.state.peer_layer {
            self.state.peer_layer = layer;
            self.events.push(Event::PeerLayer { layer });
        }
    }
}
