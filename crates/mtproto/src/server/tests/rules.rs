//! What clients may not do.

use super::*;

#[test]
fn sec_19_28_each_broken_rule_of_a_client_has_its_code() {
    let id_at = |rig: &Rig, offset: i64| {
        let secs = rig.now.unix.as_secs().wrapping_add_signed(offset);
        MsgIds::default().next(Duration::from_secs(secs), || 0, IdKind::Client)
    };
    type Break = Box<dyn Fn(&mut Rig, &mut Message)>;
    let cases: Vec<(i32, Break)> = vec![
        (16, Box::new(move |rig, m| m.msg_id = id_at(rig, -301))),
        (17, Box::new(move |rig, m| m.msg_id = id_at(rig, 31))),
        (18, Box::new(|_, m| m.msg_id |= 2)),
        (32, Box::new(|_, m| m.seq_no = 1)),
        (
            33,
            Box::new(|rig, m| {
                let later = rig.message(Bytes::from_static(&CALL), true);
                rig.deliver(&later);
                m.seq_no = later.seq_no + 2;
            }),
        ),
        (
            34,
            Box::new(|_, m| m.body = to_bytes(&MsgsAck { msg_ids: vec![] })),
        ),
        (35, Box::new(|_, m| m.seq_no += 1)),
        (34, Box::new(|_, m| m.body = wire::join(&[]))),
        (
            64,
            Box::new(|_, m| {
                m.body = [&CONTAINER.to_le_bytes()[..], &[9, 0, 0, 0]]
                    .concat()
                    .into()
            }),
        ),
    ];
    for (code, change) in cases {
        let mut rig = Rig::new();
        rig.call();
        rig.call();
        rig.requests();
        rig.sent();
        let mut message = rig.message(Bytes::from_static(&CALL), true);
        change(&mut rig, &mut message);
        rig.deliver(&message);
        assert_eq!(rig.code(), Some(code));
        assert!(!rig.requests().contains(&message.msg_id), "code {code}");
    }
}

#[test]
fn a_container_id_may_be_used_once() {
    let mut rig = Rig::new();
    let one = rig.message(Bytes::from_static(&CALL), true);
    let two = rig.message(Bytes::from_static(&CALL), true);
    let container = rig.message(wire::join(std::slice::from_ref(&one)), false);
    rig.deliver(&container);
    rig.deliver(&container);
    assert_eq!(rig.code(), None, "the very same container is a repetition");
    let other = Message {
        body: wire::join(&[two]),
        ..container
    };
    rig.deliver(&other);
    assert_eq!(rig.code(), Some(19));
    assert_eq!(rig.requests(), [one.msg_id]);
}

#[test]
fn sec_25_nested_containers_and_late_inner_ids_of_a_client_are_refused_as_a_whole() {
    let mut rig = Rig::new();
    let one = rig.message(Bytes::from_static(&CALL), true);
    let inner = rig.message(wire::join(std::slice::from_ref(&one)), false);
    let outer = rig.message(wire::join(&[inner]), false);
    rig.deliver(&outer);
    assert_eq!(rig.code(), Some(64));
    let mut outer = rig.message(Bytes::new(), false);
    let late = rig.message(Bytes::from_static(&CALL), true);
    outer.body = wire::join(&[late]);
    rig.deliver(&outer);
    assert_eq!(rig.code(), Some(64));
    assert_eq!(rig.requests(), [0_i64; 0]);
}

#[test]
fn what_was_refused_does_not_run_when_a_copy_comes_later() {
    let mut rig = Rig::new();
    let message = rig.message(Bytes::from_static(&CALL), true);
    rig.deliver_with_salt(&message, 3);
    assert_eq!(rig.code(), Some(48));
    rig.deliver(&message);
    assert_eq!((rig.code(), rig.requests()), (None, Vec::new()));
}

#[test]
fn sec_18_foreign_sessions_of_a_client_are_refused() {
    let mut rig = Rig::new();
    let message = rig.message(Bytes::from_static(&CALL), true);
    for session_id in [0, 54] {
        let result = rig.try_deliver(
            &message,
            Header {
                salt: 0,
                session_id,
            },
        );
        assert_eq!(result, Err(ServerSessionError::WrongSession));
    }
}

#[test]
fn faults_refuse_once_and_the_session_goes_on() {
    let mut rig = Rig::new();
    rig.session.refuse_salt_once();
    rig.call();
    assert_eq!(rig.code(), Some(48));
    rig.session.refuse_once(BadMsg::SeqTooLow);
    rig.call();
    assert_eq!(rig.code(), Some(32));
    rig.call();
    assert_eq!((rig.code(), rig.requests().len()), (None, 1));
}

#[test]
fn hostile_content_is_an_error_and_never_a_panic() {
    let ids = [
        CONTAINER,
        wire::MSG_COPY,
        wire::GZIP_PACKED,
        MsgsAck::ID,
        MsgsStateReq::ID,
        MsgResendReq::ID,
        <GetFutureSalts as heliogram_tl::Call>::ID,
        <RpcDropAnswer as heliogram_tl::Call>::ID,
        <PingDelayDisconnect as heliogram_tl::Call>::ID,
    ];
    let mut rig = Rig::new();
    for round in 0..2000 {
        let mut body = vec![0; rig.rng.below(60) as usize * 4];
        rig.rng.fill(&mut body);
        let id = ids[round % ids.len()];
        let body = [&id.to_le_bytes()[..], &body].concat();
        let message = rig.message(body, round % 3 == 0);
        let salt = rig.salts.current(rig.now);
        let _ = rig.try_deliver(
            &message,
            Header {
                salt,
                session_id: 55,
            },
        );
        rig.requests();
        rig.sent();
    }
}
