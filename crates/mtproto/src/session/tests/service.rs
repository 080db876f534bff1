//! Reactions to the protocol's own messages.

use heliogram_tl::Call;

use super::*;
use crate::tl::{
    functions::{DestroySession, GetFutureSalts, PingDelayDisconnect},
    types::{
        FutureSalt, FutureSalts, MsgDetailedInfo, MsgNewDetailedInfo, MsgResendReq, MsgsAck,
        MsgsStateInfo, MsgsStateReq, NewSessionCreated, Pong,
    },
};

#[test]
fn a_connection_begins_with_a_ping_and_salts() {
    let mut rig = Rig::new();
    rig.session.handle_disconnected(rig.now);
    rig.wait(100);
    rig.session.handle_connected(rig.now);
    let sent: Vec<_> = rig.sent().iter().map(|(m, _)| m.constructor()).collect();
    assert_eq!(
        sent,
        [PingDelayDisconnect::ID, GetFutureSalts::ID, CONTAINER]
    );
}

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

#[test]
fn answered_pings_keep_the_connection_and_silence_ends_it_in_the_stated_time() {
    let mut rig = Rig::new();
    rig.session.handle_disconnected(rig.now);
    rig.session.handle_connected(rig.now);
    let (mut pings, begin) = (0, rig.now.mono);
    while rig.now.mono - begin < Duration::from_secs(600) {
        for (ping, _) in rig.sent() {
            if ping.constructor() == PingDelayDisconnect::ID {
                pings += 1;
                let ping_id = i64::from_le_bytes(ping.body[4..12].try_into().unwrap());
                rig.say(&Pong {
                    msg_id: ping.msg_id,
                    ping_id,
                });
            }
        }
        assert!(!rig.events().contains(&Event::PeerDead));
        pass_to_deadline(&mut rig);
    }
    assert_eq!(pings, 10, "one a minute");
    assert!(seconds_until_dead(&mut rig) <= 70);
    rig.session.handle_connected(rig.now);
    rig.call();
    assert!(
        seconds_until_dead(&mut rig) <= 20,
        "sooner while an answer is waited for"
    );
}

fn pass_to_deadline(rig: &mut Rig) {
    let deadline = rig.session.poll_timeout().unwrap();
    let pause = deadline
        .saturating_sub(rig.now.mono)
        .max(Duration::from_millis(1));
    rig.now = rig.now.plus(pause);
    rig.session.handle_timeout(rig.now);
}

fn seconds_until_dead(rig: &mut Rig) -> u64 {
    let begin = rig.now.mono;
    while !rig.events().contains(&Event::PeerDead) {
        rig.sent();
        pass_to_deadline(rig);
    }
    (rig.now.mono - begin).as_secs()
}

#[test]
fn sec_24_a_pong_to_no_ping_of_ours_does_not_move_the_clock() {
    let mut rig = Rig::new();
    rig.session.handle_disconnected(rig.now);
    rig.session.handle_connected(rig.now);
    let ping = rig.sent_of(PingDelayDisconnect::ID).remove(0);
    let ping_id = i64::from_le_bytes(ping.body[4..12].try_into().unwrap());
    let later = rig.now.unix + Duration::from_secs(500);
    let mut pong = rig.message(
        to_bytes(&Pong {
            msg_id: ping.msg_id,
            ping_id: ping_id ^ 1,
        }),
        false,
    );
    pong.msg_id = MsgIds::default().next(later, || 0, IdKind::Response);
    assert_eq!(
        rig.deliver(&pong),
        Err(SessionError::OutsideWindow(pong.msg_id))
    );
    pong.body = to_bytes(&Pong {
        msg_id: ping.msg_id,
        ping_id,
    });
    assert_eq!(
        rig.deliver(&pong),
        Ok(()),
        "the answer to our own ping is proof enough"
    );
    let off = rig.session.server_time(rig.now).abs_diff(later);
    assert!(off < Duration::from_millis(1));
}

