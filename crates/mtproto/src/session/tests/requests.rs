//! Requests from their sending to their end.

use heliogram_tl::Call;

use super::*;
use crate::{
    tl::{
        functions::RpcDropAnswer,
        types::{MsgsAck, MsgsStateInfo, MsgsStateReq, RpcError},
    },
    wire::{GZIP_PACKED, INVOKE_AFTER_MSG, INVOKE_AFTER_MSGS},
};

#[test]
fn an_answer_ends_its_request_once() {
    let mut rig = Rig::new();
    let id = rig.call();
    let sent = rig.calls_sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].seq_no & 1, sent[0].msg_id & 3), (1, 0));
    rig.answer(sent[0].msg_id, b"okay");
    rig.answer(sent[0].msg_id, b"more");
    assert_eq!(
        rig.ends(),
        [Event::Reply {
            id,
            result: Ok(Bytes::from_static(b"okay"))
        }]
    );
    assert_eq!(rig.session.pending(), 0);
}

#[test]
fn sec_26_answers_to_nothing_are_acknowledged_and_dropped() {
    let mut rig = Rig::new();
    rig.answer(12345, b"okay");
    rig.answer(0, b"okay");
    assert_eq!(rig.events(), []);
    rig.wait(10);
    assert_eq!(rig.sent_of(MsgsAck::ID).len(), 1);
}

#[test]
fn errors_and_packed_answers_are_told_apart() {
    let mut rig = Rig::new();
    let ids = [rig.call(), rig.call(), rig.call()];
    let sent: Vec<_> = rig.calls_sent().iter().map(|m| m.msg_id).collect();
    let error = RpcError {
        error_code: 420,
        error_message: "FLOOD_WAIT_7".into(),
    };
    rig.answer(sent[0], &to_bytes(&error));
    let long = Bytes::from(vec![7; 4000]);
    rig.answer(sent[1], &wire::pack(long.clone()));
    rig.answer(
        sent[2],
        &[&GZIP_PACKED.to_le_bytes()[..], &[4, 1, 2, 3, 4, 0, 0, 0]].concat(),
    );
    let failure = RpcFailure::new(420, "FLOOD_WAIT_7");
    assert_eq!(
        rig.ends(),
        [
            Event::Reply {
                id: ids[0],
                result: Err(failure)
            },
            Event::Reply {
                id: ids[1],
                result: Ok(long)
            },
            Event::Failed {
                id: ids[2],
                reason: FailReason::BadAnswer
            },
        ]
    );
}

#[test]
fn requests_share_containers_within_the_limits() {
    let mut rig = Rig::new();
    for _ in 0..1100 {
        rig.call();
    }
    let sent = rig.sent();
    let containers: Vec<_> = sent
        .iter()
        .filter(|(m, _)| m.constructor() == CONTAINER)
        .map(|(m, _)| m)
        .collect();
    assert!(containers.len() >= 2);
    for container in containers {
        let inner = wire::split(container).unwrap();
        assert!(inner.len() <= 1020 && container.body.len() <= (1 << 15) + 1000);
        assert!(inner.iter().all(|m| m.msg_id < container.msg_id));
        assert_eq!(container.seq_no & 1, 0);
    }
    let numbers: Vec<_> = sent.iter().map(|(m, _)| (m.msg_id, m.seq_no)).collect();
    let mut ordered = numbers.clone();
    ordered.sort_unstable();
    assert_eq!(numbers, ordered, "ids and sequence numbers rise together");
    assert!(ordered.is_sorted_by_key(|(_, seq)| *seq));
}

#[test]
fn a_large_request_goes_even_though_it_is_over_the_size_of_containers() {
    let mut rig = Rig::new();
    let body = Bytes::from(
        (0..600_000_u32)
            .map(|i| (i.wrapping_mul(i) >> 7) as u8)
            .collect::<Vec<_>>(),
    );
    let options = SendOptions {
        compress: false,
        ..SendOptions::default()
    };
    rig.session.send(rig.now, body.clone(), options);
    rig.call();
    let sent = rig.sent();
    assert!(sent.iter().any(|(m, _)| m.body == body));
    assert_eq!(sent.iter().filter(|(m, _)| m.body[..] == CALL).count(), 1);
}

