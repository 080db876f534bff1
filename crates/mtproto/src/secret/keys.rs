//! The keys of a chat and the exchange that replaces them.

use std::{sync::Arc, time::Duration};

use heliogram_crypto::{
    AuthKey, Random, Zeroizing,
    dh::{DhError, Group},
    secret::{self, OpenError, Role},
};

use super::PacketError;

/// A key is replaced after this many messages in both directions.
const MAX_MESSAGES: u32 = 100;
/// A key is replaced after this time.
const MAX_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A secret exponent that can be stored; wiped on drop.
#[derive(Clone)]
pub(super) struct Exponent(Arc<Zeroizing<[u8; 256]>>);

impl Exponent {
    pub(super) fn new(bytes: Zeroizing<[u8; 256]>) -> Self {
        Self(Arc::new(bytes))
    }

    /// The secret bytes, for storage.
    pub(super) fn as_bytes(&self) -> &[u8; 256] {
        &self.0
    }

    /// A new exponent and its public value.
    pub(super) fn draw(group: &Group, rng: &mut dyn Random) -> (Self, [u8; 256]) {
        loop {
            let mut exponent = Zeroizing::new([0; 256]);
            rng.fill(&mut exponent[..]);
            if let Ok(secret) = group.secret_from(exponent.clone()) {
                return (Self::new(exponent), *secret.public());
            }
        }
    }

    pub(super) fn public(&self, group: &Group) -> Result<[u8; 256], DhError> {
        Ok(*group.secret_from((*self.0).clone())?.public())
    }

    pub(super) fn agree(&self, group: &Group, other: &[u8]) -> Result<AuthKey, DhError> {
        let shared = group.secret_from((*self.0).clone())?.agree(other)?;
        Ok(AuthKey::new(*shared))
    }
}

/// The key messages are encrypted with, and how much it was used.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) auth: AuthKey,
    /// Time since the Unix epoch when it came into use.
    pub(super) since: Duration,
    /// Messages encrypted and decrypted with it.
    pub(super) messages: u32,
    /// Whether it has encrypted anything worth a new key.
    pub(super) worn: bool,
}

impl Key {
    pub(super) fn new(auth: AuthKey, since: Duration) -> Self {
        Self {
            auth,
            since,
            messages: 0,
            worn: false,
        }
    }
}

/// Where the making of a new key stands.
#[derive(Clone)]
pub(super) enum Exchange {
    Idle,
    /// This end asked for it.
    Requested {
        id: i64,
        exponent: Exponent,
    },
    /// This end accepted it and waits for the other end to use it.
    Accepted {
        id: i64,
        key: AuthKey,
    },
    /// The other end was seen to use it, but the message that says so is still missing.
    Switched {
        id: i64,
    },
}

/// Never more than two keys: the current one, and one before or after it.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) current: Key,
    pub(super) previous: Option<AuthKey>,
    pub(super) exchange: Exchange,
}

impl Keys {
    pub(super) fn new(auth: AuthKey, now: Duration) -> Self {
        Self {
            current: Key::new(auth, now),
            previous: None,
            exchange: Exchange::Idle,
        }
    }

    /// The key of this fingerprint.
    pub(super) fn find(&self, id: i64) -> Option<&AuthKey> {
        let next = match &self.exchange {
            Exchange::Accepted { key, .. } => Some(key),
            _ => None,
        };
        [Some(&self.current.auth), self.previous.as_ref(), next]
            .into_iter()
            .flatten()
            .find(|key| key.id() == id)
    }

    /// Opens a packet in place: the fingerprint of its key, and the object in it.
    pub(super) fn open<'a>(
        &self,
        from: Role,
        packet: &'a mut [u8],
    ) -> Result<(i64, &'a [u8]), PacketError> {
        let id = heliogram_crypto::message::key_id(packet).ok_or(PacketError::Unauthentic)?;
        let key = self.find(id).ok_or(PacketError::UnknownKey)?;
        match secret::open(key, from, packet) {
            Ok(object) => Ok((id, object)),
            Err(OpenError::Version1) => Err(PacketError::Version1),
            Err(OpenError::Message(e)) if !e.is_unauthenticated() => Err(PacketError::BadLayout),
            Err(_) => Err(PacketError::Unauthentic),
        }
    }

    /// Begins to use a new key and keeps the present one beside it.
    pub(super) fn switch(&mut self, auth: AuthKey, exchange: Exchange, now: Duration) {
        let old = std::mem::replace(&mut self.current, Key::new(auth, now));
        self.previous = Some(old.auth);
        self.exchange = exchange;
    }

    /// Whether it is time for a new key, and none is being made.
    pub(super) fn due(&self, now: Duration) -> bool {
        let age = now.saturating_sub(self.current.since);
        self.is_settled()
            && self.current.worn
            && (self.current.messages > MAX_MESSAGES || age > MAX_AGE)
    }

    /// When the present key will be too old.
    pub(super) fn deadline(&self) -> Option<Duration> {
        (self.is_settled() && self.current.worn).then(|| {
            self.current
                .since
                .saturating_add(MAX_AGE + Duration::from_secs(1))
        })
    }

    fn is_settled(&self) -> bool {
        self.previous.is_none() && matches!(self.exchange, Exchange::Idle)
    }
}
