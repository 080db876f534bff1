//! One session id and what was sent under it.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;

use super::RequestId;
use crate::{
    ids::{IdKind, MsgIds, SeqNos},
    rising::RisingMap,
};

/// How many sent containers and service messages are remembered, and how long: by then the server
/// has said what it has to say of them.
const LOG: usize = 2048;
const LOG_TIME: Duration = Duration::from_secs(10 * 60);
/// For how many of them memory is kept once there are few.
const KEPT: usize = 64;

/// What went out under a message id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Request(RequestId),
    Container(Vec<i64>),
    Service(Service),
}

/// A message of the protocol itself, which needs no answer through `rpc_result`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Acks(Vec<i64>),
    Ping {
        ping_id: i64,
    },
    FutureSalts,
    StateRequest(Vec<i64>),
    StateInfo {
        req_msg_id: i64,
        info: Vec<u8>,
    },
    ResendRequest(Vec<i64>),
    DropAnswer(i64),
    DestroySession(i64),
    DestroyKey,
    /// Holds the answer of a server that only speaks when spoken to. Not repeated: whoever carries
    /// packets asks for a new one.
    HttpWait,
    /// A request that goes out once more under the id it had, because the server asks for it.
    Again {
        msg_id: i64,
        seq_no: i32,
        body: Bytes,
    },
}

impl Service {
    /// Whether it is still to be said once the connection it was meant for is gone.
    pub(super) const fn outlives_connections(&self) -> bool {
        matches!(
            self,
            Self::DropAnswer(_) | Self::DestroySession(_) | Self::DestroyKey
        )
    }
}

/// A session id, its numbers, and what is in flight under it.
#[derive(Debug)]
pub(super) struct Epoch {
    pub(super) session_id: i64,
    pub(super) in_flight: RisingMap<i64, RequestId>,
    ids: MsgIds,
    seq: SeqNos,
    /// The first id given out since the server last told of a session of its own; none yet is the
    /// highest number.
    unannounced: i64,
    log: VecDeque<Logged>,
}

/// A message id, when it was used (monotonic) and for what.
#[derive(Debug)]
struct Logged {
    msg_id: i64,
    at: Duration,
    sent: Sent,
}

impl Epoch {
    pub(super) fn new(session_id: i64) -> Self {
        Self {
            session_id,
            in_flight: RisingMap::default(),
            ids: MsgIds::default(),
            seq: SeqNos::default(),
            unannounced: i64::MAX,
            log: VecDeque::new(),
        }
    }

    /// Message id and sequence number of the next message; both rise together.
    pub(super) fn number(
        &mut self,
        time: Duration,
        noise: impl FnOnce() -> u64,
        content: bool,
    ) -> (i64, i32) {
        let msg_id = self.ids.next(time, noise, IdKind::Client);
        self.unannounced = self.unannounced.min(msg_id);
        (msg_id, self.seq.next(content))
    }

    /// Whether the server can have begun a session, which we were not told of, with this message.
    ///
    /// A notice goes again until it is acknowledged, so that the message may be old and answered.
    /// What was sent before the last notice came needs no other one: whoever heeds that one asks
    /// for what is missing later than it was sent.
    pub(super) fn may_begin_with(&self, msg_id: i64) -> bool {
        (self.unannounced..=self.ids.last()).contains(&msg_id)
    }

    /// The server told of a session it began: another one has to begin with something newer.
    pub(super) fn begun(&mut self) {
        self.unannounced = i64::MAX;
    }

    /// Remembers a container or service message for some time; ids must come in order.
    pub(super) fn remember(&mut self, now: Duration, msg_id: i64, sent: Sent) {
        // A client that waits says something every minute, for months.
        let old = |first: &Logged| first.at.saturating_add(LOG_TIME) < now;
        while self.log.len() >= LOG || self.log.front().is_some_and(old) {
            self.log.pop_front();
        }
        if self.log.capacity() > KEPT.max(8 * self.log.len()) {
            self.log.shrink_to(2 * self.log.len());
        }
        let at = now;
        self.log.push_back(Logged { msg_id, at, sent });
    }

    /// Whether a message of this id was sent, as far as is remembered.
    pub(super) fn knows(&self, msg_id: i64) -> bool {
        self.in_flight.contains(msg_id) || self.position(msg_id).is_some()
    }

    /// The service message sent under this id.
    pub(super) fn service(&self, msg_id: i64) -> Option<&Service> {
        let at = self.position(msg_id)?;
        match &self.log.get(at)?.sent {
            Sent::Service(service) => Some(service),
            _ => None,
        }
    }

    /// Everything that went out under this id, a container taken apart, without forgetting it.
    pub(super) fn contents(&self, msg_id: i64) -> Vec<(i64, Sent)> {
        match self.lookup(msg_id) {
            Some(Sent::Container(inner)) => inner
                .iter()
                .filter_map(|&id| Some((id, self.lookup(id)?)))
                .collect(),
            Some(sent) => vec![(msg_id, sent)],
            None => Vec::new(),
        }
    }

    /// Forgets a container or service message, so that nothing said about it counts again.
    pub(super) fn forget(&mut self, msg_id: i64) {
        if let Some(at) = self.position(msg_id) {
            self.log.remove(at);
        }
    }

    fn lookup(&self, msg_id: i64) -> Option<Sent> {
        if let Some(&id) = self.in_flight.get(msg_id) {
            return Some(Sent::Request(id));
        }
        let at = self.position(msg_id)?;
        self.log.get(at).map(|logged| logged.sent.clone())
    }

    fn position(&self, msg_id: i64) -> Option<usize> {
        let id = |logged: &Logged| logged.msg_id;
        self.log.binary_search_by_key(&msg_id, id).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_was_sent_is_remembered_for_a_time_and_only_so_much_of_it() {
        let mut epoch = Epoch::new(1);
        let ids = 1..=LOG as i64 + 10;
        ids.clone()
            .for_each(|id| epoch.remember(at(0), id, Sent::Container(vec![id])));
        assert!(!epoch.knows(10) && epoch.knows(11));
        assert_eq!(epoch.log.capacity(), LOG);
        let next = ids.end() + 1;
        epoch.remember(LOG_TIME, next, Sent::Service(Service::FutureSalts));
        assert!(epoch.knows(12) && epoch.service(next).is_some());
        epoch.remember(LOG_TIME + at(1), next + 1, Sent::Container(vec![next]));
        assert!(!epoch.knows(12) && epoch.knows(next) && epoch.knows(next + 1));
        assert!(epoch.log.capacity() <= KEPT);
    }
}
