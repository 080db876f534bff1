//! Temporary keys, for perfect forward secrecy: made beside the permanent key, bound to it, and
//! given up before they expire. They live in memory only, and nothing is sent with the permanent key.

use std::{sync::Arc, time::Duration};

use heliogram_mtproto::{Event, Session, SessionConfig, framing::Frame};
use tokio::time::{Instant, timeout};

use super::{
    Net, cdn,
    dc::{Dc, Key},
    fault::Fault,
    handshake::{exchange, transport_fault},
    wire::Wire,
};
use crate::{
    error::{NetworkError, ProtocolError},
    random,
};

/// `boolTrue`.
const TRUE: [u8; 4] = 0x9972_75b5_u32.to_le_bytes();
/// A key is renewed when this part of its life is left, but not earlier than [`LONGEST_MARGIN`].
const MARGIN: u32 = 4;
const LONGEST_MARGIN: Duration = Duration::from_secs(3600);
/// For how long before its end calls are held back, so that those under way can end; less of a key
/// that lives shortly.
const HOLD: Duration = Duration::from_secs(15);

/// When a temporary key is to be given up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    renew_at: Instant,
    hold_at: Instant,
    ends_at: Instant,
}

/// How old a temporary key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Age {
    Fresh,
    /// A new key is wanted, as soon as no call is under way.
    Old,
    /// New calls wait for the new key.
    Held,
    /// It is not used any more, whatever is under way.
    Over,
}

impl Life {
    fn new(began: Instant, length: Duration) -> Self {
        let margin = (length / MARGIN).min(LONGEST_MARGIN);
        let ends_at = began + (length - margin / 2);
        Self {
            renew_at: began + (length - margin),
            hold_at: ends_at - HOLD.min(margin / 4),
            ends_at,
        }
    }

    pub(super) fn age(&self, now: Instant) -> Age {
        match now {
            now if now < self.renew_at => Age::Fresh,
            now if now < self.hold_at => Age::Old,
            now if now < self.ends_at => Age::Held,
            _ => Age::Over,
        }
    }

    /// When it is older than that.
    pub(super) fn end_of(&self, age: Age) -> Instant {
        match age {
            Age::Fresh => self.renew_at,
            Age::Old => self.hold_at,
            Age::Held | Age::Over => self.ends_at,
        }
    }
}

impl Dc {
    /// The temporary key: the one in use while it is fresh, or a new one, made and bound over
    /// `wire`.
    pub(super) async fn temporary(
        &self,
        net: &Net,
        wire: &mut Wire,
        life: Duration,
    ) -> Result<Arc<Key>, Fault> {
        let permanent = self.key(net, wire).await?;
        let mut slot = self.temporary.lock().await;
        if let Some(key) = slot.as_ref().filter(|key| key.is_fresh()) {
            return Ok(Arc::clone(key));
        }
        let (key, expires_at) = self.make(net, wire, life).await?;
        bind(
            net,
            self.id,
            wire,
            &permanent,
            &key,
            expires_at.unwrap_or(i32::MAX),
        )
        .await?;
        tracing::debug!(dc = self.id, "new temporary key");
        let key = Arc::new(key);
        *slot = Some(Arc::clone(&key));
        Ok(key)
    }

    /// The temporary key of a CDN, which is bound to nothing: the one in use while it is fresh, or
    /// a new one.
    pub(super) async fn unbound(&self, net: &Net, wire: &mut Wire) -> Result<Arc<Key>, Fault> {
        let mut slot = self.temporary.lock().await;
        if let Some(key) = slot.as_ref().filter(|key| key.is_fresh()) {
            return Ok(Arc::clone(key));
        }
        let (key, _) = self.make(net, wire, cdn::KEY_LIFE).await?;
        tracing::debug!(dc = self.id, "new key for a CDN");
        let key = Arc::new(key);
        *slot = Some(Arc::clone(&key));
        Ok(key)
    }

