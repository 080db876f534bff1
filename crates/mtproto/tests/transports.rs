//! A whole connection over every transport: key exchange, session, requests, in both roles.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::{sync::Arc, sync::LazyLock, time::Duration};

use bytes::Bytes;
use heliogram_crypto::{RsaPrivateKey, SeededRandom};
use heliogram_mtproto::{
    Event, Now, SendOptions, Session, SessionConfig,
    exchange::{
        ClientConfig, ClientExchange, ClientStep, Established, ServerConfig, ServerExchange,
    },
    framing::{Frame, Framing, Obfuscation, Transport},
    server::{self, ServerEvent, ServerSalts, ServerSession},
};

static KEY: LazyLock<RsaPrivateKey> = LazyLock::new(|| {
    RsaPrivateKey::generate(&mut SeededRandom::new([4; 32])).expect("chance leads to a key")
});

const NOW: Now = Now {
    mono: Duration::from_secs(5),
    unix: Duration::from_secs(1_790_000_000),
};

/// Two framings and the bytes between them, in pieces of odd sizes.
struct Pipe {
    client: Framing,
    server: Framing,
}

impl Pipe {
    fn new(transport: Transport, obfuscation: Option<Obfuscation>) -> Self {
        let client = Framing::client(transport, obfuscation, [6; 32]);
        Self {
            client,
            server: Framing::server([7; 32]),
        }
    }

    fn carry_up(&mut self, packet: &[u8]) -> Vec<u8> {
        pass(&mut self.client, &mut self.server, packet)
    }

    fn carry_down(&mut self, packet: &[u8]) -> Vec<u8> {
        pass(&mut self.server, &mut self.client, packet)
    }
}

fn pass(from: &mut Framing, to: &mut Framing, packet: &[u8]) -> Vec<u8> {
    let mut wire = Vec::new();
    from.encode(packet, &mut wire).unwrap();
    let mut frame = None;
    for piece in wire.chunks(7) {
        to.receive(piece);
        if let Some(next) = to.next_frame().unwrap() {
            frame = Some(next);
        }
    }
    match frame {
        Some(Frame::Packet(packet)) => packet,
        other => panic!("{other:?}"),
    }
}

fn exchange(pipe: &mut Pipe) -> (Established, Established) {
    let config = ClientConfig {
        keys: Arc::new([KEY.public().clone()]),
        dc: 2,
        expires_in: None,
    };
    let (mut client, mut packet) = ClientExchange::start(config, [1; 32], NOW);
    let config = ServerConfig {
        keys: Arc::new([KEY.clone()]),
        dc: 2,
    };
    let mut server = ServerExchange::new(config, [2; 32]);
    let mut made = None;
    loop {
        let step = server.handle(NOW, &pipe.carry_up(&packet)).unwrap();
        made = step.done.or(made);
        match client.handle(NOW, &pipe.carry_down(&step.reply)).unwrap() {
            ClientStep::Send(next, request) => (client, packet) = (next, request),
            ClientStep::Done(done) => return (done, made.unwrap()),
        }
    }
}

fn talk(transport: Transport, obfuscation: Option<Obfuscation>) {
    let mut pipe = Pipe::new(transport, obfuscation);
    let (ours, theirs) = exchange(&mut pipe);
    let config = SessionConfig {
        salt: ours.salt,
        time_offset_ms: Some(ours.time_offset_ms),
        ..SessionConfig::default()
    };
    let mut client = Session::new(config, ours.key, [3; 32], NOW);
    let salts = ServerSalts::new(theirs.key.clone()).with_initial(theirs.salt, NOW);
    let id = client.session_id();
    let mut server = ServerSession::new(theirs.key.clone(), id, salts, [4; 32], NOW);
    client.handle_connected(NOW);
    server.handle_connected(NOW);
    let body = Bytes::from((0..3000_u32).map(|i| (i * i) as u8).collect::<Vec<_>>());
    let request = client.send(NOW, body.clone(), SendOptions::default());
    server.push(NOW, Bytes::from_static(b"news"));

    let (mut events, mut packet, mut talking) = (Vec::new(), Vec::new(), true);
    while talking {
        talking = false;
        while client.poll_packet(NOW, &mut packet) {
            talking = true;
            let mut packet = pipe.carry_up(&packet);
            assert_eq!(server::peek_key_id(&packet), Some(theirs.key.id()));
            let opened = server::open(&theirs.key, &mut packet).unwrap();
            server.handle_opened(NOW, &opened).unwrap();
        }
        while let Some(ServerEvent::Request { msg_id, body }) = server.poll_event() {
            assert!(server.reply(NOW, msg_id, Ok(body)));
        }
        while server.poll_packet(NOW, &mut packet) {
            talking = true;
            let mut packet = pipe.carry_down(&packet);
            client.handle_packet(NOW, &mut packet).unwrap();
        }
        events.extend(std::iter::from_fn(|| client.poll_event()));
    }
    assert!(events.contains(&Event::Reply {
        id: request,
        result: Ok(body)
    }));
    assert!(events.contains(&Event::Update(Bytes::from_static(b"news"))));
    assert!(events.iter().any(|e| matches!(e, Event::NewSession { .. })));
}

#[test]
fn every_transport_carries_a_whole_conversation() {
    for transport in Transport::ALL {
        talk(transport, None);
        talk(
            transport,
            Some(Obfuscation {
                dc_id: 2,
                secret: None,
            }),
        );
    }
}
