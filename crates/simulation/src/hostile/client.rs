//! A client that breaks one rule of the key exchange.

use bytes::Bytes;
use heliogram_crypto::{
    RandomExt, RsaPublicKey, SeededRandom,
    dh::{DhError, Group},
    factorize,
    handshake::TempKey,
};
use heliogram_mtproto::{
    exchange::ExchangeError,
    plain,
    tl::{
        functions::{ReqDHParams, ReqPqMulti, SetClientDHParams},
        types::{ClientDHInnerData, PQInnerDataDc, ResPQ, ServerDHInnerData, ServerDHParamsOk},
    },
};
use heliogram_tl::{Decode, Encode, from_prefix, to_bytes};

super::attacks! { $
    /// One broken rule of a client in the key exchange.
    KeyAttack tested by key_attack_tests;
    /// `req_DH_params` has another nonce than `req_pq_multi`.
    Nonce = sec_01_a_server_compares_the_nonce_of_a_request,
    /// The nonce encrypted for the server is another one.
    InnerNonce = sec_01_a_server_compares_the_nonce_that_was_encrypted_for_it,
    /// `set_client_DH_params` has another nonce.
    PartNonce = sec_01_a_server_compares_the_nonce_of_the_last_request,
    /// The nonce in the encrypted part of that is another one.
    PartInnerNonce = sec_01_a_server_compares_the_nonce_inside_the_last_request,
    /// `req_DH_params` has another `server_nonce` than `resPQ`.
    ServerNonce = sec_02_a_server_compares_its_nonce_in_a_request,
    /// The `server_nonce` encrypted for the server is another one.
    InnerServerNonce = sec_02_a_server_compares_its_nonce_that_was_encrypted_for_it,
    /// `set_client_DH_params` has another `server_nonce`.
    PartServerNonce = sec_02_a_server_compares_its_nonce_in_the_last_request,
    /// The `server_nonce` in the encrypted part of that is another one.
    PartInnerServerNonce = sec_02_a_server_compares_its_nonce_inside_the_last_request,
    /// The factors are not those of `pq`.
    Factors = sec_03_a_server_compares_the_factors,
    /// The factors are in the wrong order.
    FactorsSwapped = sec_03_a_server_wants_the_smaller_factor_first,
    /// The factors encrypted for the server are other ones.
    InnerFactors = sec_03_a_server_compares_the_factors_that_were_encrypted_for_it,
    /// The key is none of the server's.
    UnknownKey = sec_04_a_server_refuses_a_key_it_does_not_have,
    /// What is encrypted for the server is damaged.
    RsaDamaged = sec_04_a_server_refuses_what_it_cannot_decrypt,
    /// What is encrypted for the server is too short.
    RsaShort = sec_04_a_server_refuses_encrypted_data_that_is_too_short,
    /// What is encrypted for the server is a number beyond its modulus.
    RsaLarge = sec_04_a_server_refuses_a_number_beyond_its_modulus,
    /// What is encrypted for the server is well padded, and says nothing.
    RsaNonsense = sec_04_a_server_refuses_well_encrypted_nonsense,
    /// The encrypted part of `set_client_DH_params` is damaged.
    PartDamaged = sec_05_a_server_compares_the_hash_of_the_clients_part,
    /// It is no multiple of 16 bytes.
    PartBlocks = sec_05_a_server_refuses_a_part_of_broken_blocks,
    /// It is followed by more than it says, all of it hashed.
    PartTrail = sec_05_a_server_refuses_a_part_with_more_behind_it,
    /// `g_b` is 1.
    PublicOne = sec_09_a_server_refuses_a_public_value_of_one,
    /// `g_b` is `dh_prime - 1`.
    PublicLast = sec_09_a_server_refuses_a_public_value_of_the_prime_less_one,
    /// `g_b` is below 2^1984.
    PublicSmall = sec_10_a_server_refuses_a_small_public_value,
    /// `g_b` is above `dh_prime - 2^1984`.
    PublicLarge = sec_10_a_server_refuses_a_public_value_close_to_the_prime,
    /// The first attempt names one before it.
    RetryId = sec_12_a_server_compares_the_attempt_that_a_retry_names,
}

impl KeyAttack {
    /// Whether this is what a server has to find in the attack. What it tells the client is the
    /// same for all of them.
    #[must_use]
    pub fn is_seen_through(self, error: &ExchangeError) -> bool {
        use ExchangeError as E;
        match (self.name().get(4..6), self) {
            (Some("01"), _) => matches!(error, E::Nonce),
            (Some("02"), _) => matches!(error, E::ServerNonce),
            (Some("03"), _) => matches!(error, E::Factors),
            (_, Self::UnknownKey) => matches!(error, E::UnknownKey),
            (Some("04"), _) => matches!(error, E::Undecryptable),
            (_, Self::PartTrail) => matches!(error, E::Malformed(_)),
            (Some("05"), _) => matches!(error, E::Answer(_)),
            (Some("09"), _) => matches!(error, E::Dh(DhError::PublicRange)),
            (Some("10"), _) => matches!(error, E::Dh(DhError::PublicMargin)),
            _ => matches!(error, E::RetryId),
        }
    }

    /// How many packets of the client are answered before the one that breaks the rule.
    #[must_use]
    pub fn answered(self) -> usize {
        let first = matches!(self, Self::Nonce | Self::InnerNonce)
            || matches!(self, Self::ServerNonce | Self::InnerServerNonce)
            || matches!(self.name().get(4..6), Some("03" | "04"));
        if first { 1 } else { 2 }
    }
}

/// A client that keeps all rules of the exchange but one.
pub struct HostileClient {
    attack: KeyAttack,
    key: RsaPublicKey,
    dc: i32,
    rng: SeededRandom,
    nonce: [u8; 16],
    new_nonce: [u8; 32],
    server_nonce: [u8; 16],
}

