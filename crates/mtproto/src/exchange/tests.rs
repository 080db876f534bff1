use std::{
    collections::VecDeque,
    sync::{Arc, LazyLock},
    time::Duration,
};

use bytes::Bytes;
use heliogram_crypto::{
    Random, RsaPrivateKey, RsaPublicKey, SeededRandom,
    handshake::{TempKey, params_fail_hash},
};
use heliogram_tl::{Call, Constructor, from_prefix, to_bytes};

use super::*;
use crate::{
    Now, plain,
    tl::{
        functions::{ReqDHParams, SetClientDHParams},
        types::{
            DhGenFail, DhGenOk, DhGenRetry, PQInnerData, ResPQ, ServerDHInnerData,
            ServerDHParamsFail, ServerDHParamsOk,
        },
    },
    wire::constructor,
};

const NOW: Now = Now {
    mono: Duration::from_secs(9),
    unix: Duration::new(1_705_754_876, 213_110),
};

/// Hands out prepared bytes; for all else zeros where a message id is made, and chance.
struct Script(VecDeque<Vec<u8>>, SeededRandom);

impl Random for Script {
    fn fill(&mut self, out: &mut [u8]) {
        match self.0.front() {
            Some(next) if next.len() == out.len() => {
                out.copy_from_slice(&self.0.pop_front().unwrap_or_default());
            }
            _ if out.len() == 8 => out.fill(0),
            _ => self.1.fill(out),
        }
    }
}

fn sample(name: &str) -> Vec<u8> {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/data/vectors.json")).unwrap();
    let text = all["handshake_sample"][name].as_str().unwrap().to_owned();
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
        .collect()
}

fn rsa() -> RsaPrivateKey {
    static KEY: LazyLock<RsaPrivateKey> =
        LazyLock::new(|| RsaPrivateKey::generate(&mut SeededRandom::new([42; 32])).unwrap());
    KEY.clone()
}

fn client_config(key: &RsaPrivateKey, expires_in: Option<i32>) -> ClientConfig {
    ClientConfig {
        keys: Arc::new([key.public().clone()]),
        dc: 2,
        expires_in,
    }
}

fn server(key: RsaPrivateKey, dc: i32) -> ServerExchange {
    ServerExchange::new(
        ServerConfig {
            keys: Arc::new([key]),
            dc,
        },
        [7; 32],
    )
}

fn sent(step: ClientStep) -> (ClientExchange, Vec<u8>) {
    match step {
        ClientStep::Send(exchange, packet) => (exchange, packet),
        ClientStep::Done(_) => panic!("the exchange is over too early"),
    }
}

fn done(step: ClientStep) -> Established {
    match step {
        ClientStep::Done(established) => established,
        ClientStep::Send(..) => panic!("the exchange is not over"),
    }
}

fn body(packet: &[u8]) -> Bytes {
    Bytes::copy_from_slice(plain::open(packet).unwrap().1)
}

fn answer(value: &impl heliogram_tl::Encode) -> Vec<u8> {
    plain::seal(5, &to_bytes(value))
}

#[test]
fn the_published_sample_is_replayed_value_by_value() {
    let values = ["nonce", "new_nonce", "b", "client_padding"];
    let script = Script(values.map(sample).into(), SeededRandom::new([1; 32]));
    let config = ClientConfig {
        keys: Arc::new([RsaPublicKey::telegram()]),
        dc: 2,
        expires_in: None,
    };
    let (exchange, packet) = ClientExchange::start_with(config, Box::new(script), NOW);
    assert_eq!(packet, sample("req_pq_multi_packet"));

    // The packet's length counts bytes that the page does not show.
    let res_pq = &sample("res_pq_packet")[20..];
    let (exchange, packet) = sent(exchange.handle(NOW, &plain::seal(1, res_pq)).unwrap());
    let request = body(&packet);
    let published = sample("req_DH_params_body");
    let shown = published.len() - 256;
    assert_eq!(request[..shown], published[..shown], "p, q and fingerprint");
    check_inner_data();

    let nonces = [sample("nonce"), sample("server_nonce")].concat();
    let encrypted_answer = Bytes::from(sample("encrypted_answer"));
    let ok = ServerDHParamsOk {
        nonce: nonces[..16].try_into().unwrap(),
        server_nonce: nonces[16..].try_into().unwrap(),
        encrypted_answer,
    };
    let (exchange, packet) = sent(exchange.handle(NOW, &answer(&ok)).unwrap());
    assert_eq!(body(&packet), sample("set_client_DH_params_body"));

    let ok = plain::seal(1, &sample("dh_gen_ok_body"));
    let established = done(exchange.handle(NOW, &ok).unwrap());
    assert_eq!(established.key.as_bytes().to_vec(), sample("auth_key"));
    assert_eq!(
        established.key.id().to_le_bytes().to_vec(),
        sample("auth_key_id_le")
    );
    assert_eq!(
        established.salt.to_le_bytes().to_vec(),
        sample("initial_server_salt_le")
    );
    assert_eq!(
        established.time_offset_ms, 1000,
        "the server's clock showed 1705754877"
    );
}

