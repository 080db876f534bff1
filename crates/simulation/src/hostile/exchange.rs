//! A server that breaks one rule of the key exchange.

use bytes::Bytes;
use heliogram_crypto::{
    RsaPrivateKey, SeededRandom,
    dh::{DhError, Group},
    handshake::TempKey,
};
use heliogram_mtproto::{
    Now,
    exchange::{ExchangeError, KeyRefusal, ServerConfig, ServerExchange},
    plain,
    tl::{
        functions::{ReqDHParams, ReqPqMulti},
        types::{
            DhGenFail, DhGenOk, DhGenRetry, PQInnerDataDc, PQInnerDataTempDc, ResPQ,
            ServerDHInnerData, ServerDHParamsOk,
        },
    },
};
use heliogram_tl::{Call, Constructor, Decode, Encode, from_prefix, to_bytes};

super::attacks! { $
    /// One broken rule of a server in the key exchange.
    ExchangeAttack tested by exchange_attack_tests;
    /// `resPQ` echoes another nonce.
    PqNonce = sec_01_nonce_of_res_pq_is_compared,
    /// `server_DH_params_ok` echoes another nonce.
    ParamsNonce = sec_01_nonce_of_dh_params_is_compared,
    /// The encrypted answer holds another nonce.
    InnerNonce = sec_01_nonce_inside_the_answer_is_compared,
    /// `dh_gen_ok` echoes another nonce.
    OkNonce = sec_01_nonce_of_dh_gen_ok_is_compared,
    /// `server_DH_params_ok` has another `server_nonce` than `resPQ`.
    ParamsServerNonce = sec_02_server_nonce_of_dh_params_is_compared,
    /// The encrypted answer has another `server_nonce`.
    InnerServerNonce = sec_02_server_nonce_inside_the_answer_is_compared,
    /// `dh_gen_ok` has another `server_nonce`.
    OkServerNonce = sec_02_server_nonce_of_dh_gen_ok_is_compared,
    /// `pq` is empty.
    PqEmpty = sec_03_an_empty_pq_is_refused,
    /// `pq` is a prime.
    PqPrime = sec_03_a_prime_pq_is_refused,
    /// `pq` is a square.
    PqSquare = sec_03_a_square_pq_is_refused,
    /// `pq` has more than 8 bytes.
    PqLong = sec_03_a_long_pq_is_refused_before_it_is_factored,
    /// Only keys nobody knows are offered.
    UnknownKeys = sec_04_unknown_rsa_keys_are_refused,
    /// The encrypted answer is damaged.
    AnswerHash = sec_05_answer_hash_is_checked_before_use,
    /// The encrypted answer is no multiple of 16 bytes.
    AnswerBlocks = sec_05_answer_of_broken_blocks_is_refused,
    /// The answer is followed by more than it says, all of it hashed.
    AnswerTrail = sec_05_answer_with_more_behind_it_is_refused,
    /// `dh_prime` has 255 bytes.
    PrimeShort = sec_06_a_prime_of_fewer_bytes_is_refused,
    /// `dh_prime` has 2047 bits.
    PrimeSmall = sec_06_a_prime_of_2047_bits_is_refused,
    /// `dh_prime` is no prime.
    PrimeComposite = sec_07_a_composite_is_refused,
    /// `dh_prime` is a prime, but half of it is none.
    PrimeUnsafe = sec_07_a_prime_that_is_not_safe_is_refused,
    /// `g` is not one of 2 to 7.
    GeneratorRange = sec_08_a_generator_out_of_range_is_refused,
    /// `g` is no quadratic residue of the known prime.
    GeneratorResidue = sec_08_a_generator_of_the_wrong_group_is_refused_for_the_known_prime_too,
    /// `g_a` is 1.
    PublicOne = sec_09_a_public_value_of_one_is_refused,
    /// `g_a` is `dh_prime - 1`.
    PublicLast = sec_09_a_public_value_of_the_prime_less_one_is_refused,
    /// `g_a` is below 2^1984.
    PublicSmall = sec_10_a_small_public_value_is_refused,
    /// `g_a` is above `dh_prime - 2^1984`.
    PublicLarge = sec_10_a_public_value_close_to_the_prime_is_refused,
    /// `new_nonce_hash1` is not that of the key.
    OkHash = sec_11_hash_of_the_new_key_is_checked,
    /// `dh_gen_retry` with a wrong hash.
    RetryHash = sec_12_hash_of_a_retry_is_checked,
    /// `dh_gen_retry` for ever.
    RetryForEver = sec_12_retries_are_bounded,
    /// `dh_gen_fail` with a wrong hash.
    FailHash = sec_12_hash_of_a_refusal_is_checked,
}

