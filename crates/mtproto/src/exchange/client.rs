use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use heliogram_crypto::{
    AuthKey, Random, RandomExt, RsaPublicKey, SeededRandom, Zeroizing,
    dh::{Group, Primes},
    factorize,
    handshake::{TempKey, initial_salt, params_fail_hash},
};
use heliogram_tl::{Constructor, from_bytes, to_bytes};

use super::{Established, ExchangeError, MAX_RETRIES, big_endian, inner::Inner, number, read};
use crate::{
    Now,
    ids::{IdKind, MsgIds},
    plain,
    tl::{
        functions::{ReqDHParams, ReqPqMulti, SetClientDHParams},
        types::{
            ClientDHInnerData, DhGenFail, DhGenOk, DhGenRetry, ResPQ, ServerDHInnerData,
            ServerDHParamsFail, ServerDHParamsOk,
        },
    },
    wire::constructor,
};

/// What a client wants a key for.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The RSA keys of the servers that are trusted.
    pub keys: Arc<[RsaPublicKey]>,
    /// The data centre; 10000 is added for test ones, media ones are negative.
    pub dc: i32,
    /// For a temporary key: after how many seconds it expires.
    pub expires_in: Option<i32>,
}

/// A key exchange, as the client makes it.
pub struct ClientExchange {
    config: ClientConfig,
    rng: Box<dyn Random>,
    ids: MsgIds,
    nonce: [u8; 16],
    state: State,
}

/// What comes next.
#[derive(Debug)]
#[must_use]
pub enum ClientStep {
    /// Send this packet and hand its answer to the exchange.
    Send(ClientExchange, Vec<u8>),
    /// There is a key.
    Done(Established),
}

/// What is waited for, with all that the next step needs.
enum State {
    Pq,
    Params(Nonces),
    Result(Box<Attempt>),
}

struct Nonces {
    server_nonce: [u8; 16],
    new_nonce: Zeroizing<[u8; 32]>,
}

/// A key that the server has not confirmed.
struct Attempt {
    nonces: Nonces,
    temp: TempKey,
    group: Group,
    g_a: [u8; 256],
    key: AuthKey,
    retries: u32,
    time_offset_ms: i64,
}

impl ClientExchange {
    /// Begins an exchange: the machine and the first packet. `seed` must be fresh randomness.
    #[must_use]
    pub fn start(config: ClientConfig, seed: [u8; 32], now: Now) -> (Self, Vec<u8>) {
        Self::start_with(config, Box::new(SeededRandom::new(seed)), now)
    }

    pub(super) fn start_with(
        config: ClientConfig,
        mut rng: Box<dyn Random>,
        now: Now,
    ) -> (Self, Vec<u8>) {
        let nonce = rng.array();
        let mut this = Self {
            config,
            rng,
            ids: MsgIds::default(),
            nonce,
            state: State::Pq,
        };
        let packet = this.seal(now, &to_bytes(&ReqPqMulti { nonce }));
        (this, packet)
    }

    /// Takes the server's answer and says what is next.
    ///
    /// # Errors
    /// The rule that the answer breaks. The exchange is over; begin a new one.
    pub fn handle(mut self, now: Now, packet: &[u8]) -> Result<ClientStep, ExchangeError> {
        let (_, body) = plain::open(packet)?;
        let body = Bytes::copy_from_slice(body);
        match std::mem::replace(&mut self.state, State::Pq) {
            State::Pq => self.take_pq(now, &body),
            State::Params(nonces) => self.take_params(now, &body, nonces),
            State::Result(attempt) => self.take_result(now, &body, *attempt),
        }
    }

