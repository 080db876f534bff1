//! Faults of bytes, packets, sessions and keys, as a client sees them.

use std::time::{Duration, Instant};

use heliogram_api::functions::help;
use heliogram_mtproto::tl::types::{BadMsgNotification, BadServerSalt};
use heliogram_server::Direction::{self, FromClient, ToClient};
use heliogram_server::{Fault, TestServer};

use crate::peer::{Heard, Peer};
use crate::{runtime, start};

const NEAREST: fn() -> help::GetNearestDc = help::GetNearestDc::new;
/// How long to watch for something that must not come.
const A_WHILE: Duration = Duration::from_millis(200);

/// A server with one fault, and a peer that is there already.
fn struck_by(fault: Fault) -> (TestServer, Peer) {
    let server = start();
    let mut peer = Peer::connect(&server, 1);
    // Acknowledgements of the greeting are out of the way.
    peer.call(NEAREST()).unwrap();
    peer.answers_within(Duration::from_millis(50));
    peer.forgive();
    server.faults().add(fault).unwrap();
    (server, peer)
}

/// How often faults of that name struck.
fn struck(server: &TestServer, name: &str) -> usize {
    let log = server.faults().log();
    log.iter()
        .filter(|strike| strike.fault.name() == name)
        .count()
}

#[test]
fn fault_drop_loses_one_packet_to_the_client() {
    let (server, mut peer) = struck_by(Fault::drop_packet(ToClient));
    let first = peer.ask(NEAREST());
    assert_eq!(peer.answers_within(A_WHILE), []);
    assert!(peer.heard.is_empty());
    assert_eq!(struck(&server, "drop"), 1);
    let second = peer.ask(NEAREST());
    assert_eq!(peer.answers(1), [second]);
    // The session still has the first answer for the next connection.
    peer.reconnect();
    assert_eq!(peer.answers(1), [first]);
    assert_eq!(server.calls("help.getNearestDc"), 3);
}

#[test]
fn fault_drop_loses_one_packet_to_the_server() {
    let (server, mut peer) = struck_by(Fault::drop_packet(FromClient));
    let before = server.calls("help.getNearestDc");
    let lost = peer.ask(NEAREST());
    assert_eq!(peer.answers_within(A_WHILE), []);
    assert_eq!(server.calls("help.getNearestDc"), before);
    peer.reconnect();
    assert_eq!(peer.answers(1), [lost]);
    assert_eq!(server.calls("help.getNearestDc"), before + 1);
}

#[test]
fn fault_delay_holds_one_packet_and_lets_others_by() {
    for direction in [ToClient, FromClient] {
        let by = Duration::from_millis(800);
        let (_server, mut peer) = struck_by(Fault::delay(direction, by));
        let began = Instant::now();
        let late = peer.ask(NEAREST());
        std::thread::sleep(Duration::from_millis(50));
        let early = peer.ask(NEAREST());
        assert_eq!(peer.answers(1), [early]);
        assert_eq!(peer.answers(1), [late]);
        assert!(began.elapsed() >= by);
    }
}

#[test]
fn fault_duplicate_sends_the_very_packet_again() {
    let (_server, mut peer) = struck_by(Fault::duplicate(ToClient, 2));
    let id = peer.ask(NEAREST());
    // The request ends once, whatever comes.
    assert_eq!(peer.answers_within(A_WHILE), [id]);
    assert!(peer.heard.len() >= 3);
    assert_eq!(peer.heard[0], peer.heard[1]);
    assert_eq!(peer.heard[1], peer.heard[2]);
}

#[test]
fn fault_duplicate_of_a_request_does_not_run_it_twice() {
    let (server, mut peer) = struck_by(Fault::duplicate(FromClient, 3));
    let before = server.calls("help.getNearestDc");
    let id = peer.ask(NEAREST());
    assert_eq!(peer.answers(1), [id]);
    assert_eq!(struck(&server, "duplicate"), 1);
    assert_eq!(server.calls("help.getNearestDc"), before + 1);
}

#[test]
fn fault_reorder_swaps_packets() {
    let (_server, mut peer) = struck_by(Fault::reorder(ToClient, 1));
    let first = peer.ask(NEAREST());
    std::thread::sleep(Duration::from_millis(50));
    let second = peer.ask(NEAREST());
    assert_eq!(peer.answers(2), [second, first]);
}

#[test]
fn fault_corrupt_makes_a_packet_that_is_not_authentic() {
    let (server, mut peer) = struck_by(Fault::corrupt(ToClient).seed(4));
    let id = peer.ask(NEAREST());
    assert_eq!(peer.answers_within(A_WHILE), []);
    assert!(matches!(peer.heard[..], [Heard::Packet(_, None)]));
    assert_eq!(struck(&server, "corrupt"), 1);
    peer.reconnect();
    assert_eq!(peer.answers(1), [id]);
}

