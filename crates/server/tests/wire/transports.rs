//! HTTP and WebSockets, on the port that speaks TCP too.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use heliogram_api::functions::{auth, help, messages, updates};
use heliogram_api::{enums, types};
use heliogram_mtproto::framing::Frame;
use heliogram_mtproto::plain;
use heliogram_mtproto::tl::types::HttpWait;
use heliogram_server::{Account, Direction, Fault, TestServer};

use crate::channel::{Channel, Http, Socket, Tcp, WebSocket};
use crate::peer::Peer;
use crate::raw::{Raw, Refused, wait, word};
use crate::{runtime, start};

const NEW_SESSION: u32 = 0x9ec2_0908;

/// The data centre that test accounts are at home on.
fn home(server: &TestServer) -> SocketAddr {
    server.dcs()[1].address
}

fn http(server: &TestServer, path: &'static str) -> Raw<Http> {
    let channel = Http::dial(home(server), path);
    let mut raw = Raw::new(channel, &server.public_key_pem(), 2, None).unwrap();
    raw.introduce(help::GetConfig::new()).unwrap();
    raw
}

/// Logs an account in with the code the server gives, and hears its updates.
fn log_in<C: Channel>(raw: &mut Raw<C>, server: &TestServer, account: &Account) {
    let phone = account.phone().to_owned();
    let settings = types::CodeSettings::new();
    let call = auth::SendCode::new(phone.clone(), 1, "hash".into(), settings);
    let enums::auth::SentCode::SentCode(sent) = raw.call(call).unwrap() else {
        panic!()
    };
    let call = auth::SignIn {
        phone_code: server.code_for(&phone),
        ..auth::SignIn::new(phone, sent.phone_code_hash)
    };
    raw.call(call).unwrap();
    raw.call(updates::GetState::new()).unwrap();
}

fn people(server: &TestServer) -> (Account, Account) {
    runtime().block_on(async { (server.user("alice").await, server.user("bob").await) })
}

fn hello(n: i64) -> messages::SendMessage {
    messages::SendMessage::new(enums::InputPeer::InputPeerSelf, format!("hello {n}"), n)
}

fn ms(ms: i32) -> Duration {
    Duration::from_millis(ms as u64)
}

#[test]
fn http_carries_a_login_and_calls_on_one_connection() {
    let server = start();
    for path in ["/api", "/apiw_test"] {
        let mut raw = http(&server, path);
        assert_eq!(raw.call(help::GetNearestDc::new()).unwrap().this_dc, 2);
        let shared = raw.channel.head.contains("Access-Control-Allow-Origin: *");
        assert_eq!(shared, path == "/apiw_test");
        assert!(raw.channel.head.contains("Connection: keep-alive"));
    }
    assert_eq!(server.calls("help.getNearestDc"), 2);
}

#[test]
fn a_request_with_nothing_to_hear_is_answered_with_an_empty_container_in_time() {
    let server = start();
    let mut raw = http(&server, "/api");
    for max_wait in [0, 300] {
        let began = Instant::now();
        raw.say(&HttpWait {
            max_delay: 0,
            wait_after: 0,
            max_wait,
        });
        assert_eq!(raw.packet().unwrap(), Vec::<bytes::Bytes>::new());
        assert!(began.elapsed() >= ms(max_wait));
    }
}

#[test]
fn updates_come_on_the_connection_that_waits_and_answers_on_the_one_that_asks() {
    let server = start();
    let (alice, bob) = people(&server);
    let mut talk = http(&server, "/api");
    log_in(&mut talk, &server, &alice);
    let mut listen = talk.twin(Http::dial(home(&server), "/api"));
    listen.say(&HttpWait {
        max_delay: 0,
        wait_after: 0,
        max_wait: 25_000,
    });
    // Answers do not stray to the connection that listens.
    for n in 1..=3 {
        assert_eq!(talk.call(help::GetNearestDc::new()).unwrap().this_dc, 2);
        let id = talk.request(&hello(n));
        talk.answer(id).unwrap().unwrap();
    }
    runtime().block_on(bob.says(&alice, "hi")).unwrap();
    let came = listen.packet().unwrap();
    assert_eq!(came.len(), 1);
    let update = heliogram_mtproto::server::unpack(&came[0]).unwrap();
    let update: enums::Updates = heliogram_tl::from_bytes(&update).unwrap();
    assert!(matches!(update, enums::Updates::Updates(_)), "{update:?}");
}

