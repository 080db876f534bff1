//! Several data centres: accounts, numbers and files are where they are, and nobody minds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod room;
mod script;

use std::{
    sync::{Arc, atomic::AtomicBool, atomic::Ordering},
    time::{Duration, Instant},
};

use bytes::Bytes;
use heliogram::{
    Client, Error, InputFile, NetworkError, Purpose, Servers,
    api::{enums, functions as f, types},
    storage::{Memory, Storage},
};
use heliogram_server::{Fault, Migrate, TestServer};
use heliogram_tl::{Call, to_bytes};
use script::{Answer, Server, account::signed_in, usual};
use tokio::{net::TcpListener, task::JoinSet, time::timeout};

/// How long something may take that nothing holds up.
const SOON: Duration = Duration::from_secs(20);

fn history() -> f::messages::GetHistory {
    f::messages::GetHistory::new(enums::InputPeer::InputPeerSelf, 0, 0, 0, 10, 0, 0, 0)
}

/// Somebody whose number, and so whose account and files, are at a data centre of choice.
async fn newcomer(server: &TestServer, dc: u8) -> Client {
    let phone = format!("99966{dc}1111");
    let client = room::builder(server).connect().await.unwrap();
    let code = dc.to_string().repeat(5);
    client
        .sign_in(phone)
        .code(move || std::future::ready(Ok(code.clone())))
        .sign_up("Carol", "")
        .await
        .unwrap();
    assert_eq!(client.home_dc(), i32::from(dc));
    client
}

#[tokio::test]
async fn numbers_and_files_of_any_data_centre_are_found_and_the_account_is_carried_once() {
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    let alice = room::enter(&server, &alice).await;
    let carol = newcomer(&server, 1).await;
    assert_ne!(carol.home_dc(), alice.home_dc());
    let mut updates = alice.updates();
    let body: Vec<u8> = (0..3_000_000_u32).map(|n| (n / 7) as u8).collect();
    for _ in 0..2 {
        let file = InputFile::bytes("big.bin", body.clone());
        carol.send_file("@alice", file).await.unwrap();
    }
    let first = room::next_message(&mut updates).await;
    let second = room::next_message(&mut updates).await;
    // Two downloads of several connections and parts each, all of which need the account there.
    let (first, second) = tokio::join!(
        alice.download(&first).to_vec(),
        alice.download(&second).to_vec()
    );
    assert!(first.unwrap() == body && second.unwrap() == body);
    assert_eq!(server.calls("auth.exportAuthorization"), 1);
    assert_eq!(server.calls("auth.importAuthorization"), 1);
    assert_eq!(alice.stats().transfers, 1);
}

#[tokio::test]
async fn an_account_sent_to_another_data_centre_goes_there_and_comes_back() {
    let server = TestServer::start().await;
    let account = server.user("alice").await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let client = room::enter_with(&server, &account, Arc::clone(&storage)).await;
    let (home, before) = (client.home_dc(), client.stats().migrations);
    let fault = Fault::migrate(Migrate::User, 3).method("messages.getHistory");
    server.faults().add(fault).unwrap();
    // The server sends the client away by mistake, and from there home again.
    client.invoke(history()).await.unwrap();
    assert_eq!(client.home_dc(), home);
    assert_eq!(client.stats().migrations, before + 2);
    assert_eq!(client.self_id(), Some(account.id()));
    client.send_message("me", "still here").await.unwrap();
    client.stop().await.unwrap();
    let again = room::builder(&server).shared_storage(storage);
    let again = again.connect().await.unwrap();
    assert_eq!(again.home_dc(), home);
    again.send_message("me", "and here").await.unwrap();
}

/// The server's data centres, but that the third accepts connections and says nothing.
async fn with_a_dead_one(server: &TestServer) -> (Servers, TcpListener) {
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let custom = Servers::custom().public_key(server.public_key_pem());
    let servers = server.dcs().iter().fold(custom, |servers, dc| {
        let at = match dc.id {
            3 => dead.local_addr().unwrap(),
            _ => dc.address,
        };
        servers.dc(dc.id, at.ip().to_string(), at.port())
    });
    (servers, dead)
}