#[test]
fn fault_corrupt_of_a_request_is_found_by_the_server() {
    let (_server, mut peer) = struck_by(Fault::corrupt(FromClient).seed(4));
    let id = peer.ask(NEAREST());
    assert_eq!(peer.answers_within(A_WHILE), []);
    assert_eq!(peer.heard, [Heard::Error(-404)]);
    peer.reconnect();
    assert_eq!(peer.answers(1), [id]);
}

#[test]
fn fault_cut_at_byte_n_lets_exactly_n_bytes_through() {
    for byte in [0, 1, 5, 37, 60] {
        let (server, mut peer) = struck_by(Fault::cut_at_byte(ToClient, byte));
        let id = peer.ask(NEAREST());
        assert_eq!(peer.bytes_to_the_end() as u64, byte);
        assert_eq!(struck(&server, "cut_at_byte"), 1);
        peer.reconnect();
        assert_eq!(peer.answers(1), [id]);
    }
}

#[test]
fn fault_cut_at_byte_n_reads_no_further() {
    let (server, mut peer) = struck_by(Fault::cut_at_byte(FromClient, 40));
    let before = server.calls("help.getNearestDc");
    let id = peer.ask(NEAREST());
    peer.wait_for_the_end();
    assert_eq!(server.calls("help.getNearestDc"), before);
    peer.reconnect();
    assert_eq!(peer.answers(1), [id]);
}

#[test]
fn fault_stall_stops_both_ways_for_its_time() {
    let time = Duration::from_millis(700);
    let (_server, mut peer) = struck_by(Fault::stall(time));
    let began = Instant::now();
    let first = peer.ask(NEAREST());
    std::thread::sleep(Duration::from_millis(50));
    let second = peer.ask(NEAREST());
    assert_eq!(peer.answers_within(A_WHILE), []);
    assert_eq!(peer.answers(2), [first, second]);
    assert!(began.elapsed() >= time);
    assert_eq!(peer.connections, 1);
}

#[test]
fn fault_slow_link_has_latency_and_a_rate_until_it_is_taken_away() {
    let latency = Duration::from_millis(400);
    let (server, mut peer) = struck_by(Fault::slow_link(2_000, latency).always());
    let began = Instant::now();
    peer.call(NEAREST()).unwrap();
    // There and back, and 2 bytes a millisecond both ways: no packet has less than 88 bytes.
    assert!(began.elapsed() >= 2 * latency + Duration::from_millis(88));
    let id = server.faults().active()[0].id;
    assert!(server.faults().remove(id));
    peer.call(NEAREST()).unwrap();
    let began = Instant::now();
    peer.call(NEAREST()).unwrap();
    assert!(began.elapsed() < 2 * latency);
}

#[test]
fn fault_slow_link_strikes_as_many_connections_as_it_says() {
    let (server, mut slow) = struck_by(Fault::slow_link(0, Duration::from_millis(500)));
    let timed = |peer: &mut Peer| {
        let began = Instant::now();
        peer.call(NEAREST()).unwrap();
        began.elapsed()
    };
    assert!(timed(&mut slow) >= Duration::from_secs(1));
    let mut other = Peer::connect(&server, 1);
    assert!(timed(&mut other) < Duration::from_secs(1));
    assert!(timed(&mut slow) >= Duration::from_secs(1));
}

#[test]
fn fault_cut_on_packet_ends_the_connection_of_the_nth_packet() {
    let (server, mut peer) = struck_by(Fault::cut_on_packet().skip(1));
    peer.ask(NEAREST());
    peer.answers(1);
    peer.call(NEAREST()).unwrap();
    assert_eq!(peer.connections, 2);
    assert_eq!(server.faults().log()[0].moment, 2);
}

#[test]
fn fault_wrong_salt_is_told_with_the_right_one() {
    let (_server, mut peer) = struck_by(Fault::wrong_salt());
    peer.call(NEAREST()).unwrap();
    let told: Vec<BadServerSalt> = peer.heard_alone();
    assert_eq!((told.len(), told[0].error_code), (1, 48));
}

#[test]
fn fault_bad_msg_tells_every_code_and_the_call_is_done_once_more() {
    for code in [16, 17, 18, 19, 20, 32, 33, 34, 35, 64] {
        let (server, mut peer) = struck_by(Fault::bad_msg(code));
        let before = server.calls("help.getNearestDc");
        peer.call(NEAREST()).unwrap();
        let told: Vec<BadMsgNotification> = peer.heard_alone();
        let told: Vec<i32> = told.iter().map(|told| told.error_code).collect();
        assert_eq!(told, [code]);
        assert_eq!(server.calls("help.getNearestDc"), before + 1, "{code}");
    }
    let (_server, mut peer) = struck_by(Fault::bad_msg(48));
    peer.call(NEAREST()).unwrap();
    assert_eq!(peer.heard_alone::<BadServerSalt>().len(), 1);
}