    /// Makes a temporary key, and says when it expires.
    async fn make(
        &self,
        net: &Net,
        wire: &mut Wire,
        life: Duration,
    ) -> Result<(Key, Option<i32>), Fault> {
        let began = Instant::now();
        let seconds = i32::try_from(life.as_secs()).unwrap_or(i32::MAX);
        let made = exchange(net, self, wire, Some(seconds)).await?;
        let expires_at = made.expires_at.and_then(|at| i32::try_from(at).ok());
        Ok((Key::temporary(made, Life::new(began, life)), expires_at))
    }

    /// Gives up a temporary key, unless that was done already.
    pub(super) async fn forget_temporary(&self, old: &Arc<Key>) {
        let mut slot = self.temporary.lock().await;
        if slot.as_ref().is_some_and(|key| Arc::ptr_eq(key, old)) {
            *slot = None;
        }
    }
}

/// Binds a temporary key, in a session of its own that ends with the answer.
async fn bind(
    net: &Net,
    dc: i32,
    wire: &mut Wire,
    permanent: &Key,
    key: &Key,
    expires_at: i32,
) -> Result<(), Fault> {
    let config = SessionConfig {
        salt: key.salt,
        time_offset_ms: key.time_offset_ms(),
        ..SessionConfig::default()
    };
    let now = net.clock.now();
    let mut session = Session::new(config, key.auth.clone(), random::seed()?, now);
    session.handle_connected(now);
    session.bind(now, &permanent.auth, expires_at);
    let limit = net.config.connect_timeout;
    if let Ok(result) = timeout(limit, answer(net, dc, wire, &mut session)).await {
        return result;
    }
    let address = wire.address().into();
    Err(NetworkError::Silent { dc, address }.into())
}

/// Drives the session until the binding is answered.
async fn answer(net: &Net, dc: i32, wire: &mut Wire, session: &mut Session) -> Result<(), Fault> {
    let mut packet = Vec::new();
    loop {
        while session.poll_packet(net.clock.now(), &mut packet) {
            wire.queue(&packet)
                .map_err(|source| ProtocolError::Frame { dc, source })?;
        }
        while let Some(event) = session.poll_event() {
            match event {
                Event::Reply {
                    result: Ok(result), ..
                } if result[..] == TRUE => return Ok(()),
                // The server does not know the permanent key.
                Event::Reply { .. } => return Err(ProtocolError::AuthKeyUnknown { dc }.into()),
                Event::Failed { .. } => {
                    let address = wire.address().into();
                    return Err(NetworkError::Dropped { dc, address }.into());
                }
                _ => {}
            }
        }
        let frame = wire.next_frame();
        match frame.map_err(|source| ProtocolError::Frame { dc, source })? {
            Some(Frame::Packet(mut packet)) => session
                .handle_packet(net.clock.now(), &mut packet)
                .map_err(|source| ProtocolError::Session { dc, source })?,
            Some(Frame::Error(code)) => return Err(transport_fault(dc, code)),
            Some(Frame::QuickAck(_)) => {}
            None => match wire.io().await {
                Ok(1..) => {}
                Ok(0) | Err(_) => {
                    let address = wire.address().into();
                    return Err(NetworkError::Dropped { dc, address }.into());
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_held_back_only_shortly_before_a_key_ends() {
        let began = Instant::now();
        for (length, held) in [(24 * 3600, 15.0), (40, 2.5), (2, 0.125)] {
            let length = Duration::from_secs(length);
            let life = Life::new(began, length);
            let [old, hold, over] = [Age::Fresh, Age::Old, Age::Held].map(|age| life.end_of(age));
            assert_eq!(life.age(began), Age::Fresh);
            assert_eq!(
                [old, hold, over].map(|at| life.age(at)),
                [Age::Old, Age::Held, Age::Over]
            );
            assert_eq!(over - hold, Duration::from_secs_f64(held));
            assert!(hold - old >= over - hold && over < began + length);
        }
    }
}
