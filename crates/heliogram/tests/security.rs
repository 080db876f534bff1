//! Every attack on a client in its key exchange and in its session, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use heliogram::{
    Client, Error, ProtocolError, Purpose,
    api::{enums, functions as f, types},
};
use heliogram_crypto::dh::Group;
use heliogram_simulation::hostile::{ExchangeAttack, Reaction, RecordAttack};
use heliogram_tl::{Call, to_bytes};
use script::{
    Answer, Server,
    account::{answer, client_of, poison, taken, works},
    until, usual,
};
use tokio::runtime::Runtime;

/// Longer than any reaction takes, shorter than a hang.
const SOON: Duration = Duration::from_secs(20);

/// All tests of the program share a runtime: a name is all that differs.
fn block_on<T>(test: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| Runtime::new().unwrap());
    runtime.block_on(async { tokio::time::timeout(SOON, test).await.expect("it hangs") })
}

fn exchange(attack: ExchangeAttack) {
    block_on(async {
        let server = Server::start(|seen| usual(seen).unwrap_or(Answer::Nothing)).await;
        server.attack_exchange(attack);
        let result = server.client().connect_attempts(1).connect().await;
        let Err(Error::Protocol(error)) = result else {
            panic!("{:?}", result.map(drop));
        };
        match *error {
            ProtocolError::Exchange { source, .. } => {
                assert!(attack.is_seen_through(&source), "{source:?}");
            }
            ProtocolError::UnknownServerKey { .. } => {
                assert_eq!(attack, ExchangeAttack::UnknownKeys);
            }
            other => panic!("{other:?}"),
        }
        // Up to here the client has said nothing that rests on what was not true.
        let comes_last = ["sec_11", "sec_12", "dh_gen"];
        let at_the_end = comes_last.iter().any(|part| attack.name().contains(part));
        assert_eq!(server.fooled(), at_the_end);
        assert_eq!(server.keys(), 0);
    });
}

/// Waits until a message was acknowledged more often than this, which happens with any other
/// packet.
async fn acknowledges(client: &Client, server: &Server, msg_id: i64, before: usize) {
    while server.acknowledgements(msg_id) <= before {
        works(client).await;
    }
}

fn record(attack: RecordAttack) {
    block_on(async {
        let server = Server::start(answer).await;
        let (client, mut updates) = client_of(&server).await;
        let before = server.connections();
        let introductions = server.introductions();
        let mut attacks = server.attacks(attack, &poison());
        let last = attacks.split_last();
        let first = attacks.first_id;
        server.inject(attacks.packets);
        if attack.reaction() == Reaction::TakeOnce {
            acknowledges(&client, &server, first, 0).await;
        }
        let acknowledged = server.acknowledgements(first);
        server.inject(last);
        let more = usize::from(attack.reaction() == Reaction::Reconnect);
        until("the client makes another connection, if it has to", || {
            server.connections() >= before + more
        })
        .await;
        works(&client).await;
        let wanted = usize::from(attack.reaction() == Reaction::TakeOnce);
        assert_eq!(taken(&mut updates).await, wanted);
        assert_eq!(server.connections(), before + more);
        match attack.reaction() {
            Reaction::Reconnect => {}
            Reaction::Ignore => {
                // It would say again who it is, had it taken the session for a new one.
                assert_eq!(server.introductions(), introductions);
            }
            Reaction::TakeOnce => {
                acknowledges(&client, &server, first, acknowledged).await;
            }
        }
        client.stop().await.unwrap();
    });
}

#[test]
fn sec_23_a_call_under_way_outlives_the_connection_of_a_refused_packet() {
    block_on(async {
        let asked = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&asked);
        let server = Server::start(move |seen| match seen.id {
            f::help::GetInviteText::ID => {
                flag.store(true, Ordering::SeqCst);
                Answer::Nothing
            }
            _ => answer(seen),
        })
        .await;
        let (client, _updates) = client_of(&server).await;
        let waiting = client.clone();
        let call = tokio::spawn(async move { waiting.invoke(f::help::GetInviteText::new()).await });
        until("the call is there", || asked.load(Ordering::SeqCst)).await;
        let before = server.connections();
        for round in 1..=3 {
            server.attack_sessions(RecordAttack::DamagedKey, &poison());
            until("another connection", || {
                server.connections() >= before + round
            })
            .await;
            works(&client).await;
        }
        assert!(!call.is_finished(), "it is still waited for");
        server.answer_all(&to_bytes(&types::help::InviteText::new("come".into())));
        assert_eq!(call.await.unwrap().unwrap().message, "come");
        assert_eq!(server.count::<f::help::GetInviteText>(), 1, "it ran once");
    });
}

/// What a server says of the password: the group's prime and generator, and its public value.
type Asked = (Vec<u8>, i32, Vec<u8>);

