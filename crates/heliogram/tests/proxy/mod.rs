//! Proxies that do what a test says, in the role of the peer: written from the RFCs and from how
//! MTProxy is known to behave, with none of the client's code but hashes and ciphers.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod mtproxy;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

/// A proxy that runs, and what its clients asked for.
pub struct Proxy {
    pub port: u16,
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Runs `serve` for each connection.
    pub async fn start<F, Fut>(serve: F) -> Self
    where
        F: Fn(TcpStream, Arc<Mutex<Vec<String>>>) -> Fut + Send + 'static,
        Fut: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&log)));
            }
        });
        Self { port, asked }
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A SOCKS5 proxy that leads every name and address to `to`, as one that resolves names itself may.
pub async fn socks5(login: Option<(&'static str, &'static str)>, to: SocketAddr) -> Proxy {
    Proxy::start(move |mut client, asked| async move {
        let [version, count] = read::<2>(&mut client).await?;
        assert_eq!(version, 5);
        let mut methods = vec![0; count.into()];
        client.read_exact(&mut methods).await?;
        let method = u8::from(login.is_some()) * 2;
        if !methods.contains(&method) {
            return client.write_all(&[5, 255]).await;
        }
        client.write_all(&[5, method]).await?;
        if let Some(login) = login {
            assert_eq!(read::<1>(&mut client).await?, [1]);
            let (name, password) = (short(&mut client).await?, short(&mut client).await?);
            let right = (name.as_str(), password.as_str()) == login;
            client.write_all(&[1, u8::from(!right)]).await?;
            if !right {
                return Ok(());
            }
        }
        let [5, 1, 0, kind] = read::<4>(&mut client).await? else {
            return client.write_all(&[5, 7, 0, 1, 0, 0, 0, 0, 0, 0]).await;
        };
        let host = match kind {
            1 => std::net::Ipv4Addr::from(read::<4>(&mut client).await?).to_string(),
            4 => std::net::Ipv6Addr::from(read::<16>(&mut client).await?).to_string(),
            _ => short(&mut client).await?,
        };
        let port = u16::from_be_bytes(read(&mut client).await?);
        asked.lock().unwrap().push(format!("{host}:{port}"));
        let mut server = TcpStream::connect(to).await?;
        client.write_all(&[5, 0, 0, 3, 1, b'x', 0, 0]).await?;
        copy_bidirectional(&mut client, &mut server).await?;
        Ok(())
    })
    .await
}

/// An HTTP proxy that leads every `CONNECT` to `to`.
pub async fn http(login: Option<(&'static str, &'static str)>, to: SocketAddr) -> Proxy {
    Proxy::start(move |mut client, asked| async move {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.extend(read::<1>(&mut client).await?);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let request = lines.next().unwrap();
        let target = request.strip_prefix("CONNECT ").unwrap();
        let target = target.strip_suffix(" HTTP/1.1").unwrap();
        if let Some((name, password)) = login {
            let basic = STANDARD.encode(format!("{name}:{password}"));
            if !lines.any(|line| line == format!("Proxy-Authorization: Basic {basic}")) {
                let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
                return client.write_all(refusal).await;
            }
        }
        asked.lock().unwrap().push(target.to_owned());
        let mut server = TcpStream::connect(to).await?;
        client.write_all(b"HTTP/1.1 200 Connection ").await?;
        client
            .write_all(b"established\r\nVia: test\r\n\r\n")
            .await?;
        copy_bidirectional(&mut client, &mut server).await?;
        Ok(())
    })
    .await
}

pub async fn read<const N: usize>(from: &mut TcpStream) -> std::io::Result<[u8; N]> {
    let mut out = [0; N];
    from.read_exact(&mut out).await?;
    Ok(out)
}

/// A text behind its length.
async fn short(from: &mut TcpStream) -> std::io::Result<String> {
    let [len] = read::<1>(from).await?;
    let mut text = vec![0; len.into()];
    from.read_exact(&mut text).await?;
    Ok(String::from_utf8(text).unwrap())
}
