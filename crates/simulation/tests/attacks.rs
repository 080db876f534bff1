//! Every attack on either end of a key exchange and of a session, packet by packet.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{collections::HashSet, sync::LazyLock, time::Duration};

use bytes::Bytes;
use heliogram_crypto::{AuthKey, RsaPrivateKey, SeededRandom, Side};
use heliogram_mtproto::{
    Event, Now, PingConfig, SendOptions, Session, SessionConfig,
    exchange::{
        ClientConfig, ClientExchange, ClientStep, ExchangeError, ServerConfig, ServerExchange,
    },
    proxy::FakeTls,
    server::{self, ServerEvent, ServerSalts, ServerSession},
};
use heliogram_simulation::hostile::{
    ExchangeAttack, Heard, HostileClient, HostileServer, KeyAttack, ProxyAttack, Reaction,
    RecordAttack, RequestAttack, Victim, acknowledged,
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

/// The server's end of key exchanges.
fn server_of(seed: u8) -> ServerExchange {
    let keys = [rsa()].into();
    ServerExchange::new(ServerConfig { keys, dc: 2 }, [seed; 32])
}

/// What a server finds in a client's key exchange, and at which of its packets.
fn key(attack: KeyAttack) {
    let mut server = server_of(7);
    let public = rsa().public().clone();
    let (mut client, mut packet) = HostileClient::start(attack, public, 2, [1; 32]);
    for step in 1..=attack.answered() {
        let reply = server.handle(NOW, &packet).unwrap().reply;
        packet = match step {
            1 => client.take_pq(&reply).unwrap(),
            _ => client.take_params(&reply).unwrap(),
        };
    }
    let error = server.handle(NOW, &packet).unwrap_err();
    assert!(attack.is_seen_through(&error), "{error:?}");
    assert_eq!(error.transport_code(), -404);
}

#[test]
fn sec_13_no_two_exchanges_share_anything_secret() {
    let config = || ClientConfig {
        keys: [rsa().public().clone()].into(),
        dc: 2,
        expires_in: None,
    };
    let mut said = HashSet::new();
    let mut keys = HashSet::new();
    for seed in 1..=4 {
        // The same server each time: what differs comes from the client.
        let mut server = server_of(9);
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
#[derive(Default)]
struct Outcome {
    accepted: usize,
    refused: usize,
    updates: usize,
    other_events: Vec<Event>,
    /// Whether the first message of the attack was acknowledged before its last packet came, and
    /// after that.
    acknowledged: [bool; 2],
}

/// Longer than an acknowledgement waits for company.
const PAUSE: Duration = Duration::from_secs(11);

/// What the client acknowledges once it has had the time.
fn acknowledgements(session: &mut Session, key: &AuthKey, now: Now) -> Vec<i64> {
    session.handle_timeout(now);
    let mut ids = Vec::new();
    let mut packet = Vec::new();
    while session.poll_packet(now, &mut packet) {
        ids.extend(acknowledged(&server::open(key, &mut packet).unwrap()));
    }
    ids
}

fn attacked(attack: RecordAttack) -> Outcome {
    let key = AuthKey::new(std::array::from_fn(|i| i as u8));
    let config = SessionConfig {
        salt: 77,
        time_offset_ms: Some(0),
        // Nobody answers a ping.
        ping: PingConfig {
            timeout: Duration::from_secs(3600),
            ..PingConfig::default()
        },
        ..SessionConfig::default()
    };
    let mut session = Session::new(config, key.clone(), [1; 32], NOW);
    session.handle_connected(NOW);
    session.send(NOW, POISON, SendOptions::default());
    acknowledgements(&mut session, &key, NOW);
    let victim = Victim {
        key: &key,
        session_id: session.session_id(),
        salt: 0,
        time: NOW.unix,
        poison: &POISON,
    };
    let first = victim.first_id(Side::Server);
    let mut outcome = Outcome::default();
    let mut now = NOW;
    let mut packets = attack.packets(&victim);
    let last = packets.split_off(packets.len() - 1);
    for (part, packets) in [packets, last].into_iter().enumerate() {
        for mut packet in packets {
            match session.handle_packet(now, &mut packet) {
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
        assert_eq!(session.server_time(now), now.unix, "the clock moved");
        assert_eq!(session.pending(), 1, "the request is still waited for");
        now = now.plus(PAUSE);
        let ids = acknowledgements(&mut session, &key, now);
        outcome.acknowledged[part] = ids.contains(&first);
    }
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
    match attack.reaction() {
        // What may have been read to its end or not says nothing of acknowledgements.
        Reaction::Reconnect => {}
        Reaction::Ignore => assert_eq!(outcome.acknowledged, [false, true]),
        Reaction::TakeOnce => assert_eq!(outcome.acknowledged, [true, true], "again"),
    }
}

/// What a server does about an attack: how often it runs the request, and what it says.
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
    let mut heard = Heard::default();
    for mut packet in attack.packets(&victim) {
        let opened = server::open(&key, &mut packet);
        heard.closed |= opened.is_err()
            || opened.is_ok_and(|opened| session.handle_opened(NOW, &opened).is_err());
        while let Some(event) = session.poll_event() {
            if let ServerEvent::Request { msg_id, .. } = event {
                runs += 1;
                assert!(session.reply(NOW, msg_id, Ok(POISON)));
            }
        }
        let mut out = Vec::new();
        while session.poll_packet(NOW, &mut out) {
            heard.packet(&victim, &mut out).unwrap();
        }
    }
    assert_eq!(runs, attack.runs());
    // Transport errors are said by whoever owns the connection.
    let expected = Heard {
        error: None,
        ..attack.heard(&victim)
    };
    assert_eq!(heard, expected);
}

/// What a client finds in what a proxy says, and that nothing of it is taken for data.
fn proxy(attack: ProxyAttack) {
    let secret = [7; 16];
    let (mut greeting, hello) =
        FakeTls::start(secret, "example.com", 1_790_000_000, [1; 32]).unwrap();
    let answered = greeting.receive(&attack.answer(&secret, &hello));
    let error = match (answered, attack.data()) {
        (Err(error), None) => error,
        (Ok(Some(mut records)), Some(data)) => {
            let mut out = Vec::new();
            let error = records.receive(data, &mut out).unwrap_err();
            assert!(out.is_empty());
            error
        }
        (other, _) => panic!("{other:?}"),
    };
    assert_eq!(error, attack.error());
}

heliogram_simulation::exchange_attack_tests!(exchange);
heliogram_simulation::key_attack_tests!(key);
heliogram_simulation::request_attack_tests!(request);
heliogram_simulation::proxy_attack_tests!(proxy);
heliogram_simulation::record_attack_tests!(record);
