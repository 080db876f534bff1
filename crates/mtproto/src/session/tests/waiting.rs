//! Servers that only speak when spoken to.

use super::*;
use crate::server::{ServerEvent, ServerSalts, ServerSession};

fn at(seconds: u64) -> Now {
    Now {
        mono: Duration::from_secs(seconds),
        unix: Duration::from_secs(1_700_000_000 + seconds),
    }
}

/// A session and its server, both connected; the client believes in `salt`, the server in 5.
fn pair(salt: i64) -> (AuthKey, Session, ServerSession) {
    let key = AuthKey::new([3; 256]);
    let salts = ServerSalts::new(key.clone()).with_initial(5, at(0));
    let config = SessionConfig {
        salt,
        ..SessionConfig::default()
    };
    let mut session = Session::new(config, key.clone(), [1; 32], at(0));
    let mut server = ServerSession::new(key.clone(), session.session_id(), salts, [2; 32], at(0));
    session.handle_connected(at(0));
    server.handle_connected(at(0));
    (key, session, server)
}

fn hand_over(key: &AuthKey, server: &mut ServerSession, now: Now, packet: &mut [u8]) {
    let opened = crate::server::open(key, packet).unwrap();
    server.handle_opened(now, &opened).unwrap();
}

/// How often the server was asked to wait; it answers the requests that came.
fn waits(server: &mut ServerSession, now: Now) -> usize {
    let mut waits = 0;
    while let Some(event) = server.poll_event() {
        match event {
            ServerEvent::HttpWait { max_wait, .. } => {
                assert_eq!(max_wait, Duration::from_secs(25));
                waits += 1;
            }
            ServerEvent::Request { msg_id, .. } => {
                server.reply(now, msg_id, Ok(Bytes::from(vec![1; 8])));
            }
            _ => {}
        }
    }
    waits
}

#[test]
fn a_server_is_asked_to_wait_between_other_packets() {
    let (key, mut session, mut server) = pair(5);
    let (mut packet, mut told) = (Vec::new(), 0);
    for second in 1..20 {
        let now = at(second);
        session.send(now, Bytes::from(vec![9; 8]), SendOptions::default());
        while session.poll_packet(now, &mut packet) {
            hand_over(&key, &mut server, now, &mut packet);
        }
        for _ in 0..2 {
            assert!(session.poll_wait(now, &mut packet));
            hand_over(&key, &mut server, now, &mut packet);
        }
        told += waits(&mut server, now);
        while server.poll_packet(now, &mut packet) {
            session.handle_packet(now, &mut packet).unwrap();
        }
    }
    assert_eq!(told, 38);
    let mut events = std::iter::from_fn(|| session.poll_event());
    assert!(events.all(|e| !matches!(e, Event::SessionReset(_))));
}

#[test]
fn a_wait_with_a_salt_that_has_changed_teaches_the_new_one_and_is_not_repeated() {
    let (key, mut session, mut server) = pair(4);
    let mut packet = Vec::new();
    assert!(session.poll_wait(at(1), &mut packet));
    hand_over(&key, &mut server, at(1), &mut packet);
    assert_eq!(waits(&mut server, at(1)), 0);
    while server.poll_packet(at(1), &mut packet) {
        session.handle_packet(at(1), &mut packet).unwrap();
    }
    while session.poll_packet(at(1), &mut packet) {
        hand_over(&key, &mut server, at(1), &mut packet);
    }
    assert_eq!(waits(&mut server, at(1)), 0);
    assert!(session.poll_wait(at(2), &mut packet));
    hand_over(&key, &mut server, at(2), &mut packet);
    assert_eq!(waits(&mut server, at(2)), 1);
}

#[test]
fn nobody_is_asked_to_wait_without_a_connection() {
    let (_, mut session, _) = pair(5);
    session.handle_disconnected(at(1));
    assert!(!session.poll_wait(at(1), &mut Vec::new()));
}
