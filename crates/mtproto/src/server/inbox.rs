//! Messages of a client: validation, and what is new among them.

use bytes::Bytes;
use heliogram_tl::Constructor;

use super::{
    MAX_RUNNING, Now, ServerEvent, ServerSession, ServerSessionError, ledger::State,
    message::Opened,
};
use crate::{
    BadMsg, RpcFailure,
    ids::{self, IdKind, OutOfWindow},
    tl::types::{BadMsgNotification, BadServerSalt, MsgsAck, NewSessionCreated},
    wire::{self, CONTAINER, INFLATE_LIMIT, Message},
};

impl ServerSession {
    /// Takes a message that [`open`](super::open) has opened.
    ///
    /// A message that breaks a rule of ids, numbers, salts or containers is answered with the
    /// code the protocol has for it, and is otherwise ignored.
    ///
    /// # Errors
    /// The message is not for this session, or cannot be answered; close the connection.
    pub fn handle_opened(
        &mut self,
        now: Now,
        opened: &Opened<'_>,
    ) -> Result<(), ServerSessionError> {
        if opened.session_id != self.session_id || opened.session_id == 0 {
            return Err(ServerSessionError::WrongSession);
        }
        if self.events.len() > MAX_RUNNING || self.ledger.running() > MAX_RUNNING {
            return Err(ServerSessionError::Backlog);
        }
        let outer = Message {
            msg_id: opened.msg_id,
            seq_no: opened.seq_no,
            body: Bytes::copy_from_slice(opened.body),
        };
        match self.validate(now, opened.salt, &outer) {
            Ok(Verdict::Take(inner)) => self.take_all(now, &outer, inner),
            Ok(Verdict::Repeated) => {
                self.take_repeated(now, &outer);
                Ok(())
            }
            Ok(Verdict::Ignore) => Ok(()),
            Err(code) => {
                self.refuse(now, &outer, code);
                Ok(())
            }
        }
    }

    /// Applies the rules in the order in which later ones rely on earlier ones.
    fn validate(&mut self, now: Now, salt: i64, outer: &Message) -> Result<Verdict, BadMsg> {
        let is_container = outer.constructor() == CONTAINER;
        // What came before is not judged again: the client may not hear two things about it.
        if let Some(state) = self.ledger.state(outer.msg_id) {
            return match state {
                State::Disowned => Ok(Verdict::Ignore),
                _ if is_container && !self.is_repeated(outer) => Err(BadMsg::ContainerIdTaken),
                _ => Ok(Verdict::Repeated),
            };
        }
        if let Some(code) = self.refuse_next.take() {
            return Err(code);
        }
        if std::mem::take(&mut self.refuse_salt) || !self.salts.accepts(salt, now) {
            return Err(BadMsg::WrongSalt);
        }
        if outer.msg_id & 3 != 0 {
            return Err(BadMsg::IdLowBits);
        }
        match ids::window(outer.msg_id, now.unix) {
            Err(OutOfWindow::Past) => return Err(BadMsg::IdTooLow),
            Err(OutOfWindow::Future) => return Err(BadMsg::IdTooHigh),
            Ok(()) if self.ledger.is_below_floor(outer.msg_id) => return Err(BadMsg::TooOld),
            Ok(()) => {}
        }
        let mut inner = vec![outer.clone()];
        if is_container {
            inner = wire::split(outer).map_err(|_| BadMsg::BadContainer)?;
            if outer.is_content() {
                return Err(BadMsg::SeqNotEven);
            }
            self.ledger.check_order(outer.msg_id, outer.seq_no)?;
        }
        inner
            .iter()
            .try_for_each(|message| self.validate_new(message))?;
        Ok(Verdict::Take(inner))
    }

    /// Checks a message by itself or in a container; those known already were checked then.
    fn validate_new(&self, message: &Message) -> Result<(), BadMsg> {
        if message.msg_id & 3 != 0 {
            return Err(BadMsg::IdLowBits);
        }
        if self.ledger.state(message.msg_id).is_some() {
            return Ok(());
        }
        let content = message.is_content();
        match message.constructor() {
            MsgsAck::ID if content => return Err(BadMsg::SeqNotEven),
            id if !super::service::is_service(id) && !content => return Err(BadMsg::SeqNotOdd),
            _ => {}
        }
        self.ledger.check_order(message.msg_id, message.seq_no)
    }

