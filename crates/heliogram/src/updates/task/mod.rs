//! The task that drives the engine: it feeds it, fetches for it, hands out events and stores state.

mod catching_up;
mod intake;
mod keeper;
mod known;
mod notices;
mod outlet;
mod requests;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until, timeout},
};

use self::{
    catching_up::CatchingUp,
    keeper::Keeper,
    known::Known,
    notices::Notices,
    outlet::{Doubt, Obstacle, Ready},
    requests::Requests,
};
use super::{
    Receipt,
    engine::Engine,
    fetch::Fetched,
    hub::{Hub, News},
    normalize::Payload,
};
use crate::{
    Client, Error, ProtocolError, Result, RpcError, SessionEnded, WeakClient, events::Grouper,
};

/// How long those who have an event in hand may take to deal with it when the client stops.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// Runs until the client is dropped or stopped.
pub(crate) async fn run(weak: WeakClient) {
    let Some(client) = weak.upgrade() else { return };
    let hub = client.hub().clone();
    let learnt = Arc::clone(&client.peers().unsaved);
    drop(client);
    let mut driver = Driver::new(hub);
    loop {
        let woken = driver.wait(&learnt).await;
        // Only held while there is something to do: a client that nobody holds must go away.
        let Some(client) = weak.upgrade() else { return };
        if driver.hub.is_closed() {
            driver.end(&client).await;
            return;
        }
        driver.turn(&client, woken).await;
    }
}

struct Driver {
    hub: Hub,
    /// The zero of the engine's time.
    start: Instant,
    /// Exists while somebody reads.
    engine: Option<Engine<Payload>>,
    /// Whose updates these are.
    account: Option<i64>,
    /// The server does not know the account any more; nothing is asked until it may again.
    barred: bool,
    /// Why nothing can be handed out just now. Nothing is taken in meanwhile.
    blocked: Option<Obstacle>,
    /// Something was not handed out for want of readers: the next reader begins with it.
    left_behind: bool,
    /// Came first of all that is to be handed out, and may be this client's own.
    doubt: Option<Doubt>,
    albums: Grouper<Receipt>,
    ready: VecDeque<Ready>,
    requests: Requests,
    catching_up: CatchingUp,
    known: Known,
    keeper: Keeper,
    notices: Notices,
}

/// Why the task woke up, if there is more to it than to look around.
enum Woken {
    Look,
    /// Peers were learnt.
    Learnt,
    Fetched(Fetched),
}

