use std::time::Duration;

use heliogram_mtproto::{
    exchange::{ClientConfig, ClientExchange, ClientStep, Established, ExchangeError},
    framing::{Frame, Framing, Obfuscation},
};
use tokio::time::timeout;

use super::{Net, dc::Dc, fault::Fault, servers::ServerAddr, tcp, wire::Wire};
use crate::{
    error::{NetworkError, ProtocolError},
    random,
};

/// How often a key exchange starts over before it fails.
const MAX_EXCHANGES: u32 = 3;

/// Connects a socket to a data centre.
pub(super) async fn connect(net: &Net, dc: &Dc) -> Result<Wire, Fault> {
    let (dc, addresses) = (dc.id, net.addresses_of(dc));
    if addresses.is_empty() {
        return Err(NetworkError::NoAddress { dc }.into());
    }
    let config = &net.config;
    let (stream, address) = tcp::dial(&addresses, config.connect_timeout)
        .await
        .map_err(|e| {
            let list: Vec<_> = addresses.iter().map(ServerAddr::to_string).collect();
            let addresses = list.join(", ").into();
            NetworkError::Connect {
                dc,
                addresses,
                source: e.into(),
            }
        })?;
    let obfuscation = config.obfuscated.then(|| Obfuscation {
        dc_id: i16::try_from(config.servers.wire_dc(dc)).unwrap_or_default(),
        secret: None,
    });
    let framing = Framing::client(config.transport, obfuscation, random::seed()?);
    Ok(Wire::new(
        Box::new(stream),
        framing,
        address.to_string().into(),
    ))
}

/// Agrees on a new key: a permanent one, or a temporary one that lives for so many seconds.
pub(super) async fn exchange(
    net: &Net,
    dc: &Dc,
    wire: &mut Wire,
    expires_in: Option<i32>,
) -> Result<Established, Fault> {
    let mut attempts = 1;
    loop {
        match attempt(net, dc, wire, expires_in).await {
            Err(fault) if fault.is_key_unknown() && attempts < MAX_EXCHANGES => attempts += 1,
            result => return result,
        }
    }
}

async fn attempt(
    net: &Net,
    dc: &Dc,
    wire: &mut Wire,
    expires_in: Option<i32>,
) -> Result<Established, Fault> {
    let config = ClientConfig {
        keys: net.trusted(dc),
        dc: net.config.servers.wire_dc(dc.id),
        expires_in,
    };
    let dc = dc.id;
    let (mut exchange, mut packet) =
        ClientExchange::start(config, random::seed()?, net.clock.now());
    loop {
        wire.queue(&packet)
            .map_err(|source| ProtocolError::Frame { dc, source })?;
        let answer = receive(dc, wire, net.config.connect_timeout).await?;
        let step = exchange.handle(net.clock.now(), &answer);
        match step.map_err(|e| exchange_fault(dc, wire, e))? {
            ClientStep::Send(next, next_packet) => (exchange, packet) = (next, next_packet),
            ClientStep::Done(established) => return Ok(established),
        }
    }
}

/// Waits for one packet of the server.
async fn receive(dc: i32, wire: &mut Wire, limit: Duration) -> Result<Vec<u8>, Fault> {
    let received = timeout(limit, async {
        loop {
            match wire.next_frame() {
                Ok(Some(Frame::Packet(packet))) => return Ok(packet),
                Ok(Some(Frame::Error(code))) => return Err(transport_fault(dc, code)),
                Ok(Some(Frame::QuickAck(_))) => {}
                Ok(None) => match wire.io().await {
                    Ok(1..) => {}
                    Ok(0) | Err(_) => return Err(ended(dc, wire)),
                },
                Err(_) => return Err(stranger(dc, wire)),
            }
        }
    });
    match received.await {
        Ok(result) => result,
        Err(_) if wire.is_gibberish() => Err(stranger(dc, wire)),
        Err(_) => Err(NetworkError::Silent {
            dc,
            address: wire.address().into(),
        }
        .into()),
    }
}

/// The connection ended before an answer was complete.
fn ended(dc: i32, wire: &Wire) -> Fault {
    if wire.is_gibberish() {
        return stranger(dc, wire);
    }
    NetworkError::Dropped {
        dc,
        address: wire.address().into(),
    }
    .into()
}

fn stranger(dc: i32, wire: &Wire) -> Fault {
    let (address, speaks) = (wire.address().into(), wire.speaks());
    ProtocolError::NotMtproto {
        dc,
        address,
        speaks,
    }
    .into()
}

fn exchange_fault(dc: i32, wire: &Wire, source: ExchangeError) -> Fault {
    match source {
        ExchangeError::UnknownKey => ProtocolError::UnknownServerKey {
            dc,
            address: wire.address().into(),
        }
        .into(),
        // The first answer is not even a plaintext packet.
        ExchangeError::Packet(_) => stranger(dc, wire),
        source => ProtocolError::Exchange { dc, source }.into(),
    }
}

/// What an error number of the transport stands for.
pub(super) fn transport_fault(dc: i32, code: i32) -> Fault {
    match code {
        -404 => ProtocolError::AuthKeyUnknown { dc }.into(),
        -429 => NetworkError::TooManyConnections { dc }.into(),
        -444 => ProtocolError::WrongDc { dc }.into(),
        code => ProtocolError::Transport { dc, code }.into(),
    }
}
