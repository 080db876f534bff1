//! How a chat is stored: versioned, with a checksum at the end.

use std::{fmt, time::Duration};

use heliogram_crypto::{
    AuthKey, Random, Zeroizing,
    dh::{DhError, Group, Primes},
    equal,
    secret::Role,
    sha256,
};
use heliogram_tl::{Reader, Writer};

use super::{
    Acceptance, MAX_ANSWERS, MAX_KEPT, MAX_WAITING, Offer,
    keys::{Exchange, Exponent, Key, Keys},
    state::{Incoming, Kept, Outgoing, State, Waiting},
};

/// `HGSC`, in front of everything.
const MAGIC: u32 = u32::from_le_bytes(*b"HGSC");
const VERSION: u32 = 1;
/// What is stored.
const CHAT: u32 = 1;
const OVER: u32 = 2;
const OFFER: u32 = 3;
const ACCEPTANCE: u32 = 4;

const CHECKSUM: usize = 32;
/// Room for all that has a fixed length, and for the fixed part of one message.
const FIXED: usize = 2048;
const PER_MESSAGE: usize = 64;

/// A chat at rest. It holds keys: store it where only the user can read it.
#[derive(Clone)]
pub struct Snapshot {
    /// `None` of a chat that is over.
    state: Option<Box<State>>,
}

/// Why bytes are not a stored chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The bytes were not written here, or something else is stored in them.
    Foreign,
    /// A newer program wrote them; update this one.
    Version {
        /// The version of the format.
        found: u32,
    },
    /// The bytes are damaged: the chat is lost, discard it.
    Damaged,
    /// The group is unfit.
    Group(DhError),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("the bytes are no stored secret chat"),
            Self::Version { found } => write!(
                f,
                "the secret chat was stored in format {found}, which a newer program reads"
            ),
            Self::Damaged => f.write_str("the stored secret chat is damaged; discard it"),
            Self::Group(e) => write!(f, "the stored secret chat cannot be used: {e}"),
        }
    }
}

impl std::error::Error for SnapshotError {}

impl Snapshot {
    pub(super) fn of(state: &State) -> Self {
        Self {
            state: Some(Box::new(state.clone())),
        }
    }

    pub(super) fn over() -> Self {
        Self { state: None }
    }

    pub(super) fn into_state(self) -> Option<Box<State>> {
        self.state
    }

    /// The bytes to store, wiped on drop.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        match &self.state {
            Some(state) => store(CHAT, size(state), |w| write_state(w, state)),
            None => store(OVER, 0, |_| {}),
        }
    }

    /// Reads stored bytes. A prime that `primes` does not know is proved again, with `rng`.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn from_bytes(
        bytes: &[u8],
        primes: &mut Primes,
        rng: &mut dyn Random,
    ) -> Result<Self, SnapshotError> {
        let (kind, mut r) = open(bytes)?;
        let state = match kind {
            CHAT => Some(Box::new(read_state(&mut r, primes, rng)?)),
            OVER => None,
            _ => return Err(SnapshotError::Foreign),
        };
        r.finish().map_err(|_| SnapshotError::Damaged)?;
        Ok(Self { state })
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot(..)")
    }
}

impl Offer {
    /// The bytes to store until the other end has accepted, wiped on drop.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        store(OFFER, 0, |w| {
            write_group(w, &self.group);
            w.raw(&self.exponent.0[..]);
        })
    }

    /// Reads stored bytes, as [`Snapshot::from_bytes`] does.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn from_bytes(
        bytes: &[u8],
        primes: &mut Primes,
        rng: &mut dyn Random,
    ) -> Result<Self, SnapshotError> {
        let mut r = open_as(OFFER, bytes)?;
        let group = read_group(&mut r, primes, rng)?;
        let exponent = Exponent(array(&mut r));
        r.finish().map_err(|_| SnapshotError::Damaged)?;
        let public = exponent.public(&group).map_err(SnapshotError::Group)?;
        Ok(Self {
            group,
            exponent,
            public,
        })
    }
}

