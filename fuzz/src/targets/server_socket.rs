//! What somebody says to the embedded server's sockets: framings, WebSockets, HTTP, an MTProxy and the
//! control API, from the first byte to the packets below.

use std::{net::SocketAddr, sync::Mutex, time::Duration};

use heliogram_mtproto::{
    framing::{Framing, Obfuscation, Transport},
    plain,
    tl::functions::ReqPqMulti,
};
use heliogram_tl::to_bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::host::{self, Host, SECRET};
use crate::{Input, Seed};

static PLACE: host::Place = Mutex::new(None);

/// A server that says nothing for so long waits for more.
const QUIET: Duration = Duration::from_millis(2);
/// Most that is read of an answer.
const MOST: usize = 64;

/// Where to, what is said and how, and the length of pieces.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (place, how, piece) = (
        input.byte() % 4,
        input.byte(),
        usize::from(input.byte()) + 1,
    );
    host::with(
        &PLACE,
        |builder| builder.receive_updates(false),
        |host| {
            let address = address(host, place);
            let bytes = said(host, &mut input, place, how);
            host.runtime.block_on(talk(address, &bytes, piece));
            // Faults that were asked for would strike whoever comes next.
            host.server.faults().clear();
            true
        },
    );
}

fn address(host: &Host, place: u8) -> SocketAddr {
    match place {
        1 => host.server.mtproxy().expect("there is one"),
        2 => {
            let point = host.server.control().expect("there is one");
            let address = point.url.trim_start_matches("http://");
            address.parse().expect("it is an address")
        }
        _ => host.server.dcs()[0].address,
    }
}

fn said(host: &Host, input: &mut Input<'_>, place: u8, how: u8) -> Vec<u8> {
    match how % 6 {
        0 => input.rest().to_vec(),
        1 => http(host, input, place),
        2 => websocket(input),
        3 => packets(input, place, how / 6),
        // Packets inside of a WebSocket, and inside of HTTP.
        4 => {
            let packets = packets(input, place, how / 6);
            upgraded(&[frame(0x82, &packets)].concat())
        }
        _ => {
            let body = packet(input);
            request("POST", "/api", "", &body)
        }
    }
}

fn request(method: &str, path: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let len = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{fields}Content-Length: {len}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A request with any path and body; the control API's with its token.
fn http(host: &Host, input: &mut Input<'_>, place: u8) -> Vec<u8> {
    const PATHS: [&str; 7] = [
        "/faults",
        "/log",
        "/calls",
        "/codes",
        "/clock",
        "/faults/1",
        "/api",
    ];
    let method = ["GET", "POST", "DELETE", "OPTIONS"][usize::from(input.byte() % 4)];
    let path = PATHS[usize::from(input.byte()) % PATHS.len()];
    let more = String::from_utf8_lossy(input.piece()).replace(['\r', '\n', ' '], "");
    let token = host.server.control().map_or("", |point| &point.token);
    let fields = match place {
        2 => format!("Authorization: Bearer {token}\r\n"),
        _ => String::new(),
    };
    request(method, &format!("{path}{more}"), &fields, input.rest())
}

fn upgraded(frames: &[u8]) -> Vec<u8> {
    let head = "GET /apiws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
        Sec-WebSocket-Protocol: binary\r\n\r\n";
    [head.as_bytes(), frames].concat()
}

/// A frame of a client, with a mask that changes nothing.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![first, 0x80 | 126];
    out.extend((payload.len() as u16).to_be_bytes());
    out.extend([0; 4]);
    out.extend(payload);
    out
}

fn websocket(input: &mut Input<'_>) -> Vec<u8> {
    let mut frames = Vec::new();
    for _ in 0..input.byte() % 8 {
        let first = input.byte();
        frames.extend(frame(first, input.piece()));
    }
    frames.extend(input.rest());
    upgraded(&frames)
}

