//! What a client says of servers that are not there or are no Telegram servers, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use heliogram::{Client, ClientBuilder, Error, NetworkError, ProtocolError, Servers};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Telegram's own key will do: no server here gets as far as needing it.
fn servers(port: u16) -> Servers {
    let pem = "-----BEGIN RSA PUBLIC KEY-----\n\
        MIIBCgKCAQEA6LszBcC1LGzyr992NzE0ieY+BSaOW622Aa9Bd4ZHLl+TuFQ4lo4g\n\
        5nKaMBwK/BIb9xUfg0Q29/2mgIR6Zr9krM7HjuIcCzFvDtr+L0GQjae9H0pRB2OO\n\
        62cECs5HKhT5DZ98K33vmWiLowc621dQuwKWSQKjWf50XYFw42h21P2KXUGyp2y/\n\
        +aEyZ+uVgLLQbRA1dEjSDZ2iGRy12Mk5gpYc397aYp438fsJoHIgJ2lgMv5h7WY9\n\
        t6N/byY9Nw9p21Og3AoXSL2q/2IJ1WRUhebgAdGVMlV1fkuOQoEzR7EdpqtQD9Cs\n\
        5+bfo3Nhmcyvk5ftB0WkJ9z6bNZ7yxrP8wIDAQAB\n\
        -----END RSA PUBLIC KEY-----\n";
    Servers::custom().dc(2, "127.0.0.1", port).public_key(pem)
}

fn client(port: u16) -> ClientBuilder {
    Client::builder(1, "abc")
        .server(servers(port))
        .connect_timeout(Duration::from_millis(400))
        .max_backoff(Duration::from_millis(20))
        .connect_attempts(2)
}

/// A listener that answers each connection in its own way.
async fn listen<F, Fut>(answer: F) -> u16
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    port
}

async fn refused(builder: ClientBuilder) -> Error {
    let start = Instant::now();
    let error = builder
        .connect()
        .await
        .expect_err("no such server can be connected to");
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    error
}

fn network(error: &Error) -> &NetworkError {
    match error {
        Error::Network(e) => e,
        other => panic!("{other:?}"),
    }
}

fn protocol(error: &Error) -> &ProtocolError {
    match error {
        Error::Protocol(e) => e,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = refused(client(port)).await;
    assert!(
        matches!(network(&error), NetworkError::Connect { dc: 2, .. }),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains(&format!("127.0.0.1:{port}")) && text.contains("Check"),
        "{text}"
    );
}

#[tokio::test]
async fn a_web_server_is_recognised() {
    let port = listen(|mut stream| async move {
        let mut buf = [0; 64];
        let _ = stream.read(&mut buf).await;
        let _ = stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            .await;
    })
    .await;
    let error = refused(client(port)).await;
    let speaks = match protocol(&error) {
        ProtocolError::NotMtproto { speaks, .. } => *speaks,
        other => panic!("{other:?}"),
    };
    assert_eq!(speaks, Some("HTTP"));
    assert!(error.to_string().contains("speaks HTTP"), "{error}");
}

#[tokio::test]
async fn garbage_is_no_mtproto_whatever_the_transport() {
    let port = listen(|mut stream| async move {
        let mut buf = [0; 64];
        let _ = stream.read(&mut buf).await;
        let _ = stream.write_all(&[0x5a; 4096]).await;
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    for transport in heliogram::Transport::ALL {
        let error = refused(client(port).transport(transport)).await;
        assert!(
            matches!(protocol(&error), ProtocolError::NotMtproto { .. }),
            "{transport}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let port = listen(|mut stream| async move {
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let error = refused(client(port)).await;
    assert!(
        matches!(network(&error), NetworkError::Silent { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_hangs_up_is_given_up() {
    let port = listen(|stream| async move { drop(stream) }).await;
    let error = refused(client(port)).await;
    assert!(
        matches!(network(&error), NetworkError::Dropped { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn transport_errors_have_their_own_meaning() {
    // Abridged framing: one word of payload, the error number.
    let answer_with = |code: i32| {
        listen(move |mut stream| async move {
            let mut buf = [0; 64];
            let _ = stream.read(&mut buf).await;
            let _ = stream
                .write_all(&[&[1_u8][..], &code.to_le_bytes()].concat())
                .await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        })
    };
    let error = refused(client(answer_with(-444).await)).await;
    assert!(
        matches!(protocol(&error), ProtocolError::WrongDc { dc: 2 }),
        "{error:?}"
    );
    let error = refused(client(answer_with(-429).await)).await;
    assert!(
        matches!(network(&error), NetworkError::TooManyConnections { .. }),
        "{error:?}"
    );
    let error = refused(client(answer_with(-500).await)).await;
    assert!(
        matches!(
            protocol(&error),
            ProtocolError::Transport { code: -500, .. }
        ),
        "{error:?}"
    );
}
