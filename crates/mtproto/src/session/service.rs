//! The protocol's own messages, one function each.

use std::time::Duration;

use bytes::Bytes;
use heliogram_tl::{Constructor, Decode, from_prefix};

use super::{
    Event, FailReason, Salt, Session, SessionError, epoch::Service, inbox::Inbound, pending::Phase,
    refusal::Refusal, salts,
};
use crate::{
    BadMsg, ids,
    tl::types::{
        BadMsgNotification, BadServerSalt, DestroySessionNone, DestroySessionOk, FutureSalts,
        MsgDetailedInfo, MsgNewDetailedInfo, MsgResendAnsReq, MsgResendReq, MsgsAck, MsgsAllInfo,
        MsgsStateInfo, MsgsStateReq, NewSessionCreated, Pong,
    },
    wire::{self, MAX_IDS, Message},
};

/// The answers to `destroy_auth_key`.
const KEY_DESTROYED: u32 = 0xf660_e1d4;
const KEY_UNKNOWN: u32 = 0x0a9f_2259;
const KEY_NOT_DESTROYED: u32 = 0xea10_9b13;

/// A pong moves the clock only when it is wrong by more than this.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(2);

impl Session {
    /// Takes a message that is neither container nor `rpc_result`; `body` is unpacked.
    pub(super) fn take_body(
        &mut self,
        inbound: &Inbound,
        m: &Message,
        body: &Bytes,
    ) -> Result<(), SessionError> {
        match wire::constructor(body) {
            BadMsgNotification::ID => {
                let n: BadMsgNotification = read(body)?;
                self.take_refusal(inbound, refusal(m, n.bad_msg_id, n.error_code, None));
                return Ok(());
            }
            BadServerSalt::ID => {
                let n: BadServerSalt = read(body)?;
                // After other codes the message may stay in flight, to be refused for ever.
                let for_salt = n.error_code == BadMsg::WrongSalt.code();
                let salt = for_salt.then_some(n.new_server_salt);
                self.take_refusal(inbound, refusal(m, n.bad_msg_id, n.error_code, salt));
                return Ok(());
            }
            _ => self.refusals = 0,
        }
        match wire::constructor(body) {
            MsgsAck::ID => self.take_acks(inbound, &read::<MsgsAck>(body)?),
            NewSessionCreated::ID => self.take_new_session(inbound, &read(body)?),
            Pong::ID => self.take_pong(inbound, m, &read(body)?),
            FutureSalts::ID => self.take_salts(inbound, &read(body)?),
            MsgsStateInfo::ID => self.take_state_info(inbound, &read(body)?),
            MsgsAllInfo::ID => {
                let all: MsgsAllInfo = read(body)?;
                self.take_states(inbound, &all.msg_ids, &all.info);
            }
            MsgDetailedInfo::ID => {
                let info: MsgDetailedInfo = read(body)?;
                let wanted = self.epoch.in_flight.contains(info.msg_id);
                self.take_announcement(inbound, info.answer_msg_id, wanted);
            }
            MsgNewDetailedInfo::ID => {
                let info: MsgNewDetailedInfo = read(body)?;
                self.take_announcement(inbound, info.answer_msg_id, true);
            }
            MsgsStateReq::ID => {
                let ids = read::<MsgsStateReq>(body)?.msg_ids;
                self.tell_states(m.msg_id, &ids);
            }
            MsgResendReq::ID => self.send_again(m.msg_id, &read::<MsgResendReq>(body)?.msg_ids),
            MsgResendAnsReq::ID => {
                let ids = read::<MsgResendAnsReq>(body)?.msg_ids;
                self.send_again(m.msg_id, &ids);
            }
            DestroySessionOk::ID => {
                let session_id = read::<DestroySessionOk>(body)?.session_id;
                self.events.push_back(Event::SessionDestroyed {
                    session_id,
                    existed: true,
                });
            }
            DestroySessionNone::ID => {
                let session_id = read::<DestroySessionNone>(body)?.session_id;
                self.events.push_back(Event::SessionDestroyed {
                    session_id,
                    existed: false,
                });
            }
            KEY_DESTROYED | KEY_UNKNOWN | KEY_NOT_DESTROYED => {
                // Nobody else can have the key destroyed.
                if std::mem::take(&mut self.key_leaves) {
                    let gone = wire::constructor(body) != KEY_NOT_DESTROYED;
                    self.events.push_back(Event::KeyDestroyed(gone));
                }
            }
            0 => return Err(SessionError::BadContent),
            _ => self.events.push_back(Event::Update(body.clone())),
        }
        Ok(())
    }

