//! New keys for old (perfect forward secrecy).

use heliogram_crypto::{AuthKey, Random};

use super::{
    AbortReason, Event, Open,
    action::Action,
    keys::{Exchange, Exponent},
};
use crate::Now;

impl Open {
    /// Asks for a new key when the present one has been used enough.
    pub(super) fn consider_new_key(&mut self, now: Now) -> Result<(), AbortReason> {
        if !self.state.keys.due(now.unix) {
            return Ok(());
        }
        let (exponent, g_a) = Exponent::draw(&self.state.group, &mut self.rng);
        let id = self.rng.u64() as i64;
        self.state.keys.exchange = Exchange::Requested { id, exponent };
        let g_a = g_a.to_vec();
        self.answer(&Action::RequestKey { id, g_a })
    }

    /// A message under a key that this end has accepted tells that the other end uses it, even if
    /// the message that says so is still missing.
    pub(super) fn notice_new_key(&mut self, now: Now, key: i64) -> Result<(), AbortReason> {
        match &self.state.keys.exchange {
            Exchange::Accepted { id, key: next } if next.id() == key => {
                let (exchange, next) = (Exchange::Switched { id: *id }, next.clone());
                self.switch(now, next, exchange);
                self.answer(&Action::Noop)
            }
            _ => Ok(()),
        }
    }

    /// Counts a message that was processed. The first one under the new key is behind all of the
    /// other end's messages under the old one, which nobody needs any more: messages are never
    /// encrypted again.
    pub(super) fn used_key(&mut self, key: i64) {
        let keys = &mut self.state.keys;
        if keys.current.auth.id() == key {
            keys.current.messages = keys.current.messages.saturating_add(1);
            if matches!(keys.exchange, Exchange::Idle) {
                keys.previous = None;
            }
        }
    }

    /// Takes a message about a new key in its turn.
    pub(super) fn take_key_message(&mut self, now: Now, action: Action) -> Result<(), AbortReason> {
        match action {
            Action::RequestKey { id, g_a } => self.requested(id, &g_a),
            Action::AcceptKey {
                id,
                g_b,
                fingerprint,
            } => self.accepted(now, id, &g_b, fingerprint),
            Action::CommitKey { id, fingerprint } => self.committed(now, id, fingerprint),
            Action::AbortKey { id } => self.given_up(now, id),
            Action::Resend { .. } | Action::NotifyLayer(_) | Action::Noop => Ok(()),
        }
    }

    fn requested(&mut self, id: i64, g_a: &[u8]) -> Result<(), AbortReason> {
        match &self.state.keys.exchange {
            // Both ends asked at once: the larger id wins, and equal ones both lose.
            Exchange::Requested { id: own, .. } if *own > id => return Ok(()),
            Exchange::Requested { id: own, .. } if *own == id => {
                self.state.keys.exchange = Exchange::Idle;
                return Ok(());
            }
            Exchange::Requested { .. } | Exchange::Idle => {}
            Exchange::Accepted { .. } | Exchange::Switched { .. } => {
                return Err(AbortReason::UnexpectedKeyMessage);
            }
        }
        if self.state.keys.previous.is_some() {
            return Err(AbortReason::UnexpectedKeyMessage);
        }
        let (exponent, g_b) = Exponent::draw(&self.state.group, &mut self.rng);
        let key = exponent
            .agree(&self.state.group, g_a)
            .map_err(AbortReason::KeyExchange)?;
        let fingerprint = key.id();
        self.state.keys.exchange = Exchange::Accepted { id, key };
        let g_b = g_b.to_vec();
        self.answer(&Action::AcceptKey {
            id,
            g_b,
            fingerprint,
        })
    }

    fn accepted(
        &mut self,
        now: Now,
        id: i64,
        g_b: &[u8],
        fingerprint: i64,
    ) -> Result<(), AbortReason> {
        let exponent = match &self.state.keys.exchange {
            Exchange::Requested { id: own, exponent } if *own == id => exponent,
            _ => return Err(AbortReason::UnexpectedKeyMessage),
        };
        let key = exponent
            .agree(&self.state.group, g_b)
            .map_err(AbortReason::KeyExchange)?;
        if key.id() != fingerprint {
            return Err(AbortReason::KeyFingerprint);
        }
        // The last message under the old key.
        self.answer(&Action::CommitKey { id, fingerprint })?;
        self.switch(now, key, Exchange::Idle);
        Ok(())
    }

    fn committed(&mut self, now: Now, id: i64, fingerprint: i64) -> Result<(), AbortReason> {
        let keys = &self.state.keys;
        let (own, next) = match &keys.exchange {
            Exchange::Accepted { id, key } => (*id, key.clone()),
            Exchange::Switched { id } => (*id, keys.current.auth.clone()),
            _ => return Err(AbortReason::UnexpectedKeyMessage),
        };
        if own != id {
            return Err(AbortReason::UnexpectedKeyMessage);
        }
        if next.id() != fingerprint {
            return Err(AbortReason::KeyFingerprint);
        }
        if matches!(keys.exchange, Exchange::Accepted { .. }) {
            self.switch(now, next, Exchange::Idle);
            self.answer(&Action::Noop)?;
        }
        // All that came before is here, and all that follows is under the new key.
        self.state.keys.exchange = Exchange::Idle;
        self.state.keys.previous = None;
        Ok(())
    }

    /// The other end does not want the exchange of this id; it may not say so of one it has begun
    /// to use.
    fn given_up(&mut self, now: Now, id: i64) -> Result<(), AbortReason> {
        let keys = &mut self.state.keys;
        match &keys.exchange {
            Exchange::Requested { id: own, .. } | Exchange::Accepted { id: own, .. }
                if *own == id =>
            {
                keys.exchange = Exchange::Idle;
                // It is asked again as late as it would be for a new key.
                keys.current.messages = 0;
                keys.current.since = now.unix;
                Ok(())
            }
            Exchange::Switched { id: own } if *own == id => Err(AbortReason::UnexpectedKeyMessage),
            _ => Ok(()),
        }
    }

    fn switch(&mut self, now: Now, key: AuthKey, exchange: Exchange) {
        let fingerprint = key.id();
        self.state.keys.switch(key, exchange, now.unix);
        self.events.push(Event::KeyChanged { fingerprint });
    }
}
