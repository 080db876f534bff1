//! Every attack on a client in its key exchange and in its session, packet by packet.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{collections::HashSet, sync::LazyLock, time::Duration};

use bytes::Bytes;
use heliogram_crypto::{AuthKey, RsaPrivateKey, SeededRandom};
use heliogram_mtproto::{
    Event, Now, SendOptions, Session, SessionConfig,
    exchange::{
        ClientConfig, ClientExchange, ClientStep, ExchangeError, ServerConfig, ServerExchange,
    },
    server::{self, ServerEvent, ServerSalts, ServerSession},
};
use heliogram_simulation::hostile::{
    ExchangeAttack, HostileServer, Reaction, RecordAttack, RequestAttack, Victim,
};

const NOW: Now = Now {
    mono: Duration::from_secs(1000),
    unix: Duration::from_secs(1_790_000_000),
};
/// Something a server may say: any constructor the protocol itself does not have.
const POISON: Bytes = Bytes::from_static(&[9, 9, 9, 9, 1, 2, 3, 4]);

fn rsa() -> RsaPrivateKey {
    static KEY: LazyLock<RsaPrivateKey> =
        LazyLock::new(|| RsaPrivateKey::generate(&mut SeededRandom::new([42; 32])).unwrap());
    KEY.clone()
}

/// The error a client ends its exchange with.
fn exchanged(attack: ExchangeAttack) -> ExchangeError {
    let mut server = HostileServer::new(attack, rsa(), 2, [7; 32]);
    let config = ClientConfig {
        keys: [rsa().public().clone()].into(),
        dc: 2,
        expires_in: None,
    };
    let (mut client, mut packet) = ClientExchange::start(config, [1; 32], NOW);
    for _ in 0..100 {
        let reply = server.handle(NOW, &packet).unwrap();
        match client.handle(NOW, &reply) {
            Ok(ClientStep::Send(next, request)) => (client, packet) = (next, request),
            Ok(ClientStep::Done(_)) => panic!("the client has a key"),
            Err(error) => return error,
        }
    }
    panic!("the exchange never ends");
}

fn exchange(attack: ExchangeAttack) {
    let error = exchanged(attack);
    assert!(attack.is_seen_through(&error), "{error:?}");
}

#[test]
fn sec_13_no_two_exchanges_share_anything_secret() {
    let config = || ClientConfig {
        keys: [rsa().public().clone()].into(),
        dc: 2,
        expires_in: None,
    };
    let server = |seed| {
        let keys = [rsa()].into();
        ServerExchange::new(ServerConfig { keys, dc: 2 }, [seed; 32])
    };
    let mut said = HashSet::new();
    let mut keys = HashSet::new();
    for seed in 1..=4 {
        // The same server each time: what differs comes from the client.
        let mut server = server(9);
        let (mut client, mut packet) = ClientExchange::start(config(), [seed; 32], NOW);
        let established = loop {
            // Behind the header, in which stands the time.
            assert!(said.insert(packet[20..].to_vec()), "said twice");
            let reply = server.handle(NOW, &packet).unwrap().reply;
            match client.handle(NOW, &reply).unwrap() {
                ClientStep::Send(next, request) => (client, packet) = (next, request),
                ClientStep::Done(established) => break established,
            }
        };
        assert!(
            !format!("{established:?}")
                .contains(&format!("{:?}", &established.key.as_bytes()[..4]))
        );
        assert!(
            keys.insert(established.key.as_bytes().to_vec()),
            "made twice"
        );
    }
}

/// What came of an attack.
struct Outcome {
    accepted: usize,
    refused: usize,
    updates: usize,
    other_events: Vec<Event>,
}

fn attacked(attack: RecordAttack) -> Outcome {
    let key = AuthKey::new(std::array::from_fn(|i| i as u8));
    let config = SessionConfig {
        salt: 77,
        time_offset_ms: Some(0),
        ..SessionConfig::default()
    };
    let mut session = Session::new(config, key.clone(), [1; 32], NOW);
    session.handle_connected(NOW);
    session.send(NOW, POISON, SendOptions::default());
    let mut out = Vec::new();
    while session.poll_packet(NOW, &mut out) {}
    let victim = Victim {
        key: &key,
        session_id: session.session_id(),
        salt: 0,
        time: NOW.unix,
        poison: &POISON,
    };
    let mut outcome = Outcome {
        accepted: 0,
        refused: 0,
        updates: 0,
        other_events: Vec::new(),
    };
    for mut packet in attack.packets(&victim) {
        match session.handle_packet(NOW, &mut packet) {
            Ok(()) => outcome.accepted += 1,
            Err(_) => outcome.refused += 1,
        }
        while let Some(event) = session.poll_event() {
            match event {
                Event::Update(data) if data == POISON => outcome.updates += 1,
                other => outcome.other_events.push(other),
            }
        }
    }
    assert_eq!(session.server_time(NOW), NOW.unix, "the clock moved");
    assert_eq!(session.pending(), 1, "the request is still waited for");
    outcome
}

fn record(attack: RecordAttack) {
    let outcome = attacked(attack);
    assert_eq!(outcome.other_events, []);
    let expected = match attack.reaction() {
        Reaction::Reconnect => (1, 0),
        Reaction::Ignore => (0, 0),
        Reaction::TakeOnce => (0, 1),
    };
    assert_eq!((outcome.refused, outcome.updates), expected);
    assert!(outcome.refused == 1 || outcome.accepted > 0);
}

/// How often a server runs the request of an attack.
fn request(attack: RequestAttack) {
    let key = AuthKey::new(std::array::from_fn(|i| i as u8));
    let salts = ServerSalts::new(key.clone());
    let victim = Victim {
        key: &key,
        session_id: 5,
        salt: salts.current(NOW),
        time: NOW.unix,
        poison: &POISON,
    };
    let mut session = ServerSession::new(key.clone(), 5, salts, [1; 32], NOW);
    session.handle_connected(NOW);
    let mut runs = 0;
    for mut packet in attack.packets(&victim) {
        let Ok(opened) = server::open(&key, &mut packet) else {
            continue;
        };
        // What it says about the packet may be an error, or a refusal to the client.
        let _ = session.handle_opened(NOW, &opened);
        while let Some(event) = session.poll_event() {
            runs += usize::from(matches!(event, ServerEvent::Request { .. }));
        }
    }
    assert_eq!(runs, attack.runs());
}

heliogram_simulation::exchange_attack_tests!(exchange);
heliogram_simulation::request_attack_tests!(request);
heliogram_simulation::record_attack_tests!(record);
