//! How a chat is stored: versioned, with a checksum at the end.

mod record;

use std::fmt;

use heliogram_crypto::{
    AuthKey, Random, Zeroizing,
    dh::{DhError, Group, Primes},
    equal, sha256,
};
use heliogram_tl::{Reader, Writer};

use super::{Acceptance, Offer, keys::Exponent, state::State};

/// `HGSC`, in front of everything.
const MAGIC: u32 = u32::from_le_bytes(*b"HGSC");
const VERSION: u32 = 1;
/// What is stored.
const CHAT: u32 = 1;
const OVER: u32 = 2;
const OFFER: u32 = 3;
const ACCEPTANCE: u32 = 4;

const CHECKSUM: usize = 32;
/// Room for all that has a fixed length.
const FIXED: usize = 2048;

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
            Some(state) => store(CHAT, record::size(state), |w| record::write_state(w, state)),
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
            CHAT => Some(Box::new(record::read_state(&mut r, primes, rng)?)),
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
            w.raw(self.exponent.as_bytes());
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
        let exponent = Exponent::new(array(&mut r));
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
