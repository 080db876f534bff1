//! A server's session against a client that says exactly what a test wants.

use heliogram_crypto::RandomExt;
use heliogram_tl::{Constructor, Decode, Encode, from_prefix, to_bytes};

use super::*;
use crate::{
    tl::{
        functions::{DestroySession, GetFutureSalts, Ping, PingDelayDisconnect, RpcDropAnswer},
        types::{
            BadMsgNotification, BadServerSalt, DestroySessionNone, FutureSalts, MsgDetailedInfo,
            MsgResendReq, MsgsAck, MsgsStateInfo, MsgsStateReq, NewSessionCreated, Pong,
        },
    },
    wire::{CONTAINER, Header, RPC_RESULT},
};

const CALL: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

struct Rig {
    session: ServerSession,
    key: AuthKey,
    salts: ServerSalts,
    now: Now,
    ids: MsgIds,
    seq: SeqNos,
    rng: SeededRandom,
}

impl Rig {
    fn new() -> Self {
        let mono = Duration::from_secs(1000);
        let now = Now {
            mono,
            unix: Duration::from_secs(1_790_000_000),
        };
        let key = AuthKey::new(std::array::from_fn(|i| i as u8));
        let salts = ServerSalts::new(key.clone());
        let mut session = ServerSession::new(key.clone(), 55, salts.clone(), [1; 32], now);
        session.handle_connected(now);
        let rng = SeededRandom::new([2; 32]);
        Self {
            session,
            key,
            salts,
            now,
            ids: MsgIds::default(),
            seq: SeqNos::default(),
            rng,
        }
    }

    fn message(&mut self, body: impl Into<Bytes>, content: bool) -> Message {
        let msg_id = self.ids.next(self.now.unix, 0, IdKind::Client);
        Message {
            msg_id,
            seq_no: self.seq.next(content),
            body: body.into(),
        }
    }

    fn deliver(&mut self, message: &Message) {
        let salt = self.salts.current(self.now);
        self.deliver_with_salt(message, salt);
    }

    fn deliver_with_salt(&mut self, message: &Message, salt: i64) {
        assert_eq!(
            self.try_deliver(
                message,
                Header {
                    salt,
                    session_id: 55
                }
            ),
            Ok(())
        );
    }

    fn try_deliver(&mut self, message: &Message, header: Header) -> Result<(), ServerSessionError> {
        let mut packet = Vec::new();
        wire::seal(
            &self.key,
            Side::Client,
            header,
            message,
            &mut self.rng,
            &mut packet,
        );
        let opened = open(&self.key, &mut packet).unwrap();
        self.session.handle_opened(self.now, &opened)
    }

    /// Sends a request; answers its id.
    fn call(&mut self) -> i64 {
        let message = self.message(Bytes::from_static(&CALL), true);
        self.deliver(&message);
        message.msg_id
    }

    fn say(&mut self, value: &impl Encode) -> i64 {
        let message = self.message(to_bytes(value), false);
        self.deliver(&message);
        message.msg_id
    }

    /// Everything the session sends now, containers taken apart.
    fn sent(&mut self) -> Vec<Message> {
        let mut all = Vec::new();
        let mut packet = Vec::new();
        while self.session.poll_packet(self.now, &mut packet) {
            let opened = message::open(&self.key, Side::Server, &mut packet).unwrap();
            let body = Bytes::copy_from_slice(opened.body);
            let outer = Message {
                msg_id: opened.msg_id,
                seq_no: opened.seq_no,
                body,
            };
            match outer.constructor() {
                CONTAINER => all.extend(wire::split(&outer).unwrap()),
                _ => all.push(outer),
            }
        }
        all
    }

    fn sent_of<T: Constructor>(&mut self) -> Vec<T> {
        self.sent()
            .iter()
            .filter(|m| m.constructor() == T::ID)
            .map(read)
            .collect()
    }

    fn results(&mut self) -> Vec<Message> {
        self.sent()
            .into_iter()
            .filter(|m| m.constructor() == RPC_RESULT)
            .collect()
    }

    /// The code with which what was just delivered is refused.
    fn code(&mut self) -> Option<i32> {
        let sent = self.sent();
        sent.iter().find_map(|m| match m.constructor() {
            BadMsgNotification::ID => Some(read::<BadMsgNotification>(m).error_code),
            BadServerSalt::ID => Some(read::<BadServerSalt>(m).error_code),
            _ => None,
        })
    }

    fn requests(&mut self) -> Vec<i64> {
        std::iter::from_fn(|| self.session.poll_event())
            .filter_map(|e| match e {
                ServerEvent::Request { msg_id, .. } => Some(msg_id),
                _ => None,
            })
            .collect()
    }

    fn wait(&mut self, secs: u64) {
        self.now = self.now.plus(Duration::from_secs(secs));
        self.session.handle_timeout(self.now);
    }
}

fn read<T: Decode>(m: &Message) -> T {
    from_prefix(&m.body).unwrap()
}

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
fn each_broken_rule_has_its_code() {
    let id_at = |rig: &Rig, offset: i64| {
        let secs = rig.now.unix.as_secs().wrapping_add_signed(offset);
        MsgIds::default().next(Duration::from_secs(secs), 0, IdKind::Client)
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
fn nested_containers_and_late_inner_ids_are_refused_as_a_whole() {
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
fn a_request_that_comes_again_is_answered_again_and_not_run_again() {
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
fn packed_requests_come_out_unpacked_and_bombs_are_answered_with_an_error() {
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
fn foreign_sessions_are_refused() {
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
