//! The embedded server's faults, one after the other, under a client that must not notice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use heliogram::{
    Client, Error, ProtocolError, Servers,
    api::{enums, functions as f},
    auth::Step,
};
use heliogram_server::{
    Direction::{FromClient, ToClient},
    Fault, TestServer,
};

const PHONE: &str = "+15550100001";

async fn signed_in(server: &TestServer) -> Client {
    let servers = server.dcs().iter().fold(
        Servers::custom().public_key(server.public_key_pem()),
        |servers, dc| servers.dc(dc.id, dc.address.ip().to_string(), dc.address.port()),
    );
    let client = Client::builder(1, "abc")
        .server(servers)
        .max_backoff(Duration::from_millis(50))
        .connect()
        .await
        .unwrap();
    let token = client.send_code(PHONE).await.unwrap();
    let code = server.code_for(PHONE).unwrap();
    match token.submit(&code).await.unwrap() {
        Step::SignUp(token) => token.sign_up("Ada", "").await.unwrap(),
        other => panic!("{other:?}"),
    };
    client
}

async fn send(client: &Client, id: i64) -> heliogram::Result<enums::Updates> {
    let peer = enums::InputPeer::InputPeerSelf;
    client
        .invoke(f::messages::SendMessage::new(
            peer,
            format!("message {id}"),
            id,
        ))
        .await
}

async fn count(client: &Client) -> usize {
    let peer = enums::InputPeer::InputPeerSelf;
    let call = f::messages::GetHistory::new(peer, 0, 0, 0, 100, 0, 0, 0);
    match client.invoke(call).await.unwrap() {
        enums::messages::Messages::Messages(m) => m.messages.len(),
        enums::messages::Messages::Slice(m) => m.messages.len(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_message_arrives_once_whatever_happens_to_the_connection() {
    let server = TestServer::start().await;
    let client = signed_in(&server).await;
    let method = "messages.sendMessage";
    server.faults().cut_before(method);
    send(&client, 1).await.unwrap();
    server.faults().cut_after(method);
    send(&client, 2).await.unwrap();
    server.faults().bad_salt_once();
    send(&client, 3).await.unwrap();
    server.faults().cut_connections();
    send(&client, 4).await.unwrap();
    server.faults().flood_wait(method, 1);
    send(&client, 5).await.unwrap();
    server.faults().cut_after_bytes(150);
    send(&client, 6).await.unwrap();
    assert_eq!(count(&client).await, 6);
}

#[tokio::test]
async fn a_hundred_messages_at_once_through_cuts_arrive_once() {
    let server = TestServer::start().await;
    let client = signed_in(&server).await;
    let mut calls = tokio::task::JoinSet::new();
    for id in 1..=100 {
        let client = client.clone();
        calls.spawn(async move { send(&client, id).await });
    }
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(15)).await;
        server.faults().cut_connections();
    }
    while let Some(result) = calls.join_next().await {
        result.unwrap().unwrap();
    }
    assert_eq!(count(&client).await, 100);
}

#[tokio::test]
async fn a_session_the_server_forgot_is_a_typed_error() {
    let server = TestServer::start().await;
    let account = server.user("alice").await;
    let client = signed_in(&server).await;
    let other = client.self_id().unwrap();
    assert_ne!(account.id(), other);
    // Signing in as alice replaces the account of this session.
    let token = client.send_code(account.phone()).await.unwrap();
    let code = server.code_for(account.phone()).unwrap();
    assert!(matches!(token.submit(&code).await.unwrap(), Step::Done(_)));
    server.faults().forget_keys(&account);
    let error = client.me().await.unwrap_err();
    let Error::Protocol(e) = &error else {
        panic!("{error:?}")
    };
    assert!(
        matches!(**e, ProtocolError::AuthKeyUnknown { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("sign in again"), "{error}");
}

#[tokio::test]
async fn each_message_arrives_once_under_every_fault_of_packets_and_sessions() {
    let late = Duration::from_millis(200);
    let mut faults = vec![
        Fault::delay(ToClient, late),
        Fault::delay(FromClient, late),
        Fault::duplicate(ToClient, 3),
        Fault::duplicate(FromClient, 3),
        Fault::reorder(ToClient, 1),
        Fault::reorder(FromClient, 1),
        Fault::corrupt(ToClient),
        Fault::corrupt(FromClient),
        Fault::cut_at_byte(ToClient, 30),
        Fault::cut_at_byte(FromClient, 30),
        Fault::stall(late),
        Fault::slow_link(20_000, Duration::from_millis(20)),
        Fault::cut_on_packet(),
        Fault::wrong_salt(),
        Fault::new_session(),
        Fault::transport_flood(),
    ];
    let codes = [16, 17, 18, 19, 20, 32, 33, 34, 35, 48, 64];
    faults.extend(codes.map(Fault::bad_msg));
    let server = TestServer::start().await;
    let client = signed_in(&server).await;
    for (n, fault) in faults.into_iter().enumerate() {
        let (n, name) = (n as i64, fault.name());
        server.faults().add(fault).unwrap();
        // Two at once, so that one can overtake the other.
        let (one, two) = tokio::join!(send(&client, 2 * n + 1), send(&client, 2 * n + 2));
        one.and(two)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let log = server.faults().log();
        assert_eq!(
            (log.len() as i64, log[n as usize].fault.name()),
            (n + 1, name)
        );
        server.faults().clear();
        assert_eq!(count(&client).await as i64, 2 * n + 2, "{name}");
    }
}

#[tokio::test]
async fn each_message_arrives_once_over_a_bad_line() {
    for seed in [1, 2] {
        let server = TestServer::start().await;
        let client = signed_in(&server).await;
        for name in ["corrupt", "duplicate", "reorder", "delay"] {
            for direction in ["to_client", "from_client"] {
                let often = format!(r#""times": "always", "chance": 0.06, "seed": {seed}"#);
                let ms = match name {
                    "reorder" | "delay" => r#", "ms": 30"#,
                    _ => "",
                };
                let fault =
                    format!(r#"{{"name": "{name}", "direction": "{direction}", {often}{ms}}}"#);
                server.faults().add_json(&fault).unwrap();
            }
        }
        for id in 1..=40 {
            send(&client, id).await.unwrap();
        }
        let log = server.faults().log();
        assert!(log.len() > 5, "seed {seed}: {} faults struck", log.len());
        server.faults().clear();
        assert_eq!(count(&client).await, 40, "seed {seed}");
    }
}

#[tokio::test]
async fn a_wrong_clock_of_the_server_is_followed() {
    for seconds in [3600, -3600] {
        let server = TestServer::start().await;
        let client = signed_in(&server).await;
        let id = server.faults().add(Fault::clock_skew(seconds)).unwrap();
        send(&client, 1).await.unwrap();
        assert!(server.faults().remove(id));
        send(&client, 2).await.unwrap();
        assert_eq!(count(&client).await, 2);
    }
}
