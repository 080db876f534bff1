//! Both roles against each other, and the published sample.

mod false_clients;
mod false_servers;

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
        serde_json::from_str(include_str!("../../../tests/data/vectors.json")).unwrap();
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
