//! How two ends come to their first key.

use std::fmt;

use heliogram_crypto::{AuthKey, SeededRandom, dh::Group, secret::Role, sha256};

use super::{AgreementError, SecretChat, keys::Exponent};
use crate::Now;

/// A chat this end asks for (`messages.requestEncryption`), until the other end accepts it.
///
/// The group is that of `messages.getDhConfig`, proved by
/// [`Primes::check`](heliogram_crypto::dh::Primes::check) each time.
///
/// ```
/// use std::time::Duration;
///
/// use heliogram_crypto::{SeededRandom, dh::{KNOWN_PRIME, Primes}};
/// use heliogram_mtproto::{Now, secret::{Acceptance, Offer}};
///
/// let unix = Duration::from_secs(1_800_000_000);
/// let now = Now { mono: unix, unix };
/// // Seeds are fresh randomness, in earnest; the other bytes are the server's.
/// let group = Primes::new().check(&KNOWN_PRIME, 3, &mut SeededRandom::new([1; 32]))?;
/// let offer = Offer::new(&group, [2; 32], b"server's random");
/// let acceptance = Acceptance::new(&group, offer.g_a(), [3; 32], b"server's random")?;
/// let (g_b, fingerprint) = (*acceptance.g_b(), acceptance.fingerprint());
/// let mut bob = acceptance.complete(fingerprint, 144, [4; 32], now)?;
/// let mut alice = offer.complete(&g_b, fingerprint, 144, [5; 32], now)?;
/// assert_eq!(alice.visualization(), bob.visualization());
///
/// let mut packet = alice.poll_packet().expect("each end tells its layer first");
/// bob.handle_packet(now, &mut packet.data)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "messages.requestEncryption")]
pub struct Offer {
    pub(super) group: Group,
    pub(super) exponent: Exponent,
    pub(super) public: [u8; 256],
}

impl Offer {
    /// A new offer. `seed` must be fresh randomness; `random` is what the server added to it.
    #[must_use]
    pub fn new(group: &Group, seed: [u8; 32], random: &[u8]) -> Self {
        let (exponent, public) = Exponent::draw(group, &mut mixed(seed, random));
        Self {
            group: group.clone(),
            exponent,
            public,
        }
    }

    /// The public value of `messages.requestEncryption`.
    #[must_use]
    pub fn g_a(&self) -> &[u8; 256] {
        &self.public
    }

    /// The chat, once the other end has accepted it (`encryptedChat`).
    ///
    /// `layer` is the newest the owner knows, see [`SecretChat::layer`]; `seed` must be fresh
    /// randomness.
    ///
    /// # Errors
    /// [`AgreementError`]: discard the chat.
    pub fn complete(
        self,
        g_b: &[u8],
        fingerprint: i64,
        layer: i32,
        seed: [u8; 32],
        now: Now,
    ) -> Result<SecretChat, AgreementError> {
        let key = self.exponent.agree(&self.group, g_b)?;
        if key.id() != fingerprint {
            return Err(AgreementError::Fingerprint);
        }
        Ok(SecretChat::new(
            Role::Creator,
            self.group,
            key,
            layer,
            seed,
            now,
        ))
    }
}

impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Offer(..)")
    }
}

/// A chat this end accepts (`messages.acceptEncryption`), until the server has confirmed it.
///
/// See [`Offer`] for an example.
#[doc(alias = "messages.acceptEncryption")]
pub struct Acceptance {
    pub(super) group: Group,
    pub(super) key: AuthKey,
    pub(super) public: [u8; 256],
}

impl Acceptance {
    /// Accepts the offer of `encryptedChatRequested`. `seed` must be fresh randomness; `random` is
    /// what the server added to it.
    ///
    /// # Errors
    /// [`AgreementError::Dh`] when `g_a` is out of range: discard the chat.
    pub fn new(
        group: &Group,
        g_a: &[u8],
        seed: [u8; 32],
        random: &[u8],
    ) -> Result<Self, AgreementError> {
        let (exponent, public) = Exponent::draw(group, &mut mixed(seed, random));
        Ok(Self {
            group: group.clone(),
            key: exponent.agree(group, g_a)?,
            public,
        })
    }

    /// The public value of `messages.acceptEncryption`.
    #[must_use]
    pub fn g_b(&self) -> &[u8; 256] {
        &self.public
    }

    /// The key's fingerprint, for `messages.acceptEncryption`.
    #[must_use]
    #[doc(alias = "key_fingerprint")]
    pub fn fingerprint(&self) -> i64 {
        self.key.id()
    }

    /// The chat, once the server has answered with this fingerprint (`encryptedChat`).
    ///
    /// `layer` is the newest the owner knows, see [`SecretChat::layer`]; `seed` must be fresh
    /// randomness.
    ///
    /// # Errors
    /// [`AgreementError::Fingerprint`] when it is another: discard the chat.
    pub fn complete(
        self,
        fingerprint: i64,
        layer: i32,
        seed: [u8; 32],
        now: Now,
    ) -> Result<SecretChat, AgreementError> {
        if self.key.id() != fingerprint {
            return Err(AgreementError::Fingerprint);
        }
        let Self { group, key, .. } = self;
        Ok(SecretChat::new(
            Role::Acceptor,
            group,
            key,
            layer,
            seed,
            now,
        ))
    }
}

impl fmt::Debug for Acceptance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Acceptance(..)")
    }
}

/// The server's random bytes can only add to the seed, never replace it.
fn mixed(seed: [u8; 32], random: &[u8]) -> SeededRandom {
    SeededRandom::new(sha256(&[&seed, random]))
}