fn hostile_passwords() -> Vec<Asked> {
    let group = Group::known(3).unwrap();
    let prime = group.prime().to_vec();
    let changed = |at: usize, bits: u8| {
        let mut changed = prime.clone();
        changed[at] ^= bits;
        changed
    };
    let unfit = (2..8).find(|g| Group::known(*g).is_err()).unwrap();
    let fit = vec![5; 256];
    let public = |b: Vec<u8>| (prime.clone(), 3, b);
    vec![
        (prime[1..].to_vec(), 3, fit.clone()),
        (changed(200, 0x10), 4, fit.clone()),
        (prime.clone(), 8, fit.clone()),
        (prime.clone(), unfit, fit),
        public(Vec::new()),
        public(vec![0; 256]),
        public([vec![0; 255], vec![1]].concat()),
        public(changed(255, 1)),
        public(changed(255, 2)),
        public(prime.clone()),
        public(vec![0xff; 256]),
        public([vec![0; 56], vec![0xff; 200]].concat()),
    ]
}

#[test]
fn sec_27_no_proof_of_the_password_is_made_for_an_unfit_group_or_public_value() {
    block_on(async {
        let asked = Arc::new(Mutex::new(hostile_passwords()));
        let all = asked.lock().unwrap().len();
        let rest = Arc::clone(&asked);
        let server = Server::start(move |seen| match seen.id {
            f::account::GetPassword::ID => {
                let (p, g, b) = rest.lock().unwrap().pop().unwrap();
                let salt = || vec![7; 16].into();
                let algo =
                    types::PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow::new(
                        salt(),
                        salt(),
                        g,
                        p.into(),
                    );
                let unknown = enums::PasswordKdfAlgo::Unknown;
                let secure = enums::SecurePasswordKdfAlgo::Unknown;
                Answer::Result(to_bytes(&types::account::Password {
                    has_password: true,
                    current_algo: Some(algo.into()),
                    srp_b: Some(b.into()),
                    srp_id: Some(1),
                    ..types::account::Password::new(unknown, secure, salt())
                }))
            }
            _ => answer(seen),
        })
        .await;
        let (client, _updates) = client_of(&server).await;
        for _ in 0..all {
            let left = asked.lock().unwrap().len();
            let error = client.check_password("secret").await.unwrap_err();
            let Error::Protocol(error) = error else {
                panic!("{left}: {error:?}");
            };
            assert!(
                matches!(*error, ProtocolError::Password { .. }),
                "{left}: {error:?}"
            );
        }
        assert_eq!(server.count::<f::account::GetPassword>(), all);
        assert_eq!(server.count::<f::auth::CheckPassword>(), 0);
        works(&client).await;
    });
}

#[test]
fn sec_28_ids_and_sequence_numbers_rise_over_all_connections_of_a_session() {
    block_on(async {
        let server = Server::start(answer).await;
        let (client, _updates) = client_of(&server).await;
        for round in 1..=3 {
            for _ in 0..10 {
                let calls = [works(&client), works(&client), works(&client)];
                let [a, b, c] = calls;
                tokio::join!(a, b, c);
            }
            let before = server.connections();
            server.cut();
            until("another connection", || server.connections() > before).await;
            assert!(server.numbered().len() > 10 * round);
        }
        let mut last = HashMap::new();
        for (session, msg_id, seq_no) in server.numbered() {
            assert_eq!(msg_id & 3, 0, "{msg_id:#x}");
            let (before, number) = last.insert(session, (msg_id, seq_no)).unwrap_or((0, 0));
            assert!(before < msg_id, "{msg_id:#x} after {before:#x}");
            assert!(number <= seq_no, "{seq_no} after {number}");
        }
    });
}

#[test]
fn sec_29_updates_of_connections_that_carry_files_are_not_taken() {
    block_on(async {
        let server = Server::start(answer).await;
        let (client, mut updates) = client_of(&server).await;
        let nearest = client.invoke_on(1, Purpose::Download, f::help::GetNearestDc::new());
        nearest.await.unwrap();
        // It comes in both sessions, and counts in one.
        server.attack_sessions(RecordAttack::Twice, &poison());
        assert_eq!(taken(&mut updates).await, 1);
        client.stop().await.unwrap();
    });
}

#[test]
fn sec_30_a_frame_longer_than_any_packet_ends_the_connection_at_once() {
    block_on(async {
        let server = Server::start(answer).await;
        let (client, mut updates) = client_of(&server).await;
        let before = server.connections();
        server.send_raw(&[0x7f, 0xff, 0xff, 0xff]);
        until("another connection", || server.connections() > before).await;
        works(&client).await;
        assert_eq!(taken(&mut updates).await, 0);
    });
}

heliogram_simulation::exchange_attack_tests!(exchange);
heliogram_simulation::record_attack_tests!(record);
