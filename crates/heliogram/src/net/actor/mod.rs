//! One connection: one task, one socket at a time, one session that outlives its sockets.

mod calls;
mod limits;
mod socket;

use std::{future::Future, sync::Arc, time::Duration};

use calls::InFlight;
use heliogram_mtproto::{Event, FailReason, RequestId, Session, SessionConfig};
use limits::Limits;
use socket::End;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{sleep, sleep_until},
};

use super::{
    Net,
    backoff::Backoff,
    connection::{Request, Signal},
    dc::{Dc, Key},
    fault::{CallError, Fault},
    handshake,
    numbers::ByNumber,
    wire::Wire,
};
use crate::{invoke::Purpose, random};

/// After how many refusals in a row a key counts as unknown to the server.
const KEY_STRIKES: u32 = 3;
/// The first pause after a connection was lost.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The shortest pause when the server asks for fewer connections.
const FLOOD_PAUSE: Duration = Duration::from_secs(2);

/// The owner of one connection.
pub(super) struct Actor {
    // Immutable.
    net: Arc<Net>,
    dc: Arc<Dc>,
    purpose: Purpose,
    // Inputs.
    inbox: mpsc::Receiver<Box<Request>>,
    signals: mpsc::UnboundedReceiver<Signal>,
    stopped: watch::Receiver<bool>,
    // The session and what waits for it.
    session: Option<(Arc<Key>, Session)>,
    in_flight: ByNumber<RequestId, InFlight>,
    limits: Limits,
    /// Whether the server knows the app in this session.
    introduced: bool,
    /// Calls the server refused because it has lost the binding of the temporary key.
    #[expect(clippy::vec_box, reason = "they came boxed, and go on as they are")]
    unbound: Vec<Box<Request>>,
    /// Who waits to hear that the server has forgotten the key.
    key_leaves: Option<oneshot::Sender<bool>>,
    // How the connection has fared.
    worked: bool,
    failures: u32,
    strikes: u32,
    /// Keys that were replaced because the server did not know them.
    replaced: u32,
    backoff: Backoff,
    packet: Vec<u8>,
}

impl Actor {
    pub(super) fn new(
        net: Arc<Net>,
        dc: Arc<Dc>,
        purpose: Purpose,
        inbox: mpsc::Receiver<Box<Request>>,
        signals: mpsc::UnboundedReceiver<Signal>,
    ) -> Result<Box<Self>, Fault> {
        let backoff = Backoff::new(FIRST_PAUSE, net.config.max_backoff, random::seed()?);
        Ok(Box::new(Self {
            stopped: net.stopped.subscribe(),
            net,
            dc,
            purpose,
            inbox,
            signals,
            session: None,
            in_flight: ByNumber::default(),
            limits: Limits::default(),
            introduced: false,
            unbound: Vec::new(),
            key_leaves: None,
            worked: false,
            failures: 0,
            strikes: 0,
            replaced: 0,
            backoff,
            packet: Vec::new(),
        }))
    }

    /// Keeps the connection up until it is not wanted or cannot work.
    pub(super) async fn run(mut self: Box<Self>) {
        let dc = self.dc.id;
        loop {
            // Boxed: a connection lives long after that.
            let open = Box::pin(open(Arc::clone(&self.net), Arc::clone(&self.dc)));
            let Some(opened) = self.meanwhile(open).await else {
                break self.fail_all(&Fault::Closed);
            };
            let end = match opened {
                Ok((wire, key)) => match self.adopt(key) {
                    Ok(()) => self.serve(wire).await,
                    Err(fault) => End::Lost(fault),
                },
                Err(fault) => End::Lost(fault),
            };
            self.tell(false);
            let fault = match end {
                End::Lost(fault) => fault,
                End::Closed => break self.fail_all(&Fault::Closed),
                End::Idle => break,
                End::Renew => {
                    self.forget_temporary().await;
                    continue;
                }
            };
            tracing::debug!(dc, purpose = ?self.purpose, ?fault, "connection lost");
            if self.must_give_up(&fault).await {
                tracing::warn!(dc, purpose = ?self.purpose, ?fault, "connection given up");
                break self.fail_all(&fault);
            }
            let mut pause = self.backoff.pause();
            if fault.is_flood() {
                pause = pause.max(FLOOD_PAUSE);
            }
            if self.meanwhile(sleep(pause)).await.is_none() {
                break self.fail_all(&Fault::Closed);
            }
        }
        self.inbox.close();
        while let Some(request) = self.next_waiting() {
            request.reply.send(Err(CallError::NotTaken));
        }
    }

