//! What a packet must be before anything in it counts.

use super::*;
use crate::tl::types::MsgsAck;

#[test]
fn sec_14_15_whatever_fails_before_the_key_is_proved_looks_the_same() {
    let mut rig = Rig::new();
    let message = rig.message(Bytes::from_static(&CALL), true);
    let mut good = rig.packet(&message);
    let mut cases = vec![vec![], vec![0; 40], good[..good.len() - 1].to_vec()];
    for at in [0, 8, 24, 60, good.len() - 1] {
        let mut damaged = good.clone();
        damaged[at] ^= 1;
        cases.push(damaged);
    }
    cases.push(crate::plain::seal(1, &CALL));
    for mut case in cases {
        let result = rig.session.handle_packet(rig.now, &mut case);
        assert_eq!(result, Err(SessionError::Unauthentic));
    }
    assert_eq!(rig.events(), []);
    assert_eq!(rig.session.handle_packet(rig.now, &mut good), Ok(()));
}

#[test]
fn a_packet_of_our_own_direction_is_not_authentic() {
    let mut rig = Rig::new();
    rig.call();
    let mut packet = Vec::new();
    assert!(rig.session.poll_packet(rig.now, &mut packet));
    let result = rig.session.handle_packet(rig.now, &mut packet);
    assert_eq!(result, Err(SessionError::Unauthentic));
}

#[test]
fn sec_16_17_length_and_padding_are_checked() {
    let mut rig = Rig::new();
    let session_id = rig.session.session_id();
    let mut seal = |length: i32, body: usize, padding: usize| {
        let mut plain = vec![0; 32 + body];
        plain[8..16].copy_from_slice(&session_id.to_le_bytes());
        plain[16..24].copy_from_slice(
            &rig.ids
                .next(rig.now.unix, || 0, IdKind::Response)
                .to_le_bytes(),
        );
        plain[28..32].copy_from_slice(&length.to_le_bytes());
        let mut out = Vec::new();
        message::seal(&rig.key, Side::Server, &plain, &vec![0; padding], &mut out).unwrap();
        rig.session.handle_packet(rig.now, &mut out)
    };
    for (length, body, padding) in [
        (5, 16, 16),
        (-4, 16, 16),
        (400, 16, 16),
        (16, 16, 0),
        (16, 16, 1040),
        (24, 16, 16),
    ] {
        let result = seal(length, body, padding);
        assert_eq!(
            result,
            Err(SessionError::BadLayout),
            "{length} {body} {padding}"
        );
    }
    assert_eq!(
        seal(16, 16, 1024),
        Err(SessionError::BadContent),
        "a good envelope of nothing"
    );
}

#[test]
fn sec_18_messages_of_other_sessions_are_refused() {
    let mut rig = Rig::new();
    let message = rig.message(Bytes::from_static(&CALL), true);
    let header = Header {
        salt: 0,
        session_id: rig.session.session_id() ^ 1,
    };
    let mut packet = rig.packet_with(&message, header);
    let result = rig.session.handle_packet(rig.now, &mut packet);
    assert_eq!(result, Err(SessionError::WrongSession));
}

#[test]
fn sec_19_even_message_ids_are_refused() {
    let mut rig = Rig::new();
    let mut message = rig.message(Bytes::from_static(&CALL), true);
    for low in [0, 2] {
        message.msg_id = (message.msg_id & !3) | low;
        let expected = Err(SessionError::BadMessageId(message.msg_id));
        assert_eq!(rig.deliver(&message), expected);
        let container = rig.container(std::slice::from_ref(&message));
        assert_eq!(rig.deliver(&container), expected);
    }
}

#[test]
fn sec_20_a_repeated_message_is_dropped_and_acknowledged_again() {
    let mut rig = Rig::new();
    let update = rig.message(Bytes::from_static(&CALL), true);
    let container = rig.container(std::slice::from_ref(&update));
    let later = rig.container(std::slice::from_ref(&update));
    let mut events = Vec::new();
    for message in [&update, &update, &container, &later, &container] {
        assert_eq!(rig.deliver(message), Ok(()));
        let updates = rig.events().into_iter();
        events.extend(updates.filter(|e| matches!(e, Event::Update(_))));
        rig.wait(10);
        let acks: Vec<i64> = rig
            .sent_of(MsgsAck::ID)
            .iter()
            .flat_map(|m| read::<MsgsAck>(m).msg_ids)
            .collect();
        assert_eq!(acks, [update.msg_id]);
    }
    assert_eq!(events, [Event::Update(Bytes::from_static(&CALL))]);
}

