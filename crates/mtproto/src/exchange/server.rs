use std::{fmt, sync::Arc};

use bytes::Bytes;
use heliogram_crypto::{
    AuthKey, Random, RandomExt, RsaPrivateKey, SeededRandom, Zeroizing,
    dh::{Group, Secret},
    handshake::{TempKey, initial_salt},
};
use heliogram_tl::{Call, from_bytes, to_bytes};

use super::{Established, ExchangeError, big_endian, inner::Inner, read};
use crate::{
    Now,
    ids::{IdKind, MsgIds},
    plain,
    tl::{
        functions::{ReqDHParams, ReqPq, ReqPqMulti, SetClientDHParams},
        types::{
            ClientDHInnerData, DhGenFail, DhGenOk, DhGenRetry, ResPQ, ServerDHInnerData,
            ServerDHParamsOk,
        },
    },
    wire::constructor,
};

/// Longest life of a temporary key, in seconds.
const MAX_EXPIRES_IN: i32 = 30 * 86_400;
/// Added to the number of a data centre by clients that want a test one.
const TEST_DC: i32 = 10_000;

/// What a server makes keys with.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Its RSA keys; all are offered.
    pub keys: Arc<[RsaPrivateKey]>,
    /// The data centre it is. Clients may name it plainly, as its test twin, or as media only.
    pub dc: i32,
}

/// The server's end of key exchanges on one connection, one after the other.
pub struct ServerExchange {
    config: ServerConfig,
    rng: Box<dyn Random>,
    ids: MsgIds,
    state: State,
    /// The last request and its answer: a client that sends it again gets the same answer.
    last: Option<(Bytes, Vec<u8>)>,
}

/// What a packet of a key exchange leads to.
#[derive(Debug)]
pub struct ServerStep {
    /// The packet to answer.
    pub reply: Vec<u8>,
    /// The key, once there is one; store it before answering. To want another one instead, for
    /// example because the id is taken, answer what [`ServerExchange::refuse_key`] makes.
    pub done: Option<Established>,
}

/// Why a server does not take a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRefusal {
    /// The client shall propose another one (raw `dh_gen_retry`).
    Retry,
    /// The exchange is over (raw `dh_gen_fail`).
    Fail,
}

/// What is waited for.
enum State {
    ReqPq,
    Params {
        nonce: [u8; 16],
        server_nonce: [u8; 16],
        p: u64,
        q: u64,
    },
    ClientParams(Box<Agreement>),
}

/// An exchange whose nonces are agreed.
struct Agreement {
    nonce: [u8; 16],
    server_nonce: [u8; 16],
    new_nonce: Zeroizing<[u8; 32]>,
    temp: TempKey,
    secret: Secret,
    expires_in: Option<i32>,
    retry_id: i64,
    /// The key of this attempt, once the client has made its part.
    key: Option<AuthKey>,
}

impl ServerExchange {
    /// The server's end of a new connection. `seed` must be fresh randomness.
    #[must_use]
    pub fn new(config: ServerConfig, seed: [u8; 32]) -> Self {
        let rng = Box::new(SeededRandom::new(seed));
        Self {
            config,
            rng,
            ids: MsgIds::default(),
            state: State::ReqPq,
            last: None,
        }
    }

    /// Takes a plaintext packet and answers it.
    ///
    /// # Errors
    /// The rule that the packet breaks; answer
    /// [`transport_code`](ExchangeError::transport_code) and close the connection.
    pub fn handle(&mut self, now: Now, packet: &[u8]) -> Result<ServerStep, ExchangeError> {
        let (_, body) = plain::open(packet)?;
        let body = Bytes::copy_from_slice(body);
        if let Some((request, reply)) = &self.last
            && *request == body
        {
            return Ok(ServerStep {
                reply: reply.clone(),
                done: None,
            });
        }
        let (answer, done) = match (constructor(&body), &self.state) {
            (ReqPq::ID, _) => (self.take_req_pq(read::<ReqPq>(&body)?.nonce), None),
            (ReqPqMulti::ID, _) => (self.take_req_pq(read::<ReqPqMulti>(&body)?.nonce), None),
            (ReqDHParams::ID, State::Params { .. }) => {
                (self.take_params(now, &read(&body)?)?, None)
            }
            (SetClientDHParams::ID, State::ClientParams(_)) => {
                let (answer, done) = self.take_client_params(now, &read(&body)?)?;
                (answer, Some(done))
            }
            (id, _) => return Err(ExchangeError::UnexpectedMessage { id }),
        };
        let reply = self.seal(now, &answer);
        self.last = Some((body, reply.clone()));
        Ok(ServerStep { reply, done })
    }