impl Acceptance {
    /// The bytes to store until the server has confirmed, wiped on drop.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        store(ACCEPTANCE, 0, |w| {
            write_group(w, &self.group);
            w.raw(self.key.as_bytes());
            w.raw(&self.public);
        })
    }

    /// Reads stored bytes, as [`Snapshot::from_bytes`] does.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn from_bytes(
        bytes: &[u8],
        primes: &mut Primes,
        rng: &mut dyn Random,
    ) -> Result<Self, SnapshotError> {
        let mut r = open_as(ACCEPTANCE, bytes)?;
        let group = read_group(&mut r, primes, rng)?;
        let (key, public) = (read_key(&mut r), *array(&mut r));
        r.finish().map_err(|_| SnapshotError::Damaged)?;
        Ok(Self { group, key, public })
    }
}

/// Writes into a buffer that never moves, so that no copy of a key is left behind.
fn store(kind: u32, size: usize, write: impl FnOnce(&mut Writer)) -> Zeroizing<Vec<u8>> {
    let mut w = Writer::with_capacity(FIXED + size);
    w.words([MAGIC, VERSION, kind]);
    write(&mut w);
    let sum = sha256(&[w.as_slice()]);
    w.raw(&sum);
    Zeroizing::new(w.into_vec())
}

/// Checks the frame: the kind, and a reader of what is stored.
fn open(bytes: &[u8]) -> Result<(u32, Reader<'_>), SnapshotError> {
    let mut r = Reader::new(bytes);
    if r.u32() != MAGIC {
        return Err(SnapshotError::Foreign);
    }
    let found = r.u32();
    if found > VERSION {
        return Err(SnapshotError::Version { found });
    }
    let (data, sum) = bytes
        .split_last_chunk::<CHECKSUM>()
        .ok_or(SnapshotError::Damaged)?;
    if found == 0 || !equal(&sha256(&[data]), sum) {
        return Err(SnapshotError::Damaged);
    }
    let mut r = Reader::new(data);
    r.raw(8);
    Ok((r.u32(), r))
}

fn open_as(kind: u32, bytes: &[u8]) -> Result<Reader<'_>, SnapshotError> {
    match open(bytes)? {
        (found, r) if found == kind => Ok(r),
        _ => Err(SnapshotError::Foreign),
    }
}

/// Bytes of all messages in `state`.
fn size(state: &State) -> usize {
    let waiting = state.incoming.queue.values().map(|w| w.message.len());
    let kept = state.outgoing.kept.iter().map(|k| k.message.len());
    waiting.chain(kept).map(|len| len + PER_MESSAGE).sum()
}

fn write_state(w: &mut Writer, state: &State) {
    w.u32(u32::from(state.role == Role::Acceptor));
    write_group(w, &state.group);
    w.raw(&state.visualization);
    w.words([state.own_layer as u32, state.peer_layer as u32]);
    write_keys(w, &state.keys);
    let Incoming {
        next,
        seen,
        asked,
        in_seq,
        layer,
        ref queue,
    } = state.incoming;
    w.words([next, seen, asked, in_seq, layer as u32, queue.len() as u32]);
    for (number, waiting) in queue {
        w.words([*number, waiting.in_seq, waiting.layer as u32]);
        w.i64(waiting.key);
        w.bytes(&waiting.message);
    }
    let Outgoing { next, kept, .. } = &state.outgoing;
    w.words([*next, kept.len() as u32]);
    for kept in kept {
        let flags = u32::from(kept.service) | u32::from(kept.taken) << 1;
        w.words([kept.number, kept.in_seq, kept.layer as u32, flags]);
        w.i64(kept.random_id);
        w.i64(kept.key);
        w.bytes(&kept.message);
    }
}

fn read_state(
    r: &mut Reader<'_>,
    primes: &mut Primes,
    rng: &mut dyn Random,
) -> Result<State, SnapshotError> {
    let role = match r.u32() {
        0 => Role::Creator,
        _ => Role::Acceptor,
    };
    let state = State {
        role,
        group: read_group(r, primes, rng)?,
        visualization: *array(r),
        own_layer: r.i32(),
        peer_layer: r.i32(),
        keys: read_keys(r)?,
        incoming: read_incoming(r)?,
        outgoing: read_outgoing(r)?,
    };
    r.check().map_err(|_| SnapshotError::Damaged)?;
    Ok(state)
}

fn read_incoming(r: &mut Reader<'_>) -> Result<Incoming, SnapshotError> {
    let mut incoming = Incoming {
        next: r.u32(),
        seen: r.u32(),
        asked: r.u32(),
        in_seq: r.u32(),
        layer: r.i32(),
        queue: Default::default(),
    };
    for _ in 0..count(r, MAX_WAITING)? {
        let number = r.u32();
        let waiting = Waiting {
            in_seq: r.u32(),
            layer: r.i32(),
            key: r.i64(),
            message: Zeroizing::new(r.slice().to_vec()),
        };
        if number <= incoming.next {
            return Err(SnapshotError::Damaged);
        }
        incoming.queue.insert(number, waiting);
    }
    Ok(incoming)
}

