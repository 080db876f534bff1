//! The protocol's own messages, as a server takes them.

use std::time::Duration;

use bytes::Bytes;
use heliogram_tl::{Call, Constructor, Decode, from_prefix};

use super::{Kind, Now, ServerEvent, ServerSession, ServerSessionError, ledger::State};
use crate::{
    ids, tl,
    tl::{
        functions::{
            DestroyAuthKey, DestroySession, GetFutureSalts, Ping, PingDelayDisconnect,
            RpcDropAnswer,
        },
        types::{
            FutureSalt, FutureSalts, HttpWait, MsgResendAnsReq, MsgResendReq, MsgsAck, MsgsAllInfo,
            MsgsStateInfo, MsgsStateReq, Pong, RpcAnswerDropped,
        },
    },
    wire::{self, CONTAINER, MAX_IDS, MSG_COPY, Message},
};

/// Whether a message of this constructor belongs to the protocol itself; all else is a request.
pub(super) fn is_service(id: u32) -> bool {
    matches!(
        id,
        CONTAINER
            | MSG_COPY
            | MsgsAck::ID
            | MsgsStateReq::ID
            | MsgsStateInfo::ID
            | MsgsAllInfo::ID
            | MsgResendReq::ID
            | MsgResendAnsReq::ID
            | HttpWait::ID
            | GetFutureSalts::ID
            | Ping::ID
            | PingDelayDisconnect::ID
            | DestroySession::ID
            | RpcDropAnswer::ID
            | DestroyAuthKey::ID
    )
}

impl ServerSession {
    pub(super) fn take_service(&mut self, now: Now, m: &Message) -> Result<(), ServerSessionError> {
        let body = &m.body;
        match m.constructor() {
            MsgsAck::ID => self.take_acks(&read::<MsgsAck>(body)?.msg_ids),
            MsgsStateReq::ID => {
                let ids = read::<MsgsStateReq>(body)?.msg_ids;
                self.tell_states(now, m.msg_id, &ids);
            }
            MsgResendReq::ID => {
                self.send_again(now, m.msg_id, &read::<MsgResendReq>(body)?.msg_ids);
            }
            MsgResendAnsReq::ID => {
                let requests = read::<MsgResendAnsReq>(body)?.msg_ids;
                let answers: Vec<_> = requests
                    .iter()
                    .filter_map(|&id| self.answer_of(id))
                    .collect();
                self.send_again(now, m.msg_id, &answers);
            }
            GetFutureSalts::ID => {
                self.tell_salts(now, m.msg_id, read::<GetFutureSalts>(body)?.num);
            }
            Ping::ID => self.pong(now, m.msg_id, read::<Ping>(body)?.ping_id),
            PingDelayDisconnect::ID => {
                let ping: PingDelayDisconnect = read(body)?;
                let delay = u64::try_from(ping.disconnect_delay).unwrap_or(0);
                self.close_at = Some(now.mono.saturating_add(Duration::from_secs(delay)));
                self.pong(now, m.msg_id, ping.ping_id);
            }
            DestroySession::ID => match read::<DestroySession>(body)?.session_id {
                id if id == self.session_id => self.session_destroyed(now, id, false),
                session_id => self
                    .events
                    .push_back(ServerEvent::DestroySession { session_id }),
            },
            DestroyAuthKey::ID => self.events.push_back(ServerEvent::DestroyKey),
            RpcDropAnswer::ID => {
                self.drop_answer(now, m.msg_id, read::<RpcDropAnswer>(body)?.req_msg_id)
            }
            HttpWait::ID => {
                let wait: HttpWait = read(body)?;
                let ms = |ms: i32| Duration::from_millis(u64::try_from(ms).unwrap_or(0));
                self.events.push_back(ServerEvent::HttpWait {
                    max_delay: ms(wait.max_delay),
                    wait_after: ms(wait.wait_after),
                    max_wait: ms(wait.max_wait),
                });
            }
            // States of our own messages ask for nothing.
            _ => {}
        }
        Ok(())
    }

