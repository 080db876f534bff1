//! A proxy made for MTProto: finds the data centre in the first bytes and leads there.

use std::{net::SocketAddr, time::SystemTime};

use heliogram_crypto::{Ctr, hmac_sha256, sha256};
use heliogram_simulation::hostile::{ProxyAttack, tls_answer};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::{Proxy, read};

/// How a proxy deviates from what it should do.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Quirks {
    /// Sends records of the greatest legal length.
    pub long_records: bool,
}

/// What clients have to know, as links have it.
#[derive(Clone, Copy)]
pub enum Secret {
    Plain([u8; 16]),
    Padded([u8; 16]),
    FakeTls([u8; 16], &'static str),
}

impl Secret {
    pub fn link(self) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        match self {
            Self::Plain(key) => hex(&key),
            Self::Padded(key) => format!("dd{}", hex(&key)),
            Self::FakeTls(key, domain) => format!("ee{}{}", hex(&key), hex(domain.as_bytes())),
        }
    }

    fn key(self) -> [u8; 16] {
        match self {
            Self::Plain(key) | Self::Padded(key) | Self::FakeTls(key, _) => key,
        }
    }
}

/// Starts one that leads to these data centres, by their numbers.
pub async fn start(secret: Secret, dcs: Vec<(i16, SocketAddr)>, quirks: Quirks) -> Proxy {
    Proxy::start(move |mut client, asked| {
        let dcs = dcs.clone();
        async move {
            if let Secret::FakeTls(key, domain) = secret {
                greet(&mut client, key, domain).await?;
            }
            let (from, to) = client.into_split();
            let tls = matches!(secret, Secret::FakeTls(..));
            let mut from = Reader {
                from,
                tls,
                kept: Vec::new(),
            };
            let mut to = Writer { to, tls, quirks };
            let mut init = [0; 64];
            from.fill(&mut init).await?;
            let mut incoming = cipher(&init, secret.key());
            let mut reversed = init;
            reversed.reverse();
            let mut outgoing = cipher(&reversed, secret.key());
            let mut plain = init;
            incoming.apply(&mut plain);
            let tag: [u8; 4] = plain[56..60].try_into().unwrap();
            let padded = matches!(secret, Secret::Padded(_) | Secret::FakeTls(..));
            let known = [[0xef; 4], [0xee; 4], [0xdd; 4]].contains(&tag);
            if !known || (padded && tag != [0xdd; 4]) {
                // As real ones do: they go on reading, and say nothing.
                return from.drain().await;
            }
            let dc = i16::from_le_bytes([plain[60], plain[61]]);
            asked
                .lock()
                .unwrap()
                .push(format!("dc {dc}, tag {:02x}", tag[0]));
            let Some((_, address)) = dcs.iter().find(|(id, _)| *id == dc) else {
                return from.drain().await;
            };
            let (mut server_from, mut server_to) = TcpStream::connect(address).await?.into_split();
            server_to
                .write_all(if tag[0] == 0xef { &tag[..1] } else { &tag })
                .await?;
            let up = async {
                loop {
                    let mut bytes = match from.next().await {
                        Ok(bytes) => bytes,
                        Err(e) => return std::io::Result::Err(e),
                    };
                    incoming.apply(&mut bytes);
                    server_to.write_all(&bytes).await?;
                }
            };
            let down = async {
                let mut buffer = vec![0; 60_000];
                loop {
                    let len = server_from.read(&mut buffer).await?;
                    if len == 0 {
                        return std::io::Result::Ok(());
                    }
                    outgoing.apply(&mut buffer[..len]);
                    to.send(&buffer[..len]).await?;
                }
            };
            tokio::select! {
                ended = up => ended,
                ended = down => ended,
            }
        }
    })
    .await
}

fn cipher(init: &[u8; 64], secret: [u8; 16]) -> Ctr {
    let key = sha256(&[&init[8..40], &secret]);
    Ctr::new(&key, init[40..56].try_into().unwrap())
}