#[test]
fn sec_24_salts_are_taken_only_when_asked_for() {
    let salt = FutureSalt {
        valid_since: 1_790_000_000,
        valid_until: 1_790_003_600,
        salt: 1234,
    };
    let mut rig = Rig::new();
    rig.session.handle_disconnected(rig.now);
    rig.wait(100);
    rig.session.handle_connected(rig.now);
    let question = rig.sent_of(GetFutureSalts::ID).remove(0);
    let answer = |req_msg_id| FutureSalts {
        req_msg_id,
        now: 1_790_000_000,
        salts: vec![salt.clone()],
    };
    rig.say(&answer(question.msg_id ^ 4));
    assert_eq!(rig.events(), []);
    rig.say(&answer(question.msg_id));
    assert!(matches!(&rig.events()[..], [Event::SaltsChanged(s)] if s[0].value == 1234));
    rig.say(&answer(question.msg_id));
    assert_eq!(rig.events(), [], "a question is answered once");
}

#[test]
fn sec_24_states_are_taken_once_for_each_question() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent().remove(0);
    rig.wait(20);
    let question = rig.sent_of(MsgsStateReq::ID).remove(0);
    let asked = read::<MsgsStateReq>(&question).msg_ids;
    assert_eq!(asked, [sent.msg_id]);
    let answer = |state: u8| MsgsStateInfo {
        req_msg_id: question.msg_id,
        info: vec![state].into(),
    };
    rig.say(&answer(4));
    // It has the request, so that "not received" would fail it.
    rig.say(&answer(1));
    assert_eq!(rig.ends(), []);
}

#[test]
fn announced_answers_are_asked_for_unless_they_came() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent().remove(0);
    let seen = rig.message(Bytes::from_static(&CALL), true);
    rig.deliver(&seen).unwrap();
    let (answer_msg_id, bytes, status) = (seen.msg_id, 10, 0);
    rig.say(&MsgDetailedInfo {
        msg_id: sent.msg_id,
        answer_msg_id,
        bytes,
        status,
    });
    rig.say(&MsgNewDetailedInfo {
        answer_msg_id: 7001,
        bytes,
        status,
    });
    rig.say(&MsgDetailedInfo {
        msg_id: sent.msg_id,
        answer_msg_id: 7005,
        bytes,
        status,
    });
    rig.say(&MsgDetailedInfo {
        msg_id: 12,
        answer_msg_id: 7009,
        bytes,
        status,
    });
    let sent: Vec<_> = rig.sent().into_iter().map(|(m, _)| m).collect();
    let wanted = sent
        .iter()
        .find(|m| m.constructor() == MsgResendReq::ID)
        .unwrap();
    assert_eq!(read::<MsgResendReq>(wanted).msg_ids, [7001, 7005]);
    let acks = sent
        .iter()
        .find(|m| m.constructor() == MsgsAck::ID)
        .unwrap();
    assert_eq!(read::<MsgsAck>(acks).msg_ids, [7009, seen.msg_id]);
}

#[test]
fn the_server_is_told_which_of_its_messages_came() {
    let mut rig = Rig::new();
    let seen = rig.message(Bytes::from_static(&CALL), true);
    rig.deliver(&seen).unwrap();
    let msg_ids = vec![seen.msg_id, 1, seen.msg_id + (1 << 40)];
    let question = rig.say(&MsgsStateReq { msg_ids });
    let told: MsgsStateInfo = read(&rig.sent_of(MsgsStateInfo::ID)[0]);
    assert_eq!(
        (told.req_msg_id, &told.info[..]),
        (question, &[4, 1, 3][..])
    );
}