#[test]
fn long_requests_are_packed_unless_told_otherwise() {
    let mut rig = Rig::new();
    let body = Bytes::from(vec![5; 3000]);
    rig.session
        .send(rig.now, body.clone(), SendOptions::default());
    assert_eq!(rig.sent_of(GZIP_PACKED).len(), 1);
    let options = SendOptions {
        compress: false,
        ..SendOptions::default()
    };
    rig.session.send(rig.now, body.clone(), options);
    assert!(rig.sent().iter().any(|(m, _)| m.body == body));
}

#[test]
fn requests_that_are_too_large_or_too_many_fail_at_once() {
    let mut rig = Rig::with(SessionConfig {
        max_pending: 2,
        ..SessionConfig::default()
    });
    let options = SendOptions {
        compress: false,
        ..SendOptions::default()
    };
    let len = MAX_BODY + 4;
    let large = rig.session.send(rig.now, vec![0; len].into(), options);
    rig.call();
    rig.call();
    let third = rig.call();
    assert_eq!(
        rig.ends(),
        [
            Event::Failed {
                id: large,
                reason: FailReason::TooLarge { len }
            },
            Event::Failed {
                id: third,
                reason: FailReason::QueueFull
            },
        ]
    );
}

#[test]
fn after_a_reconnect_the_server_is_asked_before_anything_is_sent_again() {
    let mut rig = Rig::new();
    let ids = [rig.call(), rig.call(), rig.call()];
    let sent = rig.calls_sent();
    rig.session.handle_disconnected(rig.now);
    rig.wait(5);
    assert!(rig.sent().is_empty(), "nothing leaves without a connection");
    rig.session.handle_connected(rig.now);
    let asked = rig.sent();
    assert!(asked.iter().all(|(m, _)| m.body[..] != CALL));
    let question = asked
        .iter()
        .map(|(m, _)| m)
        .find(|m| m.constructor() == MsgsStateReq::ID)
        .unwrap();
    let question_ids = read::<MsgsStateReq>(question).msg_ids;
    assert_eq!(
        question_ids,
        sent.iter().map(|m| m.msg_id).collect::<Vec<_>>()
    );
    let info = Bytes::from_static(&[4, 2, 4 | 64]);
    rig.say(&MsgsStateInfo {
        req_msg_id: question.msg_id,
        info,
    });
    let again = rig.calls_sent();
    assert_eq!(again.len(), 1, "only the one that was not received");
    assert!(again[0].msg_id > question.msg_id, "under a new id");
    rig.answer(again[0].msg_id, b"two!");
    rig.answer(sent[0].msg_id, b"one!");
    let order: Vec<_> = rig
        .ends()
        .into_iter()
        .map(|e| match e {
            Event::Reply { id, .. } => id,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(order, [ids[1], ids[0]]);
}

#[test]
fn sec_24_states_count_only_as_answers_to_our_questions() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent();
    rig.say(&MsgsStateInfo {
        req_msg_id: sent[0].msg_id,
        info: Bytes::from_static(&[2]),
    });
    rig.session.handle_disconnected(rig.now);
    rig.session.handle_connected(rig.now);
    let question = rig.sent_of(MsgsStateReq::ID).remove(0);
    let info = Bytes::from_static(&[2, 2]);
    rig.say(&MsgsStateInfo {
        req_msg_id: question.msg_id,
        info,
    });
    assert!(rig.calls_sent().is_empty(), "two states for one question");
}

#[test]
fn what_the_server_had_acknowledged_and_then_denies_fails_instead_of_running_twice() {
    let mut rig = Rig::new();
    let id = rig.call();
    let sent = rig.calls_sent();
    rig.say(&MsgsAck {
        msg_ids: vec![sent[0].msg_id],
    });
    rig.session.handle_disconnected(rig.now);
    rig.session.handle_connected(rig.now);
    let question = rig.sent_of(MsgsStateReq::ID).remove(0);
    rig.say(&MsgsStateInfo {
        req_msg_id: question.msg_id,
        info: Bytes::from_static(&[1]),
    });
    assert!(rig.calls_sent().is_empty());
    assert_eq!(
        rig.ends(),
        [Event::Failed {
            id,
            reason: FailReason::MayHaveRun
        }]
    );
}

#[test]
fn a_silent_request_is_asked_about_on_a_living_connection() {
    let mut rig = Rig::new();
    rig.call();
    let sent = rig.calls_sent();
    let mut asked = Vec::new();
    for _ in 0..6 {
        rig.wait(5);
        asked.extend(rig.sent_of(MsgsStateReq::ID));
    }
    assert_eq!(asked.len(), 1);
    assert_eq!(read::<MsgsStateReq>(&asked[0]).msg_ids, [sent[0].msg_id]);
}

#[test]
fn a_cancelled_request_is_forgotten_and_its_answer_dropped() {
    let mut rig = Rig::new();
    let waiting = rig.call();
    rig.session.cancel(rig.now, waiting);
    assert!(rig.calls_sent().is_empty(), "never sent");
    let running = rig.call();
    let sent = rig.calls_sent();
    rig.session.cancel(rig.now, running);
    let drops = rig.sent_of(RpcDropAnswer::ID);
    assert_eq!(drops.len(), 1);
    assert_eq!(drops[0].body[4..], sent[0].msg_id.to_le_bytes());
    rig.answer(sent[0].msg_id, b"late");
    assert_eq!(rig.events(), []);
}

#[test]
fn a_request_cancelled_after_its_answer_came_is_not_named_either() {
    let mut rig = Rig::new();
    let (id, other) = (rig.call(), rig.call());
    let sent = rig.calls_sent();
    rig.answer(sent[0].msg_id, b"late");
    rig.answer(sent[1].msg_id, b"okay");
    rig.session.cancel(rig.now, id);
    assert_eq!(
        rig.events().iter().map(Event::ended).collect::<Vec<_>>(),
        [Some(other)]
    );
}

#[test]
fn a_follower_names_the_present_id_of_its_leader() {
    let mut rig = Rig::new();
    let leader = rig.call();
    let options = SendOptions {
        after: vec![leader],
        ..SendOptions::default()
    };
    let follower = rig
        .session
        .send(rig.now, Bytes::from_static(&CALL), options);
    let sent = rig.sent();
    let find = |id: u32| {
        sent.iter()
            .map(|(m, _)| m)
            .find(|m| m.constructor() == id)
            .cloned()
    };
    let first = find(u32::from_le_bytes([1, 2, 3, 4])).unwrap();
    let wrapped = find(INVOKE_AFTER_MSG).unwrap();
    assert_eq!(wrapped.body[4..12], first.msg_id.to_le_bytes());
    assert_eq!(wrapped.body[12..], CALL);
    // The leader goes out again under a new id; the follower is told that it failed.
    rig.refuse(first.msg_id, 34);
    let again = rig.calls_sent().remove(0);
    let failed = RpcError {
        error_code: 400,
        error_message: "MSG_WAIT_FAILED".into(),
    };
    rig.answer(wrapped.msg_id, &to_bytes(&failed));
    assert!(
        rig.sent_of(INVOKE_AFTER_MSG).is_empty(),
        "it waits for its leader"
    );
    rig.answer(again.msg_id, b"done");
    let freed = rig.calls_sent().remove(0);
    rig.answer(freed.msg_id, b"too!");
    assert_eq!(
        rig.ends(),
        [
            Event::Reply {
                id: leader,
                result: Ok(Bytes::from_static(b"done"))
            },
            Event::Reply {
                id: follower,
                result: Ok(Bytes::from_static(b"too!"))
            },
        ]
    );
}

#[test]
fn followers_that_were_not_sent_fail_with_their_leader() {
    let mut rig = Rig::new();
    rig.session.handle_disconnected(rig.now);
    let leader = rig.call();
    let options = SendOptions {
        after: vec![leader],
        ..SendOptions::default()
    };
    let follower = rig
        .session
        .send(rig.now, Bytes::from_static(&CALL), options);
    let options = SendOptions {
        after: vec![follower],
        ..SendOptions::default()
    };
    let last = rig
        .session
        .send(rig.now, Bytes::from_static(&CALL), options);
    rig.session.cancel(rig.now, leader);
    let reason = FailReason::PredecessorFailed;
    assert_eq!(
        rig.ends(),
        [
            Event::Failed {
                id: follower,
                reason
            },
            Event::Failed { id: last, reason }
        ]
    );
}

fn following(leaders: &[RequestId]) -> SendOptions {
    SendOptions {
        after: leaders.to_vec(),
        ..SendOptions::default()
    }
}

#[test]
fn a_request_may_follow_several_and_waits_for_all_of_them() {
    let mut rig = Rig::new();
    let leaders = [rig.call(), rig.call()];
    let body = Bytes::from_static(&CALL);
    let follower = rig.session.send(rig.now, body.clone(), following(&leaders));
    let sent: Vec<_> = rig.sent().into_iter().map(|(m, _)| m).collect();
    let constructor = u32::from_le_bytes([1, 2, 3, 4]);
    let first: Vec<_> = sent
        .iter()
        .filter(|m| m.constructor() == constructor)
        .collect();
    let wrapped = sent
        .iter()
        .find(|m| m.constructor() == INVOKE_AFTER_MSGS)
        .unwrap();
    // A boxed vector of both ids, then the call.
    assert_eq!(wrapped.body[8..12], 2_i32.to_le_bytes());
    assert_eq!(wrapped.body[12..20], first[0].msg_id.to_le_bytes());
    assert_eq!(wrapped.body[20..28], first[1].msg_id.to_le_bytes());
    assert_eq!(wrapped.body[28..], CALL);
    let (first, wrapped) = ([first[0].msg_id, first[1].msg_id], wrapped.msg_id);
    rig.answer(first[0], b"done");
    rig.answer(first[1], b"done");
    rig.answer(wrapped, b"last");
    let ended: Vec<_> = rig.events().iter().filter_map(Event::ended).collect();
    assert_eq!(ended, [leaders[0], leaders[1], follower]);
    // What has succeeded is followed at once, without the server being told.
    rig.session.send(rig.now, body, following(&leaders));
    assert_eq!(rig.calls_sent().remove(0).body[..], CALL);
}

#[test]
fn what_is_to_follow_a_failed_or_unknown_request_fails_and_is_not_sent() {
    let mut rig = Rig::new();
    let (good, bad) = (rig.call(), rig.call());
    let sent = rig.calls_sent();
    let error = RpcError {
        error_code: 400,
        error_message: "NO".into(),
    };
    rig.answer(sent[0].msg_id, b"done");
    rig.answer(sent[1].msg_id, &to_bytes(&error));
    rig.events();
    let cancelled = rig.call();
    rig.session.cancel(rig.now, cancelled);
    let unknown = RequestId(1_000_000);
    for leaders in [&[bad][..], &[good, bad], &[cancelled], &[unknown]] {
        let body = Bytes::from_static(&CALL);
        let id = rig.session.send(rig.now, body, following(leaders));
        let reason = FailReason::PredecessorFailed;
        assert_eq!(rig.events(), [Event::Failed { id, reason }], "{leaders:?}");
        assert!(rig.calls_sent().is_empty());
    }
}

#[test]
fn a_request_whose_predecessor_failed_meanwhile_does_not_go_again() {
    let mut rig = Rig::new();
    let leader = rig.call();
    let body = Bytes::from_static(&CALL);
    let follower = rig.session.send(rig.now, body, following(&[leader]));
    let sent: Vec<_> = rig.sent().into_iter().map(|(m, _)| m).collect();
    let wrapped = sent
        .iter()
        .find(|m| m.constructor() == INVOKE_AFTER_MSG)
        .unwrap();
    let first = sent
        .iter()
        .find(|m| m.constructor() == u32::from_le_bytes([1, 2, 3, 4]));
    let error = RpcError {
        error_code: 400,
        error_message: "NO".into(),
    };
    rig.answer(first.unwrap().msg_id, &to_bytes(&error));
    rig.events();
    // The server never got it: without its wrapper it would run all the same.
    rig.refuse(wrapped.msg_id, 34);
    assert!(rig.calls_sent().is_empty());
    let reason = FailReason::PredecessorFailed;
    assert_eq!(
        rig.ends(),
        [Event::Failed {
            id: follower,
            reason
        }]
    );
}