    fn take_pq(mut self, now: Now, body: &Bytes) -> Result<ClientStep, ExchangeError> {
        expect(body, &[ResPQ::ID])?;
        let answer: ResPQ = read(body)?;
        if answer.nonce != self.nonce {
            return Err(ExchangeError::Nonce);
        }
        let pq = number(&answer.pq).ok_or(ExchangeError::Pq)?;
        let (p, q) = factorize(pq).ok_or(ExchangeError::Pq)?;
        let offered = &answer.server_public_key_fingerprints;
        let keys = Arc::clone(&self.config.keys);
        let key = keys
            .iter()
            .find(|key| offered.contains(&key.fingerprint()))
            .ok_or(ExchangeError::UnknownKey)?;
        let server_nonce = answer.server_nonce;
        let new_nonce = Zeroizing::new(self.rng.array());
        let inner = Inner::with_numbers(
            (pq, p, q),
            self.nonce,
            server_nonce,
            &new_nonce,
            self.config.dc,
            self.config.expires_in,
        );
        let encrypted = key.encrypt_pad(&inner.encode(), &mut *self.rng)?;
        let request = ReqDHParams {
            nonce: self.nonce,
            server_nonce,
            p: big_endian(p),
            q: big_endian(q),
            public_key_fingerprint: key.fingerprint(),
            encrypted_data: Bytes::copy_from_slice(&encrypted),
        };
        let packet = self.seal(now, &to_bytes(&request));
        self.state = State::Params(Nonces {
            server_nonce,
            new_nonce,
        });
        Ok(ClientStep::Send(self, packet))
    }

    fn take_params(
        self,
        now: Now,
        body: &Bytes,
        nonces: Nonces,
    ) -> Result<ClientStep, ExchangeError> {
        expect(body, &[ServerDHParamsOk::ID, ServerDHParamsFail::ID])?;
        if constructor(body) == ServerDHParamsFail::ID {
            let fail: ServerDHParamsFail = read(body)?;
            self.check_nonces(fail.nonce, fail.server_nonce, &nonces)?;
            return Err(
                match fail.new_nonce_hash == params_fail_hash(&nonces.new_nonce) {
                    true => ExchangeError::Refused,
                    false => ExchangeError::NewNonceHash { number: 0 },
                },
            );
        }
        let answer: ServerDHParamsOk = read(body)?;
        self.check_nonces(answer.nonce, answer.server_nonce, &nonces)?;
        let temp = TempKey::derive(&nonces.new_nonce, &nonces.server_nonce);
        let mut data = answer.encrypted_answer.to_vec();
        let inner = Bytes::copy_from_slice(temp.open(&mut data)?);
        let inner: ServerDHInnerData = from_bytes(&inner)?;
        self.check_nonces(inner.nonce, inner.server_nonce, &nonces)?;
        self.answer_params(now, nonces, temp, &inner)
    }

    fn answer_params(
        mut self,
        now: Now,
        nonces: Nonces,
        temp: TempKey,
        inner: &ServerDHInnerData,
    ) -> Result<ClientStep, ExchangeError> {
        let group = Primes::new().check(&inner.dh_prime, inner.g, &mut *self.rng)?;
        let g_a = group.check_public(&inner.g_a)?;
        let server_time = Duration::from_secs(u64::try_from(inner.server_time).unwrap_or(0));
        let time_offset_ms = millis(server_time) - millis(now.unix);
        let (key, packet) = self.propose(now, &nonces, &temp, &group, &g_a, 0)?;
        let attempt = Attempt {
            nonces,
            temp,
            group,
            g_a,
            key,
            retries: 0,
            time_offset_ms,
        };
        self.state = State::Result(Box::new(attempt));
        Ok(ClientStep::Send(self, packet))
    }

    /// Draws the client's part of the key and tells the server its public side.
    fn propose(
        &mut self,
        now: Now,
        nonces: &Nonces,
        temp: &TempKey,
        group: &Group,
        g_a: &[u8; 256],
        retry_id: i64,
    ) -> Result<(AuthKey, Vec<u8>), ExchangeError> {
        let secret = group.secret(&mut *self.rng);
        let key = AuthKey::new(*secret.agree(g_a)?);
        let inner = to_bytes(&ClientDHInnerData {
            nonce: self.nonce,
            server_nonce: nonces.server_nonce,
            retry_id,
            g_b: Bytes::copy_from_slice(secret.public()),
        });
        let request = SetClientDHParams {
            nonce: self.nonce,
            server_nonce: nonces.server_nonce,
            encrypted_data: temp.seal(&inner, &mut *self.rng).into(),
        };
        Ok((key, self.seal(now, &to_bytes(&request))))
    }

