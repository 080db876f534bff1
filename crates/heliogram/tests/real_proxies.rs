//! Clients behind proxies that others wrote; `interop/proxies/run` brings those and runs this.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod route;

use std::{io::Write as _, net::TcpStream, process::Stdio, time::Duration};

use heliogram::{Error, NetworkError, Proxy, proxy::ProxyError, testing::TestServer};
use route::{home, works};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

const SECRET: &str = "00112233445566778899aabbccddeeff";
const DOMAIN: &str = "www.example.com";

/// A port that nobody listens at now.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a proxy that listens at this port, and waits until it does.
async fn start(command: &mut Command, port: u16) -> Child {
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the proxy is installed; see interop/proxies/run");
    for _ in 0..500 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return child;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the proxy does not listen");
}

fn settings(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

/// What is wrong with the proxy.
async fn refused(server: &TestServer, proxy: Proxy) -> ProxyError {
    let failed = server.client_builder().proxy(proxy).connect().await;
    match failed.unwrap_err() {
        Error::Network(e) => match *e {
            NetworkError::Proxy { source, .. } => source,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
#[ignore = "needs microsocks"]
async fn microsocks_with_and_without_a_login() {
    let server = TestServer::start().await;
    let port = free_port();
    let port_text = port.to_string();
    let mut command = Command::new("microsocks");
    let open = start(command.args(["-i", "127.0.0.1", "-p", &port_text]), port).await;
    works(
        &server,
        server
            .client_builder()
            .proxy(Proxy::socks5("localhost", port)),
    )
    .await;
    drop(open);

    let server = TestServer::start().await;
    let port = free_port();
    let port_text = port.to_string();
    let mut command = Command::new("microsocks");
    let login = [
        "-u",
        "me",
        "-P",
        "pass word",
        "-i",
        "127.0.0.1",
        "-p",
        &port_text,
    ];
    let _locked = start(command.args(login), port).await;
    let link = format!("socks5://me:pass%20word@127.0.0.1:{port}");
    works(&server, server.client_builder().proxy(link)).await;
    let wrong = Proxy::socks5("127.0.0.1", port).login("me", "wrong");
    let error = refused(&server, wrong).await;
    assert!(matches!(error, ProxyError::Socks5(_)), "{error:?}");
    let error = refused(&server, Proxy::socks5("127.0.0.1", port)).await;
    assert!(matches!(error, ProxyError::Socks5(_)), "{error:?}");
}

#[tokio::test]
#[ignore = "needs danted"]
async fn dante_and_what_its_rules_forbid() {
    let server = TestServer::start().await;
    let port = free_port();
    let allowed = home(&server).port();
    let file = settings(&format!(
        "internal: 127.0.0.1 port = {port}\nexternal: 127.0.0.1\nsocksmethod: none\n\
         clientmethod: none\nclient pass {{ from: 0/0 to: 0/0 }}\n\
         socks pass {{ from: 0/0 to: 127.0.0.1/32 port = {allowed} }}\n"
    ));
    let mut command = Command::new("danted");
    let _dante = start(command.arg("-f").arg(file.path()), port).await;
    works(
        &server,
        server
            .client_builder()
            .proxy(Proxy::socks5("127.0.0.1", port)),
    )
    .await;

    let other = TestServer::start().await;
    let error = refused(&other, Proxy::socks5("127.0.0.1", port)).await;
    let rules = "its rules do not allow this server";
    assert!(error.to_string().contains(rules), "{error}");
}

#[tokio::test]
#[ignore = "needs tinyproxy"]
async fn tinyproxy_with_and_without_a_login() {
    let server = TestServer::start().await;
    let port = free_port();
    let allowed = home(&server).port();
    let open =
        format!("Port {port}\nListen 127.0.0.1\nConnectPort {allowed}\nDisableViaHeader Yes\n");
    let file = settings(&open);
    let mut command = Command::new("tinyproxy");
    let running = start(command.args(["-d", "-c"]).arg(file.path()), port).await;
    works(
        &server,
        server
            .client_builder()
            .proxy(Proxy::http("localhost", port)),
    )
    .await;
    let other = TestServer::start().await;
    let error = refused(&other, Proxy::http("127.0.0.1", port)).await;
    assert!(error.to_string().contains("403"), "{error}");
    drop(running);

    let server = TestServer::start().await;
    let port = free_port();
    let allowed = home(&server).port();
    let file = settings(&format!(
        "Port {port}\nListen 127.0.0.1\nConnectPort {allowed}\nBasicAuth me password\n"
    ));
    let mut command = Command::new("tinyproxy");
    let _locked = start(command.args(["-d", "-c"]).arg(file.path()), port).await;
    let link = format!("http://me:password@127.0.0.1:{port}");
    works(&server, server.client_builder().proxy(link)).await;
    let error = refused(&server, Proxy::http("127.0.0.1", port)).await;
    assert!(matches!(error, ProxyError::Http(_)), "{error:?}");
}

#[tokio::test]
#[ignore = "needs mtprotoproxy"]
async fn mtprotoproxy_with_secrets_of_all_kinds() {
    let domain: String = DOMAIN.bytes().map(|b| format!("{b:02x}")).collect();
    let fake = format!("ee{SECRET}{domain}");
    for secret in [SECRET.to_owned(), format!("dd{SECRET}"), fake] {
        let server = TestServer::start().await;
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../interop/proxies/mtproxy.py"
        );
        let python = std::env::var("HELIOGRAM_PYTHON").unwrap_or_else(|_| "python3".into());
        let mut child = Command::new(python)
            .args([script, SECRET, DOMAIN, &home(&server).port().to_string()])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port: u16 = lines.next_line().await.unwrap().unwrap().parse().unwrap();
        let link = format!("tg://proxy?server=127.0.0.1&port={port}&secret={secret}");
        let client = works(&server, server.client_builder().proxy(link)).await;
        let file = vec![3; 200_000];
        let sent = client.send_file("me", heliogram::InputFile::bytes("a.bin", file.clone()));
        assert!(sent.await.unwrap().download().await.unwrap() == file);
    }
}