    /// Refuses the key that the last step made; answers the packet to send in place of that
    /// step's. After [`KeyRefusal::Retry`] the client's next key comes out of [`Self::handle`].
    pub fn refuse_key(&mut self, now: Now, how: KeyRefusal) -> Option<Vec<u8>> {
        let State::ClientParams(agreement) = &mut self.state else {
            return None;
        };
        let key = agreement.key.take()?;
        let (nonce, server_nonce) = (agreement.nonce, agreement.server_nonce);
        let answer = match how {
            KeyRefusal::Retry => {
                agreement.retry_id = i64::from_le_bytes(key.aux_hash());
                let new_nonce_hash2 = key.new_nonce_hash(2, &agreement.new_nonce);
                to_bytes(&DhGenRetry {
                    nonce,
                    server_nonce,
                    new_nonce_hash2,
                })
            }
            KeyRefusal::Fail => {
                let new_nonce_hash3 = key.new_nonce_hash(3, &agreement.new_nonce);
                self.state = State::ReqPq;
                to_bytes(&DhGenFail {
                    nonce,
                    server_nonce,
                    new_nonce_hash3,
                })
            }
        };
        let reply = self.seal(now, &answer);
        if let Some((_, last)) = &mut self.last {
            last.clone_from(&reply);
        }
        Some(reply)
    }

    fn take_req_pq(&mut self, nonce: [u8; 16]) -> Bytes {
        let server_nonce = self.rng.array();
        let (p, q) = primes(&mut *self.rng);
        self.state = State::Params {
            nonce,
            server_nonce,
            p,
            q,
        };
        let keys = self.config.keys.iter();
        to_bytes(&ResPQ {
            nonce,
            server_nonce,
            pq: big_endian(p * q),
            server_public_key_fingerprints: keys.map(|k| k.public().fingerprint()).collect(),
        })
    }

    fn take_params(&mut self, now: Now, request: &ReqDHParams) -> Result<Bytes, ExchangeError> {
        let State::Params {
            nonce,
            server_nonce,
            p,
            q,
        } = self.state
        else {
            return Err(ExchangeError::UnexpectedMessage {
                id: ReqDHParams::ID,
            });
        };
        check_nonces((request.nonce, request.server_nonce), (nonce, server_nonce))?;
        if request.p != big_endian(p) || request.q != big_endian(q) {
            return Err(ExchangeError::Factors);
        }
        let inner = self.decrypt(request.public_key_fingerprint, &request.encrypted_data)?;
        check_nonces((inner.nonce, inner.server_nonce), (nonce, server_nonce))?;
        if inner.pq != big_endian(p * q) || inner.p != request.p || inner.q != request.q {
            return Err(ExchangeError::Factors);
        }
        self.check_wish(&inner)?;
        let temp = TempKey::derive(&inner.new_nonce, &server_nonce);
        let group = Group::known(3)?;
        let secret = group.secret(&mut *self.rng);
        let answer = to_bytes(&ServerDHInnerData {
            nonce,
            server_nonce,
            g: group.generator(),
            dh_prime: Bytes::copy_from_slice(group.prime()),
            g_a: Bytes::copy_from_slice(secret.public()),
            server_time: i32::try_from(now.unix.as_secs()).unwrap_or(i32::MAX),
        });
        let encrypted_answer = temp.seal(&answer, &mut *self.rng).into();
        let (new_nonce, expires_in) = (inner.new_nonce, inner.expires_in);
        self.state = State::ClientParams(Box::new(Agreement {
            nonce,
            server_nonce,
            new_nonce,
            temp,
            secret,
            expires_in,
            retry_id: 0,
            key: None,
        }));
        Ok(to_bytes(&ServerDHParamsOk {
            nonce,
            server_nonce,
            encrypted_answer,
        }))
    }

    /// Reads what the client encrypted, in today's padding or in the one of old.
    fn decrypt(&self, fingerprint: i64, data: &[u8]) -> Result<Inner, ExchangeError> {
        let undecryptable = |_| ExchangeError::Undecryptable;
        let mut keys = self.config.keys.iter();
        let key = keys
            .find(|key| key.public().fingerprint() == fingerprint)
            .ok_or(ExchangeError::UnknownKey)?;
        if let Ok(plain) = key.decrypt_pad(data) {
            return Ok(Inner::decode(&plain[..])?.0);
        }
        let old = key.decrypt_old(data).map_err(undecryptable)?;
        let (inner, len) = Inner::decode(old.unverified())?;
        old.data(len).map_err(undecryptable)?;
        Ok(inner)
    }

