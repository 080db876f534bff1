//! Clients inside of WebSockets, with and without TLS and proxies, over real sockets against the
//! embedded server.
#![cfg(all(feature = "websocket", feature = "tls"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod proxy;
mod route;
#[path = "route/tls.rs"]
mod tls;

use std::time::{Duration, Instant};

use heliogram::{
    Carrier, ClientBuilder, Error, Event, InputFile, NetworkError, Proxy, Servers, Transport,
    UsageError, api::functions as f, testing::TestServer,
};
use route::{DC, home, works};

/// The server at another port, by a name that its certificate has.
fn at(server: &TestServer, port: u16) -> Servers {
    Servers::custom()
        .dc(DC, "localhost", port)
        .public_key(server.public_key_pem())
}

/// Sends a message and a file, and waits for a message that is pushed.
async fn carries_everything(server: TestServer, builder: ClientBuilder) {
    let client = works(&server, builder).await;
    let file = vec![7; 1_500_000];
    let sent = client.send_file("me", InputFile::bytes("a.bin", file.clone()));
    assert!(sent.await.unwrap().download().await.unwrap() == file);

    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let mut updates = client.updates();
    // A moment in which the client has nothing to ask.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    bob.says(&alice, "psst").await.unwrap();
    let heard = async {
        loop {
            match updates.next().await.unwrap().unwrap() {
                Event::NewMessage(message) if message.text() == "psst" => return,
                _ => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard)
        .await
        .unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    client.stop().await.unwrap();
}

#[tokio::test]
async fn messages_updates_and_files_go_through_a_websocket() {
    for transport in [Transport::Abridged, Transport::PaddedIntermediate] {
        let server = TestServer::start().await;
        let builder = server.client_builder().transport(transport);
        carries_everything(server, builder.carrier(Carrier::websocket())).await;
    }
}

#[tokio::test]
async fn messages_updates_and_files_go_through_http() {
    let server = TestServer::start().await;
    let builder = server.client_builder().carrier(Carrier::http());
    carries_everything(server, builder).await;
}

#[tokio::test]
async fn calls_over_http_do_not_wait_for_each_other() {
    let server = TestServer::start().await;
    let client = works(&server, server.client_builder().carrier(Carrier::http())).await;
    server
        .faults()
        .delay("help.getNearestDc", Duration::from_secs(3));
    let slow = client.clone();
    let slow = tokio::spawn(async move { slow.invoke(f::help::GetNearestDc {}).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let began = Instant::now();
    for n in 0..20 {
        client.send_message("@bob", format!("{n}")).await.unwrap();
    }
    assert!(!slow.is_finished() && began.elapsed() < Duration::from_millis(2500));
    slow.await.unwrap().unwrap();
    let calls = (0..50).map(|n| {
        let client = client.clone();
        tokio::spawn(async move { client.send_message("@bob", format!("many {n}")).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let said = bob.messages_with(&alice);
    let many: std::collections::BTreeSet<_> = said.iter().map(|m| &m.text).collect();
    assert_eq!((said.len(), many.len()), (71, 71));
}

#[tokio::test]
async fn what_is_cut_over_http_runs_once() {
    let server = TestServer::start().await;
    let client = works(&server, server.client_builder().carrier(Carrier::http())).await;
    server.faults().cut_after("messages.sendMessage");
    client.send_message("@bob", "once").await.unwrap();
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    assert_eq!(bob.messages_with(&alice).len(), 2);
}

#[tokio::test]
async fn messages_go_through_http_inside_of_tls_and_a_proxy() {
    let server = TestServer::start().await;
    let port = tls::terminate(home(&server)).await;
    let proxy = proxy::http(None, ([127, 0, 0, 1], port).into()).await;
    let carrier = Carrier::http().tls_with(tls::trusting());
    let builder = server.client_builder().server(at(&server, 443));
    let link = format!("http://127.0.0.1:{}", proxy.port);
    let client = works(&server, builder.carrier(carrier).proxy(link)).await;
    assert_eq!(proxy.asked()[0], "localhost:443");
    client.stop().await.unwrap();
}

#[tokio::test]
async fn a_lost_websocket_is_opened_again() {
    let server = TestServer::start().await;
    let builder = server.client_builder().carrier(Carrier::websocket());
    let client = works(&server, builder).await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    server.faults().cut_after("messages.sendMessage");
    client.send_message("@bob", "once").await.unwrap();
    let once =
        |texts: Vec<heliogram::testing::Said>| texts.iter().filter(|m| m.text == "once").count();
    assert_eq!(once(bob.messages_with(&alice)), 1);
}

#[tokio::test]
async fn messages_updates_and_files_go_through_tls() {
    for carrier in [Carrier::websocket(), Carrier::http()] {
        let server = TestServer::start().await;
        let port = tls::terminate(home(&server)).await;
        let builder = server.client_builder().server(at(&server, port));
        let builder = builder.carrier(carrier.tls_with(tls::trusting()));
        carries_everything(server, builder).await;
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_refused() {
    let server = TestServer::start().await;
    let port = tls::terminate(home(&server)).await;
    let builder = server.client_builder().server(at(&server, port));
    let builder = builder
        .carrier(Carrier::websocket().tls())
        .connect_attempts(1);
    let error = builder.connect().await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    let Error::Network(e) = error else {
        panic!("{error:?}")
    };
    assert!(matches!(*e, NetworkError::Connect { dc: DC, .. }), "{e:?}");
}

#[tokio::test]
async fn a_websocket_goes_through_proxies() {
    let server = TestServer::start().await;
    let port = tls::terminate(home(&server)).await;
    let socks = proxy::socks5(None, ([127, 0, 0, 1], port).into()).await;
    let carrier = Carrier::websocket().tls_with(tls::trusting());
    let builder = server.client_builder().server(at(&server, 443));
    let builder = builder.carrier(carrier.clone());
    works(
        &server,
        builder.proxy(Proxy::socks5("127.0.0.1", socks.port)),
    )
    .await;
    assert_eq!(socks.asked()[0], "localhost:443");

    let mtproxy = Proxy::mtproxy("h", 1, &"00".repeat(16)).unwrap();
    let builder = server.client_builder().carrier(carrier).proxy(mtproxy);
    match builder.connect().await.unwrap_err() {
        Error::Usage(UsageError::Proxy(why)) => assert!(why.contains("carrier")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_web_server_without_websockets_is_said_to_have_none() {
    let server = TestServer::start().await;
    let web = proxy::Proxy::start(|mut stream, _| async move {
        use tokio::io::AsyncWriteExt;
        let _: [u8; 8] = proxy::read(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 404 Not Found\r\n\r\n").await
    })
    .await;
    let builder = server.client_builder().server(at(&server, web.port));
    let builder = builder.carrier(Carrier::websocket()).connect_attempts(1);
    let error = builder.connect().await.unwrap_err().to_string();
    assert!(error.contains("opens no WebSocket: status 404"), "{error}");
    assert!(
        error.contains(&format!("localhost:{}", web.port)),
        "{error}"
    );
}

#[tokio::test]
async fn a_web_server_that_knows_no_mtproto_is_said_to_know_none() {
    let server = TestServer::start().await;
    for answer in [
        &b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nsorry"[..],
        b"HTTP/1.1 301 Moved\r\nLocation: https://example.com/\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ] {
        let web = proxy::Proxy::start(move |mut stream, _| async move {
            use tokio::io::AsyncWriteExt;
            let _: [u8; 8] = proxy::read(&mut stream).await?;
            stream.write_all(answer).await?;
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok(())
        })
        .await;
        let builder = server.client_builder().server(at(&server, web.port));
        let builder = builder.carrier(Carrier::http()).connect_attempts(1);
        let error = builder.connect().await.unwrap_err().to_string();
        assert!(error.contains("does not speak MTProto"), "{error}");
    }
}

#[tokio::test]
async fn temporary_keys_are_bound_over_every_carrier() {
    for carrier in [Carrier::websocket(), Carrier::http()] {
        let server = TestServer::start().await;
        let builder = server.client_builder().pfs(true).carrier(carrier);
        works(&server, builder).await;
    }
}
