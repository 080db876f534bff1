//! Clients behind proxies, over real sockets against the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod proxy;
mod route;

use std::{net::SocketAddr, time::Duration};

use heliogram::{
    Error, NetworkError, Proxy, Transport,
    proxy::{ConnectError, FakeTlsError, ProxyError, Socks5Error, Socks5Refusal},
    testing::TestServer,
};
use heliogram_simulation::hostile::ProxyAttack;
use proxy::mtproxy::{Quirks, Secret};
use route::{DC, home, works};
use tokio::io::AsyncReadExt;

const KEY: [u8; 16] = *b"sixteen bytes !!";

fn dcs(server: &TestServer) -> Vec<(i16, SocketAddr)> {
    let numbered = |dc: heliogram::testing::Dc| (i16::try_from(dc.id).unwrap(), dc.address);
    server.dcs().into_iter().map(numbered).collect()
}

/// What is wrong with the proxy, and in which words.
async fn refused(server: &TestServer, proxy: Proxy) -> (ProxyError, String) {
    let name = proxy.to_string();
    let builder = server.client_builder().proxy(proxy);
    let failed = builder
        .connect_attempts(2)
        .connect_timeout(Duration::from_millis(600))
        .max_backoff(Duration::from_millis(20))
        .connect()
        .await
        .unwrap_err();
    let text = format!("{failed}");
    assert!(text.contains(&name) && text.ends_with('.'), "{text}");
    assert!(!format!("{failed} {failed:?}").contains("hush"));
    match failed {
        Error::Network(e) => match *e {
            NetworkError::Proxy { dc: DC, source, .. } => (source, text),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn socks5_error(error: ProxyError) -> Socks5Error {
    match error {
        ProxyError::Socks5(e) => e,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn messages_go_through_a_socks5_proxy() {
    let server = TestServer::start().await;
    let to = home(&server);
    let open = proxy::socks5(None, to).await;
    let link = format!("socks5://127.0.0.1:{}", open.port);
    works(&server, server.client_builder().proxy(link)).await;
    assert_eq!(open.asked()[0], to.to_string());
}

#[tokio::test]
async fn messages_go_through_a_socks5_proxy_with_a_login() {
    let server = TestServer::start().await;
    let locked = proxy::socks5(Some(("me", "hush")), home(&server)).await;
    let link = format!(
        "tg://socks?server=127.0.0.1&port={}&user=me&pass=hush",
        locked.port
    );
    works(&server, server.client_builder().proxy(link)).await;

    let wrong = Proxy::socks5("127.0.0.1", locked.port).login("me", "hush-hush");
    let (error, text) = refused(&server, wrong).await;
    assert_eq!(socks5_error(error), Socks5Error::LoginRefused);
    assert!(
        text.contains("Check the proxy's name and password"),
        "{text}"
    );
    let (error, text) = refused(&server, Proxy::socks5("127.0.0.1", locked.port)).await;
    assert_eq!(socks5_error(error), Socks5Error::LoginRequired);
    assert!(text.contains("`login`"), "{text}");
}

#[tokio::test]
async fn a_socks5_proxy_resolves_names() {
    let server = TestServer::start().await;
    let open = proxy::socks5(None, home(&server)).await;
    let servers = heliogram::Servers::custom()
        .dc(DC, "dc2.telegram.invalid", 443)
        .public_key(server.public_key_pem());
    let builder = server.client_builder().server(servers);
    works(
        &server,
        builder.proxy(Proxy::socks5("localhost", open.port)),
    )
    .await;
    assert_eq!(open.asked()[0], "dc2.telegram.invalid:443");
}

#[tokio::test]
async fn messages_go_through_an_http_proxy_with_and_without_a_login() {
    let server = TestServer::start().await;
    let to = home(&server);
    let open = proxy::http(None, to).await;
    let link = format!("http://127.0.0.1:{}", open.port);
    works(&server, server.client_builder().proxy(link)).await;
    assert_eq!(open.asked()[0], to.to_string());

    let server = TestServer::start().await;
    let locked = proxy::http(Some(("me", "hush")), home(&server)).await;
    let login = Proxy::http("127.0.0.1", locked.port);
    let link = format!("http://me:hush@127.0.0.1:{}", locked.port);
    works(&server, server.client_builder().proxy(link)).await;
    let (error, _) = refused(&server, login.clone().login("me", "hushed")).await;
    assert!(
        matches!(error, ProxyError::Http(ConnectError::LoginRefused)),
        "{error:?}"
    );
    let (error, _) = refused(&server, login).await;
    assert!(
        matches!(error, ProxyError::Http(ConnectError::LoginRequired)),
        "{error:?}"
    );
}

#[tokio::test]
async fn messages_go_through_mtproxies_of_all_kinds() {
    for (secret, transport, tag) in [
        (Secret::Plain(KEY), Transport::Abridged, "ef"),
        (Secret::Plain(KEY), Transport::Full, "ee"),
        (Secret::Padded(KEY), Transport::Abridged, "dd"),
        (
            Secret::FakeTls(KEY, "example.com"),
            Transport::Abridged,
            "dd",
        ),
    ] {
        let server = TestServer::start().await;
        let quirks = Quirks {
            long_records: tag == "dd",
        };
        let proxy = proxy::mtproxy::start(secret, dcs(&server), quirks).await;
        let link = format!(
            "https://t.me/proxy?server=127.0.0.1&port={}&secret={}",
            proxy.port,
            secret.link()
        );
        let builder = server.client_builder().transport(transport).proxy(link);
        let client = works(&server, builder).await;
        assert_eq!(proxy.asked()[0], format!("dc 2, tag {tag}"));
        let picture = vec![7; 300_000];
        let sent = client.send_file("me", heliogram::InputFile::bytes("a.bin", picture.clone()));
        let message = sent.await.unwrap();
        assert!(message.download().await.unwrap() == picture);
    }
}

#[tokio::test]
async fn an_mtproxy_with_another_secret_is_given_up_with_the_reason() {
    let server = TestServer::start().await;
    for secret in [Secret::Plain(KEY), Secret::Padded(KEY)] {
        let proxy = proxy::mtproxy::start(secret, dcs(&server), Quirks::default()).await;
        let other = Proxy::mtproxy("127.0.0.1", proxy.port, &"5f".repeat(16)).unwrap();
        let (error, text) = refused(&server, other).await;
        assert!(matches!(error, ProxyError::NoServer), "{error:?}");
        assert!(text.contains("secret"), "{text}");
    }
}

/// The client gives the proxy up with the reason, and says nothing to one that has proved nothing.
fn hostile(attack: ProxyAttack) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let server = TestServer::start().await;
        let proxy = proxy::mtproxy::hostile(KEY, attack).await;
        let secret = Secret::FakeTls(KEY, "example.com").link();
        let site = Proxy::mtproxy("127.0.0.1", proxy.port, &secret).unwrap();
        let (error, text) = refused(&server, site).await;
        let found = matches!(&error, ProxyError::FakeTls(found) if *found == attack.error());
        assert!(found, "{error:?}");
        if attack.error() == FakeTlsError::Unproven {
            assert!(text.contains("clock"), "{text}");
        }
        assert_eq!(proxy.asked().is_empty(), attack.data().is_none());
    });
}

heliogram_simulation::proxy_attack_tests!(hostile);

#[tokio::test]
async fn what_is_no_proxy_is_said_to_be_none() {
    let server = TestServer::start().await;
    let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = dead.local_addr().unwrap().port();
    drop(dead);
    let (error, _) = refused(&server, Proxy::socks5("127.0.0.1", port)).await;
    assert!(matches!(error, ProxyError::Unreachable(_)), "{error:?}");

    let silent = proxy::Proxy::start(|mut stream, _| async move {
        stream.read_to_end(&mut Vec::new()).await.map(drop)
    })
    .await;
    let hangs_up = proxy::Proxy::start(|stream, _| async move {
        stream.readable().await?;
        drop(stream);
        Ok(())
    })
    .await;
    let web = proxy::http(None, home(&server)).await;
    let fake = Secret::FakeTls(KEY, "a.example").link();
    let kinds = |port| {
        [
            Proxy::socks5("127.0.0.1", port),
            Proxy::http("127.0.0.1", port),
            Proxy::mtproxy("127.0.0.1", port, &fake).unwrap(),
        ]
    };
    for proxy in kinds(silent.port) {
        let (error, _) = refused(&server, proxy).await;
        assert!(matches!(error, ProxyError::Silent), "{error:?}");
    }
    for proxy in kinds(hangs_up.port) {
        let (error, _) = refused(&server, proxy).await;
        assert!(matches!(error, ProxyError::Dropped), "{error:?}");
    }
    let (error, _) = refused(&server, Proxy::socks5("127.0.0.1", web.port)).await;
    assert!(
        matches!(error, ProxyError::Silent | ProxyError::Dropped),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_the_proxy_cannot_reach_is_named_with_the_reason() {
    let server = TestServer::start().await;
    let refuses = proxy::Proxy::start(|mut stream, _| async move {
        use tokio::io::AsyncWriteExt;
        let _: [u8; 3] = proxy::read(&mut stream).await?;
        stream.write_all(&[5, 0]).await?;
        let _: [u8; 10] = proxy::read(&mut stream).await?;
        stream.write_all(&[5, 2, 0, 1, 0, 0, 0, 0, 0, 0]).await
    })
    .await;
    let (error, text) = refused(&server, Proxy::socks5("127.0.0.1", refuses.port)).await;
    let rules = Socks5Error::Refused(Socks5Refusal::NotAllowed);
    assert_eq!(socks5_error(error), rules);
    assert!(text.contains("rules"), "{text}");
}