/// The encrypted form cannot be compared, because the page does not give the padding's key.
fn check_inner_data() {
    let published = sample("p_q_inner_data_dc");
    let (inner, len) = inner::Inner::decode(&published).unwrap();
    assert_eq!(len, published.len());
    let numbers = (1_468_428_376_148_703_121, 1_008_949_199, 1_455_403_679);
    let nonce = sample("nonce").try_into().unwrap();
    let server_nonce = sample("server_nonce").try_into().unwrap();
    let new_nonce: [u8; 32] = sample("new_nonce").try_into().unwrap();
    let ours = inner::Inner::with_numbers(numbers, nonce, server_nonce, &new_nonce, 2, None);
    assert_eq!(*ours.encode(), published);
    assert_eq!(*inner.encode(), published);
}

#[test]
fn both_roles_agree_on_permanent_and_temporary_keys() {
    let key = rsa();
    for (seed, expires_in) in [(1, None), (2, Some(86_400)), (3, None)] {
        let mut server = server(key.clone(), 2);
        let (mut client, mut packet) =
            ClientExchange::start(client_config(&key, expires_in), [seed; 32], NOW);
        let mut made = None;
        let established = loop {
            let step = server.handle(NOW, &packet).unwrap();
            made = step.done.or(made);
            let again = server.handle(NOW, &packet).unwrap();
            assert_eq!(
                again.reply, step.reply,
                "a repeated request gets the same answer"
            );
            match client.handle(NOW, &step.reply).unwrap() {
                ClientStep::Send(next, request) => (client, packet) = (next, request),
                ClientStep::Done(established) => break established,
            }
        };
        let made = made.unwrap();
        assert_eq!(established.key.as_bytes(), made.key.as_bytes());
        assert_eq!(established.salt, made.salt);
        assert_eq!(
            established.expires_at,
            expires_in.map(|s| 1_705_754_876 + i64::from(s))
        );
        assert_eq!(made.expires_at, established.expires_at);
    }
}

/// A client that has got as far as its proposal, and what the server made of it.
fn proposed() -> (ClientExchange, Vec<u8>, ServerExchange) {
    let key = rsa();
    let mut server = server(key.clone(), 2);
    let (client, packet) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
    let reply = server.handle(NOW, &packet).unwrap().reply;
    let (client, packet) = sent(client.handle(NOW, &reply).unwrap());
    let reply = server.handle(NOW, &packet).unwrap().reply;
    let (client, packet) = sent(client.handle(NOW, &reply).unwrap());
    let reply = server.handle(NOW, &packet).unwrap().reply;
    (client, reply, server)
}

#[test]
fn sec_12_a_retry_leads_to_another_key() {
    let (client, ok, mut server) = proposed();
    let retry = server.refuse_key(NOW, KeyRefusal::Retry).unwrap();
    assert_ne!(retry, ok);
    let (client, packet) = sent(client.handle(NOW, &retry).unwrap());
    let step = server.handle(NOW, &packet).unwrap();
    let established = done(client.handle(NOW, &step.reply).unwrap());
    assert_eq!(established.key.id(), step.done.unwrap().key.id());
}

#[test]
fn sec_12_retries_are_bounded_and_their_hash_is_checked() {
    let (mut client, _, mut server) = proposed();
    for _ in 0..MAX_RETRIES {
        let retry = server.refuse_key(NOW, KeyRefusal::Retry).unwrap();
        let (next, packet) = sent(client.handle(NOW, &retry).unwrap());
        client = next;
        server.handle(NOW, &packet).unwrap();
    }
    let retry = server.refuse_key(NOW, KeyRefusal::Retry).unwrap();
    assert_eq!(
        client.handle(NOW, &retry).unwrap_err(),
        ExchangeError::TooManyRetries
    );

    let (client, _, mut server) = proposed();
    let mut retry: DhGenRetry =
        from_prefix(&body(&server.refuse_key(NOW, KeyRefusal::Retry).unwrap())).unwrap();
    retry.new_nonce_hash2[3] ^= 1;
    let error = client.handle(NOW, &answer(&retry)).unwrap_err();
    assert_eq!(error, ExchangeError::NewNonceHash { number: 2 });
}