impl HostileClient {
    /// A client of a server with this key, and its first packet. `seed` must be fresh randomness.
    #[must_use]
    pub fn start(attack: KeyAttack, key: RsaPublicKey, dc: i32, seed: [u8; 32]) -> (Self, Vec<u8>) {
        let mut rng = SeededRandom::new(seed);
        let (nonce, new_nonce) = (rng.array(), rng.array());
        let this = Self {
            attack,
            key,
            dc,
            rng,
            nonce,
            new_nonce,
            server_nonce: [0; 16],
        };
        (this, seal(&ReqPqMulti { nonce }))
    }

    /// Answers `resPQ`.
    ///
    /// # Errors
    /// The server breaks a rule itself.
    pub fn take_pq(&mut self, packet: &[u8]) -> Result<Vec<u8>, ExchangeError> {
        use KeyAttack as A;
        let pq: ResPQ = read(packet)?;
        self.server_nonce = pq.server_nonce;
        let number = pq.pq.iter().fold(0, |n, &b| n << 8 | u64::from(b));
        let (p, q) = factorize(number).ok_or(ExchangeError::Pq)?;
        let factor = |n: u64| Bytes::copy_from_slice(&n.to_be_bytes()[4..]);
        let mut inner = PQInnerDataDc {
            pq: pq.pq,
            p: factor(p),
            q: factor(q),
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            new_nonce: self.new_nonce,
            dc: self.dc,
        };
        match self.attack {
            A::InnerNonce => inner.nonce[0] ^= 1,
            A::InnerServerNonce => inner.server_nonce[15] ^= 1,
            A::InnerFactors => inner.p = inner.q.clone(),
            _ => {}
        }
        let data = match self.attack {
            A::RsaNonsense => Bytes::from_static(&[7; 96]),
            _ => to_bytes(&inner),
        };
        let encrypted = self.key.encrypt_pad(&data, &mut self.rng);
        let mut encrypted = encrypted.map_err(ExchangeError::Rsa)?.to_vec();
        match self.attack {
            A::RsaDamaged => encrypted[100] ^= 1,
            A::RsaShort => encrypted.truncate(255),
            A::RsaLarge => encrypted.fill(0xff),
            _ => {}
        }
        let mut request = ReqDHParams {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            p: factor(p),
            q: factor(q),
            public_key_fingerprint: self.key.fingerprint(),
            encrypted_data: encrypted.into(),
        };
        match self.attack {
            A::Nonce => request.nonce[3] ^= 1,
            A::ServerNonce => request.server_nonce[3] ^= 1,
            A::Factors => request.p = factor(p ^ 4),
            A::FactorsSwapped => (request.p, request.q) = (request.q, request.p),
            A::UnknownKey => request.public_key_fingerprint ^= 1,
            _ => {}
        }
        Ok(seal(&request))
    }

    /// Answers `server_DH_params_ok`.
    ///
    /// # Errors
    /// The server breaks a rule itself.
    pub fn take_params(&mut self, packet: &[u8]) -> Result<Vec<u8>, ExchangeError> {
        use KeyAttack as A;
        let ok: ServerDHParamsOk = read(packet)?;
        let temp = TempKey::derive(&self.new_nonce, &self.server_nonce);
        let mut answer = ok.encrypted_answer.to_vec();
        let answer = temp.open(&mut answer).map_err(ExchangeError::Answer)?;
        let theirs: ServerDHInnerData = from_prefix(&Bytes::copy_from_slice(answer))?;
        let mut inner = ClientDHInnerData {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            retry_id: 0,
            g_b: self.public(&theirs)?,
        };
        match self.attack {
            A::PartInnerNonce => inner.nonce[0] ^= 1,
            A::PartInnerServerNonce => inner.server_nonce[15] ^= 1,
            A::RetryId => inner.retry_id = 5,
            _ => {}
        }
        let mut data = to_bytes(&inner).to_vec();
        if self.attack == A::PartTrail {
            data.extend_from_slice(&[0; 64]);
        }
        let mut encrypted = temp.seal(&data, &mut self.rng);
        match self.attack {
            A::PartDamaged => encrypted[40] ^= 1,
            A::PartBlocks => encrypted.truncate(encrypted.len() - 8),
            _ => {}
        }
        let mut request = SetClientDHParams {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            encrypted_data: encrypted.into(),
        };
        match self.attack {
            A::PartNonce => request.nonce[3] ^= 1,
            A::PartServerNonce => request.server_nonce[3] ^= 1,
            _ => {}
        }
        Ok(seal(&request))
    }

    /// The client's public value, fit or not.
    fn public(&mut self, theirs: &ServerDHInnerData) -> Result<Bytes, ExchangeError> {
        use KeyAttack as A;
        let mut prime = theirs.dh_prime.to_vec();
        Ok(match (self.attack, prime.last_mut()) {
            (A::PublicOne, _) => Bytes::from_static(&[1]),
            (A::PublicSmall, _) => Bytes::from_static(&[0xff; 200]),
            (A::PublicLast, Some(last)) => {
                *last -= 1;
                prime.into()
            }
            (A::PublicLarge, Some(last)) => {
                *last ^= 2;
                prime.into()
            }
            _ => {
                let secret = Group::known(theirs.g)?.secret(&mut self.rng);
                Bytes::copy_from_slice(secret.public())
            }
        })
    }
}

fn seal(request: &impl Encode) -> Vec<u8> {
    plain::seal(4, &to_bytes(request))
}

fn read<T: Decode>(packet: &[u8]) -> Result<T, ExchangeError> {
    let (_, body) = plain::open(packet)?;
    Ok(from_prefix(&Bytes::copy_from_slice(body))?)
}