/// Packets in a framing of the server's or the proxy's.
fn packets(input: &mut Input<'_>, place: u8, how: u8) -> Vec<u8> {
    let transport = Transport::ALL[usize::from(how % 4)];
    let secret = (place == 1).then_some(SECRET);
    let obfuscated = secret.is_some() || how / 4 % 2 == 1;
    let obfuscation = obfuscated.then_some(Obfuscation { dc_id: 2, secret });
    let mut framing = Framing::client(transport, obfuscation, [8; 32]);
    let mut out = Vec::new();
    for _ in 0..input.byte() % 8 {
        let packet = packet(input);
        // What no framing carries is left out.
        let _ = framing.encode(&packet, &mut out);
    }
    out.extend(input.rest());
    out
}

/// A plaintext packet with any body or with the first of an exchange, or any bytes.
fn packet(input: &mut Input<'_>) -> Vec<u8> {
    match input.byte() % 4 {
        0 => plain::seal(
            4,
            &to_bytes(&ReqPqMulti {
                nonce: input.array(),
            }),
        ),
        1 => {
            let body = input.piece();
            plain::seal(4, &body[..body.len() & !3])
        }
        _ => {
            let body = input.piece();
            body[..body.len() & !3].to_vec()
        }
    }
}

async fn talk(to: SocketAddr, bytes: &[u8], piece: usize) {
    let mut stream = TcpStream::connect(to).await.expect("the server listens");
    for piece in bytes.chunks(piece.max(bytes.len() / 16)) {
        if stream.write_all(piece).await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
    let mut answer = [0; 4096];
    for _ in 0..MOST {
        match timeout(QUIET, stream.read(&mut answer)).await {
            Ok(Ok(1..)) => {}
            // It closed the connection, or has nothing more to say.
            _ => return,
        }
    }
}

/// Each way to talk, and things the control API is asked for.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let begin = |place: u8, how: u8| Seed::new().byte(place).byte(how).byte(50);
    let first = |seed: Seed| seed.byte(0).raw(&[7; 16]);
    let mut all = vec![
        begin(0, 0)
            .raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .named("http-raw"),
        begin(0, 0)
            .raw(b"OPTIONS /apiw1 HTTP/1.0\r\n\r\n")
            .named("http-options"),
        begin(0, 0).raw(&[0x16, 3, 1, 2, 0]).named("tls"),
        begin(0, 2)
            .byte(3)
            .byte(0x82)
            .piece(&[1; 30])
            .byte(0x89)
            .piece(b"ping")
            .byte(0x88)
            .piece(&[3, 232])
            .named("websocket-control"),
        begin(0, 2)
            .byte(2)
            .byte(0x02)
            .piece(&[0xef, 1])
            .byte(0x80)
            .piece(&[2; 8])
            .named("websocket-pieces"),
        first(begin(0, 5)).named("http-packet"),
        first(begin(0, 4).byte(1)).named("websocket-packet"),
        begin(2, 1)
            .byte(1)
            .byte(0)
            .piece(b"")
            .raw(br#"{"kind":"flood_wait","seconds":3,"method":"messages.sendMessage"}"#)
            .named("control-fault"),
        begin(2, 1)
            .byte(1)
            .byte(4)
            .piece(b"")
            .raw(br#"{"advance":3600}"#)
            .named("control-clock"),
        begin(2, 1)
            .byte(0)
            .byte(3)
            .piece(b"?phone=15550100")
            .named("control-code"),
        begin(2, 1).byte(0).byte(1).piece(b"").named("control-log"),
        begin(2, 1)
            .byte(2)
            .byte(5)
            .piece(b"")
            .named("control-remove"),
    ];
    for (n, transport) in (0..).zip(Transport::ALL) {
        for (place, obfuscated) in [(0, 0), (0, 1), (1, 1)] {
            let how = 3 + 6 * (n + 4 * obfuscated);
            let seed = first(begin(place, how).byte(2)).byte(1).piece(&[1; 40]);
            all.push(seed.named(format!("{transport}-{place}-{obfuscated}")));
        }
    }
    all
}