#[test]
fn what_came_while_nobody_asked_is_told_with_the_next_answer() {
    let server = start();
    let (alice, bob) = people(&server);
    let mut raw = http(&server, "/api");
    log_in(&mut raw, &server, &alice);
    for text in ["one", "two"] {
        runtime().block_on(bob.says(&alice, text)).unwrap();
    }
    raw.say(&HttpWait {
        max_delay: 500,
        wait_after: 10,
        max_wait: 25_000,
    });
    assert!(raw.packet().unwrap().len() >= 2, "both in one answer");
}

#[test]
fn transport_errors_are_statuses() {
    let server = start();
    let raw = http(&server, "/apiw");
    // The key belongs to data centre 1 alone.
    let elsewhere = Http::dial(server.dcs()[0].address, "/apiw");
    let mut elsewhere = raw.twin(elsewhere);
    elsewhere.request(&help::GetNearestDc::new());
    assert_eq!(elsewhere.packet(), Err(Refused(-404)));
    assert!(elsewhere.channel.head.contains("Allow-Origin: *"));
    let wrong = Http::dial(home(&server), "/api");
    let refused = Raw::new(wrong, &server.public_key_pem(), 1, None).err();
    assert_eq!(refused, Some(Refused(-444)));
}

#[test]
fn bytes_that_break_http_close_that_connection_only() {
    let server = start();
    let mut good = http(&server, "/api");
    for (bytes, answer) in [
        (
            &b"POST /api HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"[..],
            "HTTP/1.1 400 ",
        ),
        (b"POST /api HTTP/1.1\r\n\r\n", "HTTP/1.1 411 "),
        (
            b"POST /api HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
            "HTTP/1.1 413 ",
        ),
        (b"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 "),
        (b"HEAD /api HTTP/9\r\n\r\n", "HTTP/1.1 505 "),
        (
            b"GET /apiws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
            "HTTP/1.1 426 ",
        ),
    ] {
        let mut socket = Socket::dial(home(&server));
        socket.write(bytes);
        let said = String::from_utf8(socket.read_to_end()).unwrap();
        assert!(said.starts_with(answer), "{said}");
    }
    let mut socket = Socket::dial(home(&server));
    socket.write(b"OPTIONS /apiw1 HTTP/1.1\r\nOrigin: x\r\nConnection: close\r\n\r\n");
    let began = Instant::now();
    while !socket.input.ends_with(b"\r\n\r\n") {
        assert!(began.elapsed() < ms(10_000));
        socket.read().unwrap();
    }
    let said = String::from_utf8(socket.input).unwrap();
    assert!(said.starts_with("HTTP/1.1 204 ") && said.contains("Access-Control-Allow-Methods"));
    assert_eq!(good.call(help::GetNearestDc::new()).unwrap().this_dc, 2);
}

#[test]
fn a_websocket_carries_a_login_calls_and_updates() {
    let server = start();
    let (alice, bob) = people(&server);
    let channel = WebSocket::dial(home(&server), true);
    let mut raw = Raw::new(channel, &server.public_key_pem(), 2, None).unwrap();
    raw.introduce(help::GetConfig::new()).unwrap();
    let pong = raw.channel.control.take().unwrap();
    assert_eq!(pong, (0x8a, b"are you there".to_vec()));
    log_in(&mut raw, &server, &alice);
    runtime().block_on(bob.says(&alice, "hi")).unwrap();
    let came = raw.packet().unwrap();
    assert!(came.iter().all(|body| word(body) != NEW_SESSION));

    raw.channel.frame(0x88, &1000u16.to_be_bytes());
    while raw.channel.receive().is_ok() {}
    let close = raw.channel.control.take().unwrap();
    assert_eq!(close, (0x88, 1000u16.to_be_bytes().to_vec()));
}

