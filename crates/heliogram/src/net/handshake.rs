use std::{io, sync::Arc, time::Duration};

use heliogram_mtproto::{
    exchange::{ClientConfig, ClientExchange, ClientStep, Established, ExchangeError},
    framing::{Frame, Framing, Obfuscation},
};
use tokio::time::timeout;

use super::{
    Net,
    carrier::Carrier,
    dc::Dc,
    dial::{self, DialError, Reached, Route},
    endpoint::Endpoint,
    fault::Fault,
    wire::{Open, Polled, Wire},
};
use crate::{
    error::{NetworkError, ProtocolError},
    random,
};

/// How often a key exchange starts over before it fails.
const MAX_EXCHANGES: u32 = 3;

/// Connects a socket to a data centre.
pub(super) async fn connect(net: &Net, at: &Dc) -> Result<Wire, Fault> {
    let (dc, config) = (at.id, &net.config);
    let endpoints = match &config.proxy {
        // A proxy made for MTProto finds the data centre by its number.
        Some(proxy) if proxy.is_mtproxy() => vec![Endpoint::new(dc, proxy.host(), proxy.port())],
        _ => net.endpoints(at),
    };
    if endpoints.is_empty() {
        return Err(NetworkError::NoAddress { dc }.into());
    }
    // Proxies that are told the time refuse those whose clock is wrong; a server may have set it
    // right before.
    let offset_ms = match &config.proxy {
        Some(proxy) if proxy.is_mtproxy() => at.time_offset_ms(net).await,
        _ => None,
    };
    let time = net.clock.server_time(offset_ms);
    let route = Route {
        proxy: config.proxy.clone(),
        carrier: config.carrier.clone(),
        path: config
            .carrier
            .as_ref()
            .map_or("", |c| c.path(&config.servers)),
        unix: u32::try_from(time.as_secs()).unwrap_or_default(),
    };
    match dial::dial(&endpoints, &route, config.connect_timeout).await {
        Ok(reached) => wire(net, dc, route, reached),
        Err(DialError::Proxy(source)) => {
            let proxy = route.proxy.map(|proxy| proxy.to_string());
            let proxy = proxy.unwrap_or_default().into();
            Err(NetworkError::Proxy { dc, proxy, source }.into())
        }
        Err(DialError::Socket(source)) => {
            let list: Vec<_> = endpoints.iter().map(|e| e.address.to_string()).collect();
            Err(NetworkError::Connect {
                dc,
                addresses: list.join(", ").into(),
                source: source.into(),
            }
            .into())
        }
    }
}

/// Puts a framing on a socket, as the other end of it wants one.
fn wire(net: &Net, dc: i32, route: Route, reached: Reached) -> Result<Wire, Fault> {
    let config = &net.config;
    let server = &reached.endpoint.address;
    let mtproxy = config.proxy.as_ref().filter(|proxy| proxy.is_mtproxy());
    let address = match (mtproxy, &config.proxy) {
        (Some(proxy), _) => proxy.to_string(),
        (None, Some(proxy)) => format!("{server} (through the {proxy})"),
        (None, None) => server.to_string(),
    };
    if config.carrier.as_ref().is_some_and(Carrier::is_http) {
        return polled(net, dc, route, reached, address);
    }
    let secret = route.secret(&reached.endpoint);
    let obfuscated = config.obfuscated
        || reached.endpoint.tcpo_only
        || secret.is_some()
        || config.carrier.is_some();
    let obfuscation = obfuscated.then(|| Obfuscation {
        dc_id: i16::try_from(config.servers.wire_dc(dc)).unwrap_or_default(),
        secret: secret.map(|secret| secret.key()),
    });
    let transport = secret.map_or(config.transport, |s| s.transport(config.transport));
    let framing = Framing::client(transport, obfuscation, random::seed()?);
    let wire = Wire::framed(reached.stream, framing, reached.records, address.into());
    Ok(match mtproxy {
        Some(_) => wire.behind_mtproxy(),
        None => wire.leading_to(reached.endpoint.address),
    })
}

/// Speaks HTTP over a socket and over further ones to the same server.
fn polled(
    net: &Net,
    dc: i32,
    route: Route,
    reached: Reached,
    address: String,
) -> Result<Wire, Fault> {
    let (endpoint, path) = (reached.endpoint, route.path);
    let (again, limit) = (endpoint.clone(), net.config.connect_timeout);
    let open: Open = Arc::new(move || {
        let (endpoint, route) = ([again.clone()], route.clone());
        Box::pin(async move {
            let reached = dial::dial(&endpoint, &route, limit).await;
            reached
                .map(|reached| reached.stream)
                .map_err(io::Error::from)
        })
    });
    let server = (endpoint.address.host.as_str(), endpoint.address.port);
    let polled = Polled::new(reached.stream, open, server, path);
    let polled = polled.map_err(|source| NetworkError::Connect {
        dc,
        addresses: address.as_str().into(),
        source: io::Error::new(io::ErrorKind::InvalidInput, source).into(),
    })?;
    Ok(Wire::polled(polled, address.into()).leading_to(endpoint.address))
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
                // So does any web server that has nothing to do with Telegram.
                Ok(Some(Frame::Error(_))) if wire.is_polled() && wire.is_first() => {
                    return Err(wire.stranger(dc));
                }
                Ok(Some(Frame::Error(code))) => return Err(transport_fault(dc, code)),
                Ok(Some(Frame::QuickAck(_))) => {}
                Ok(None) => match wire.io().await {
                    Ok(1..) => {}
                    Ok(0) => return Err(wire.ended(dc, None)),
                    Err(e) => return Err(wire.ended(dc, Some(&e))),
                },
                Err(_) => return Err(wire.stranger(dc)),
            }
        }
    });
    match received.await {
        Ok(result) => result,
        Err(_) if wire.is_gibberish() => Err(wire.stranger(dc)),
        Err(_) => Err(wire.silent(dc)),
    }
}

fn exchange_fault(dc: i32, wire: &Wire, source: ExchangeError) -> Fault {
    match source {
        ExchangeError::UnknownKey => ProtocolError::UnknownServerKey {
            dc,
            address: wire.address().into(),
        }
        .into(),
        // The first answer is not even a plaintext packet.
        ExchangeError::Packet(_) => wire.stranger(dc),
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
