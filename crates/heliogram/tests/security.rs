//! Every attack on a client in its key exchange and in its session, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use heliogram::{
    Client, Error, ProtocolError, Purpose,
    api::{functions as f, types},
};
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
        let gaps = server.count::<f::updates::GetDifference>();
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
                let asked = server.count::<f::updates::GetDifference>();
                assert_eq!(asked, gaps, "it believes that updates are missing");
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