#[tokio::test]
async fn a_dead_data_centre_delays_nobody_else() {
    let server = TestServer::start().await;
    let account = server.user("alice").await;
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let first = room::enter_with(&server, &account, Arc::clone(&storage)).await;
    first.stop().await.unwrap();
    let (servers, _dead) = with_a_dead_one(&server).await;
    let client = room::builder(&server)
        .server(servers)
        .shared_storage(storage);
    let client = client.connect().await.unwrap();
    let mut waiting = JoinSet::new();
    for n in 0..200 {
        let client = client.clone();
        // Those that need the account and those that do not.
        waiting.spawn(async move {
            match n % 2 {
                0 => client
                    .invoke_on(3, Purpose::Download, history())
                    .await
                    .map(drop),
                _ => client
                    .invoke_on(3, Purpose::Main, f::help::GetConfig {})
                    .await
                    .map(drop),
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    for n in 0..20 {
        let home = client.send_message("me", format!("{n}"));
        timeout(SOON, home.into_future()).await.unwrap().unwrap();
        let other = client.invoke_on(1, Purpose::Main, f::help::GetConfig {});
        timeout(SOON, other).await.unwrap().unwrap();
    }
    assert_eq!(waiting.len(), 200, "they wait for their own time limit");
    assert!(waiting.try_join_next().is_none());
    let start = Instant::now();
    client.stop().await.unwrap();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    while let Some(ended) = waiting.join_next().await {
        assert!(matches!(ended.unwrap(), Err(Error::Closed)));
    }
}

#[tokio::test]
async fn a_slow_data_centre_delays_nobody_else() {
    let server = TestServer::start().await;
    let account = server.user("alice").await;
    let client = room::enter(&server, &account).await;
    let stalled = Fault::stall(Duration::from_secs(60)).dc(3).always();
    server.faults().add(stalled).unwrap();
    let waiting = tokio::spawn({
        let client = client.clone();
        async move {
            client
                .invoke_on(3, Purpose::Main, f::help::GetConfig {})
                .await
        }
    });
    room::until(|| !server.faults().log().is_empty()).await;
    for n in 0..20 {
        let home = client.send_message("me", format!("{n}"));
        timeout(SOON, home.into_future()).await.unwrap().unwrap();
        let other = client.invoke_on(1, Purpose::Main, f::help::GetConfig {});
        timeout(SOON, other).await.unwrap().unwrap();
    }
    assert!(!waiting.is_finished());
    waiting.abort();
}

/// A configuration that names data centres by their ports on this machine.
fn naming(dcs: &[(i32, u16)]) -> Bytes {
    let config = heliogram_tl::from_bytes::<types::Config>(&script::config()).unwrap();
    let option =
        |&(id, port): &(i32, u16)| types::DcOption::new(id, "127.0.0.1".into(), port.into());
    to_bytes(&types::Config {
        dc_options: dcs.iter().map(option).collect(),
        ..config
    })
}

#[tokio::test]
async fn a_data_centre_nobody_knew_is_found_in_the_newest_configuration() {
    // The port of the second data centre is known once the server has started.
    let port = Arc::new(std::sync::OnceLock::new());
    let told = Arc::clone(&port);
    let server = Server::start_dcs(2, move |seen| match (seen.id, seen.dc) {
        (f::help::GetConfig::ID, _) if seen.before == 0 => Answer::Result(naming(&[])),
        (f::help::GetConfig::ID, _) => Answer::Result(naming(&[(2, *told.get().unwrap())])),
        (_, 1) => Answer::Error(303, "NETWORK_MIGRATE_2"),
        _ => Answer::Result(to_bytes(&true)),
    })
    .await;
    port.set(server.ports[1]).unwrap();
    let one = Servers::custom()
        .public_key(server.key.public().to_pem())
        .dc(1, "127.0.0.1", server.ports[0]);
    let client = server.client().server(one).connect().await.unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        calls.spawn(async move { client.invoke(f::account::UpdateStatus::new(true)).await });
    }
    while let Some(done) = calls.join_next().await {
        assert!(done.unwrap().unwrap());
    }
    assert_eq!(client.home_dc(), 2);
    assert_eq!(
        server.count::<f::help::GetConfig>(),
        2,
        "fetched once for all"
    );
    assert_eq!(client.stats().migrations, 1);
    // One that is in no configuration is not searched for again and again.
    for _ in 0..5 {
        let nowhere = client.invoke_on(9, Purpose::Main, f::help::GetConfig {});
        let error = nowhere.await.unwrap_err();
        let Error::Network(e) = &error else {
            panic!("{error:?}")
        };
        assert!(matches!(**e, NetworkError::NoAddress { dc: 9 }));
    }
    assert_eq!(server.count::<f::help::GetConfig>(), 2);
}

/// What carries an account from the first data centre to the second.
fn carrying(seen: &script::Seen) -> Option<Answer> {
    let me = types::User {
        is_self: true,
        ..types::User::new(7)
    };
    let me = enums::User::from(me);
    match (seen.id, seen.dc) {
        (f::users::GetUsers::ID, _) => Some(Answer::Result(to_bytes(&vec![me]))),
        (f::auth::ExportAuthorization::ID, 1) => {
            let ticket = types::auth::ExportedAuthorization::new(7, Bytes::from_static(b"x"));
            Some(Answer::Result(to_bytes(&ticket)))
        }
        (f::auth::ImportAuthorization::ID, 2) => {
            let imported = enums::auth::Authorization::from(types::auth::Authorization::new(me));
            Some(Answer::Result(to_bytes(&imported)))
        }
        _ => usual(seen),
    }
}

/// Many calls at the second data centre at once, each of which is answered.
async fn many_calls(client: &Client) {
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        let call = f::account::UpdateStatus::new(true);
        calls.spawn(async move { client.invoke_on(2, Purpose::Download, call).await });
    }
    while let Some(done) = calls.join_next().await {
        assert!(done.unwrap().unwrap());
    }
}

#[tokio::test]
async fn an_account_is_carried_once_for_many_calls_and_without_updates() {
    let server = Server::start_dcs(2, |seen| {
        carrying(seen).unwrap_or_else(|| match (seen.id, seen.dc) {
            (f::account::UpdateStatus::ID, 2) if seen.without_updates => {
                Answer::Result(to_bytes(&true))
            }
            _ => Answer::Error(400, "INPUT_METHOD_INVALID"),
        })
    })
    .await;
    let client = server.client().shared_storage(signed_in().await);
    let client = client.connect().await.unwrap();
    many_calls(&client).await;
    assert_eq!(server.count::<f::auth::ExportAuthorization>(), 1);
    assert_eq!(server.count::<f::auth::ImportAuthorization>(), 1);
    assert_eq!(server.count::<f::account::UpdateStatus>(), 20);
}

#[tokio::test]
async fn an_account_forgotten_elsewhere_is_carried_once_more_for_many_calls() {
    let imports = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start_dcs(2, move |seen| {
        if seen.id == f::auth::ImportAuthorization::ID {
            imports.fetch_add(1, Ordering::SeqCst);
        }
        carrying(seen).unwrap_or_else(|| match (seen.dc, imports.load(Ordering::SeqCst)) {
            (2, 0..=1) => Answer::Error(401, "AUTH_KEY_UNREGISTERED"),
            _ => Answer::Result(to_bytes(&true)),
        })
    })
    .await;
    let client = server.client().shared_storage(signed_in().await);
    let client = client.connect().await.unwrap();
    many_calls(&client).await;
    assert_eq!(server.count::<f::auth::ExportAuthorization>(), 2);
    assert_eq!(server.count::<f::auth::ImportAuthorization>(), 2);
}

#[tokio::test]
async fn a_key_used_twice_elsewhere_is_made_anew() {
    let dead = std::sync::OnceLock::new();
    let server = Server::start_dcs(2, move |seen| {
        carrying(seen).unwrap_or_else(|| match seen.dc {
            // The first key that calls there is the dead one.
            2 if seen.key == *dead.get_or_init(|| seen.key) => {
                Answer::Error(406, "AUTH_KEY_DUPLICATED")
            }
            _ => Answer::Result(to_bytes(&true)),
        })
    })
    .await;
    let client = server.client().shared_storage(signed_in().await);
    let client = client.connect().await.unwrap();
    many_calls(&client).await;
    assert_eq!(
        server.keys(),
        3,
        "one for home, a dead one and its successor"
    );
    assert_eq!(server.count::<f::auth::ImportAuthorization>(), 2);
    assert_eq!(
        client.self_id(),
        Some(7),
        "nothing happened to the session at home"
    );
}

#[tokio::test]
async fn an_account_that_moved_is_followed_with_its_authorization() {
    let gone = Arc::new(AtomicBool::new(false));
    let moved = Arc::clone(&gone);
    let server = Server::start_dcs(2, move |seen| {
        let away = moved.load(Ordering::SeqCst) && seen.dc == 1;
        let exports = seen.id == f::auth::ExportAuthorization::ID;
        match away && !exports && seen.id != f::help::GetConfig::ID {
            true => Answer::Error(303, "USER_MIGRATE_2"),
            false => carrying(seen).unwrap_or_else(|| Answer::Result(to_bytes(&true))),
        }
    })
    .await;
    let storage = signed_in().await;
    let client = server.client().shared_storage(Arc::clone(&storage));
    let client = client.connect().await.unwrap();
    let call = || f::account::UpdateStatus::new(true);
    assert!(client.invoke(call()).await.unwrap());
    gone.store(true, Ordering::SeqCst);
    let mut calls = JoinSet::new();
    for _ in 0..10 {
        let client = client.clone();
        calls.spawn(async move { client.invoke(call()).await });
    }
    while let Some(done) = calls.join_next().await {
        assert!(done.unwrap().unwrap());
    }
    assert_eq!((client.home_dc(), client.self_id()), (2, Some(7)));
    client.stop().await.unwrap();
    let again = server
        .client()
        .shared_storage(storage)
        .connect()
        .await
        .unwrap();
    assert!(again.invoke(call()).await.unwrap());
    assert_eq!(
        server.count::<f::auth::ExportAuthorization>(),
        1,
        "the move is remembered"
    );
}