fn read_outgoing(r: &mut Reader<'_>) -> Result<Outgoing, SnapshotError> {
    let mut outgoing = Outgoing {
        next: r.u32(),
        ..Outgoing::default()
    };
    let len = count(r, MAX_KEPT + MAX_ANSWERS)?;
    let first = outgoing.next.checked_sub(len as u32);
    let first = first.ok_or(SnapshotError::Damaged)?;
    for number in first..outgoing.next {
        let found = r.u32();
        let (in_seq, layer, flags) = (r.u32(), r.i32(), r.u32());
        let taken = flags & 2 != 0;
        let kept = Kept {
            number,
            in_seq,
            layer,
            random_id: r.i64(),
            key: r.i64(),
            service: flags & 1 != 0,
            taken,
            due: !taken,
            message: Zeroizing::new(r.slice().to_vec()),
        };
        if found != number || r.failed() {
            return Err(SnapshotError::Damaged);
        }
        if kept.due {
            outgoing.due.push_back(number);
        }
        outgoing.kept.push_back(kept);
    }
    Ok(outgoing)
}

fn write_keys(w: &mut Writer, keys: &Keys) {
    let Key {
        auth,
        since,
        messages,
        worn,
    } = &keys.current;
    w.raw(auth.as_bytes());
    w.i64(since.as_secs() as i64);
    w.words([*messages, u32::from(*worn)]);
    w.u32(u32::from(keys.previous.is_some()));
    if let Some(previous) = &keys.previous {
        w.raw(previous.as_bytes());
    }
    match &keys.exchange {
        Exchange::Idle => w.u32(0),
        Exchange::Requested { id, exponent } => {
            w.u32(1);
            w.i64(*id);
            w.raw(&exponent.0[..]);
        }
        Exchange::Accepted { id, key } => {
            w.u32(2);
            w.i64(*id);
            w.raw(key.as_bytes());
        }
        Exchange::Switched { id } => {
            w.u32(3);
            w.i64(*id);
        }
    }
}

fn read_keys(r: &mut Reader<'_>) -> Result<Keys, SnapshotError> {
    let current = Key {
        auth: read_key(r),
        since: Duration::from_secs(r.i64().max(0) as u64),
        messages: r.u32(),
        worn: r.u32() != 0,
    };
    let previous = match r.u32() {
        0 => None,
        _ => Some(read_key(r)),
    };
    let exchange = match r.u32() {
        0 => Exchange::Idle,
        1 => Exchange::Requested {
            id: r.i64(),
            exponent: Exponent(array(r)),
        },
        2 => Exchange::Accepted {
            id: r.i64(),
            key: read_key(r),
        },
        3 => Exchange::Switched { id: r.i64() },
        _ => return Err(SnapshotError::Damaged),
    };
    r.check().map_err(|_| SnapshotError::Damaged)?;
    Ok(Keys {
        current,
        previous,
        exchange,
    })
}

fn write_group(w: &mut Writer, group: &Group) {
    w.raw(group.prime());
    w.i32(group.generator());
}

fn read_group(
    r: &mut Reader<'_>,
    primes: &mut Primes,
    rng: &mut dyn Random,
) -> Result<Group, SnapshotError> {
    let prime = array::<256>(r);
    let g = r.i32();
    r.check().map_err(|_| SnapshotError::Damaged)?;
    primes
        .check(&prime[..], g, rng)
        .map_err(SnapshotError::Group)
}

fn read_key(r: &mut Reader<'_>) -> AuthKey {
    AuthKey::new(*array(r))
}

fn array<const N: usize>(r: &mut Reader<'_>) -> Zeroizing<[u8; N]> {
    let bytes = r.raw(N).try_into().unwrap_or([0; N]);
    Zeroizing::new(bytes)
}

/// A number of elements, no more than there ever are.
fn count(r: &mut Reader<'_>, most: usize) -> Result<usize, SnapshotError> {
    let count = r.u32() as usize;
    if count > most {
        return Err(SnapshotError::Damaged);
    }
    Ok(count)
}