#[test]
fn fault_new_session_comes_in_the_middle_of_one() {
    let (server, mut peer) = struck_by(Fault::new_session());
    peer.call(NEAREST()).unwrap();
    peer.answers_within(A_WHILE);
    let began = peer
        .heard
        .iter()
        .filter(|heard| **heard == Heard::NewSession);
    assert_eq!(began.count(), 1);
    assert_eq!((peer.connections, struck(&server, "new_session")), (1, 1));
}

#[test]
fn fault_new_session_has_the_client_send_again_what_was_lost() {
    let by = Duration::from_secs(60);
    let (server, mut peer) = struck_by(Fault::delay_call(by));
    let lost = peer.ask(NEAREST());
    assert_eq!(peer.answers_within(A_WHILE), []);
    server.faults().add(Fault::new_session()).unwrap();
    let next = peer.ask(NEAREST());
    let mut answered = peer.answers(2);
    answered.sort();
    assert_eq!(answered, [lost, next]);
}

#[test]
fn fault_forget_key_is_told_with_404_then_and_later() {
    let server = start();
    let alice = runtime().block_on(server.user("alice"));
    let mut peer = Peer::logged_in(&server, &alice);
    let mut other = Peer::connect(&server, 2);
    peer.forgive();
    server
        .faults()
        .add(Fault::forget_key().account(&alice))
        .unwrap();
    other.call(NEAREST()).unwrap();
    peer.ask(NEAREST());
    peer.wait_for_the_end();
    assert_eq!(peer.heard, [Heard::Error(-404)]);
    assert_eq!(peer.transport_error_at(server.dcs()[1].address), -404);
    other.call(NEAREST()).unwrap();
}

#[test]
fn fault_transport_error_is_told_and_the_connection_ends() {
    for code in [-429, -444, -404] {
        let (_server, mut peer) = struck_by(Fault::transport_error(code));
        let id = peer.ask(NEAREST());
        peer.wait_for_the_end();
        assert_eq!(peer.heard, [Heard::Error(code)]);
        peer.reconnect();
        assert_eq!(peer.answers(1), [id]);
    }
    assert_eq!(Fault::transport_flood(), Fault::transport_error(-429));
}

#[test]
fn fault_cut_ends_the_connections_of_an_account_now() {
    let server = start();
    let alice = runtime().block_on(server.user("alice"));
    let (mut a, mut other) = (Peer::logged_in(&server, &alice), Peer::connect(&server, 1));
    server.faults().add(Fault::cut().account(&alice)).unwrap();
    a.wait_for_the_end();
    other.call(NEAREST()).unwrap();
    assert_eq!(other.connections, 1);
    assert_eq!(struck(&server, "cut"), 1);
    server.faults().add_json(r#"{"name": "cut"}"#).unwrap();
    other.wait_for_the_end();
}

#[test]
fn fault_clock_skew_is_seen_in_dates_and_ids_until_it_is_taken_away() {
    for hours in [1, -1] {
        let server = start();
        let mut before = Peer::connect(&server, 1);
        let date = before.call(help::GetConfig::new()).unwrap().date;
        let id = server
            .faults()
            .add(Fault::clock_skew(hours * 3600))
            .unwrap();
        // A client that has the right time is told what is right here, and goes on.
        before.forgive();
        let skewed = before.call(help::GetConfig::new()).unwrap().date;
        assert!((i64::from(skewed - date) - hours * 3600).abs() < 60);
        let expected = if hours > 0 { 16 } else { 17 };
        let told: Vec<BadMsgNotification> = before.heard_alone();
        assert_eq!(told[0].error_code, expected);
        // A key exchange is done in that time too.
        let mut after = Peer::connect(&server, 1);
        after.call(NEAREST()).unwrap();
        assert!(server.faults().remove(id));
        let mut right = Peer::connect(&server, 1);
        let again = right.call(help::GetConfig::new()).unwrap().date;
        assert!((again - date).abs() < 60);
    }
}

#[test]
fn the_same_seed_decides_the_same_about_packets() {
    let run = |seed, direction: Direction| {
        let fault = Fault::duplicate(direction, 1)
            .always()
            .chance(0.4)
            .seed(seed);
        let (server, mut peer) = struck_by(fault);
        for _ in 0..12 {
            peer.call(NEAREST()).unwrap();
        }
        let log = server.faults().log();
        // Only the first packets are the same in number: later ones carry acknowledgements too.
        let moments = log
            .iter()
            .map(|strike| strike.moment)
            .filter(|moment| *moment <= 12);
        moments.collect::<Vec<_>>()
    };
    for direction in [ToClient, FromClient] {
        let first = run(7, direction);
        assert!(!first.is_empty() && first.len() < 12, "{first:?}");
        assert_eq!(first, run(7, direction));
        assert_ne!(first, run(8, direction));
    }
}