    /// Whether everything in a container came before.
    fn is_repeated(&self, outer: &Message) -> bool {
        wire::split(outer)
            .is_ok_and(|inner| inner.iter().all(|m| self.ledger.state(m.msg_id).is_some()))
    }

    fn take_all(
        &mut self,
        now: Now,
        outer: &Message,
        inner: Vec<Message>,
    ) -> Result<(), ServerSessionError> {
        let lowest = inner.iter().map(|m| m.msg_id).fold(outer.msg_id, i64::min);
        let first = match self.first_msg_id {
            Some(first) => first,
            None => {
                self.begin(now, lowest);
                lowest
            }
        };
        // The client was told to send again what it had sent before the session began.
        let too_early = outer.msg_id < first;
        let mut budget = INFLATE_LIMIT;
        let taken = inner.iter().try_for_each(|message| {
            if self.ledger.state(message.msg_id).is_some() {
                self.take_repeated(now, message);
            } else if too_early || self.ledger.is_below_floor(message.msg_id) {
                self.ledger.disown(message.msg_id);
            } else {
                self.take(now, message, &mut budget)?;
            }
            Ok(())
        });
        if outer.constructor() == CONTAINER {
            self.ledger
                .insert(outer.msg_id, outer.seq_no, State::Service);
        }
        taken
    }

    /// The first message of the session came.
    fn begin(&mut self, now: Now, first_msg_id: i64) {
        self.first_msg_id = Some(first_msg_id);
        let unique_id = heliogram_crypto::Random::u64(&mut self.rng) as i64;
        let server_salt = self.salts.current(now);
        let created = NewSessionCreated {
            first_msg_id,
            unique_id,
            server_salt,
        };
        self.push_raw(now, wire::encode(&created));
    }

    /// Takes a new message: a request for the application, or one of the protocol's own.
    fn take(
        &mut self,
        now: Now,
        message: &Message,
        budget: &mut usize,
    ) -> Result<(), ServerSessionError> {
        let msg_id = message.msg_id;
        if message.is_content() {
            self.acks.push(msg_id, now.mono);
        }
        if super::service::is_service(message.constructor()) {
            self.ledger.insert(msg_id, message.seq_no, State::Service);
            return self.take_service(now, message);
        }
        self.ledger.insert(msg_id, message.seq_no, State::Running);
        match wire::unpack(message.body.clone(), budget) {
            Ok(body) => self.events.push_back(ServerEvent::Request { msg_id, body }),
            Err(_) => {
                self.reply(now, msg_id, Err(RpcFailure::new(400, "INPUT_FETCH_ERROR")));
            }
        }
        Ok(())
    }

    /// A message came again: what it was answered is sent again, nothing runs again.
    pub(super) fn take_repeated(&mut self, now: Now, message: &Message) {
        if message.constructor() == CONTAINER {
            for inner in wire::split(message).unwrap_or_default() {
                self.take_repeated(now, &inner);
            }
            return;
        }
        match self.ledger.state(message.msg_id) {
            Some(State::Answered(answer)) => {
                self.outgoing.again(answer, false);
            }
            Some(State::Disowned) | None => {}
            Some(_) if message.is_content() => self.acks.push(message.msg_id, now.mono),
            Some(_) => {}
        }
    }

    /// Tells the client why a message was refused, and stands by it: the client sends again what
    /// it held, so that it must not run when a copy comes later.
    fn refuse(&mut self, now: Now, message: &Message, code: BadMsg) {
        let mut held = vec![message.msg_id];
        if message.constructor() == CONTAINER {
            held.extend(
                wire::split(message)
                    .unwrap_or_default()
                    .iter()
                    .map(|m| m.msg_id),
            );
        }
        for msg_id in held {
            if self.ledger.state(msg_id).is_none() {
                self.ledger.disown(msg_id);
            }
        }
        let (bad_msg_id, bad_msg_seqno) = (message.msg_id, message.seq_no);
        let error_code = code.code();
        let body = match code {
            BadMsg::WrongSalt => wire::encode(&BadServerSalt {
                bad_msg_id,
                bad_msg_seqno,
                error_code,
                new_server_salt: self.salts.current(now),
            }),
            _ => wire::encode(&BadMsgNotification {
                bad_msg_id,
                bad_msg_seqno,
                error_code,
            }),
        };
        let refusal = self.message(now, body, IdKind::Response, false);
        self.refusals.push_back(refusal);
    }
}

/// What is to be done with a message that breaks no rule.
enum Verdict {
    Take(Vec<Message>),
    Repeated,
    Ignore,
}