/// The end of 2^2048 - 1557, a prime `p` whose `(p - 1) / 2` is none; all bytes before are 0xff.
const UNSAFE_PRIME: [u8; 2] = [0xf9, 0xeb];

impl ExchangeAttack {
    /// Whether this is what a client has to say to the attack.
    #[must_use]
    pub fn is_seen_through(self, error: &ExchangeError) -> bool {
        use ExchangeError as E;
        match self.name().get(4..6) {
            Some("01") => matches!(error, E::Nonce),
            Some("02") => matches!(error, E::ServerNonce),
            Some("03") => matches!(error, E::Pq),
            Some("04") => matches!(error, E::UnknownKey),
            Some("05") => matches!(error, E::Answer(_) | E::Malformed(_)),
            Some("06") => matches!(error, E::Dh(DhError::PrimeSize { .. })),
            Some("07") => matches!(error, E::Dh(DhError::NotSafePrime)),
            Some("08") => matches!(
                error,
                E::Dh(DhError::Generator { .. } | DhError::GeneratorResidue { .. })
            ),
            Some("09" | "10") => matches!(error, E::Dh(_)),
            Some("11") => matches!(error, E::NewNonceHash { number: 1 }),
            _ => matches!(error, E::NewNonceHash { number: 2 | 3 } | E::TooManyRetries),
        }
    }
}

/// A server that keeps all rules of the exchange but one.
pub struct HostileServer {
    attack: ExchangeAttack,
    key: RsaPrivateKey,
    exchange: ServerExchange,
    /// What the client encrypted for the server.
    secret: Option<([u8; 32], [u8; 16])>,
    finished: bool,
}

impl HostileServer {
    /// A server with this key. `seed` must be fresh randomness.
    #[must_use]
    pub fn new(attack: ExchangeAttack, key: RsaPrivateKey, dc: i32, seed: [u8; 32]) -> Self {
        let keys = [key.clone()].into();
        Self {
            attack,
            key,
            exchange: ServerExchange::new(ServerConfig { keys, dc }, seed),
            secret: None,
            finished: false,
        }
    }