    fn take_result(
        mut self,
        now: Now,
        body: &Bytes,
        mut attempt: Attempt,
    ) -> Result<ClientStep, ExchangeError> {
        expect(body, &[DhGenOk::ID, DhGenRetry::ID, DhGenFail::ID])?;
        match constructor(body) {
            DhGenOk::ID => {
                let ok: DhGenOk = read(body)?;
                self.check_nonces(ok.nonce, ok.server_nonce, &attempt.nonces)?;
                attempt.check_hash(1, ok.new_nonce_hash1)?;
                Ok(ClientStep::Done(self.established(now, attempt)))
            }
            DhGenRetry::ID => {
                let retry: DhGenRetry = read(body)?;
                self.check_nonces(retry.nonce, retry.server_nonce, &attempt.nonces)?;
                attempt.check_hash(2, retry.new_nonce_hash2)?;
                attempt.retries += 1;
                if attempt.retries > MAX_RETRIES {
                    return Err(ExchangeError::TooManyRetries);
                }
                let retry_id = i64::from_le_bytes(attempt.key.aux_hash());
                let Attempt {
                    nonces,
                    temp,
                    group,
                    g_a,
                    ..
                } = &attempt;
                let (key, packet) = self.propose(now, nonces, temp, group, g_a, retry_id)?;
                attempt.key = key;
                self.state = State::Result(Box::new(attempt));
                Ok(ClientStep::Send(self, packet))
            }
            _ => {
                let fail: DhGenFail = read(body)?;
                self.check_nonces(fail.nonce, fail.server_nonce, &attempt.nonces)?;
                attempt.check_hash(3, fail.new_nonce_hash3)?;
                Err(ExchangeError::Refused)
            }
        }
    }

    fn established(&self, now: Now, attempt: Attempt) -> Established {
        let server_secs = (millis(now.unix) + attempt.time_offset_ms) / 1000;
        Established {
            salt: initial_salt(&attempt.nonces.new_nonce, &attempt.nonces.server_nonce),
            key: attempt.key,
            time_offset_ms: attempt.time_offset_ms,
            expires_at: self.config.expires_in.map(|s| server_secs + i64::from(s)),
        }
    }

    fn check_nonces(
        &self,
        nonce: [u8; 16],
        server_nonce: [u8; 16],
        nonces: &Nonces,
    ) -> Result<(), ExchangeError> {
        if nonce != self.nonce {
            Err(ExchangeError::Nonce)
        } else if server_nonce != nonces.server_nonce {
            Err(ExchangeError::ServerNonce)
        } else {
            Ok(())
        }
    }

    fn seal(&mut self, now: Now, body: &[u8]) -> Vec<u8> {
        let msg_id = self.ids.next(now.unix, || self.rng.u64(), IdKind::Client);
        plain::seal(msg_id, body)
    }
}

impl Attempt {
    fn check_hash(&self, number: u8, hash: [u8; 16]) -> Result<(), ExchangeError> {
        let own = self.key.new_nonce_hash(number, &self.nonces.new_nonce);
        match heliogram_crypto::equal(&own, &hash) {
            true => Ok(()),
            false => Err(ExchangeError::NewNonceHash { number }),
        }
    }
}

impl fmt::Debug for ClientExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits_for = match self.state {
            State::Pq => "resPQ",
            State::Params(_) => "server_DH_params",
            State::Result(_) => "dh_gen",
        };
        f.debug_struct("ClientExchange")
            .field("waits_for", &waits_for)
            .finish_non_exhaustive()
    }
}

fn expect(body: &[u8], ids: &[u32]) -> Result<(), ExchangeError> {
    let id = constructor(body);
    ids.contains(&id)
        .then_some(())
        .ok_or(ExchangeError::UnexpectedMessage { id })
}

fn millis(d: Duration) -> i64 {
    i64::try_from(d.as_millis()).unwrap_or(i64::MAX)
}
