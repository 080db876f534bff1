//! What proxies and web servers answer to a client, in pieces.

use heliogram_crypto::hmac_sha256;
use heliogram_mtproto::{
    http::{Exchange, Upgrade},
    proxy::{Connect, FakeTls, Records, Socks5},
};

use crate::{Input, Seed};

/// The kind of proxy, whether with a login, the length of pieces, and what it says.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (kind, login) = (input.byte() % 7, input.byte() & 1 == 1);
    let piece = usize::from(input.byte()) + 1;
    let mut whole = input;
    let pieces = whole.rest().chunks(piece);
    match kind {
        0 => socks5(login, pieces),
        1 => connect(login, pieces),
        2 => upgrade(pieces),
        3 => exchange(pieces),
        4 => fake_tls(pieces),
        5 => proven(piece, input),
        _ => records(pieces),
    }
}

fn socks5<'a>(login: bool, mut pieces: impl Iterator<Item = &'a [u8]>) {
    let login = login.then_some(("name", "password"));
    let Ok((mut socks, _)) = Socks5::start("example.com", 443, login) else {
        return;
    };
    let mut out = Vec::new();
    let _ = pieces.try_for_each(|piece| socks.receive(piece, &mut out).map(drop));
    assert!(out.len() < 64);
}

fn connect<'a>(login: bool, mut pieces: impl Iterator<Item = &'a [u8]>) {
    let basic = login.then_some("bmFtZTpwYXNzd29yZA==");
    let Ok((mut connect, _)) = Connect::start("example.com", 443, basic) else {
        return;
    };
    let _ = pieces.try_for_each(|piece| connect.receive(piece).map(drop));
}

fn upgrade<'a>(mut pieces: impl Iterator<Item = &'a [u8]>) {
    let Ok((mut upgrade, _)) = Upgrade::start("example.com", 443, "/apiws", [7; 16]) else {
        return;
    };
    let _ = pieces.try_for_each(|piece| upgrade.receive(piece).map(drop));
}

fn exchange<'a>(pieces: impl Iterator<Item = &'a [u8]>) {
    let Ok(mut exchange) = Exchange::new("example.com", 80, "/api") else {
        return;
    };
    for piece in pieces {
        if exchange.is_idle() {
            let _ = exchange.request(&[1; 24], &mut Vec::new());
        }
        exchange.receive(piece);
        if exchange.next_answer().is_err() {
            break;
        }
    }
}

fn fake_tls<'a>(pieces: impl Iterator<Item = &'a [u8]>) {
    let Ok((mut greeting, _)) = FakeTls::start([7; 16], "example.com", 0, [1; 32]) else {
        return;
    };
    for piece in pieces {
        match greeting.receive(piece) {
            Ok(opened) => assert!(opened.is_none(), "a proof by chance"),
            Err(_) => break,
        }
    }
}

/// Where the random bytes stand in a greeting, either way.
const RANDOM: std::ops::Range<usize> = 11..43;

/// An answer to the greeting with the right proof, whatever else it says, and what follows.
fn proven(piece: usize, mut input: Input<'_>) {
    let (mut greeting, hello) =
        FakeTls::start([7; 16], "example.com", 0, [1; 32]).expect("the name is one");
    let record = |kind: u8, body: &[u8]| {
        let len = body.len() as u16;
        [&[kind, 3, 3][..], &len.to_be_bytes(), body].concat()
    };
    let mut first = input.piece().to_vec();
    first.resize(first.len().max(RANDOM.end - 5), 0);
    let mut answer = record(0x16, &first);
    answer.extend(record(0x14, &[1]));
    answer.extend(record(0x17, input.piece()));
    answer[RANDOM].fill(0);
    let proof = hmac_sha256(&[7; 16], &[&hello[RANDOM], &answer]);
    answer[RANDOM].copy_from_slice(&proof);
    answer.extend(input.rest());

    let mut pieces = answer.chunks(piece);
    let opened = pieces.find_map(|piece| greeting.receive(piece).transpose());
    let Some(Ok(mut records)) = opened else {
        // Records longer than TLS has them.
        return;
    };
    let mut out = Vec::new();
    let _ = pieces.try_for_each(|piece| records.receive(piece, &mut out));
}