    /// Waits for `future` unless the connection is not wanted any more.
    async fn meanwhile<F: Future>(&mut self, future: F) -> Option<F::Output> {
        tokio::pin!(future);
        loop {
            tokio::select! {
                output = &mut future => return Some(output),
                () = until_stopped(&mut self.stopped) => return None,
                signal = self.signals.recv() => match signal {
                    Some(signal) => self.take_signal(signal),
                    None => return None,
                },
                Some(request) = self.inbox.recv() => self.park(request),
                () = sleep_until(self.limits.due(self.net.clock)) => self.expire(),
            }
        }
    }

    /// Gives up the temporary key of the session.
    async fn forget_temporary(&mut self) {
        if let Some((key, _)) = &self.session {
            let (dc, key) = (Arc::clone(&self.dc), Arc::clone(key));
            // Another connection may be making the next one just now.
            self.meanwhile(Box::pin(async move { dc.forget_temporary(&key).await }))
                .await;
        }
    }

    /// Gives up the permanent key that the server does not know: that of the session, or the one that
    /// a temporary key could not be bound to.
    async fn forget_permanent(&mut self) {
        let of_session = match &self.session {
            Some((key, _)) if key.life.is_none() => Some(Arc::clone(key)),
            _ => None,
        };
        let (net, dc) = (Arc::clone(&self.net), Arc::clone(&self.dc));
        let forget = async move {
            let key = match of_session {
                Some(key) => Some(key),
                None => dc.present_key().await,
            }?;
            dc.forget(&net.records, &key).await;
            Some(())
        };
        if self.meanwhile(Box::pin(forget)).await.flatten().is_some() {
            self.strikes = 0;
            self.replaced += 1;
        }
    }

    /// Whether there is no use in trying again after this.
    async fn must_give_up(&mut self, fault: &Fault) -> bool {
        if fault.is_final(self.worked) {
            return true;
        }
        if let Fault::TemporaryKey = fault {
            self.forget_temporary().await;
            return false;
        }
        if fault.is_key_unknown() {
            self.strikes += 1;
            if self.dc.cdn {
                // CDNs forget keys at any time, and no account hangs on them.
                self.forget_temporary().await;
                return self.strikes >= KEY_STRIKES;
            }
            // A key that carries no account is replaced. One that does is not thrown away: the
            // server may be at fault, and only its owner can judge that. One that never worked
            // here is not asked about again before the next call, unless the doubt is about a
            // temporary key that could not be bound to it; one that did gets the benefit of the
            // doubt, since a damaged packet looks the same to the server.
            let home = self.net.account().is_some_and(|a| a.dc == self.dc.id);
            if self.strikes < KEY_STRIKES {
                return home && !self.worked && self.net.config.temporary_keys.is_none();
            }
            if home {
                return true;
            }
            self.forget_permanent().await;
            // A server that takes no key at all is not asked for ever.
            return !self.worked && self.replaced > self.net.config.connect_attempts;
        }
        self.failures += 1;
        // What a CDN does not give is fetched elsewhere.
        let lasting = self.worked && !self.dc.cdn;
        !lasting && self.failures >= self.net.config.connect_attempts
    }

    /// Makes the session for a key, unless it exists; calls under way move to the new one.
    fn adopt(&mut self, key: Arc<Key>) -> Result<(), Fault> {
        if self
            .session
            .as_ref()
            .is_some_and(|(old, _)| Arc::ptr_eq(old, &key))
        {
            return Ok(());
        }
        let config = SessionConfig {
            salt: key.salt,
            salts: key.salts(),
            time_offset_ms: key.time_offset_ms(),
            ..SessionConfig::default()
        };
        let session = Session::new(
            config,
            key.auth.clone(),
            random::seed()?,
            self.net.clock.now(),
        );
        let had_session = self.session.replace((key, session)).is_some();
        self.introduced = false;
        let now = self.net.clock.now();
        let mut waiting: Vec<_> = self.in_flight.drain().collect();
        waiting.sort_unstable_by_key(|(id, _)| *id);
        for (_, call) in waiting {
            if had_session && self.worked {
                // The old session took it and cannot be asked any more.
                let why = FailReason::MayHaveRun;
                call.request.reply.send(Err(CallError::Failed(why)));
            } else {
                self.send(now, call.request, 0);
            }
        }
        for request in std::mem::take(&mut self.unbound) {
            self.send(now, request, 0);
        }
        Ok(())
    }

