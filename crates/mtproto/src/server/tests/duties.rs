//! What clients can rely on.

use super::*;

#[test]
fn a_session_begins_with_its_first_message_and_says_so() {
    let mut rig = Rig::new();
    let first = rig.call();
    let created = rig.sent_of::<NewSessionCreated>();
    assert_eq!(created.len(), 1);
    assert_eq!(created[0].first_msg_id, first);
    assert_eq!(created[0].server_salt, rig.salts.current(rig.now));
    assert_eq!(rig.requests(), [first]);
    rig.call();
    assert!(rig.sent_of::<NewSessionCreated>().is_empty());
}

#[test]
fn a_request_is_acknowledged_soon_or_answered() {
    let mut rig = Rig::new();
    let msg_id = rig.call();
    rig.sent();
    let other = rig.call();
    rig.wait(1);
    assert_eq!(rig.sent_of::<MsgsAck>()[0].msg_ids, [other]);
    assert!(
        rig.session
            .reply(rig.now, msg_id, Ok(Bytes::from_static(b"okay")))
    );
    assert!(
        !rig.session
            .reply(rig.now, msg_id, Ok(Bytes::from_static(b"more")))
    );
    let results = rig.results();
    assert_eq!(
        results[0].body[4..],
        [&msg_id.to_le_bytes()[..], b"okay"].concat()
    );
    assert_eq!(results[0].msg_id & 3, 1);
    assert_eq!(results[0].seq_no & 1, 1);
}

#[test]
fn salts_of_the_last_half_hour_are_accepted() {
    let mut rig = Rig::new();
    let old = rig.salts.current(rig.now);
    rig.wait(1800);
    let message = rig.message(Bytes::from_static(&CALL), true);
    rig.deliver_with_salt(&message, old);
    assert_eq!(rig.requests().len(), 1);
    rig.wait(1800);
    let message = rig.message(Bytes::from_static(&CALL), true);
    rig.deliver_with_salt(&message, old);
    let refused = rig.sent_of::<BadServerSalt>();
    assert_eq!(refused[0].new_server_salt, rig.salts.current(rig.now));
}

#[test]
fn sec_20_a_request_that_comes_again_is_answered_again_and_not_run_again() {
    let mut rig = Rig::new();
    let message = rig.message(Bytes::from_static(&CALL), true);
    rig.deliver(&message);
    rig.deliver(&message);
    assert_eq!(rig.requests(), [message.msg_id]);
    rig.session
        .reply(rig.now, message.msg_id, Ok(Bytes::from_static(b"okay")));
    let first = rig.results();
    rig.deliver(&message);
    assert_eq!(rig.results(), first, "the stored answer under its own id");
    assert_eq!(rig.requests(), [0_i64; 0]);
    rig.say(&MsgsAck {
        msg_ids: vec![first[0].msg_id],
    });
    rig.deliver(&message);
    assert!(rig.results().is_empty(), "the client has it");
}

