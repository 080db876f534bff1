//! The core of secret chats: end-to-end encryption between two devices.
//!
//! This is the protocol alone, without network, clock or randomness of its own; the client does
//! not offer secret chats yet. Whoever drives it makes the API's calls and knows the types of the
//! end-to-end schema: for the chat a message is a string of bytes, unless it is a service message
//! about resending, layers or keys. Those it understands, sends and answers itself.
//!
//! 1. [`Offer`] and [`Acceptance`] agree on a key and lead to a [`SecretChat`].
//! 2. After each input ([`SecretChat::send`], [`SecretChat::handle_packet`],
//!    [`SecretChat::handle_sent`], [`SecretChat::handle_timeout`]) take the events, then store the
//!    [`Snapshot`] in one batch with what came of them, and only then send the packets.
//! 3. [`SecretChat::restore`] goes on from the last snapshot. Packets the server has not taken are
//!    given out again; the other end drops what it has. Never go on with an older snapshot: its
//!    numbers would be used twice, and the chat be lost.
//!
//! What is checked (SEC-32): public values and fingerprints of every key; the message key, before
//! anything is read; parity, order and plausibility of both numbers; that layers do not go down.
//! What is not authentic is ignored, what is authentic and breaks a rule ends the chat
//! ([`AbortReason`]), and all of its keys are wiped. MTProto 1.0 is always refused.
//!
//! Keys are replaced after 100 messages or a week (perfect forward secrecy), and the old ones are
//! wiped. The new key is bound to its chat by the channel it is agreed on through, so what users
//! compare stays [`SecretChat::visualization`], which comes from the first key. Messages that the
//! other end has not confirmed are kept, encrypted, 1000 at most, and sent again as they were when
//! it asks for them. Keys and messages that wait are wiped on drop and never printed.

mod action;
mod agreement;
mod envelope;
mod error;
mod event;
mod inbox;
mod keys;
mod outbox;
mod rekey;
mod snapshot;
mod state;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, fmt, time::Duration};

pub use agreement::{Acceptance, Offer};
pub use error::{AbortReason, AgreementError, PacketError, SendError};
pub use event::{Event, Packet, Received};
use heliogram_crypto::{AuthKey, SeededRandom, dh::Group, secret::Role};
pub use snapshot::{Snapshot, SnapshotError};
use state::State;

use crate::Now;

/// The newest published layer of the end-to-end schema.
pub const LAYER: i32 = 144;
/// The first layer with MTProto 2.0; messages are never written in a lower one.
pub const MIN_LAYER: i32 = 73;
/// Longest message that is sent, in bytes.
pub const MAX_MESSAGE: usize = 1 << 20;
/// Messages kept for the other end to ask for again.
pub const MAX_KEPT: usize = 1000;
/// Messages that wait for others before them, and their bytes, at most.
const MAX_WAITING: usize = 1000;
const MAX_WAITING_BYTES: usize = 8 << 20;
/// Answers of the chat itself that may wait beyond [`MAX_KEPT`].
const MAX_ANSWERS: usize = 100;
/// Events kept at most; more packets are refused until they are taken.
const MAX_EVENTS: usize = 8192;

/// A secret chat: messages and packets in, packets and events out. See the
/// [module](self) for the order of calls, and [`Offer`] for how one begins.
///
/// ```
/// use heliogram_crypto::{SeededRandom, dh::Primes};
/// use heliogram_mtproto::{Now, secret::{Event, LAYER, SecretChat, Snapshot}};
///
/// /// Takes a packet from the server, and gives what to store and what to send in turn.
/// fn received(chat: &mut SecretChat, now: Now, mut bytes: Vec<u8>) -> Option<(Snapshot, Vec<Vec<u8>>)> {
///     let _ = chat.handle_packet(now, &mut bytes); // an error that ends the chat is an event too
///     while let Some(event) = chat.poll_event() {
///         match event {
///             Event::Message { body, .. } => println!("{} bytes of a DecryptedMessage", body.len()),
///             Event::Aborted(reason) => eprintln!("{reason}"),
///             _ => {}
///         }
///     }
///     let snapshot = chat.snapshot()?;
///     Some((snapshot, std::iter::from_fn(|| chat.poll_packet()).map(|p| p.data).collect()))
/// }
///
/// /// Goes on with a stored chat; the seed is fresh randomness.
/// fn restored(stored: &[u8], seed: [u8; 32]) -> Result<SecretChat, Box<dyn std::error::Error>> {
///     let mut rng = SeededRandom::new(seed);
///     let snapshot = Snapshot::from_bytes(stored, &mut Primes::new(), &mut rng)?;
///     Ok(SecretChat::restore(snapshot, LAYER, heliogram_crypto::RandomExt::array(&mut rng)))
/// }
/// # let _ = (received, restored);
/// ```
#[doc(alias = "decryptedMessageLayer")]
pub struct SecretChat {
    life: Life,
    events: VecDeque<Event>,
}