    fn take_acks(&mut self, ids: &[i64]) {
        for &msg_id in ids {
            if let Some(request) = self.outgoing.acknowledged(msg_id) {
                self.ledger.set(request, State::Done);
            }
        }
    }

    fn pong(&mut self, now: Now, msg_id: i64, ping_id: i64) {
        self.add_service(now, wire::encode(&Pong { msg_id, ping_id }));
    }

    fn tell_salts(&mut self, now: Now, req_msg_id: i64, num: i32) {
        let salts = self
            .salts
            .upcoming(num, now)
            .into_iter()
            .map(|s| FutureSalt {
                valid_since: s.valid_since,
                valid_until: s.valid_until,
                salt: s.value,
            })
            .collect();
        let now_secs = i32::try_from(now.unix.as_secs()).unwrap_or(i32::MAX);
        self.add_service(
            now,
            wire::encode(&FutureSalts {
                req_msg_id,
                now: now_secs,
                salts,
            }),
        );
    }

    /// Tells what became of messages, and stands by it: what is told not to have come will not
    /// run should it come later.
    fn tell_states(&mut self, now: Now, req_msg_id: i64, ids: &[i64]) {
        let mut info = Vec::with_capacity(ids.len().min(MAX_IDS));
        for &msg_id in ids.iter().take(MAX_IDS) {
            info.push(self.ledger.status(msg_id));
            match self.ledger.state(msg_id) {
                // The client would not ask if the answer had come.
                Some(State::Answered(answer)) => {
                    self.outgoing.again(answer, false);
                }
                None if ids::window(msg_id, now.unix).is_ok() => self.ledger.disown(msg_id),
                _ => {}
            }
        }
        let info = MsgsStateInfo {
            req_msg_id,
            info: info.into(),
        };
        self.add_service(now, wire::encode(&info));
    }

    fn send_again(&mut self, now: Now, req_msg_id: i64, ids: &[i64]) {
        let ids = ids.get(..MAX_IDS).unwrap_or(ids);
        let known = ids
            .iter()
            .filter(|&&id| self.outgoing.again(id, true))
            .count();
        if known < ids.len() {
            let info = vec![1; ids.len()].into();
            self.add_service(now, wire::encode(&MsgsStateInfo { req_msg_id, info }));
        }
    }

    fn answer_of(&self, request: i64) -> Option<i64> {
        match self.ledger.state(request) {
            Some(State::Answered(answer)) => Some(answer),
            _ => None,
        }
    }

    /// `rpc_drop_answer`: the client does not want the answer to a request any more.
    fn drop_answer(&mut self, now: Now, msg_id: i64, request: i64) {
        use tl::enums::RpcDropAnswer as Answer;
        let answer = match self.ledger.state(request) {
            Some(State::Running) => {
                let dropped = wire::encode(&Answer::RpcAnswerDroppedRunning);
                let own = self.add(
                    now,
                    wire::rpc_result(request, &dropped),
                    Kind::Answer(request),
                );
                self.ledger.set(request, State::Answered(own));
                self.events
                    .push_back(ServerEvent::Cancelled { msg_id: request });
                Answer::RpcAnswerDroppedRunning
            }
            Some(State::Answered(answer_id)) => {
                let (bytes, seq_no) = self.outgoing.describe(answer_id).unwrap_or_default();
                self.outgoing.acknowledged(answer_id);
                self.ledger.set(request, State::Done);
                let bytes = i32::try_from(bytes).unwrap_or(i32::MAX);
                RpcAnswerDropped {
                    msg_id: answer_id,
                    seq_no,
                    bytes,
                }
                .into()
            }
            _ => Answer::RpcAnswerUnknown,
        };
        let body = wire::rpc_result(msg_id, &wire::encode(&answer));
        self.ledger.set(msg_id, State::Running);
        let own = self.add(now, body, Kind::Answer(msg_id));
        self.ledger.set(msg_id, State::Answered(own));
    }
}

fn read<T: Decode>(body: &Bytes) -> Result<T, ServerSessionError> {
    from_prefix(body).map_err(|_| ServerSessionError::BadContent)
}
