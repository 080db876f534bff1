//! Reactions to messages that the server refuses.

use heliogram_tl::Call;

use super::*;
use crate::tl::{
    functions::DestroySession,
    types::{BadServerSalt, MsgsStateReq},
};

#[test]
fn a_wrong_salt_is_replaced_and_everything_refused_goes_again() {
    let mut rig = Rig::new();
    rig.call();
    rig.call();
    let sent = rig.sent();
    let (container, _) = sent.last().unwrap();
    rig.say(&BadServerSalt {
        bad_msg_id: container.msg_id,
        bad_msg_seqno: container.seq_no,
        error_code: 48,
        new_server_salt: 4242,
    });
    let mut packet = Vec::new();
    assert!(rig.session.poll_packet(rig.now, &mut packet));
    let opened = message::open(&rig.key, Side::Client, &mut packet).unwrap();
    assert_eq!(opened.salt, 4242);
    let outer = Message {
        msg_id: opened.msg_id,
        seq_no: opened.seq_no,
        body: Bytes::copy_from_slice(opened.body),
    };
    let inner = wire::split(&outer).unwrap();
    assert_eq!(inner.iter().filter(|m| m.body[..] == CALL).count(), 2);
    assert!(matches!(&rig.events()[..], [Event::SaltsChanged(salts)] if salts[0].value == 4242));
}

#[test]
fn sec_24_refusals_of_messages_never_sent_are_ignored() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent();
    let before = rig.session.session_id();
    for code in [16, 17, 32, 48, 64] {
        rig.refuse(sent[0].msg_id + 4, code);
    }
    rig.say(&BadServerSalt {
        bad_msg_id: 4,
        bad_msg_seqno: 0,
        error_code: 48,
        new_server_salt: 1,
    });
    assert_eq!((rig.events(), rig.session.session_id()), (vec![], before));
    assert!(rig.calls_sent().is_empty());
}

#[test]
fn sec_24_a_salt_counts_only_in_a_refusal_for_the_sake_of_salt() {
    let mut rig = Rig::new();
    rig.call();
    let bad_msg_id = rig.calls_sent().remove(0).msg_id;
    // After this code the request is still waited for, so that it could be refused for ever.
    for new_server_salt in 1..=3 {
        rig.say(&BadServerSalt {
            bad_msg_id,
            bad_msg_seqno: 0,
            error_code: 20,
            new_server_salt,
        });
        assert_eq!(rig.events(), []);
    }
}

#[test]
fn a_clock_behind_is_set_by_the_refusal_and_the_session_goes_on() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent();
    let before = rig.session.session_id();
    // The server's clock is an hour ahead, far outside of the accepted time.
    let mut notice = rig.message(
        to_bytes(&BadMsgNotification {
            bad_msg_id: sent[0].msg_id,
            bad_msg_seqno: 1,
            error_code: 16,
        }),
        false,
    );
    let hour = Duration::from_secs(3600);
    notice.msg_id = MsgIds::default().next(rig.now.unix + hour, || 0, IdKind::Response);
    assert_eq!(rig.deliver(&notice), Ok(()));
    let again = rig.calls_sent();
    assert_eq!(again.len(), 1);
    assert!(again[0].msg_id >> 32 >= (rig.now.unix + hour).as_secs() as i64);
    assert_eq!(rig.session.session_id(), before);
    assert_eq!(rig.events(), [Event::TimeOffsetChanged(3_600_000)]);
}

#[test]
fn sec_24_a_refusal_held_back_or_repeated_does_not_set_the_clock() {
    let mut rig = Rig::new();
    let refusal = |rig: &mut Rig, bad_msg_id| {
        let body = BadMsgNotification {
            bad_msg_id,
            bad_msg_seqno: 1,
            error_code: 16,
        };
        rig.message(to_bytes(&body), false)
    };
    rig.call();
    let sent = rig.calls_sent().remove(0);
    let held_back = refusal(&mut rig, sent.msg_id);
    rig.wait(400);
    assert_eq!(
        rig.deliver(&held_back),
        Err(SessionError::OutsideWindow(held_back.msg_id))
    );
    rig.session.handle_disconnected(rig.now);
    rig.session.handle_connected(rig.now);
    let (container, _) = rig.sent().pop().unwrap();
    let mut notice = refusal(&mut rig, container.msg_id);
    let hour = Duration::from_secs(3600);
    notice.msg_id = MsgIds::default().next(rig.now.unix + hour, || 0, IdKind::Response);
    assert_eq!(rig.deliver(&notice), Ok(()));
    rig.wait(1000);
    rig.events();
    assert_eq!(rig.deliver(&notice), Ok(()), "dropped: it has come before");
    assert_eq!(rig.events(), []);
    let time = rig.session.server_time(rig.now);
    assert!(time.abs_diff(rig.now.unix + hour) < Duration::from_millis(1));
}

