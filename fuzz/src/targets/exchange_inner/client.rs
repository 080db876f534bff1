//! A client that says what it likes, to a server.

use heliogram_crypto::{SeededRandom, dh::Group, dh::Secret, factorize, handshake::TempKey};
use heliogram_mtproto::{
    exchange::{KeyRefusal, ServerConfig, ServerExchange, ServerStep},
    plain,
    tl::{
        functions::{ReqDHParams, ReqPq, ReqPqMulti, SetClientDHParams},
        types::{
            ClientDHInnerData, DhGenOk, PQInnerData, PQInnerDataDc, PQInnerDataTemp,
            PQInnerDataTempDc, ResPQ, ServerDHParamsOk,
        },
    },
};
use heliogram_tl::{Bytes, from_prefix, to_bytes};

use super::{DC, Script, key, keys, now};

const NONCE: [u8; 16] = [6; 16];
const NEW_NONCE: [u8; 32] = [8; 32];
/// Keys proposed one after the other.
const PROPOSALS: usize = 4;

struct Line<'a> {
    script: Script<'a>,
    server: ServerExchange,
    rng: SeededRandom,
}

pub(super) fn run(script: Script<'_>) {
    let config = ServerConfig {
        keys: keys(),
        dc: DC,
    };
    let mut line = Line {
        script,
        server: ServerExchange::new(config, [4; 32]),
        rng: SeededRandom::new([9; 32]),
    };
    // Where the server is not told what it must be told, there is nothing to go on with.
    let _ = line.exchange();
}

impl Line<'_> {
    fn say(&mut self, body: Bytes) -> Option<ServerStep> {
        let body = self.script.message(body);
        self.server.handle(now(), &plain::seal(4, &body)).ok()
    }

    fn exchange(&mut self) -> Option<()> {
        let first = match self.script.honest() {
            true => to_bytes(&ReqPqMulti { nonce: NONCE }),
            false => to_bytes(&ReqPq { nonce: NONCE }),
        };
        let pq: ResPQ = read(&self.say(first)?)?;
        let number = pq.pq.iter().fold(0, |n, byte| n << 8 | u64::from(*byte));
        let (p, q) = factorize(number).expect("an honest server's number has two factors");
        let request = self.params(&pq, p, q);
        let ok: ServerDHParamsOk = read(&self.say(request)?)?;
        assert_eq!(ok.server_nonce, pq.server_nonce);

        let group = Group::known(3).expect("the known group");
        let mut retry_id = 0;
        for _ in 0..PROPOSALS {
            let secret = group.secret(&mut self.rng);
            let proposal = self.proposal(&pq, &secret, retry_id);
            let step = self.say(proposal)?;
            // One that is sent again is answered again, and makes no other key.
            if let Some(done) = &step.done {
                let _: DhGenOk = read(&step)?;
                retry_id = i64::from_le_bytes(done.key.aux_hash());
            }
            let how = match self.script.0.byte() % 4 {
                1 => KeyRefusal::Retry,
                2 => KeyRefusal::Fail,
                _ => return None,
            };
            self.server.refuse_key(now(), how)?;
        }
        None
    }

    fn params(&mut self, pq: &ResPQ, p: u64, q: u64) -> Bytes {
        let bytes = |n: u64| {
            let all = n.to_be_bytes();
            let zeros = all.iter().take_while(|byte| **byte == 0).count();
            all[zeros..].to_vec()
        };
        let script = &mut self.script;
        let form = script.0.byte() % 4;
        let (pq_bytes, p_bytes) = (script.bytes(&pq.pq), script.bytes(&bytes(p)));
        let q_bytes = script.bytes(&bytes(q));
        let nonce = script.array(NONCE);
        let server_nonce = script.array(pq.server_nonce);
        let (dc, expires_in) = (script.int(DC), script.int(3600));
        macro_rules! form {
            ($form:ident { $($more:ident),* }) => {
                to_bytes(&$form {
                    pq: pq_bytes, p: p_bytes.clone(), q: q_bytes.clone(),
                    nonce, server_nonce, new_nonce: NEW_NONCE, $($more),*
                })
            };
        }
        let inner = match form {
            0 => form!(PQInnerDataDc { dc }),
            1 => form!(PQInnerDataTempDc { dc, expires_in }),
            2 => form!(PQInnerData {}),
            _ => form!(PQInnerDataTemp { expires_in }),
        };
        let inner = script.message(inner);
        let sealed = key().public().encrypt_pad(&inner, &mut self.rng);
        let script = &mut self.script;
        let encrypted_data = match sealed {
            Ok(sealed) => script.bytes(&sealed),
            Err(_) => Bytes::copy_from_slice(script.0.piece()),
        };
        to_bytes(&ReqDHParams {
            nonce: script.array(NONCE),
            server_nonce: script.array(pq.server_nonce),
            p: script.bytes(&p_bytes),
            q: script.bytes(&q_bytes),
            public_key_fingerprint: script.long(key().public().fingerprint()),
            encrypted_data,
        })
    }

    fn proposal(&mut self, pq: &ResPQ, secret: &Secret, retry_id: i64) -> Bytes {
        let script = &mut self.script;
        let inner = to_bytes(&ClientDHInnerData {
            nonce: script.array(NONCE),
            server_nonce: script.array(pq.server_nonce),
            retry_id: script.long(retry_id),
            g_b: script.bytes(secret.public()),
        });
        let inner = script.message(inner);
        let temp = TempKey::derive(&NEW_NONCE, &pq.server_nonce);
        let sealed = temp.seal(&inner, &mut self.rng);
        to_bytes(&SetClientDHParams {
            nonce: script.array(NONCE),
            server_nonce: script.array(pq.server_nonce),
            encrypted_data: script.bytes(&sealed),
        })
    }
}

/// What the server answered; `None` if it is something else.
fn read<T: heliogram_tl::Decode>(step: &ServerStep) -> Option<T> {
    let (_, body) = plain::open(&step.reply).expect("a server says what can be opened");
    from_prefix(&Bytes::copy_from_slice(body)).ok()
}