    /// Whether the key is wanted for this data centre and a sensible time.
    fn check_wish(&self, inner: &Inner) -> Result<(), ExchangeError> {
        if let Some(dc) = inner.dc {
            let number = dc.unsigned_abs();
            let own = self.config.dc.unsigned_abs();
            if number != own && number != own.saturating_add(TEST_DC.unsigned_abs()) {
                return Err(ExchangeError::WrongDc { dc });
            }
        }
        match inner.expires_in {
            Some(seconds) if !(1..=MAX_EXPIRES_IN).contains(&seconds) => {
                Err(ExchangeError::ExpiresIn { seconds })
            }
            _ => Ok(()),
        }
    }

    fn take_client_params(
        &mut self,
        now: Now,
        request: &SetClientDHParams,
    ) -> Result<(Bytes, Established), ExchangeError> {
        let State::ClientParams(agreement) = &mut self.state else {
            return Err(ExchangeError::UnexpectedMessage {
                id: SetClientDHParams::ID,
            });
        };
        let Agreement {
            nonce,
            server_nonce,
            new_nonce,
            temp,
            secret,
            ..
        } = &**agreement;
        let own = (*nonce, *server_nonce);
        check_nonces((request.nonce, request.server_nonce), own)?;
        let mut data = request.encrypted_data.to_vec();
        let inner = Bytes::copy_from_slice(temp.open(&mut data)?);
        let inner: ClientDHInnerData = from_bytes(&inner)?;
        check_nonces((inner.nonce, inner.server_nonce), own)?;
        if inner.retry_id != agreement.retry_id {
            return Err(ExchangeError::RetryId);
        }
        let key = AuthKey::new(*secret.agree(&inner.g_b)?);
        let answer = to_bytes(&DhGenOk {
            nonce: own.0,
            server_nonce: own.1,
            new_nonce_hash1: key.new_nonce_hash(1, new_nonce),
        });
        let expires_at = agreement
            .expires_in
            .map(|s| now.unix.as_secs() as i64 + i64::from(s));
        let salt = initial_salt(new_nonce, server_nonce);
        agreement.key = Some(key.clone());
        Ok((
            answer,
            Established {
                key,
                salt,
                time_offset_ms: 0,
                expires_at,
            },
        ))
    }

    /// Wraps an answer, with 0 to 256 random bytes behind it as Telegram's servers have them.
    fn seal(&mut self, now: Now, answer: &[u8]) -> Vec<u8> {
        let mut body = answer.to_vec();
        let trailing = 4 * self.rng.below(65) as usize;
        body.resize(answer.len() + trailing, 0);
        self.rng
            .fill(body.get_mut(answer.len()..).unwrap_or_default());
        let msg_id = self.ids.next(now.unix, || self.rng.u64(), IdKind::Response);
        plain::seal(msg_id, &body)
    }
}

impl fmt::Debug for ServerExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits_for = match self.state {
            State::ReqPq => "req_pq",
            State::Params { .. } => "req_DH_params",
            State::ClientParams(_) => "set_client_DH_params",
        };
        f.debug_struct("ServerExchange")
            .field("waits_for", &waits_for)
            .finish_non_exhaustive()
    }
}

fn check_nonces(got: ([u8; 16], [u8; 16]), own: ([u8; 16], [u8; 16])) -> Result<(), ExchangeError> {
    if got.0 != own.0 {
        Err(ExchangeError::Nonce)
    } else if got.1 != own.1 {
        Err(ExchangeError::ServerNonce)
    } else {
        Ok(())
    }
}

/// Two different primes of 31 bits, the smaller one first.
fn primes(rng: &mut dyn Random) -> (u64, u64) {
    let (a, b) = (prime(rng), prime(rng));
    if a == b {
        primes(rng)
    } else {
        (a.min(b), a.max(b))
    }
}

fn prime(rng: &mut dyn Random) -> u64 {
    loop {
        let n = u64::from(rng.u32() >> 1 | 1 << 30 | 1);
        if (3..)
            .step_by(2)
            .take_while(|d| d * d <= n)
            .all(|d| n % d != 0)
        {
            return n;
        }
    }
}