#[test]
fn sec_21_what_is_older_than_all_remembered_is_refused() {
    let mut rig = Rig::new();
    let old = rig.message(Bytes::from_static(&CALL), true);
    for _ in 0..5000 {
        let message = rig.message(Bytes::from_static(&CALL), false);
        rig.deliver(&message).unwrap();
        rig.events();
    }
    assert_eq!(rig.deliver(&old), Err(SessionError::TooOld(old.msg_id)));
    let container = rig.container(std::slice::from_ref(&old));
    assert_eq!(rig.deliver(&container), Ok(()));
    assert_eq!(rig.events(), [Event::Gap], "it may have been an update");
}

#[test]
fn sec_22_messages_of_another_time_are_refused_and_do_not_move_the_clock() {
    let mut rig = Rig::new();
    for offset in [-400_i64, 31, 3600] {
        let time = rig.now.unix.checked_add_signed(offset);
        let mut message = rig.message(Bytes::from_static(&CALL), true);
        message.msg_id = MsgIds::default().next(time, || 0, IdKind::Response);
        let expected = Err(SessionError::OutsideWindow(message.msg_id));
        assert_eq!(rig.deliver(&message), expected);
        assert_eq!(
            rig.deliver(&message),
            expected,
            "not the second time either"
        );
    }
    assert_eq!(rig.events(), []);
    assert_eq!(rig.session.server_time(rig.now), rig.now.unix);
}

trait AddSigned {
    fn checked_add_signed(self, secs: i64) -> Self;
}

impl AddSigned for Duration {
    fn checked_add_signed(self, secs: i64) -> Self {
        Self::from_secs(self.as_secs().wrapping_add_signed(secs))
    }
}

#[test]
fn sec_25_containers_that_break_a_rule_are_refused_as_a_whole() {
    let mut rig = Rig::new();
    let good = rig.message(Bytes::from_static(&CALL), true);
    let nested = rig.message(wire::join(std::slice::from_ref(&good)), false);
    let mut late = rig.message(Bytes::from_static(&CALL), true);
    let nesting = rig.container(&[good.clone(), nested]);
    let holder = rig.container(std::slice::from_ref(&good));
    late.msg_id = holder.msg_id + 4;
    let out_of_order = Message {
        body: wire::join(&[good.clone(), late]),
        ..holder
    };
    let mut too_long = rig.container(std::slice::from_ref(&good));
    too_long.body = [&too_long.body[..20], &[0xff; 4], &too_long.body[24..]]
        .concat()
        .into();
    let mut trailing = rig.container(std::slice::from_ref(&good));
    trailing.body = [&trailing.body[..], &[0; 4]].concat().into();
    let many = vec![good.clone(); 1025];
    let many = rig.container(&many);
    for bad in [nesting, out_of_order, too_long, trailing, many] {
        assert_eq!(rig.deliver(&bad), Err(SessionError::BadContainer));
    }
    assert_eq!(rig.events(), []);
}

#[test]
fn sec_25_packed_data_is_bounded_for_the_whole_packet_and_not_nested() {
    let mut rig = Rig::new();
    let bomb = wire::pack(vec![7; 9 << 20].into());
    assert!(bomb.len() < 1 << 20);
    let one = rig.message(bomb.clone(), true);
    let two = rig.message(bomb.clone(), true);
    let both = rig.container(&[one, two]);
    assert_eq!(rig.deliver(&both), Err(SessionError::BadContent));
    assert_eq!(rig.events().len(), 1, "the first one fits");

    let mut w = heliogram_tl::Writer::new();
    w.u32(wire::GZIP_PACKED);
    w.bytes(&heliogram_tl::deflate(&bomb).unwrap_or_default());
    let nested = rig.message(w.into_vec(), true);
    assert_eq!(rig.deliver(&nested), Err(SessionError::BadContent));
}

#[test]
fn hostile_content_is_an_error_and_never_a_panic() {
    let mut rig = Rig::new();
    let mut rng = SeededRandom::new([8; 32]);
    let ids = [
        CONTAINER,
        wire::MSG_COPY,
        wire::RPC_RESULT,
        wire::GZIP_PACKED,
        BadMsgNotification::ID,
        crate::tl::types::BadServerSalt::ID,
        crate::tl::types::NewSessionCreated::ID,
        crate::tl::types::FutureSalts::ID,
        crate::tl::types::MsgsStateInfo::ID,
        crate::tl::types::MsgsAllInfo::ID,
        crate::tl::types::MsgDetailedInfo::ID,
        crate::tl::types::MsgResendReq::ID,
        crate::tl::types::MsgsStateReq::ID,
        MsgsAck::ID,
    ];
    for round in 0..2000_usize {
        rig.call();
        rig.sent();
        let mut body = vec![0; rng.below(60) as usize * 4];
        rng.fill(&mut body);
        let id = ids[round % ids.len()];
        let message = rig.message([&id.to_le_bytes()[..], &body].concat(), round % 3 == 0);
        let _ = rig.deliver(&message);
        rig.events();
    }
}