    /// Whether a message shows by its content that it answers something sent just now, so that it
    /// needs no clock to be trusted.
    pub(super) fn is_proof(&mut self, inbound: &Inbound, m: &Message) -> bool {
        match m.constructor() {
            BadMsgNotification::ID => read::<BadMsgNotification>(&m.body)
                .is_ok_and(|n| self.is_recent(inbound, n.bad_msg_id)),
            BadServerSalt::ID => {
                read::<BadServerSalt>(&m.body).is_ok_and(|n| self.is_recent(inbound, n.bad_msg_id))
            }
            Pong::ID => read::<Pong>(&m.body).is_ok_and(|p| self.ping.is_open(p.ping_id, p.msg_id)),
            _ => false,
        }
    }

    fn take_acks(&mut self, inbound: &Inbound, acks: &MsgsAck) {
        if !inbound.previous {
            acks.msg_ids
                .iter()
                .for_each(|&id| self.mark_received(inbound.now, id));
        }
    }

    fn take_new_session(&mut self, inbound: &Inbound, new: &NewSessionCreated) {
        if inbound.previous || !self.epoch.may_begin_with(new.first_msg_id) {
            return;
        }
        self.epoch.begun();
        self.salts
            .set(new.server_salt, self.clock.time(inbound.now));
        self.events.push_back(Event::SaltsChanged(self.salts.all()));
        let in_flight = self.epoch.in_flight.iter();
        let in_flight: Vec<_> = in_flight.map(|(msg_id, &id)| (msg_id, id)).collect();
        for (msg_id, id) in in_flight {
            let Some(flight) = self.requests.flight_mut(id) else {
                continue;
            };
            if flight.outer < new.first_msg_id {
                let received = flight.received;
                self.not_received(msg_id, received);
            }
        }
        self.events.push_back(Event::NewSession {
            unique_id: new.unique_id,
        });
    }

    fn take_pong(&mut self, inbound: &Inbound, m: &Message, pong: &Pong) {
        let now = inbound.now;
        let Some(round_trip) = self.ping.pong(pong.ping_id, pong.msg_id, now.mono) else {
            return;
        };
        let time = ids::to_time(m.msg_id) + round_trip / 2;
        let ours = self.clock.time(now);
        let wrong = time.abs_diff(ours) > CLOCK_TOLERANCE + round_trip / 2;
        if wrong || !self.clock.known() {
            self.set_clock(now, time);
        }
    }

    fn take_salts(&mut self, inbound: &Inbound, answer: &FutureSalts) {
        let epoch = self.epoch_of(inbound);
        if epoch.service(answer.req_msg_id) != Some(&Service::FutureSalts) {
            return;
        }
        epoch.forget(answer.req_msg_id);
        let salts: Vec<_> = answer
            .salts
            .iter()
            .take(salts::COUNT)
            .map(|s| Salt {
                valid_since: s.valid_since,
                valid_until: s.valid_until,
                value: s.salt,
            })
            .collect();
        self.salts.learn(&salts);
        self.salts.current(self.clock.time(inbound.now));
        self.events.push_back(Event::SaltsChanged(self.salts.all()));
    }

