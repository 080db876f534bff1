//! What every way to a server has to carry.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::{future::ready, net::SocketAddr};

use heliogram::{Client, ClientBuilder, testing::TestServer};

/// The data centre of new accounts.
pub const DC: i32 = 2;

/// Where it listens.
pub fn home(server: &TestServer) -> SocketAddr {
    let dc = server.dcs().into_iter().find(|dc| dc.id == DC);
    dc.unwrap().address
}

/// Signs in, sends a message, and makes sure that it is there.
pub async fn works(server: &TestServer, builder: ClientBuilder) -> Client {
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let client = builder.connect().await.unwrap();
    let owner = alice.clone();
    let code = move || ready(Ok(owner.code().unwrap()));
    client.sign_in(alice.phone()).code(code).await.unwrap();
    let text = "x".repeat(3000);
    client.send_message("@bob", text.as_str()).await.unwrap();
    assert_eq!(bob.messages_with(&alice)[0].text, text);
    client
}