#[test]
fn a_clock_ahead_means_a_new_session_in_which_only_the_refused_go_again() {
    let mut rig = Rig::new();
    let refused = rig.call();
    let first = rig.calls_sent().remove(0);
    let unknown = rig.call();
    let second = rig.calls_sent().remove(0);
    let old_session = rig.session.session_id();
    rig.refuse(first.msg_id, 17);
    assert_ne!(rig.session.session_id(), old_session);
    assert!(
        rig.events()
            .contains(&Event::SessionReset(ResetReason::ClockAhead))
    );
    let again = rig.calls_sent();
    assert_eq!(again.len(), 1, "what became of the other one is not known");
    assert_eq!(again[0].seq_no, 1);
    // The old session still tells: the other one was refused as well.
    let header = Header {
        salt: 0,
        session_id: old_session,
    };
    let code = BadMsgNotification {
        bad_msg_id: second.msg_id,
        bad_msg_seqno: 3,
        error_code: 17,
    };
    let notice = rig.message(to_bytes(&code), false);
    let mut packet = rig.packet_with(&notice, header);
    let new_session = rig.session.session_id();
    assert_eq!(rig.session.handle_packet(rig.now, &mut packet), Ok(()));
    assert_eq!(rig.session.session_id(), new_session, "no second reset");
    let third = rig.calls_sent().remove(0);
    rig.answer(again[0].msg_id, b"one!");
    rig.answer(third.msg_id, b"two!");
    let ends = rig.ends();
    assert!(matches!(ends[0], Event::Reply { id, .. } if id == refused));
    assert!(matches!(ends[1], Event::Reply { id, .. } if id == unknown));
}

#[test]
fn after_a_reset_what_nobody_tells_of_fails_and_the_old_session_is_destroyed() {
    for code in [17, 32, 33] {
        let mut rig = Rig::new();
        rig.call();
        let first = rig.calls_sent().remove(0);
        let unknown = rig.call();
        rig.calls_sent();
        let old = rig.session.session_id();
        rig.refuse(first.msg_id, code);
        rig.sent();
        rig.wait(29);
        assert_eq!(rig.ends(), []);
        rig.wait(1);
        let reason = FailReason::MayHaveRun;
        assert_eq!(
            rig.ends(),
            [Event::Failed {
                id: unknown,
                reason
            }],
            "code {code}"
        );
        let destroyed = rig.sent_of(DestroySession::ID);
        assert_eq!(destroyed[0].body[4..], old.to_le_bytes());
    }
}

#[test]
fn an_answer_that_comes_in_the_old_session_counts() {
    let mut rig = Rig::new();
    rig.call();
    let first = rig.calls_sent().remove(0);
    let id = rig.call();
    let second = rig.calls_sent().remove(0);
    let header = Header {
        salt: 0,
        session_id: rig.session.session_id(),
    };
    rig.refuse(first.msg_id, 32);
    let answer = rig.message(wire::rpc_result(second.msg_id, b"okay"), true);
    let mut packet = rig.packet_with(&answer, header);
    assert_eq!(rig.session.handle_packet(rig.now, &mut packet), Ok(()));
    assert_eq!(
        rig.ends(),
        [Event::Reply {
            id,
            result: Ok(Bytes::from_static(b"okay"))
        }]
    );
}

#[test]
fn our_own_mistakes_are_repeated_once_and_others_a_few_times() {
    for (code, sendings) in [(18, 2), (34, 2), (35, 2), (48, 6), (16, 6), (99, 6)] {
        let mut rig = Rig::new();
        let id = rig.call();
        let mut count = 0;
        while let Some(sent) = rig.calls_sent().first() {
            count += 1;
            rig.refuse(sent.msg_id, code);
        }
        assert_eq!(count, sendings, "code {code}");
        let reason = FailReason::Refused { code };
        assert_eq!(rig.ends(), [Event::Failed { id, reason }]);
    }
}

#[test]
fn codes_19_and_20_are_followed_by_a_question_not_by_a_repetition() {
    for code in [19, 20] {
        let mut rig = Rig::new();
        rig.call();
        let sent = rig.calls_sent().remove(0);
        rig.refuse(sent.msg_id, code);
        let next = rig.sent();
        assert!(next.iter().all(|(m, _)| m.body[..] != CALL), "code {code}");
        assert!(
            next.iter()
                .any(|(m, _)| m.constructor() == MsgsStateReq::ID)
        );
    }
}

#[test]
fn requests_of_a_refused_container_go_alone() {
    let mut rig = Rig::new();
    rig.call();
    rig.call();
    let container = rig.sent().pop().unwrap().0;
    assert_eq!(container.constructor(), CONTAINER);
    rig.refuse(container.msg_id, 64);
    let again = rig.sent();
    assert_eq!(
        again
            .iter()
            .filter(|(m, inside)| m.body[..] == CALL && !inside)
            .count(),
        2
    );
}

#[test]
fn a_clock_at_the_end_of_time_breaks_nothing() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent();
    let mut notice = rig.message(
        to_bytes(&BadMsgNotification {
            bad_msg_id: sent[0].msg_id,
            bad_msg_seqno: 1,
            error_code: 16,
        }),
        false,
    );
    notice.msg_id = i64::MAX;
    assert_eq!(rig.deliver(&notice), Ok(()));
    // Enough messages to run out of ids, were they only counted on.
    for _ in 0..2000 {
        rig.call();
    }
    assert!(
        rig.calls_sent()
            .iter()
            .all(|m| m.msg_id > 0 && m.msg_id % 4 == 0)
    );
    rig.wait(3600);
    rig.call();
    assert!(
        rig.calls_sent()
            .iter()
            .all(|m| m.msg_id > 0 && m.msg_id % 4 == 0)
    );
}
