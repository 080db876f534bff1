//! Messages the server refuses: `bad_msg_notification` and `bad_server_salt`.

use super::{
    Epoch, Event, FailReason, Previous, RequestId, ResetReason, Session,
    epoch::{Sent, Service},
    inbox::Inbound,
    new_session_id,
    pending::Phase,
    timers,
};
use crate::{BadMsg, Now, ids};

/// How often one request may be refused before it fails.
pub(super) const LIMIT: u32 = 5;
/// How often in a row refused service messages are repeated.
const SERVICE_LIMIT: u32 = 32;
/// Containers refused in a row before a new session is begun.
const CONTAINER_LIMIT: u32 = 3;

/// A refusal as the server puts it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal {
    /// Id of the notification itself: the server's time.
    pub(super) notice_id: i64,
    /// The message that was refused.
    pub(super) msg_id: i64,
    pub(super) code: i32,
    pub(super) new_salt: Option<i64>,
}

impl Session {
    /// Reacts to a refusal of one of our own recent messages, and ignores all others.
    pub(super) fn take_refusal(&mut self, inbound: &Inbound, refusal: Refusal) {
        let now = inbound.now;
        if !self.epoch_of(inbound).knows(refusal.msg_id) {
            return;
        }
        self.refusals = self.refusals.saturating_add(1);
        if let Some(salt) = refusal.new_salt {
            let time = ids::to_time(refusal.notice_id);
            self.salts.set(salt, time);
            self.salts.ask_again(now.mono);
            self.events.push_back(Event::SaltsChanged(self.salts.all()));
        }
        let code = BadMsg::from_code(refusal.code);
        let of_clock = matches!(code, Some(BadMsg::IdTooLow | BadMsg::IdTooHigh));
        if of_clock && self.is_recent(inbound, refusal.msg_id) {
            self.set_clock(now, ids::to_time(refusal.notice_id));
        }
        let epoch = self.epoch_of(inbound);
        let refused = epoch.contents(refusal.msg_id);
        epoch.forget(refusal.msg_id);
        let requests: Vec<_> = refused
            .iter()
            .filter_map(|(msg_id, sent)| match sent {
                Sent::Request(id) => Some((*msg_id, *id)),
                _ => None,
            })
            .collect();
        match code {
            // Nobody knows whether these were received in another way: ask.
            Some(BadMsg::TooOld | BadMsg::ContainerIdTaken) if !inbound.previous => {
                self.ask.extend(requests.iter().map(|(msg_id, _)| msg_id));
            }
            _ => self.refused_requests(inbound, &requests, refusal.code),
        }
        for (_, sent) in refused {
            if let Sent::Service(service) = sent {
                self.refused_service(inbound, service);
            }
        }
        if let (Some(reason), false) = (self.reset_reason(code), inbound.previous) {
            self.reset(now, reason);
        }
    }

    /// Whether one of our own messages was sent so lately that what is said about it may set the
    /// clock; an old refusal, held back on the way, must not.
    pub(super) fn is_recent(&mut self, inbound: &Inbound, msg_id: i64) -> bool {
        let time = self.clock.time(inbound.now);
        self.epoch_of(inbound).knows(msg_id) && ids::window(msg_id, time).is_ok()
    }

    /// A refused message was not looked at: its requests can go out again.
    fn refused_requests(&mut self, inbound: &Inbound, requests: &[(i64, RequestId)], code: i32) {
        let own_mistake = matches!(
            BadMsg::from_code(code),
            Some(BadMsg::IdLowBits | BadMsg::SeqNotEven | BadMsg::SeqNotOdd)
        );
        let limit = if own_mistake { 1 } else { LIMIT };
        for &(msg_id, id) in requests {
            self.epoch_of(inbound).in_flight.remove(msg_id);
            let Some(request) = self.requests.get_mut(id) else {
                continue;
            };
            request.refusals += 1;
            request.alone |= code == BadMsg::BadContainer.code();
            if request.refusals > limit {
                self.fail(id, FailReason::Refused { code });
            } else {
                self.requests.requeue(id);
            }
        }
    }

    fn refused_service(&mut self, inbound: &Inbound, service: Service) {
        if self.refusals > SERVICE_LIMIT {
            return;
        }
        match service {
            Service::Ping { ping_id } => self.ping.refused(ping_id),
            Service::FutureSalts => self.salts_wanted = true,
            Service::HttpWait => {}
            // These speak of messages of a session; its successor cannot repeat them.
            _ if inbound.previous => {}
            Service::Acks(ids) => {
                for id in ids {
                    self.acks.push(id, inbound.now.mono);
                }
            }
            Service::StateRequest(ids) => {
                self.ask.extend(ids);
                self.ask.retain(|id| self.epoch.in_flight.contains(*id));
            }
            service => self.push_service(service),
        }
    }

    fn reset_reason(&self, code: Option<BadMsg>) -> Option<ResetReason> {
        match code {
            Some(BadMsg::IdTooHigh) => Some(ResetReason::ClockAhead),
            Some(BadMsg::SeqTooLow | BadMsg::SeqTooHigh) => Some(ResetReason::SequenceBroken),
            Some(BadMsg::BadContainer) if self.refusals >= CONTAINER_LIMIT => {
                Some(ResetReason::ContainersRefused)
            }
            _ => None,
        }
    }

    /// Goes on under a new session id.
    ///
    /// What was in flight may have been received: its answers, or refusals, are waited for under
    /// the old id for a while, and fail when none comes.
    fn reset(&mut self, now: Now, reason: ResetReason) {
        self.end_previous(now);
        let epoch = Epoch::new(new_session_id(&mut self.rng));
        let old = std::mem::replace(&mut self.epoch, epoch);
        for (_, &id) in old.in_flight.iter() {
            self.requests.set_phase(id, Phase::Limbo);
        }
        self.previous = Some(Previous {
            epoch: old,
            until: now.mono + timers::LIMBO,
        });
        self.refusals = 0;
        self.ask.clear();
        self.acks.take();
        self.service.clear();
        self.ping.connected(now.mono);
        self.events.push_back(Event::SessionReset(reason));
    }

    /// The server's clock showed `time` just now, as an authentic answer proves.
    pub(super) fn set_clock(&mut self, now: Now, time: std::time::Duration) {
        self.clock.set(now, time);
        self.events
            .push_back(Event::TimeOffsetChanged(self.clock.offset_ms()));
    }
}