#[test]
fn a_websocket_says_transport_errors_in_the_stream_and_when_it_closes() {
    let server = start();
    let raw = http(&server, "/api");
    let channel = WebSocket::dial(server.dcs()[0].address, true);
    let mut elsewhere = raw.twin(channel);
    elsewhere.request(&help::GetNearestDc::new());
    assert_eq!(elsewhere.packet(), Err(Refused(-404)));
    while elsewhere.channel.receive().is_ok() {}
    let (kind, payload) = elsewhere.channel.control.take().unwrap();
    assert_eq!((kind, &payload[..]), (0x88, &b"\x03\xe8404"[..]));
}

#[test]
fn a_websocket_that_breaks_a_rule_is_closed_and_nothing_else_is() {
    let server = start();
    let mut good = Peer::connect(&server, 2);
    let mut plain = WebSocket::dial(home(&server), false);
    plain.send(&[0; 40]);
    while plain.receive().is_ok() {}
    assert_eq!(plain.control.take().unwrap().0, 0x88);

    let mut text = WebSocket::dial(home(&server), true);
    text.frame(0x81, b"text");
    while text.receive().is_ok() {}
    assert_eq!(text.control.take().unwrap().1, 1003u16.to_be_bytes());
    assert_eq!(good.call(help::GetNearestDc::new()).unwrap().this_dc, 2);
}

#[test]
fn clients_that_come_all_at_once_are_all_answered() {
    let server = start();
    // As many as fit into what a process may have open by default, both ends being here.
    let mut channels: Vec<_> = (0..300).map(|_| Tcp::dial(home(&server))).collect();
    for (n, channel) in (0..).zip(&mut channels) {
        let nonce = [n as u8; 16];
        let question = [&0xbe7e_8ef1_u32.to_le_bytes()[..], &nonce].concat();
        channel.send(&plain::seal(4, &question));
    }
    for (n, channel) in (0..).zip(&mut channels) {
        let Frame::Packet(answer) = wait(channel) else {
            panic!()
        };
        let (_, body) = plain::open(&answer).unwrap();
        assert_eq!(body[4..20], [n as u8; 16]);
    }
    assert_eq!(server.connections(), 300);
}

/// What a client of any transport sees of faults of calls, packets, bytes and the transport.
fn faults_strike<C: Channel>(server: &TestServer, dial: impl Fn() -> C) {
    let new = || {
        let mut raw = Raw::new(dial(), &server.public_key_pem(), 2, None).unwrap();
        raw.introduce(help::GetConfig::new()).unwrap();
        raw
    };
    let add = |fault| server.faults().add(fault).unwrap();
    let nearest = help::GetNearestDc::new;
    let mut raw = new();
    add(Fault::flood_wait(8).method("help.getNearestDc"));
    assert_eq!(raw.call(nearest()).unwrap_err(), "FLOOD_WAIT_8");
    for fault in [
        Fault::delay(Direction::FromClient, ms(150)),
        Fault::stall(ms(150)),
        Fault::slow_link(0, ms(75)).always(),
    ] {
        let id = add(fault);
        let began = Instant::now();
        raw.call(nearest()).unwrap();
        assert!(began.elapsed() >= ms(150));
        server.faults().remove(id);
    }
    add(Fault::transport_flood());
    let id = raw.request(&nearest());
    assert_eq!(raw.answer(id), Err(Refused(-429)));

    let mut raw = new();
    add(Fault::cut_at_byte(Direction::ToClient, 3));
    raw.request(&nearest());
    let began = Instant::now();
    while raw.channel.receive().is_ok_and(|frame| frame.is_none()) {
        assert!(began.elapsed() < Duration::from_secs(20), "it stays");
    }
    assert_eq!(server.faults().clear(), 0);
}

#[test]
fn faults_strike_on_every_transport() {
    let server = start();
    let address = home(&server);
    faults_strike(&server, || Tcp::dial(address));
    faults_strike(&server, || WebSocket::dial(address, true));
    faults_strike(&server, || Http::dial(address, "/api"));
}
