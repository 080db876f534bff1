//! Clients behind the MTProxy that the embedded server can have in front of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use heliogram::{Client, Error, Proxy, Servers};
use heliogram_server::Server;

const SECRET: [u8; 16] = [0x5a; 16];

/// A server, and the settings of a client that knows no way to it but the proxy.
async fn server() -> (Server, Servers) {
    let server = Server::builder().mtproxy(([127, 0, 0, 1], 0).into(), SECRET);
    let server = server.start().await.unwrap();
    let servers = Servers::custom()
        .dc(2, "192.0.2.1", 443)
        .public_key(server.public_key_pem());
    (server, servers)
}

fn through(server: &Server, secret: &str) -> Proxy {
    let at = server.mtproxy().unwrap();
    Proxy::mtproxy(at.ip().to_string(), at.port(), secret).unwrap()
}

#[tokio::test]
async fn both_kinds_of_secrets_lead_to_the_data_centre_that_is_named() {
    let (server, servers) = server().await;
    let alice = server.user("alice").await;
    for (n, kind) in ["", "dd"].into_iter().enumerate() {
        let proxy = through(&server, &format!("{kind}{}", "5a".repeat(16)));
        let client = Client::builder(1, "abc")
            .server(servers.clone())
            .proxy(proxy);
        let client = client.connect().await.unwrap();
        let owner = alice.clone();
        let code = move || std::future::ready(Ok(owner.code().unwrap()));
        client.sign_in(alice.phone()).code(code).await.unwrap();
        client.send_message("me", "x".repeat(3000)).await.unwrap();
        assert_eq!(alice.messages_with(&alice).len(), n + 1);
    }
}

#[tokio::test]
async fn who_does_not_know_the_secret_gets_nowhere() {
    let (server, servers) = server().await;
    let client = Client::builder(1, "abc")
        .server(servers)
        .proxy(through(&server, &"5b".repeat(16)))
        .connect_attempts(1)
        .connect_timeout(Duration::from_secs(2));
    let refused = client.connect().await.unwrap_err();
    assert!(
        matches!(refused, Error::Network(_) | Error::Protocol(_)),
        "{refused:?}"
    );
}
