//! A server that says what it likes, to a client.

use heliogram_crypto::{SeededRandom, handshake::TempKey, handshake::params_fail_hash};
use heliogram_mtproto::{
    exchange::{
        ClientConfig, ClientExchange, ClientStep, KeyRefusal, ServerConfig, ServerExchange,
    },
    plain,
    tl::{
        functions::{ReqDHParams, ReqPqMulti},
        types::{
            DhGenFail, DhGenOk, DhGenRetry, PQInnerDataDc, PQInnerDataTempDc, ResPQ,
            ServerDHInnerData, ServerDHParamsFail, ServerDHParamsOk,
        },
    },
};
use heliogram_tl::{Bytes, Call, Constructor, from_prefix, to_bytes};

use super::{DC, Script, key, keys, now};

/// Longer exchanges only repeat themselves.
const STEPS: usize = 12;

pub(super) fn run(mut script: Script<'_>) {
    let expires_in = (!script.honest()).then_some(3600);
    let config = ClientConfig {
        keys: [key().public().clone()].into(),
        dc: DC,
        expires_in,
    };
    let mut honest = ServerExchange::new(
        ServerConfig {
            keys: keys(),
            dc: DC,
        },
        [4; 32],
    );
    let (mut client, mut packet) = ClientExchange::start(config, [5; 32], now());
    for step in 0..STEPS {
        let (_, request) = plain::open(&packet).expect("a client says what can be opened");
        let request = Bytes::copy_from_slice(request);
        // The client has gone another way than the honest server would have led it.
        let Ok(answer) = honest.handle(now(), &packet) else {
            return;
        };
        let (_, right) = plain::open(&answer.reply).expect("so does a server");
        let right = Bytes::copy_from_slice(right);
        let said = match request.first_chunk().map(|id| u32::from_le_bytes(*id)) {
            Some(ReqPqMulti::ID) => pq(&mut script, &right),
            Some(ReqDHParams::ID) => params(&mut script, &request, &right),
            _ => end(&mut script, &mut honest, &right),
        };
        let reply = plain::seal(5 + 4 * step as i64, &script.message(said));
        match client.handle(now(), &reply) {
            Ok(ClientStep::Send(next, out)) => (client, packet) = (next, out),
            Ok(ClientStep::Done(mine)) => {
                // Only a server that knows it can vouch for a key.
                let theirs = answer.done.expect("the server has it first");
                assert_eq!(mine.key.id(), theirs.key.id());
                assert_eq!(mine.expires_at.is_some(), expires_in.is_some());
                return;
            }
            Err(_) => return,
        }
    }
}

fn pq(script: &mut Script<'_>, right: &Bytes) -> Bytes {
    let mut pq: ResPQ = from_prefix(right).expect("a server's own words");
    pq.nonce = script.array(pq.nonce);
    pq.pq = script.bytes(&pq.pq);
    if !script.honest() {
        pq.server_public_key_fingerprints
            .insert(0, script.0.u32().into());
    }
    to_bytes(&pq)
}

fn params(script: &mut Script<'_>, request: &Bytes, right: &Bytes) -> Bytes {
    let mut ok: ServerDHParamsOk = from_prefix(right).expect("a server's own words");
    let request: ReqDHParams = from_prefix(request).expect("the honest server has read it");
    let (new_nonce, server_nonce) = overhear(&request);
    if !script.honest() {
        return to_bytes(&ServerDHParamsFail {
            nonce: script.array(ok.nonce),
            server_nonce: script.array(ok.server_nonce),
            new_nonce_hash: script.array(params_fail_hash(&new_nonce)),
        });
    }
    let temp = TempKey::derive(&new_nonce, &server_nonce);
    let mut data = ok.encrypted_answer.to_vec();
    let opened = temp.open(&mut data).expect("a server's own words");
    let mut inner: ServerDHInnerData =
        from_prefix(&Bytes::copy_from_slice(opened)).expect("a server's own words");
    inner.nonce = script.array(inner.nonce);
    inner.server_nonce = script.array(inner.server_nonce);
    inner.g = script.int(inner.g);
    inner.dh_prime = number(script, &inner.dh_prime);
    inner.g_a = number(script, &inner.g_a);
    inner.server_time = script.int(inner.server_time);
    let answer = script.message(to_bytes(&inner));
    ok.encrypted_answer = temp.seal(&answer, &mut SeededRandom::new([3; 32])).into();
    ok.nonce = script.array(ok.nonce);
    ok.server_nonce = script.array(ok.server_nonce);
    to_bytes(&ok)
}

/// The right number, one near it, or any.
fn number(script: &mut Script<'_>, right: &[u8]) -> Bytes {
    if script.honest() {
        return Bytes::copy_from_slice(right);
    }
    let mut near = right.to_vec();
    let at = usize::from(script.0.byte());
    if let Some(byte) = near.get_mut(at) {
        *byte ^= script.0.byte();
    }
    script.bytes(&near)
}

/// What the client encrypted for the server.
fn overhear(request: &ReqDHParams) -> ([u8; 32], [u8; 16]) {
    let padded = key().decrypt_pad(&request.encrypted_data);
    let plain = Bytes::copy_from_slice(&padded.expect("the honest server has read it")[..]);
    let id = plain.first_chunk().map(|id| u32::from_le_bytes(*id));
    if id == Some(PQInnerDataDc::ID) {
        let inner: PQInnerDataDc = from_prefix(&plain).expect("a client's own words");
        return (inner.new_nonce, inner.server_nonce);
    }
    let inner: PQInnerDataTempDc = from_prefix(&plain).expect("a client's own words");
    (inner.new_nonce, inner.server_nonce)
}

fn end(script: &mut Script<'_>, honest: &mut ServerExchange, right: &Bytes) -> Bytes {
    let how = match script.0.byte() % 4 {
        1 => KeyRefusal::Retry,
        2 => KeyRefusal::Fail,
        _ => {
            let mut ok: DhGenOk = from_prefix(right).expect("a server's own words");
            ok.nonce = script.array(ok.nonce);
            ok.server_nonce = script.array(ok.server_nonce);
            ok.new_nonce_hash1 = script.array(ok.new_nonce_hash1);
            return to_bytes(&ok);
        }
    };
    let packet = honest.refuse_key(now(), how).expect("there is a key");
    let (_, body) = plain::open(&packet).expect("a server's own words");
    let body = Bytes::copy_from_slice(body);
    match how {
        KeyRefusal::Retry => {
            let mut retry: DhGenRetry = from_prefix(&body).expect("a server's own words");
            retry.new_nonce_hash2 = script.array(retry.new_nonce_hash2);
            to_bytes(&retry)
        }
        KeyRefusal::Fail => {
            let mut fail: DhGenFail = from_prefix(&body).expect("a server's own words");
            fail.new_nonce_hash3 = script.array(fail.new_nonce_hash3);
            to_bytes(&fail)
        }
    }
}