#[test]
fn sec_12_a_refusal_is_believed_with_the_right_hash_only() {
    let (client, _, mut server) = proposed();
    let refusal = server.refuse_key(NOW, KeyRefusal::Fail).unwrap();
    assert_eq!(
        client.handle(NOW, &refusal).unwrap_err(),
        ExchangeError::Refused
    );

    let (client, _, mut server) = proposed();
    let mut fail: DhGenFail =
        from_prefix(&body(&server.refuse_key(NOW, KeyRefusal::Fail).unwrap())).unwrap();
    fail.new_nonce_hash3[0] ^= 1;
    let error = client.handle(NOW, &answer(&fail)).unwrap_err();
    assert_eq!(error, ExchangeError::NewNonceHash { number: 3 });
}

#[test]
fn sec_11_the_key_counts_only_with_the_right_hash_and_nonces() {
    let broken = |change: fn(&mut DhGenOk)| {
        let (client, ok, _) = proposed();
        let mut ok: DhGenOk = from_prefix(&body(&ok)).unwrap();
        change(&mut ok);
        client.handle(NOW, &answer(&ok)).unwrap_err()
    };
    assert_eq!(
        broken(|ok| ok.new_nonce_hash1[15] ^= 1),
        ExchangeError::NewNonceHash { number: 1 }
    );
    assert_eq!(broken(|ok| ok.nonce[0] ^= 1), ExchangeError::Nonce);
    assert_eq!(
        broken(|ok| ok.server_nonce[0] ^= 1),
        ExchangeError::ServerNonce
    );
}

/// What a client says to a changed `resPQ`.
fn after_pq(change: impl Fn(&mut ResPQ)) -> ExchangeError {
    let key = rsa();
    let (client, packet) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
    let reply = server(key, 2).handle(NOW, &packet).unwrap().reply;
    let mut pq: ResPQ = from_prefix(&body(&reply)).unwrap();
    change(&mut pq);
    client.handle(NOW, &answer(&pq)).unwrap_err()
}

#[test]
fn sec_01_03_04_a_false_res_pq_is_refused() {
    assert_eq!(after_pq(|pq| pq.nonce[7] ^= 1), ExchangeError::Nonce);
    for bad in [
        vec![],
        vec![1],
        vec![0xff; 9],
        vec![13],
        49u64.to_be_bytes().to_vec(),
    ] {
        let error = after_pq(|pq| pq.pq = bad.clone().into());
        assert_eq!(error, ExchangeError::Pq, "{bad:?}");
    }
    let error = after_pq(|pq| pq.server_public_key_fingerprints = vec![1, 2, 3]);
    assert_eq!(error, ExchangeError::UnknownKey);
}

#[test]
fn a_message_out_of_turn_is_refused() {
    let (client, _, _) = proposed();
    let pq = ResPQ::new([0; 16], [0; 16], Bytes::new(), Vec::new());
    let error = client.handle(NOW, &answer(&pq)).unwrap_err();
    assert_eq!(error, ExchangeError::UnexpectedMessage { id: ResPQ::ID });
}

/// A server whose second answer can be forged, because the test decrypts what the client sends.
struct Forger {
    client: ClientExchange,
    nonce: [u8; 16],
    server_nonce: [u8; 16],
    new_nonce: [u8; 32],
    inner: ServerDHInnerData,
}

fn forger() -> Forger {
    let key = rsa();
    let mut server = server(key.clone(), 2);
    let (client, packet) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
    let reply = server.handle(NOW, &packet).unwrap().reply;
    let (client, packet) = sent(client.handle(NOW, &reply).unwrap());
    let request: ReqDHParams = from_prefix(&body(&packet)).unwrap();
    let padded = key.decrypt_pad(&request.encrypted_data).unwrap();
    let (inner, _) = inner::Inner::decode(&padded[..]).unwrap();
    let reply = server.handle(NOW, &packet).unwrap().reply;
    let ok: ServerDHParamsOk = from_prefix(&body(&reply)).unwrap();
    let temp = TempKey::derive(&inner.new_nonce, &inner.server_nonce);
    let mut data = ok.encrypted_answer.to_vec();
    let opened = Bytes::copy_from_slice(temp.open(&mut data).unwrap());
    let (nonce, server_nonce) = (inner.nonce, inner.server_nonce);
    let new_nonce = *inner.new_nonce;
    Forger {
        client,
        nonce,
        server_nonce,
        new_nonce,
        inner: from_prefix(&opened).unwrap(),
    }
}