/// What one side seals the other reads, in any pieces.
fn records<'a>(pieces: impl Iterator<Item = &'a [u8]>) {
    let pieces: Vec<_> = pieces.collect();
    let open = || {
        let (mut greeting, hello) =
            FakeTls::start([7; 16], "example.com", 0, [1; 32]).expect("the name is one");
        let mut answer = [&[0x16, 3, 3, 0, 38][..], &[0; 38], &[0x14, 3, 3, 0, 1, 1]].concat();
        answer.extend([0x17, 3, 3, 0, 0]);
        let proof = hmac_sha256(&[7; 16], &[&hello[RANDOM], &answer]);
        answer[RANDOM].copy_from_slice(&proof);
        let opened = greeting.receive(&answer).expect("it is right");
        opened.expect("it is whole")
    };
    talk(&mut open(), &pieces.concat());
    let mut noise = open();
    let mut out = Vec::new();
    let _ = pieces
        .iter()
        .try_for_each(|piece| noise.receive(piece, &mut out));
}

/// Seals bytes, and lets the same end read them as if the other had: heads differ in nothing but the
/// first record, which only a client sends.
fn talk(records: &mut Records, data: &[u8]) {
    let (mut sealed, mut out) = (Vec::new(), Vec::new());
    records.seal(&[], &mut sealed);
    sealed.clear();
    records.seal(data, &mut sealed);
    if records.receive(&sealed, &mut out).is_ok() {
        assert!(out.ends_with(data));
    }
}

/// A good answer of each kind of proxy, but for the proof of fake TLS, and some refusals.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let seed = |name: &str, kind: u8, login: u8, bytes: &[u8]| {
        let seed = Seed::new().byte(kind).byte(login).byte(30);
        seed.raw(bytes).named(name)
    };
    let web = |text: &str| text.replace('\n', "\r\n").into_bytes();
    let opened = web("HTTP/1.1 200 Connection established\nProxy-Agent: x\n\n");
    let refused = web("HTTP/1.0 407 Proxy Authentication Required\nContent-Length: 2\n\nno");
    let upgraded = web(
        "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\n\
         Sec-WebSocket-Protocol: binary\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n\n",
    );
    let answer = [
        &web("HTTP/1.1 200 OK\nContent-Length: 24\n\n")[..],
        &[3; 24],
    ]
    .concat();
    let error = [
        &web("HTTP/1.1 404 Not Found\nContent-Length: 4\n\n")[..],
        &[108, 254, 255, 255],
    ]
    .concat();
    // A server's greeting, a change of ciphers, and data.
    let hello = [
        &[2, 0, 0, 118, 3, 3][..],
        &[5; 32],
        &[32],
        &[6; 32],
        &[0x13, 1, 0, 0, 46],
    ]
    .concat();
    let hello = [
        &hello[..],
        &[0, 0x33, 0, 0x24, 0, 0x1d, 0, 0x20],
        &[7; 32],
        &[0, 0x2b, 0, 2, 3, 4],
    ]
    .concat();
    let tls = [
        &[0x16, 3, 3, 0, hello.len() as u8][..],
        &hello,
        &[0x14, 3, 3, 0, 1, 1, 0x17, 3, 3, 0, 40],
        &[9; 40],
    ]
    .concat();
    let proven = Seed::new()
        .piece(&hello)
        .piece(&[9; 40])
        .raw(&tls[tls.len() - 45..]);
    let (_, proven) = proven.named("");
    vec![
        seed("socks5", 0, 0, &[5, 0, 5, 0, 0, 1, 1, 2, 3, 4, 1, 187]),
        seed(
            "socks5-login",
            0,
            1,
            &[5, 2, 1, 0, 5, 0, 0, 3, 1, b'x', 0, 80],
        ),
        seed("socks5-refused", 0, 0, &[5, 0, 5, 5, 0, 4]),
        seed("connect", 1, 1, &opened),
        seed("connect-refused", 1, 0, &refused),
        seed("upgrade", 2, 0, &upgraded),
        seed("http", 3, 0, &answer),
        seed("http-error", 3, 0, &error),
        seed("tls", 4, 0, &tls),
        seed("tls-proven", 5, 0, &proven),
        seed(
            "tls-records",
            6,
            0,
            &[&[0x17, 3, 3, 0, 40][..], &[9; 40]].concat(),
        ),
    ]
}
