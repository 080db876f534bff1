//! The handshakes with proxies, over sockets.

use std::io;

use heliogram_mtproto::proxy::{Connect, FakeTls, Records, Socks5};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, timeout_at},
};

use super::{Kind, Proxy, Secret};
use crate::error::ProxyError;

/// Bytes asked of a proxy at once.
const READ: usize = 4096;

/// Asks a proxy for a connection to a server; one made for MTProto is not asked for any.
///
/// # Errors
/// What the proxy refused, or that it says nothing by the deadline.
pub(in crate::net) async fn ask<S>(
    stream: &mut S,
    proxy: &Proxy,
    (host, port): (&str, u16),
    deadline: Instant,
) -> Result<(), ProxyError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    match proxy.kind() {
        Kind::Socks5(login) => {
            let login = login.as_ref().map(|login| login.parts());
            let (mut socks, hello) = Socks5::start(host, port, login)?;
            drive(stream, hello, deadline, |bytes, out| {
                let stands = socks.receive(bytes, out)?;
                Ok(stands.then_some(()))
            })
            .await
        }
        Kind::Http(login) => {
            let basic = login.as_ref().map(|login| login.basic());
            let basic = basic.as_ref().map(|basic| basic.as_str());
            let (mut connect, request) = Connect::start(host, port, basic)?;
            drive(stream, request, deadline, |bytes, _| {
                Ok(connect.receive(bytes)?.then_some(()))
            })
            .await
        }
        Kind::MtProxy(_) => Ok(()),
    }
}

/// Greets a proxy as its secret asks for; `None` where that is nothing.
///
/// # Errors
/// The rule that its answer breaks, or that it says nothing by the deadline.
pub(in crate::net) async fn disguise<S>(
    stream: &mut S,
    secret: &Secret,
    unix: u32,
    seed: [u8; 32],
    deadline: Instant,
) -> Result<Option<Records>, ProxyError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let Some(domain) = secret.domain() else {
        return Ok(None);
    };
    let (mut greeting, hello) = FakeTls::start(secret.key(), domain, unix, seed)?;
    drive(stream, hello, deadline, |bytes, _| {
        Ok(greeting.receive(bytes)?)
    })
    .await
    .map(Some)
}

/// Says `first`, then what `step` says to each answer, until it gives a result.
async fn drive<S, T>(
    stream: &mut S,
    first: Vec<u8>,
    deadline: Instant,
    mut step: impl FnMut(&[u8], &mut Vec<u8>) -> Result<Option<T>, ProxyError> + Send,
) -> Result<T, ProxyError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let talk = async {
        let mut out = zeroize::Zeroizing::new(first);
        let mut input = [0; READ];
        loop {
            stream.write_all(&out).await?;
            out.clear();
            let len = stream.read(&mut input).await?;
            if len == 0 {
                return Err(ProxyError::Dropped);
            }
            if let Some(done) = step(input.get(..len).unwrap_or_default(), &mut out)? {
                return Ok(done);
            }
        }
    };
    match timeout_at(deadline, talk).await {
        Ok(result) => result,
        Err(_) => Err(ProxyError::Silent),
    }
}

/// An error of a socket to a proxy that is connected: it hung up.
impl From<io::Error> for ProxyError {
    fn from(_: io::Error) -> Self {
        Self::Dropped
    }
}
