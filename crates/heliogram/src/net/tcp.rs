use std::{io, time::Duration};

use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::servers::ServerAddr;

/// How long one address has before the next one is tried beside it.
const STAGGER: Duration = Duration::from_millis(250);

/// Connects to the first of the addresses that answers.
///
/// # Errors
/// What the operating system said of the last address, or that the time ran out.
pub(super) async fn dial(
    addresses: &[ServerAddr],
    limit: Duration,
) -> io::Result<(TcpStream, ServerAddr)> {
    match timeout(limit, race(addresses)).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")),
    }
}

async fn race(addresses: &[ServerAddr]) -> io::Result<(TcpStream, ServerAddr)> {
    let mut attempts = JoinSet::new();
    let mut left = addresses.iter();
    let mut last = io::Error::new(io::ErrorKind::AddrNotAvailable, "no address");
    loop {
        if let Some(address) = left.next() {
            let address = address.clone();
            attempts.spawn(async move { connect(&address).await.map(|s| (s, address)) });
        } else if attempts.is_empty() {
            return Err(last);
        }
        tokio::select! {
            Some(done) = attempts.join_next() => match done {
                Ok(Ok(connected)) => return Ok(connected),
                Ok(Err(e)) => last = e,
                Err(_) => {}
            },
            () = sleep(STAGGER), if left.len() > 0 => {}
        }
    }
}

async fn connect(address: &ServerAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_dead_address_does_not_hide_a_live_one() {
        let dead = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let live = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = live.local_addr().unwrap().port();
        let addresses = [
            ServerAddr::new(1, "127.0.0.1", dead),
            ServerAddr::new(1, "127.0.0.1", port),
        ];
        let (_, used) = dial(&addresses, Duration::from_secs(5)).await.unwrap();
        assert_eq!(used.port, port);
    }

    #[tokio::test]
    async fn nobody_there_is_an_error_within_the_limit() {
        let dead = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let address = [ServerAddr::new(1, "127.0.0.1", dead)];
        let e = dial(&address, Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(e.kind(), io::ErrorKind::ConnectionRefused);
        assert!(dial(&[], Duration::from_secs(5)).await.is_err());
    }
}