/// A proxy for fake TLS that breaks one rule.
pub async fn hostile(key: [u8; 16], attack: ProxyAttack) -> Proxy {
    Proxy::start(move |mut client, asked| async move {
        let hello = greeting(&mut client).await?;
        client.write_all(&attack.answer(&key, &hello)).await?;
        // What the client begins with once it trusts the answer.
        let begun = read::<6>(&mut client).await;
        if begun.is_ok() {
            asked.lock().unwrap().push("data".to_owned());
        }
        client.write_all(attack.data().unwrap_or_default()).await?;
        client.read_to_end(&mut Vec::new()).await.map(drop)
    })
    .await
}

/// Reads the greeting of a client.
pub async fn greeting(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let head = read::<5>(client).await?;
    assert_eq!(head[..3], [0x16, 3, 1]);
    let mut hello = head.to_vec();
    hello.resize(5 + usize::from(u16::from_be_bytes([head[3], head[4]])), 0);
    client.read_exact(&mut hello[5..]).await?;
    Ok(hello)
}

/// Answers a greeting of TLS if it proves the secret, was made now, and is for the domain.
async fn greet(client: &mut TcpStream, key: [u8; 16], domain: &str) -> std::io::Result<()> {
    let greeting = greeting(client).await?;
    let mut hello = greeting.clone();
    let random: [u8; 32] = hello[11..43].try_into().unwrap();
    hello[11..43].fill(0);
    let proof = hmac_sha256(&key, &[&hello]);
    let time: Vec<u8> = (28..32).map(|i| random[i] ^ proof[i]).collect();
    let time = u32::from_le_bytes(time.try_into().unwrap());
    let unix = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let names_domain = hello.windows(domain.len()).any(|w| w == domain.as_bytes());
    let proven = random[..28] == proof[..28] && unix.abs_diff(time.into()) < 60;
    assert!(!proven || names_domain, "the greeting is for another site");
    let key = match proven {
        true => key,
        // As real ones do by leading to the web site itself: somebody answers who knows no secret.
        false => [0x55; 16],
    };
    let answer = tls_answer(&key, &greeting);
    // In pieces, as networks have it.
    let (first, rest) = answer.split_at(60);
    client.write_all(first).await?;
    client.flush().await?;
    tokio::task::yield_now().await;
    client.write_all(rest).await
}

struct Reader<R = OwnedReadHalf> {
    from: R,
    tls: bool,
    kept: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Some bytes, at least one.
    async fn next(&mut self) -> std::io::Result<Vec<u8>> {
        if !self.kept.is_empty() {
            return Ok(std::mem::take(&mut self.kept));
        }
        if !self.tls {
            let mut bytes = vec![0; 4096];
            let len = self.from.read(&mut bytes).await?;
            bytes.truncate(len);
            return match len {
                0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(bytes),
            };
        }
        loop {
            let mut head = [0; 5];
            self.from.read_exact(&mut head).await?;
            let mut body = vec![0; u16::from_be_bytes([head[3], head[4]]).into()];
            self.from.read_exact(&mut body).await?;
            match head[0] {
                0x14 => assert_eq!(body, [1]),
                kind => {
                    assert_eq!((kind, &head[1..3]), (0x17, &[3, 3][..]));
                    assert!(body.len() <= 2878);
                    return Ok(body);
                }
            }
        }
    }

    async fn fill(&mut self, out: &mut [u8]) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        while bytes.len() < out.len() {
            bytes.extend(self.next().await?);
        }
        self.kept = bytes.split_off(out.len());
        out.copy_from_slice(&bytes);
        Ok(())
    }

    async fn drain(&mut self) -> std::io::Result<()> {
        loop {
            self.next().await?;
        }
    }
}

struct Writer<W = OwnedWriteHalf> {
    to: W,
    tls: bool,
    quirks: Quirks,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if !self.tls {
            return self.to.write_all(bytes).await;
        }
        let most = if self.quirks.long_records {
            16_640
        } else {
            1000
        };
        for part in bytes.chunks(most) {
            let len = (part.len() as u16).to_be_bytes();
            self.to
                .write_all(&[&[0x17, 3, 3][..], &len, part].concat())
                .await?;
        }
        Ok(())
    }
}