/// What a client says to a changed answer inside of a well-made envelope.
fn after_params(change: impl Fn(&mut ServerDHInnerData)) -> ExchangeError {
    let Forger {
        client,
        nonce,
        server_nonce,
        new_nonce,
        mut inner,
    } = forger();
    change(&mut inner);
    let temp = TempKey::derive(&new_nonce, &server_nonce);
    let encrypted_answer = temp
        .seal(&to_bytes(&inner), &mut SeededRandom::new([3; 32]))
        .into();
    let ok = ServerDHParamsOk {
        nonce,
        server_nonce,
        encrypted_answer,
    };
    client.handle(NOW, &answer(&ok)).unwrap_err()
}

#[test]
fn sec_01_02_nonces_inside_of_the_encrypted_answer_are_checked() {
    assert_eq!(after_params(|i| i.nonce[0] ^= 1), ExchangeError::Nonce);
    assert_eq!(
        after_params(|i| i.server_nonce[0] ^= 1),
        ExchangeError::ServerNonce
    );
}

#[test]
fn sec_05_a_damaged_answer_is_refused_before_anything_in_it_is_read() {
    let Forger {
        client,
        nonce,
        server_nonce,
        new_nonce,
        inner,
    } = forger();
    let temp = TempKey::derive(&new_nonce, &server_nonce);
    let mut data = temp.seal(&to_bytes(&inner), &mut SeededRandom::new([3; 32]));
    data[40] ^= 1;
    let ok = ServerDHParamsOk {
        nonce,
        server_nonce,
        encrypted_answer: data.into(),
    };
    let error = client.handle(NOW, &answer(&ok)).unwrap_err();
    assert!(matches!(error, ExchangeError::Answer(_)), "{error}");
}

#[test]
fn sec_06_to_10_unfit_groups_and_values_are_refused() {
    type Change = fn(&mut ServerDHInnerData);
    let changes: [Change; 7] = [
        |i| i.dh_prime = i.dh_prime.slice(1..),
        |i| i.dh_prime = [&[0x7f], &i.dh_prime[1..]].concat().into(),
        |i| i.dh_prime = [&i.dh_prime[..255], &[0x59]].concat().into(),
        |i| i.g = 2,
        |i| i.g = 8,
        |i| i.g_a = Bytes::from_static(&[1]),
        |i| i.g_a = i.dh_prime.clone(),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let error = after_params(change);
        assert!(matches!(error, ExchangeError::Dh(_)), "change {n}: {error}");
    }
}

#[test]
fn the_old_refusal_of_parameters_needs_its_hash() {
    for (damage, expected) in [
        (0, ExchangeError::Refused),
        (1, ExchangeError::NewNonceHash { number: 0 }),
    ] {
        let Forger {
            client,
            nonce,
            server_nonce,
            new_nonce,
            ..
        } = forger();
        let mut new_nonce_hash = params_fail_hash(&new_nonce);
        new_nonce_hash[0] ^= damage;
        let fail = ServerDHParamsFail {
            nonce,
            server_nonce,
            new_nonce_hash,
        };
        assert_eq!(client.handle(NOW, &answer(&fail)).unwrap_err(), expected);
    }
}

#[test]
fn the_server_checks_data_centre_and_life_time() {
    let key = rsa();
    let result = |dc, expires_in| {
        let mut server = server(key.clone(), 2);
        let config = ClientConfig {
            dc,
            ..client_config(&key, expires_in)
        };
        let (client, packet) = ClientExchange::start(config, [1; 32], NOW);
        let reply = server.handle(NOW, &packet).unwrap().reply;
        let (_, packet) = sent(client.handle(NOW, &reply).unwrap());
        server.handle(NOW, &packet).err()
    };
    for dc in [2, 10_002, -2, -10_002] {
        assert_eq!(result(dc, None), None, "{dc}");
    }
    let wrong = result(3, None).unwrap();
    assert_eq!(
        (wrong, wrong.transport_code()),
        (ExchangeError::WrongDc { dc: 3 }, -444)
    );
    let never = result(2, Some(0)).unwrap();
    assert_eq!(
        (never, never.transport_code()),
        (ExchangeError::ExpiresIn { seconds: 0 }, -404)
    );
}

/// What the server says to a changed request of a client.
fn server_after(change: impl Fn(&mut ReqDHParams)) -> ExchangeError {
    let key = rsa();
    let mut server = server(key.clone(), 2);
    let (client, packet) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
    let reply = server.handle(NOW, &packet).unwrap().reply;
    let (_, packet) = sent(client.handle(NOW, &reply).unwrap());
    let mut request: ReqDHParams = from_prefix(&body(&packet)).unwrap();
    change(&mut request);
    server.handle(NOW, &answer(&request)).unwrap_err()
}

