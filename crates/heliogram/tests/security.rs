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

use bytes::Bytes;
use heliogram::{
    Client, Error, Event, ProtocolError, Purpose, Updates,
    api::{enums, functions as f, types},
    storage::{Changes, Memory, Records, SignedIn, Storage},
};
use heliogram_simulation::hostile::{ExchangeAttack, Reaction, RecordAttack};
use heliogram_tl::{Call, to_bytes};
use script::{Answer, Seen, Server, until, usual};
use tokio::runtime::Runtime;

/// Longer than any reaction takes, shorter than a hang.
const SOON: Duration = Duration::from_secs(20);
/// How long something that must not come is waited for.
const QUIET: Duration = Duration::from_millis(150);

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

/// An account for which updates come.
async fn signed_in() -> Arc<dyn Storage> {
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let mut changes = Changes::new();
    changes.home_dc(1).signed_in(SignedIn {
        user_id: 7,
        bot: Some(false),
    });
    Records::new(Arc::clone(&storage))
        .commit(changes)
        .await
        .unwrap();
    storage
}

fn answer(seen: &Seen) -> Answer {
    let state = types::updates::State::new(1, 1, 1, 1, 0);
    let me = types::User {
        is_self: true,
        ..types::User::new(7)
    };
    usual(seen).unwrap_or_else(|| match seen.id {
        f::updates::GetState::ID => Answer::Result(to_bytes(&state)),
        f::users::GetUsers::ID => Answer::Result(to_bytes(&vec![enums::User::from(me)])),
        f::updates::GetDifference::ID => {
            let empty = types::updates::DifferenceEmpty::new(1, 1);
            Answer::Result(to_bytes(&enums::updates::Difference::from(empty)))
        }
        f::help::GetNearestDc::ID => {
            Answer::Result(to_bytes(&types::NearestDc::new("DE".into(), 1, 1)))
        }
        _ => Answer::Error(400, "INPUT_METHOD_INVALID"),
    })
}

/// An update that clients hand out as it is.
fn poison() -> Bytes {
    let update = types::UpdateShort::new(enums::Update::Config, 1);
    to_bytes(&enums::Updates::from(update))
}

/// How often the poison was taken by the end of a moment.
async fn taken(updates: &mut Updates) -> usize {
    let mut taken = 0;
    while let Ok(Some(event)) = tokio::time::timeout(QUIET, updates.next()).await {
        let event = event.unwrap();
        let is_poison = matches!(&event, Event::Raw(u) if matches!(**u, enums::Update::Config));
        taken += usize::from(is_poison);
    }
    taken
}

async fn works(client: &Client) {
    let nearest = client.invoke(f::help::GetNearestDc::new()).await.unwrap();
    assert_eq!(nearest.country, "DE");
}

/// A client for which updates come, and which has shown that it works.
async fn client_of(server: &Arc<Server>) -> (Client, Updates) {
    let storage = signed_in().await;
    let client = server.client().shared_storage(storage).connect();
    let client = client.await.unwrap();
    let updates = client.updates();
    until("the client asks for its state", || {
        server.count::<f::updates::GetState>() > 0
    })
    .await;
    works(&client).await;
    (client, updates)
}

fn record(attack: RecordAttack) {
    block_on(async {
        let server = Server::start(answer).await;
        let (client, mut updates) = client_of(&server).await;
        let before = server.connections();
        server.attack_sessions(attack, &poison());
        let more = usize::from(attack.reaction() == Reaction::Reconnect);
        until("the client makes another connection, if it has to", || {
            server.connections() >= before + more
        })
        .await;
        works(&client).await;
        let wanted = usize::from(attack.reaction() == Reaction::TakeOnce);
        assert_eq!(taken(&mut updates).await, wanted);
        assert_eq!(server.connections(), before + more);
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