impl Driver {
    fn new(hub: Hub) -> Self {
        Self {
            hub,
            start: Instant::now(),
            engine: None,
            account: None,
            barred: false,
            blocked: None,
            left_behind: false,
            doubt: None,
            albums: Grouper::default(),
            ready: VecDeque::new(),
            requests: Requests::default(),
            catching_up: CatchingUp::default(),
            known: Known::default(),
            keeper: Keeper::default(),
            notices: Notices::default(),
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Waits until there is something to do.
    async fn wait(&mut self, learnt: &Notify) -> Woken {
        let deadline = self.deadline();
        let ledger = self.hub.ledger();
        let blocked = self.blocked.clone();
        let free = blocked.is_none();
        tokio::select! {
            () = self.hub.changed() => Woken::Look,
            () = learnt.notified() => Woken::Learnt,
            () = ledger.settled() => Woken::Look,
            () = outlet::unblocked(blocked), if !free => Woken::Look,
            Some(fetched) = self.requests.next(), if free => Woken::Fetched(fetched),
            () = sleep_until(deadline) => Woken::Look,
        }
    }

    fn deadline(&self) -> Instant {
        // What cannot be handed out is no reason to wake up.
        let engine = self.engine.as_ref().filter(|_| self.blocked.is_none());
        let albums = engine.and_then(|_| self.albums.poll_timeout(self.requests.is_fetching()));
        let engine = engine.map(Engine::poll_timeout);
        let engine = engine.into_iter().chain(albums).map(|at| self.start + at);
        let idle = || Instant::now() + Duration::from_secs(3600);
        engine
            .chain(self.keeper.due())
            .chain(self.requests.due().filter(|_| self.blocked.is_none()))
            .min()
            .unwrap_or_else(idle)
    }

    /// Does what there is to do.
    async fn turn(&mut self, client: &Client, woken: Woken) {
        let was_blocked = self.blocked.is_some();
        let free = self.deliver(client);
        let news = match free {
            true => self.hub.take(),
            false => News::default(),
        };
        self.barred &= !news.resync && news.catching_up.is_empty();
        let (mut arrivals, before) = (news.inputs, self.account);
        self.follow_account(client);
        if before.is_some_and(|before| self.account != Some(before)) {
            // They are about the account that was signed in.
            arrivals.clear();
        }
        let followed = self.follow_readers(client).await;
        // Those who ask now wait for what those who read now are told.
        self.catching_up.add(news.catching_up);
        if let Err(e) = followed {
            tracing::error!(error = %e, "the state of updates cannot be read or written");
            self.publish_error(&e);
            self.catching_up.failed(&e);
            self.keeper.again_later();
        }
        if self.engine.is_none() {
            self.catching_up.over();
        }
        for arrival in arrivals {
            self.input(client, arrival);
        }
        let now = self.now();
        if let Some(engine) = &mut self.engine {
            let asked = self.catching_up.begin();
            if news.resync || asked {
                engine.handle_reconnected(now);
            } else if news.lost {
                engine.handle_too_long(now);
            }
            if free {
                engine.handle_timeout(now);
            }
        }
        match woken {
            Woken::Look => {}
            Woken::Learnt => self.learnt(client),
            Woken::Fetched(fetched) => self.fetched(fetched),
        }
        if self.deliver(client) {
            self.request(client);
            if was_blocked {
                // There may be more by now than was looked at.
                self.hub.wake();
            }
        }
        self.collect();
        if self.keeper.due().is_some_and(|at| at <= Instant::now()) {
            // Told where it happens, and tried again.
            let stored = self.keeper.save(client).await.is_ok();
            if stored && self.requests.is_held() {
                // It may be asked by now.
                self.hub.wake();
            }
        }
    }

    /// The client stops: what is in hand may still be dealt with, then everything is stored.
    async fn end(&mut self, client: &Client) {
        self.abandon();
        let ledger = self.hub.ledger();
        let settled = async {
            while !ledger.is_settled() {
                ledger.settled().await;
            }
        };
        if timeout(LAST_MOMENT, settled).await.is_err() {
            tracing::debug!("an event was not dealt with when the client stopped; it comes again");
        }
        self.collect();
        // Told where it happens; what was not stored comes again.
        let _ = self.keeper.save(client).await;
    }

    /// Starts over when somebody else signs in.
    fn follow_account(&mut self, client: &Client) {
        let account = client.self_id();
        if account == self.account {
            return;
        }
        if let Some(ended) = client.net().ended() {
            self.publish_error(&ended.into());
        }
        self.rest();
        self.hub.renew_ledger();
        if self.account.is_some() {
            self.hub.desk().sign_out();
            client.peers().clear();
            self.hub.sent().clear();
            self.known = Known::default();
            self.keeper = Keeper::default();
        }
        self.account = account;
    }

    /// Nobody reads, or nobody is signed in. What is in hands may still be acknowledged.
    fn rest(&mut self) {
        self.abandon();
        self.forfeit_returned();
        self.collect();
        self.engine = None;
        self.blocked = None;
        self.doubt = None;
        self.requests = Requests::default();
        self.notices = Notices::default();
        self.catching_up.over();
        self.hub.set_quarantined(0);
    }

    /// What was not handed out comes again, and so do albums that are not whole, with all their
    /// messages.
    fn abandon(&mut self) {
        self.abandon_ready();
        let receipts = self.albums.abandon();
        receipts.into_iter().for_each(Receipt::forfeit);
    }

    /// Has an engine exactly while somebody reads; a new one for the first reader after there was
    /// none, since what was given back or left comes again.
    async fn follow_readers(&mut self, client: &Client) -> Result<()> {
        self.left_behind |= self.hub.take_orphaned();
        let wanted = self.account.is_some() && !self.barred && self.hub.is_read();
        let anew = self.left_behind && self.hub.has_readers();
        if self.engine.is_some() && (anew || !wanted) {
            self.rest();
        } else if !wanted {
            // Events hold the client they are of.
            self.forfeit_returned();
        }
        if wanted && self.engine.is_none() {
            // What was not written yet is where the new engine starts.
            self.forfeit_returned();
            self.collect();
            self.keeper.save(client).await?;
            self.hub.renew_ledger();
            self.left_behind = false;
            let stored = self.keeper.load(client).await?;
            self.known.set_ahead(stored.ahead);
            let engine = Engine::new(self.now(), stored.state, stored.channels);
            self.engine = Some(engine);
        }
        Ok(())
    }

    /// Takes over what was acknowledged, to be stored.
    fn collect(&mut self) {
        let mut settled = self.hub.ledger().take_settled();
        if let Some(ahead) = &mut settled.ahead {
            ahead.extend(self.known.ahead());
        }
        if !settled.is_empty() {
            self.keeper.add(settled);
        }
    }

    fn publish_error(&self, e: &Error) {
        self.hub.publish_error(|| again(e));
    }
}

/// Errors cannot be copied, but each who is told gets one that means the same.
fn again(e: &Error) -> Error {
    match e {
        Error::Rpc(e) => RpcError::clone(e).into(),
        Error::Protocol(e) => ProtocolError::clone(e).into(),
        Error::SessionEnded(e) => SessionEnded::clone(e).into(),
        Error::Network(e) => crate::NetworkError::clone(e).into(),
        Error::Timeout { what } => Error::Timeout { what },
        Error::Closed => Error::Closed,
        Error::Cancelled => Error::Cancelled,
        other => Error::storage(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn following_updates_takes_little_memory() {
        let client = Client::offline().await;
        assert!(size_of_val(&run(client.downgrade())) <= 3 * 1024);
    }
}
