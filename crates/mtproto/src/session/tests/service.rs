//! Reactions to the protocol's own messages.

use heliogram_tl::Call;

use super::*;
use crate::tl::{
    functions::{DestroySession, GetFutureSalts, PingDelayDisconnect},
    types::{
        FutureSalt, FutureSalts, MsgDetailedInfo, MsgNewDetailedInfo, MsgResendReq, MsgsAck,
        MsgsStateInfo, MsgsStateReq, Pong,
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