#[test]
fn a_request_the_server_asks_for_goes_again_under_its_old_id() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent().remove(0);
    rig.say(&MsgResendReq {
        msg_ids: vec![sent.msg_id, 4],
    });
    let again = rig.sent();
    assert_eq!(
        again[0],
        (sent, true),
        "inside of a container with a new id"
    );
    let question = rig.say(&MsgResendReq { msg_ids: vec![8] });
    let told: MsgsStateInfo = read(&rig.sent_of(MsgsStateInfo::ID)[0]);
    assert_eq!((told.req_msg_id, &told.info[..]), (question, &[1][..]));
}

#[test]
fn a_request_that_is_asked_for_many_times_goes_again_once() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent().remove(0);
    for _ in 0..3 {
        rig.say(&MsgResendReq {
            msg_ids: vec![sent.msg_id; 8000],
        });
    }
    let again = rig.calls_sent();
    assert_eq!((again.len(), &again[0]), (1, &sent));
    rig.say(&MsgResendReq {
        msg_ids: vec![sent.msg_id],
    });
    assert_eq!(rig.calls_sent().len(), 1, "once more for a later question");
}

#[test]
fn acknowledgements_leave_by_number_by_time_and_with_other_packets() {
    let mut rig = Rig::new();
    let update = |rig: &mut Rig| {
        let message = rig.message(Bytes::from_static(&CALL), true);
        rig.deliver(&message).unwrap();
    };
    update(&mut rig);
    assert!(rig.sent().is_empty());
    rig.call();
    assert_eq!(rig.sent_of(MsgsAck::ID).len(), 1, "with a request");
    (0..31).for_each(|_| update(&mut rig));
    assert!(rig.sent().is_empty());
    update(&mut rig);
    assert_eq!(
        read::<MsgsAck>(&rig.sent_of(MsgsAck::ID)[0]).msg_ids.len(),
        32,
        "by number"
    );
    update(&mut rig);
    rig.wait(10);
    assert_eq!(rig.sent_of(MsgsAck::ID).len(), 1, "by time");
}

#[test]
fn another_session_is_destroyed_on_demand_but_not_this_one() {
    let mut rig = Rig::new();
    rig.session.destroy_session(rig.session.session_id());
    assert!(rig.sent().is_empty());
    rig.session.destroy_session(55);
    assert_eq!(rig.sent_of(DestroySession::ID).len(), 1);
    rig.say(&crate::tl::types::DestroySessionNone { session_id: 55 });
    assert_eq!(
        rig.events(),
        [Event::SessionDestroyed {
            session_id: 55,
            existed: false
        }]
    );
}

#[test]
fn a_clock_that_jumped_is_followed_with_the_first_pong_and_what_comes_with_it() {
    for jump in [60, 250, 3600] {
        let mut rig = Rig::new();
        let id = rig.call();
        let calls = rig.calls_sent();
        rig.session.handle_disconnected(rig.now);
        rig.session.handle_connected(rig.now);
        let sent = rig.sent();
        let ping = sent
            .iter()
            .find(|(m, _)| m.constructor() == PingDelayDisconnect::ID);
        let (ping, _) = ping.unwrap();
        let ping_id = i64::from_le_bytes(ping.body[4..12].try_into().unwrap());
        let pong = Pong {
            msg_id: ping.msg_id,
            ping_id,
        };
        // From now on the server's clock is ahead.
        rig.now.unix += Duration::from_secs(jump);
        let pong = rig.message(to_bytes(&pong), false);
        let answer = rig.message(wire::rpc_result(calls[0].msg_id, &CALL), true);
        let both = rig.container(&[pong, answer]);
        rig.now.unix -= Duration::from_secs(jump);
        assert_eq!(rig.deliver(&both), Ok(()));
        let result = Ok(Bytes::from_static(&CALL));
        assert_eq!(rig.ends(), [Event::Reply { id, result }], "{jump} s ahead");
        let ahead = rig.session.server_time(rig.now) - rig.now.unix;
        assert!(ahead.abs_diff(Duration::from_secs(jump)) < Duration::from_secs(2));
    }
}