    fn take_state_info(&mut self, inbound: &Inbound, answer: &MsgsStateInfo) {
        let epoch = self.epoch_of(inbound);
        let Some(Service::StateRequest(ids)) = epoch.service(answer.req_msg_id) else {
            return;
        };
        let ids = ids.clone();
        epoch.forget(answer.req_msg_id);
        self.take_states(inbound, &ids, &answer.info);
    }

    fn take_states(&mut self, inbound: &Inbound, ids: &[i64], info: &[u8]) {
        if inbound.previous || ids.len() != info.len() {
            return;
        }
        for (&msg_id, &state) in ids.iter().zip(info) {
            match state & 7 {
                1..=3 => {
                    let id = self.epoch.in_flight.get(msg_id).copied();
                    if let Some(flight) = id.and_then(|id| self.requests.flight_mut(id)) {
                        let received = flight.received;
                        self.not_received(msg_id, received);
                    }
                }
                4 => self.mark_received(inbound.now, msg_id),
                _ => {}
            }
        }
    }

    /// The server does not have a request. If it said before that it has it, it may have run it.
    fn not_received(&mut self, msg_id: i64, was_received: bool) {
        let Some(id) = self.epoch.in_flight.remove(msg_id) else {
            return;
        };
        if was_received {
            self.fail(id, FailReason::MayHaveRun);
        } else {
            self.requests.requeue(id);
        }
    }

    /// The server has an answer or update for us and tells only its id.
    fn take_announcement(&mut self, inbound: &Inbound, answer_id: i64, wanted: bool) {
        if inbound.previous {
            return;
        }
        if !wanted || self.seen.contains(answer_id) {
            self.acks.push(answer_id, inbound.now.mono);
            return;
        }
        if let Some(Service::ResendRequest(ids)) = self.service.back_mut()
            && ids.len() < MAX_IDS
        {
            ids.push(answer_id);
            return;
        }
        self.push_service(Service::ResendRequest(vec![answer_id]));
    }

    /// The server asks which of its messages came.
    fn tell_states(&mut self, req_msg_id: i64, ids: &[i64]) {
        let info = ids
            .iter()
            .take(MAX_IDS)
            .map(|&id| self.seen.status(id))
            .collect();
        self.push_service(Service::StateInfo { req_msg_id, info });
    }

    /// The server asks for messages again; what is not in flight any more is told as unknown.
    fn send_again(&mut self, req_msg_id: i64, ids: &[i64]) {
        let mut known = false;
        for msg_id in ids.iter().take(MAX_IDS) {
            let id = self.epoch.in_flight.get(*msg_id);
            let Some(request) = id.and_then(|&id| self.requests.get(id)) else {
                continue;
            };
            let Phase::Sent(flight) = request.phase else {
                continue;
            };
            // What follows another request was wrapped with an id that may have changed since, and
            // a binding is made anew for each id.
            if request.after.is_empty() && request.binding.is_none() {
                known = true;
                // Asked for twice, it goes once: a short question must not cost a long answer.
                if self.goes_again(flight.msg_id) {
                    continue;
                }
                let body = request.wire.clone();
                self.push_service(Service::Again {
                    msg_id: flight.msg_id,
                    seq_no: flight.seq_no,
                    body,
                });
            }
        }
        if !known {
            let info = vec![1; ids.len().min(MAX_IDS)];
            self.push_service(Service::StateInfo { req_msg_id, info });
        }
    }

    /// Whether a request is about to go out again under its old id.
    fn goes_again(&self, id: i64) -> bool {
        let again = |s: &Service| matches!(s, Service::Again { msg_id, .. } if *msg_id == id);
        self.service.iter().any(again)
    }
}

fn refusal(m: &Message, msg_id: i64, code: i32, new_salt: Option<i64>) -> Refusal {
    Refusal {
        notice_id: m.msg_id,
        msg_id,
        code,
        new_salt,
    }
}

fn read<T: Decode>(body: &Bytes) -> Result<T, SessionError> {
    from_prefix(body).map_err(|_| SessionError::BadContent)
}