enum Life {
    Open(Box<Open>),
    Over(AbortReason),
}

/// A chat that is not over.
struct Open {
    state: State,
    rng: SeededRandom,
    /// What the present input has led to.
    events: Vec<Event>,
}

impl SecretChat {
    fn new(role: Role, group: Group, key: AuthKey, layer: i32, seed: [u8; 32], now: Now) -> Self {
        let state = State::new(role, group, key, layer, now.unix);
        let mut this = Self::open(state, seed);
        let _ = this.with(Open::notify_layer);
        this
    }

    fn open(state: State, seed: [u8; 32]) -> Self {
        Self {
            life: Life::Open(Box::new(Open {
                state,
                rng: SeededRandom::new(seed),
                events: Vec::new(),
            })),
            events: VecDeque::new(),
        }
    }

    /// Goes on with a stored chat. `seed` must be fresh randomness.
    ///
    /// `layer` is the newest the owner knows; when it is above the stored one, the other end is
    /// told.
    #[must_use]
    pub fn restore(snapshot: Snapshot, layer: i32, seed: [u8; 32]) -> Self {
        let Some(mut state) = snapshot.into_state() else {
            return Self {
                life: Life::Over(AbortReason::Stored),
                events: VecDeque::new(),
            };
        };
        let newer = layer > state.own_layer;
        state.own_layer = state.own_layer.max(layer);
        let mut this = Self::open(*state, seed);
        if newer {
            let _ = this.with(Open::notify_layer);
        }
        this
    }

    /// What to store, or `None` while events wait to be taken: store what comes of them together
    /// with the snapshot, since they are not part of it.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        if !self.events.is_empty() {
            return None;
        }
        Some(match &self.life {
            Life::Open(open) => Snapshot::of(&open.state),
            Life::Over(_) => Snapshot::over(),
        })
    }

    /// The layer messages have to be written in: the highest that both ends know.
    #[must_use]
    pub fn layer(&self) -> i32 {
        match &self.life {
            Life::Open(open) => open.state.layer(),
            Life::Over(_) => MIN_LAYER,
        }
    }

    /// What both users compare to know that nobody is in between: 36 bytes, from which clients draw
    /// a picture. It never changes. `None` when the chat is over.
    #[must_use]
    #[doc(alias = "key_hash")]
    pub fn visualization(&self) -> Option<[u8; 36]> {
        match &self.life {
            Life::Open(open) => Some(open.state.visualization),
            Life::Over(_) => None,
        }
    }

    /// Why the chat is over, if it is.
    #[must_use]
    pub fn aborted(&self) -> Option<AbortReason> {
        match &self.life {
            Life::Open(_) => None,
            Life::Over(reason) => Some(*reason),
        }
    }

    /// The next event, or `None`.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do, as wall-clock time since
    /// the Unix epoch: the key gets too old then.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        match &self.life {
            Life::Open(open) => open.state.keys.deadline(),
            Life::Over(_) => None,
        }
    }

    /// Asks for a new key when the present one is too old. A call too early does nothing.
    pub fn handle_timeout(&mut self, now: Now) {
        let _ = self.with(|open| open.consider_new_key(now));
    }

    /// Runs an input and hands on its events; a rule broken by the other end is the end.
    fn with<T>(
        &mut self,
        input: impl FnOnce(&mut Open) -> Result<T, AbortReason>,
    ) -> Result<T, AbortReason> {
        let open = match &mut self.life {
            Life::Open(open) => open,
            Life::Over(reason) => return Err(*reason),
        };
        let result = input(open);
        self.events.extend(open.events.drain(..));
        if let Err(reason) = &result {
            self.life = Life::Over(*reason);
            self.events.push_back(Event::Aborted(*reason));
        }
        result
    }
}

impl fmt::Debug for SecretChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("SecretChat");
        match &self.life {
            Life::Open(open) => debug
                .field("role", &open.state.role)
                .field("received", &open.state.incoming.next)
                .field("sent", &open.state.outgoing.next)
                .field("kept", &open.state.outgoing.kept.len()),
            Life::Over(reason) => debug.field("over", reason),
        };
        debug.finish_non_exhaustive()
    }
}
