//! A server that tells of a session it had to begin.

use super::*;
use crate::tl::types::{MsgsAck, NewSessionCreated};

#[test]
fn a_new_session_of_the_server_repeats_what_came_before_it_and_tells_of_the_gap() {
    let mut rig = Rig::new();
    rig.call();
    let lost = rig.calls_sent().remove(0);
    let acknowledged = rig.call();
    let known = rig.calls_sent().remove(0);
    rig.say(&MsgsAck {
        msg_ids: vec![known.msg_id],
    });
    rig.call();
    let fresh = rig.calls_sent().remove(0);
    let new = NewSessionCreated {
        first_msg_id: fresh.msg_id,
        unique_id: 5,
        server_salt: 99,
    };
    let message = rig.message(to_bytes(&new), true);
    assert_eq!(rig.deliver(&message), Ok(()));
    let again = rig.calls_sent();
    assert_eq!(again.len(), 1);
    assert!(again[0].msg_id > lost.msg_id);
    let events = rig.events();
    assert!(events.contains(&Event::NewSession { unique_id: 5 }));
    let reason = FailReason::MayHaveRun;
    assert!(events.contains(&Event::Failed {
        id: acknowledged,
        reason
    }));
    rig.answer(fresh.msg_id, b"okay");
    assert_eq!(
        rig.ends().len(),
        1,
        "the one it begins with is not repeated"
    );
}

/// A new session of the server that begins with this message of ours.
fn begin(rig: &mut Rig, first_msg_id: i64) {
    let (unique_id, server_salt) = (5, 99);
    let new = NewSessionCreated {
        first_msg_id,
        unique_id,
        server_salt,
    };
    let message = rig.message(to_bytes(&new), true);
    assert_eq!(rig.deliver(&message), Ok(()));
}

/// The new sessions of the server that were told of.
fn begun(rig: &mut Rig) -> usize {
    let new = |e: &Event| matches!(e, Event::NewSession { .. });
    rig.events().into_iter().filter(new).count()
}

#[test]
fn sec_24_a_new_session_counts_once_and_only_if_it_begins_with_something_sent_in_this_one() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent().remove(0).msg_id;
    for never in [4, 0, -4, i64::MIN, sent - (1 << 40), sent + 4, i64::MAX] {
        begin(&mut rig, never);
        assert_eq!(rig.events(), [], "{never}");
    }
    begin(&mut rig, sent);
    assert_eq!(begun(&mut rig), 1);
    for again in [sent, sent - 4, sent + 4] {
        begin(&mut rig, again);
        assert_eq!(rig.events(), [], "nothing was sent since");
    }
    // The server forgot the session, and heard of it next by what was sent after that.
    rig.call();
    let next = rig.calls_sent().remove(0).msg_id;
    begin(&mut rig, sent);
    assert_eq!(rig.events(), []);
    begin(&mut rig, next);
    assert_eq!(begun(&mut rig), 1);
}

#[test]
fn sec_24_nothing_was_sent_so_no_session_began() {
    let mut rig = Rig::new();
    let now = rig.now;
    rig.session = Session::new(SessionConfig::default(), rig.key.clone(), [9; 32], now);
    for first in [0, 4, crate::ids::from_time(now.unix)] {
        begin(&mut rig, first);
        assert_eq!(rig.events(), []);
    }
}

#[test]
fn a_session_that_began_with_an_answered_request_is_told_of_late_all_the_same() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent().remove(0).msg_id;
    rig.answer(sent, b"okay");
    rig.wait(1200);
    rig.sent();
    rig.events();
    begin(&mut rig, sent);
    assert_eq!(begun(&mut rig), 1, "updates may be missing");
}