#[test]
fn what_is_not_acknowledged_goes_again_on_a_new_connection_and_after_a_while() {
    let mut rig = Rig::new();
    let msg_id = rig.call();
    rig.session.push(rig.now, Bytes::from_static(b"news"));
    rig.session
        .reply(rig.now, msg_id, Ok(Bytes::from_static(b"okay")));
    let first = rig.sent();
    assert_eq!(first.iter().filter(|m| m.is_content()).count(), 3);
    rig.session.handle_disconnected(rig.now);
    assert!(rig.sent().is_empty());
    rig.session.handle_connected(rig.now);
    let content = |m: &[Message]| {
        m.iter()
            .filter(|m| m.is_content())
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(content(&rig.sent()), content(&first));
    rig.say(&MsgsAck {
        msg_ids: content(&first).iter().map(|m| m.msg_id).collect(),
    });
    rig.wait(1000);
    assert!(content(&rig.sent()).is_empty() && rig.session.poll_timeout().is_none());
}

#[test]
fn states_are_told_and_stood_by() {
    let mut rig = Rig::new();
    let running = rig.call();
    let answered = rig.call();
    rig.session.reply(rig.now, answered, Ok(Bytes::new()));
    let late = rig.message(Bytes::from_static(&CALL), true);
    rig.requests();
    rig.sent();
    let question = rig.say(&MsgsStateReq {
        msg_ids: vec![running, answered, late.msg_id, 4],
    });
    let told = rig.sent_of::<MsgsStateInfo>();
    assert_eq!(told[0].req_msg_id, question);
    assert_eq!(told[0].info[..], [4 | 32, 4 | 64, 2, 2]);
    rig.deliver(&late);
    assert_eq!(
        rig.requests(),
        [0_i64; 0],
        "the client has sent it again by now"
    );
}

#[test]
fn an_answer_can_be_announced_and_asked_for() {
    let mut rig = Rig::new();
    rig.session.set_announcing(true);
    let msg_id = rig.call();
    let body: Vec<u8> = rig.rng.array::<2048>().to_vec();
    rig.session.reply(rig.now, msg_id, Ok(body.into()));
    let answer = rig.results().remove(0);
    rig.session.handle_connected(rig.now);
    let told = rig.sent_of::<MsgDetailedInfo>();
    assert_eq!(
        (told[0].msg_id, told[0].answer_msg_id),
        (msg_id, answer.msg_id)
    );
    rig.say(&MsgResendReq {
        msg_ids: vec![answer.msg_id],
    });
    assert_eq!(rig.results(), [answer]);
    let question = rig.say(&MsgResendReq { msg_ids: vec![1] });
    assert_eq!(rig.sent_of::<MsgsStateInfo>()[0].req_msg_id, question);
}

#[test]
fn pings_salts_and_sessions_are_answered() {
    let mut rig = Rig::new();
    let ping = rig.say(&Ping { ping_id: 7 });
    assert_eq!(
        rig.sent_of::<Pong>(),
        [Pong {
            msg_id: ping,
            ping_id: 7
        }]
    );
    let question = rig.say(&GetFutureSalts { num: 3 });
    let salts = rig.sent_of::<FutureSalts>().remove(0);
    assert_eq!((salts.req_msg_id, salts.salts.len()), (question, 3));
    assert_eq!(salts.salts[0].salt, rig.salts.current(rig.now));
    rig.say(&DestroySession { session_id: 55 });
    assert_eq!(
        rig.sent_of::<DestroySessionNone>().len(),
        1,
        "not the one it is"
    );
    rig.say(&DestroySession { session_id: 56 });
    let event = rig.session.poll_event();
    assert_eq!(event, Some(ServerEvent::DestroySession { session_id: 56 }));
}

#[test]
fn a_connection_without_pings_is_closed_after_the_time_asked_for() {
    let mut rig = Rig::new();
    rig.say(&PingDelayDisconnect {
        ping_id: 7,
        disconnect_delay: 75,
    });
    rig.wait(74);
    assert_eq!(rig.session.poll_event(), None);
    rig.wait(1);
    assert_eq!(rig.session.poll_event(), Some(ServerEvent::CloseConnection));
}

#[test]
fn answers_are_dropped_on_demand_running_or_not() {
    let mut rig = Rig::new();
    let running = rig.call();
    let answered = rig.call();
    rig.session
        .reply(rig.now, answered, Ok(Bytes::from_static(b"okay")));
    rig.requests();
    rig.sent();
    let dropped_running = 0xcd78_e586_u32.to_le_bytes();
    let drop = rig.say(&RpcDropAnswer {
        req_msg_id: running,
    });
    let results = rig.results();
    assert_eq!(
        results[0].body[4..],
        [&running.to_le_bytes()[..], &dropped_running].concat()
    );
    assert_eq!(
        results[1].body[4..],
        [&drop.to_le_bytes()[..], &dropped_running].concat()
    );
    let cancelled = ServerEvent::Cancelled { msg_id: running };
    assert_eq!(rig.session.poll_event(), Some(cancelled));
    assert!(!rig.session.reply(rig.now, running, Ok(Bytes::new())));
    rig.say(&RpcDropAnswer {
        req_msg_id: answered,
    });
    assert_eq!(rig.results()[0].body[12..16], 0xa43a_d8b7_u32.to_le_bytes());
    rig.say(&RpcDropAnswer { req_msg_id: 4 });
    assert_eq!(rig.results()[0].body[12..16], 0x5e2a_d36e_u32.to_le_bytes());
}

#[test]
fn sec_25_packed_requests_come_out_unpacked_and_bombs_are_answered_with_an_error() {
    let mut rig = Rig::new();
    let plain = Bytes::from(vec![3; 4000]);
    let message = rig.message(wire::pack(plain.clone()), true);
    rig.deliver(&message);
    let event = rig.session.poll_event();
    assert_eq!(
        event,
        Some(ServerEvent::Request {
            msg_id: message.msg_id,
            body: plain
        })
    );
    let bomb = rig.message(wire::pack(vec![0; 17 << 20].into()), true);
    rig.deliver(&bomb);
    assert_eq!(rig.session.poll_event(), None);
    assert_eq!(rig.results().len(), 1);
}

#[test]
fn an_http_answer_is_never_without_a_packet_and_its_waiting_is_told() {
    let mut rig = Rig::new();
    rig.say(&HttpWait {
        max_delay: 30,
        wait_after: -1,
        max_wait: 25_000,
    });
    let ms = Duration::from_millis;
    let told = ServerEvent::HttpWait {
        max_delay: ms(30),
        wait_after: ms(0),
        max_wait: ms(25_000),
    };
    assert_eq!(rig.session.poll_event(), Some(told));
    assert_eq!(rig.session.queued(), 1, "the session's beginning is told");
    rig.sent();
    let call = rig.call();
    assert_eq!(rig.session.queued(), 0);
    let acks_at = rig.session.poll_timeout().unwrap();
    assert!(acks_at < rig.session.poll_duty().unwrap());
    rig.session
        .reply(rig.now, call, Ok(Bytes::from_static(b"okay")));
    assert_eq!(rig.session.queued(), 1);
    rig.sent();

    let mut packet = Vec::new();
    assert!(rig.session.poll_answer(rig.now, &mut packet));
    let opened = message::open(&rig.key, Side::Server, &mut packet).unwrap();
    let empty = [CONTAINER.to_le_bytes(), [0; 4]].concat();
    assert_eq!(opened.body, empty);
    rig.session.handle_disconnected(rig.now);
    assert!(!rig.session.poll_answer(rig.now, &mut packet));
}