#[test]
fn the_server_refuses_false_requests() {
    assert_eq!(server_after(|r| r.nonce[0] ^= 1), ExchangeError::Nonce);
    assert_eq!(
        server_after(|r| r.server_nonce[0] ^= 1),
        ExchangeError::ServerNonce
    );
    assert_eq!(server_after(|r| r.p = r.q.clone()), ExchangeError::Factors);
    assert_eq!(
        server_after(|r| r.public_key_fingerprint ^= 1),
        ExchangeError::UnknownKey
    );
    let damage = |r: &mut ReqDHParams| {
        let mut data = r.encrypted_data.to_vec();
        data[100] ^= 1;
        r.encrypted_data = data.into();
    };
    assert_eq!(server_after(damage), ExchangeError::Undecryptable);
    let short = |r: &mut ReqDHParams| r.encrypted_data = Bytes::from_static(b"short");
    assert_eq!(server_after(short), ExchangeError::Undecryptable);
}

#[test]
fn the_server_takes_the_padding_and_the_inner_data_of_older_clients() {
    let key = rsa();
    let make = |damage: u8| {
        let mut server = server(key.clone(), 2);
        let (client, packet) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
        let reply = server.handle(NOW, &packet).unwrap().reply;
        let (_, packet) = sent(client.handle(NOW, &reply).unwrap());
        let mut request: ReqDHParams = from_prefix(&body(&packet)).unwrap();
        let padded = key.decrypt_pad(&request.encrypted_data).unwrap();
        let (inner, _) = inner::Inner::decode(&padded[..]).unwrap();
        let (pq, p, q) = (inner.pq, inner.p, inner.q);
        let (nonce, server_nonce, new_nonce) = (inner.nonce, inner.server_nonce, *inner.new_nonce);
        let old = PQInnerData {
            pq,
            p,
            q,
            nonce,
            server_nonce,
            new_nonce,
        };
        request.encrypted_data = old_padding(&key, &to_bytes(&old), damage);
        server
            .handle(NOW, &answer(&request))
            .map(|step| constructor(&body(&step.reply)))
    };
    assert_eq!(make(0), Ok(ServerDHParamsOk::ID));
    assert_eq!(make(1), Err(ExchangeError::Undecryptable));
}

/// RSA as it was before 2021: a hash, the data, and anything up to 255 bytes.
fn old_padding(key: &RsaPrivateKey, data: &[u8], damage: u8) -> Bytes {
    use num_bigint::BigUint;
    let mut plain = [&heliogram_crypto::sha1(&[data])[..], data].concat();
    plain[0] ^= damage;
    plain.resize(255, 0x55);
    let modulus = BigUint::from_bytes_be(key.public().modulus());
    let exponent = BigUint::from(key.public().exponent());
    let sealed = BigUint::from_bytes_be(&plain)
        .modpow(&exponent, &modulus)
        .to_bytes_be();
    [vec![0; 256 - sealed.len()], sealed].concat().into()
}

#[test]
fn a_client_that_repeats_its_retry_id_is_refused() {
    let (client, _, mut server) = proposed();
    let retry = server.refuse_key(NOW, KeyRefusal::Retry).unwrap();
    let (_, packet) = sent(client.handle(NOW, &retry).unwrap());
    assert_eq!(constructor(&body(&packet)), SetClientDHParams::ID);
    // The server wants a third one meanwhile, so this proposal names an old attempt.
    let request = body(&packet);
    server.handle(NOW, &packet).unwrap();
    server.refuse_key(NOW, KeyRefusal::Retry).unwrap();
    let late = plain::seal(9, &[&request[..], &[0; 4]].concat());
    assert_eq!(
        server.handle(NOW, &late).unwrap_err(),
        ExchangeError::RetryId
    );
}

#[test]
fn hostile_bytes_are_errors_at_both_ends() {
    let key = rsa();
    let mut rng = SeededRandom::new([5; 32]);
    for len in (0..400).step_by(7) {
        let mut noise = vec![0; len];
        rng.fill(&mut noise);
        let (client, _) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
        assert!(client.handle(NOW, &noise).is_err());
        let packet = plain::seal(4, &noise);
        let (client, _) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
        assert!(client.handle(NOW, &packet).is_err());
        assert!(server(key.clone(), 2).handle(NOW, &packet).is_err());
    }
}
