//! Which of a data centre's addresses a client uses, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod proxy;
mod route;
mod script;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use heliogram::{
    Servers,
    api::{functions as f, types},
    storage::{Memory, Records, Storage},
    testing::TestServer,
};
use heliogram_tl::{Call, from_bytes, to_bytes};
use proxy::mtproxy::{Quirks, Secret};
use route::{DC, home, works};
use script::{Answer, Server};
use tokio::{
    io::{AsyncReadExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

/// Leads connections to another address; gives its own.
async fn forward(from: &str, to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind(from).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut server = TcpStream::connect(to).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

fn servers(server: &TestServer, addresses: &[SocketAddr]) -> Servers {
    let custom = Servers::custom().public_key(server.public_key_pem());
    addresses.iter().fold(custom, |servers, address| {
        servers.dc(DC, address.ip().to_string(), address.port())
    })
}

#[tokio::test]
async fn messages_go_over_ipv6() {
    let server = TestServer::start().await;
    let six = forward("[::1]:0", home(&server)).await;
    works(
        &server,
        server.client_builder().server(servers(&server, &[six])),
    )
    .await;
}

#[tokio::test]
async fn a_family_that_leads_nowhere_does_not_hold_the_client_up() {
    let server = TestServer::start().await;
    let four = home(&server);
    // Addresses for documentation: nobody answers, or there is no way to them at all.
    let nowhere: [SocketAddr; 2] = [
        "[2001:db8::1]:443".parse().unwrap(),
        "192.0.2.1:443".parse().unwrap(),
    ];
    let all = servers(&server, &[nowhere[0], nowhere[1], four]);
    let began = Instant::now();
    let builder = server.client_builder().server(all);
    let client = builder
        .connect_timeout(Duration::from_secs(30))
        .connect()
        .await
        .unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    client.stop().await.unwrap();
}

#[tokio::test]
async fn an_address_where_nobody_answers_is_left_for_another_one() {
    let server = TestServer::start().await;
    let silent = proxy::Proxy::start(|mut stream, asked| async move {
        asked.lock().unwrap().push("connected".into());
        stream.read_to_end(&mut Vec::new()).await.map(drop)
    })
    .await;
    let silent_address = SocketAddr::from(([127, 0, 0, 1], silent.port));
    let all = servers(&server, &[silent_address, home(&server)]);
    let builder = server.client_builder().server(all);
    let builder = builder.connect_timeout(Duration::from_millis(300));
    let client = works(&server, builder.max_backoff(Duration::from_millis(20))).await;
    // From now on connections go where one was answered last.
    let before = silent.asked().len();
    server.faults().cut_after("messages.sendMessage");
    client.send_message("@bob", "again").await.unwrap();
    assert_eq!(silent.asked().len(), before);
    assert_eq!(before, 1);
}

#[tokio::test]
async fn an_address_with_a_secret_is_used_as_the_configuration_says() {
    let yes = to_bytes(&true);
    let options = Arc::new(Mutex::new(Vec::new()));
    let named = Arc::clone(&options);
    let server = Server::start_dcs(2, move |seen| {
        if seen.id == f::help::GetConfig::ID {
            let config: types::Config = from_bytes(&script::config()).unwrap();
            let dc_options = named.lock().unwrap().clone();
            return Answer::Result(to_bytes(&types::Config {
                dc_options,
                ..config
            }));
        }
        match seen.dc {
            1 => Answer::Error(303, "PHONE_MIGRATE_2"),
            _ => Answer::Result(yes.clone()),
        }
    })
    .await;
    let key = [9; 16];
    let second = SocketAddr::from(([127, 0, 0, 1], server.ports[1]));
    let quirks = Quirks::default();
    let secret = Secret::FakeTls(key, "example.com");
    let hidden = proxy::mtproxy::start(secret, vec![(2, second)], quirks).await;
    *options.lock().unwrap() = vec![types::DcOption {
        tcpo_only: true,
        this_port_only: true,
        secret: Some([&[0xee][..], &key, b"example.com"].concat().into()),
        ..types::DcOption::new(2, "127.0.0.1".into(), hidden.port.into())
    }];
    let known = Servers::custom()
        .dc(1, "127.0.0.1", server.ports[0])
        .public_key(server.key.public().to_pem());
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let builder = server.client().server(known);
    let client = builder
        .shared_storage(Arc::clone(&storage))
        .connect()
        .await
        .unwrap();
    let call = f::account::UpdateStatus { offline: true };
    assert!(client.invoke(call).await.unwrap());
    assert_eq!(client.home_dc(), 2);
    assert_eq!(hidden.asked(), ["dc 2, tag dd"]);
    let stored = Records::new(storage).dc_addresses().await.unwrap();
    let stored = stored.iter().find(|a| a.dc == 2).unwrap();
    assert!(stored.tcpo_only && stored.this_port_only && stored.secret.is_some());
}