    /// Whether the client went on to the last step, and the attack of an earlier one was not seen
    /// through.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.finished
    }

    /// Answers a packet of the client, and breaks the rule where its turn has come.
    ///
    /// # Errors
    /// What an honest server has to say about the packet.
    pub fn handle(&mut self, now: Now, packet: &[u8]) -> Result<Vec<u8>, ExchangeError> {
        let (_, request) = plain::open(packet)?;
        let request = Bytes::copy_from_slice(request);
        let step = self.exchange.handle(now, packet)?;
        let reply = Bytes::copy_from_slice(plain::open(&step.reply)?.1);
        if is::<ReqPqMulti>(&request) {
            return change(&reply, |pq| self.spoil_pq(pq));
        }
        if is::<ReqDHParams>(&request) {
            self.overhear(&request)?;
            return self.spoil_params(&reply);
        }
        self.finished = true;
        self.spoil_end(now, &reply)
    }

    fn spoil_pq(&self, pq: &mut ResPQ) {
        use ExchangeAttack as A;
        let number = |n: u64| Bytes::copy_from_slice(&n.to_be_bytes());
        match self.attack {
            A::PqNonce => pq.nonce[0] ^= 1,
            A::PqEmpty => pq.pq = Bytes::new(),
            A::PqPrime => pq.pq = number(0x7fff_ffff_ffff_ffe7),
            A::PqSquare => pq.pq = number(2_147_483_647 * 2_147_483_647),
            A::PqLong => pq.pq = Bytes::from_static(&[0xff; 64]),
            A::UnknownKeys => pq.server_public_key_fingerprints = vec![1, 2, 3],
            _ => {}
        }
    }

    /// Reads what was encrypted for the server, with which its own answers are encrypted.
    fn overhear(&mut self, request: &Bytes) -> Result<(), ExchangeError> {
        let request: ReqDHParams = from_prefix(request)?;
        let padded = self.key.decrypt_pad(&request.encrypted_data);
        let padded = padded.map_err(|_| ExchangeError::Undecryptable)?;
        let plain = Bytes::copy_from_slice(&padded[..]);
        self.secret = Some(if is::<PQInnerDataDc>(&plain) {
            let inner: PQInnerDataDc = from_prefix(&plain)?;
            (inner.new_nonce, inner.server_nonce)
        } else {
            let inner: PQInnerDataTempDc = from_prefix(&plain)?;
            (inner.new_nonce, inner.server_nonce)
        });
        Ok(())
    }

    fn spoil_params(&self, reply: &Bytes) -> Result<Vec<u8>, ExchangeError> {
        use ExchangeAttack as A;
        let mut ok: ServerDHParamsOk = from_prefix(reply)?;
        let Some((new_nonce, server_nonce)) = &self.secret else {
            return Err(ExchangeError::Undecryptable);
        };
        let temp = TempKey::derive(new_nonce, server_nonce);
        let mut data = ok.encrypted_answer.to_vec();
        let opened = temp.open(&mut data).map_err(ExchangeError::Answer)?;
        let mut inner: ServerDHInnerData = from_prefix(&Bytes::copy_from_slice(opened))?;
        self.spoil_inner(&mut inner);
        let mut answer = to_bytes(&inner).to_vec();
        if self.attack == A::AnswerTrail {
            answer.extend_from_slice(&[0; 64]);
        }
        let mut sealed = temp.seal(&answer, &mut SeededRandom::new([3; 32]));
        match self.attack {
            A::ParamsNonce => ok.nonce[5] ^= 1,
            A::ParamsServerNonce => ok.server_nonce[5] ^= 1,
            A::AnswerHash => sealed[40] ^= 1,
            A::AnswerBlocks => sealed.truncate(sealed.len() - 8),
            _ => {}
        }
        ok.encrypted_answer = sealed.into();
        Ok(plain::seal(5, &to_bytes(&ok)))
    }

    fn spoil_inner(&self, inner: &mut ServerDHInnerData) {
        use ExchangeAttack as A;
        let mut prime = inner.dh_prime.to_vec();
        match self.attack {
            A::InnerNonce => inner.nonce[0] ^= 1,
            A::InnerServerNonce => inner.server_nonce[0] ^= 1,
            A::PrimeShort => inner.dh_prime = inner.dh_prime.slice(1..),
            A::PrimeSmall => {
                prime[0] &= 0x7f;
                inner.dh_prime = prime.into();
            }
            A::PrimeComposite => {
                prime[200] ^= 0x10;
                (inner.dh_prime, inner.g) = (prime.into(), 4);
            }
            A::PrimeUnsafe => {
                prime.fill(0xff);
                prime[254..].copy_from_slice(&UNSAFE_PRIME);
                (inner.dh_prime, inner.g) = (prime.into(), 4);
            }
            A::GeneratorRange => inner.g = 8,
            A::GeneratorResidue => inner.g = wrong_generator(),
            A::PublicOne => inner.g_a = Bytes::from_static(&[1]),
            A::PublicLast => {
                prime[255] -= 1;
                inner.g_a = prime.into();
            }
            A::PublicSmall => inner.g_a = Bytes::from_static(&[0xff; 200]),
            A::PublicLarge => {
                prime[100..].fill(0);
                inner.g_a = prime.into();
            }
            _ => {}
        }
    }

    fn spoil_end(&mut self, now: Now, reply: &Bytes) -> Result<Vec<u8>, ExchangeError> {
        use ExchangeAttack as A;
        let mut refusal = |how| {
            let packet = self.exchange.refuse_key(now, how).unwrap_or_default();
            plain::open(&packet).map(|(_, body)| Bytes::copy_from_slice(body))
        };
        match self.attack {
            A::RetryHash => change(&refusal(KeyRefusal::Retry)?, |retry: &mut DhGenRetry| {
                retry.new_nonce_hash2[0] ^= 1;
            }),
            A::RetryForEver => change(&refusal(KeyRefusal::Retry)?, |_: &mut DhGenRetry| {}),
            A::FailHash => change(&refusal(KeyRefusal::Fail)?, |fail: &mut DhGenFail| {
                fail.new_nonce_hash3[0] ^= 1;
            }),
            attack => change(reply, |ok: &mut DhGenOk| match attack {
                A::OkNonce => ok.nonce[0] ^= 1,
                A::OkServerNonce => ok.server_nonce[0] ^= 1,
                A::OkHash => ok.new_nonce_hash1[0] ^= 1,
                _ => {}
            }),
        }
    }
}

/// A generator that the known prime does not go with.
fn wrong_generator() -> i32 {
    (2..8).find(|g| Group::known(*g).is_err()).unwrap_or(2)
}

fn is<T: Identified>(body: &[u8]) -> bool {
    body.first_chunk() == Some(&T::IDENTIFIER.to_le_bytes())
}

/// What has a constructor id.
trait Identified {
    const IDENTIFIER: u32;
}

impl Identified for ReqPqMulti {
    const IDENTIFIER: u32 = <Self as Call>::ID;
}

impl Identified for ReqDHParams {
    const IDENTIFIER: u32 = <Self as Call>::ID;
}

impl Identified for PQInnerDataDc {
    const IDENTIFIER: u32 = <Self as Constructor>::ID;
}

/// A packet with a changed value.
fn change<T: Decode + Encode>(
    body: &Bytes,
    change: impl FnOnce(&mut T),
) -> Result<Vec<u8>, ExchangeError> {
    let mut value: T = from_prefix(body)?;
    change(&mut value);
    Ok(plain::seal(5, &to_bytes(&value)))
}