    fn take_event(&mut self, event: Event) {
        match event {
            Event::Reply { id, result } => self.take_reply(id, result),
            Event::Failed { id, reason } => {
                self.answer(id, Err(CallError::Failed(reason)));
            }
            Event::Update(update) => {
                if self.carries_updates() {
                    self.net.hub.push(update);
                }
            }
            Event::NewSession { .. } | Event::SessionReset(_) => {
                self.introduced = false;
                self.resync();
            }
            Event::Gap => self.resync(),
            Event::Received { .. } => self.net.stats.quick_acks.count(),
            Event::KeyDestroyed(gone) => {
                if let Some(told) = self.key_leaves.take() {
                    // Whoever asked may have gone away.
                    let _ = told.send(gone);
                }
            }
            Event::SaltsChanged(salts) => self.keep(|key| key.set_salts(salts)),
            Event::TimeOffsetChanged(ms) => self.keep(|key| key.set_time_offset_ms(ms)),
            other => tracing::trace!(?other, "event"),
        }
    }

    fn fail_all(&mut self, fault: &Fault) {
        self.inbox.close();
        while let Some(request) = self.next_waiting() {
            request.reply.send(Err(CallError::Fault(fault.clone())));
        }
        let under_way = self.in_flight.drain().map(|(_, call)| call.request);
        for request in under_way.chain(self.unbound.drain(..)) {
            request.reply.send(Err(CallError::Fault(fault.clone())));
        }
    }

    /// Stores what the session learned about its key.
    fn keep(&self, change: impl FnOnce(&Key) -> bool) {
        if let Some((key, _)) = &self.session
            && change(key)
        {
            let (net, dc, key) = (Arc::clone(&self.net), Arc::clone(&self.dc), Arc::clone(key));
            let tasks = Arc::clone(&net);
            tasks
                .tasks
                .spawn(async move { dc.update(&net.records, &key).await });
        }
    }

    fn carries_updates(&self) -> bool {
        self.purpose == Purpose::Main && self.dc.id == self.net.home()
    }

    fn resync(&self) {
        if self.carries_updates() {
            self.net.hub.resync();
        }
    }

    /// Tells whether there is a connection that carries updates.
    fn tell(&self, connected: bool) {
        if self.carries_updates() {
            self.net
                .connected
                .send_if_modified(|is| std::mem::replace(is, connected) != connected);
        }
    }

    fn may_idle(&self) -> bool {
        self.purpose != Purpose::Main || self.dc.id != self.net.home()
    }
}

async fn until_stopped(stopped: &mut watch::Receiver<bool>) {
    // Without the sender nobody can stop the client any more; its handles are gone as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Connects a socket and makes sure that there is a key.
async fn open(net: Arc<Net>, dc: Arc<Dc>) -> Result<(Wire, Arc<Key>), Fault> {
    let mut wire = handshake::connect(&net, &dc).await?;
    let key = match net.config.temporary_keys {
        _ if dc.cdn => dc.unbound(&net, &mut wire).await,
        Some(life) => dc.temporary(&net, &mut wire, life).await,
        None => dc.key(&net, &mut wire).await,
    };
    match key {
        Ok(key) => Ok((wire, key)),
        Err(fault) => {
            net.note(wire.server(), false);
            Err(fault)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Client;

    #[tokio::test]
    async fn a_connection_takes_little_memory() {
        let client = Client::offline().await;
        let net = Arc::clone(client.net());
        let dc = net.dc_for(1, Purpose::Main);
        let (inbox, signals) = (mpsc::channel(1).1, mpsc::unbounded_channel().1);
        let actor = Actor::new(net, dc, Purpose::Main, inbox, signals).unwrap();
        assert!(size_of_val(&*actor) <= 2048);
        assert!(size_of_val(&actor.run()) <= 2048);
    }
}
