use std::{
    any::TypeId,
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use heliogram_api::enums;
use tokio::{
    sync::{Notify, oneshot},
    time::Instant,
};

use super::{
    Receipt, UpdateStats,
    company::Company,
    ledger::Ledger,
    mailbox::{Leftover, Letter, Mailbox},
    meter::Meter,
    normalize,
    own::{Own, UnderWay},
};
use crate::{Client, Error, Event, Result, UsageError, conversation::Desk, net::lock};

/// How many updates may wait to be put in order. What is beyond is fetched again later.
const CAPACITY: usize = 1024;

/// Where updates arrive from connections and answers, and readers sign up.
#[derive(Clone, Default)]
pub(crate) struct Hub {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Woken when the state changed.
    changed: Notify,
    meter: Arc<Meter>,
    /// What the present readers have in their hands.
    ledger: Mutex<Arc<Ledger>>,
    /// How many channels are left alone just now.
    quarantined: AtomicUsize,
    /// The conversations, which events are offered to before anybody else.
    desk: Desk,
    /// What this client sends itself.
    own: Own,
}

#[derive(Default)]
struct State {
    inputs: VecDeque<Arrival>,
    /// Updates were dropped for want of room.
    lost: bool,
    /// The server may have sent updates that did not arrive.
    resync: bool,
    closed: bool,
    /// The client is about to end.
    stopping: bool,
    /// The server was asked to send no updates.
    off: bool,
    readers: Vec<Arc<Mailbox>>,
    /// The last reader went away; what it gave back is to come again.
    orphaned: bool,
    /// What readers left that nobody else was handed.
    left: VecDeque<(Event, Receipt)>,
    /// Who waits for what was missed to be fetched.
    catching_up: Vec<CatchUp>,
}

/// Told when everything missed was fetched, or why it could not be.
pub(super) type CatchUp = oneshot::Sender<Result<()>>;

/// Something for the engine, and when it came.
pub(super) struct Arrival {
    pub(super) input: Input,
    pub(super) at: Instant,
}

/// Something for the engine.
pub(super) enum Input {
    /// Sent by the server of its own accord.
    Pushed(Bytes),
    /// The answer to a call of this client.
    Own(Box<enums::Updates>),
    Affected(Affected),
}

/// A counter that a call of this client moved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Affected {
    /// The channel, by its bare id; the account's own counter where there is none.
    pub(crate) channel: Option<i64>,
    pub(crate) pts: i32,
    pub(crate) count: i32,
}

/// What changed since the last look.
#[derive(Default)]
pub(super) struct News {
    pub(super) inputs: VecDeque<Arrival>,
    pub(super) lost: bool,
    pub(super) resync: bool,
    pub(super) catching_up: Vec<CatchUp>,
}

impl Hub {
    /// `on` is whether the server sends updates at all.
    pub(crate) fn new(on: bool) -> Self {
        let hub = Self::default();
        lock(&hub.shared.state).off = !on;
        hub
    }

    /// Takes a pushed `Updates` value as it came; never blocks.
    pub(crate) fn push(&self, updates: Bytes) {
        self.input(Input::Pushed(updates));
    }

    /// Takes the updates in the answer to a call of this client.
    pub(crate) fn own(&self, client: &Client, updates: enums::Updates) {
        client.peers().learn(&normalize::entities(&updates));
        // Known at once: a difference may bring the same while this waits for its turn.
        self.shared.own.remember(&updates);
        self.input(Input::Own(Box::new(updates)));
    }

    /// Notes a call that is made now and answered with a `T`, if that may tell of messages: those of
    /// this client are told from others by its answer.
    pub(crate) fn under_way<T: 'static>(&self) -> Option<UnderWay> {
        let tells = TypeId::of::<T>() == TypeId::of::<enums::Updates>();
        tells.then(|| UnderWay::new(self.clone()))
    }

    /// Takes note of a message that was sent by this client, although no answer said so.
    pub(crate) fn own_found(&self, message: &enums::Message) {
        self.shared.own.remember_found(message);
    }

    /// What this client sends itself.
    pub(super) fn sent(&self) -> &Own {
        &self.shared.own
    }

    /// Takes note of a counter that a call moved.
    pub(crate) fn affected(&self, affected: Affected) {
        self.input(Input::Affected(affected));
    }

    /// The connection is new, or another account signed in: updates may be missing.
    pub(crate) fn resync(&self) {
        lock(&self.shared.state).resync = true;
        self.wake();
    }

    /// The client is about to end: what its readers leave from now on comes again after that.
    pub(crate) fn stopping(&self) {
        lock(&self.shared.state).stopping = true;
    }

    /// The client ends, and every stream with it.
    pub(crate) fn close(&self) {
        {
            let mut state = lock(&self.shared.state);
            state.closed = true;
            state.catching_up.clear();
            for reader in state.readers.drain(..) {
                for left in reader.close() {
                    left.receipt.forfeit();
                }
            }
            for (_, receipt) in state.left.drain(..) {
                receipt.forfeit();
            }
        }
        self.shared.desk.close();
        self.wake();
    }

    /// Whether the client ends.
    pub(super) fn is_closed(&self) -> bool {
        lock(&self.shared.state).closed
    }

    /// Adds a reader.
    pub(super) fn subscribe(&self) -> Arc<Mailbox> {
        let mailbox = Arc::new(Mailbox::new(Arc::clone(&self.shared.meter)));
        {
            let mut state = lock(&self.shared.state);
            if state.off {
                mailbox.put(Letter {
                    event: Err(UsageError::UpdatesOff.into()),
                    receipt: Receipt::default(),
                    company: Company::default(),
                    arrived: Instant::now(),
                });
            }
            if state.closed || state.off {
                drop(mailbox.close());
            } else {
                state.readers.push(Arc::clone(&mailbox));
            }
        }
        self.wake();
        mailbox
    }

    /// Takes a reader away, and what it had in hand. If others read, they are given what nobody else was
    /// handed; the rest counts as dealt with. Without others, all of it is given back.
    pub(super) fn unsubscribe(&self, mailbox: &Arc<Mailbox>, in_hand: Option<Leftover>) {
        let (left, give_back) = {
            let mut state = lock(&self.shared.state);
            let before = state.readers.len();
            state.readers.retain(|reader| !Arc::ptr_eq(reader, mailbox));
            let last = state.readers.is_empty();
            state.orphaned |= last && before > 0;
            (mailbox.close(), state.closed || state.stopping || last)
        };
        for left in in_hand.into_iter().chain(left) {
            if give_back {
                left.receipt.forfeit();
            } else if left.company.leave() && left.receipt.counts() {
                let mut state = lock(&self.shared.state);
                state.left.push_back((left.event, left.receipt));
            }
        }
        self.wake();
    }

    /// The next that a reader has left to the others.
    pub(super) fn take_left(&self) -> Option<(Event, Receipt)> {
        lock(&self.shared.state).left.pop_front()
    }

    /// Asks for what was missed; the answer comes when it is in the hands of the readers. Without
    /// readers there is nobody to hand it to, and nothing is asked.
    pub(super) fn catch_up(&self) -> Option<oneshot::Receiver<Result<()>>> {
        let (told, answer) = oneshot::channel();
        {
            let mut state = lock(&self.shared.state);
            if state.closed {
                return Some(answer);
            }
            if state.readers.is_empty() {
                return None;
            }
            state.catching_up.push(told);
        }
        self.wake();
        Some(answer)
    }

    /// What is counted.
    pub(super) fn meter(&self) -> &Meter {
        &self.shared.meter
    }

    /// What the present readers have in their hands.
    pub(super) fn ledger(&self) -> Arc<Ledger> {
        Arc::clone(&lock(&self.shared.ledger))
    }

    /// Begins a new ledger: what is in hands by now is of no interest any more.
    pub(super) fn renew_ledger(&self) {
        *lock(&self.shared.ledger) = Arc::default();
    }

    /// Notes how many channels are left alone.
    pub(super) fn set_quarantined(&self, channels: usize) {
        self.shared.quarantined.store(channels, Ordering::Relaxed);
    }

    /// What was counted, and what waits.
    pub(crate) fn stats(&self) -> UpdateStats {
        let mut stats = self.shared.meter.read();
        let readers = {
            let state = lock(&self.shared.state);
            stats.arrivals = state.inputs.len();
            state.readers.clone()
        };
        for reader in readers {
            let (waiting, oldest) = reader.waiting();
            let age = oldest.map(|at| at.elapsed()).unwrap_or_default();
            stats.waiting = stats.waiting.max(waiting);
            stats.oldest_waiting = stats.oldest_waiting.max(age);
        }
        stats.unacknowledged = self.ledger().len();
        stats.quarantined = self.shared.quarantined.load(Ordering::Relaxed);
        stats
    }

    /// The readers there are. `None` if the last of those before went away: what is on its way
    /// now is for those who come after it has begun anew.
    pub(super) fn readers(&self) -> Option<Vec<Arc<Mailbox>>> {
        let state = lock(&self.shared.state);
        (!state.orphaned).then(|| state.readers.clone())
    }

    /// Whether the last reader went away since this was asked last.
    pub(super) fn take_orphaned(&self) -> bool {
        std::mem::take(&mut lock(&self.shared.state).orphaned)
    }

    /// Tells every reader what went wrong.
    pub(super) fn publish_error(&self, error: impl Fn() -> Error) {
        for reader in &lock(&self.shared.state).readers {
            reader.put(Letter {
                event: Err(error()),
                receipt: Receipt::default(),
                company: Company::default(),
                arrived: Instant::now(),
            });
        }
    }

    /// The state could not be stored.
    pub(super) fn count_store_failure(&self) {
        self.shared.meter.store_failures.count();
    }

    /// The conversations of the client.
    pub(crate) fn desk(&self) -> &Desk {
        &self.shared.desk
    }

    /// Whether there is anybody to follow updates for.
    pub(super) fn is_read(&self) -> bool {
        self.shared.desk.is_open() || self.has_readers()
    }

    /// Whether anybody reads everything.
    pub(super) fn has_readers(&self) -> bool {
        !lock(&self.shared.state).readers.is_empty()
    }

    /// Makes the engine look.
    pub(crate) fn wake(&self) {
        self.shared.changed.notify_one();
    }

    /// Waits until something changed.
    pub(super) async fn changed(&self) {
        self.shared.changed.notified().await;
    }

    /// Takes what changed.
    pub(super) fn take(&self) -> News {
        let mut state = lock(&self.shared.state);
        News {
            inputs: std::mem::take(&mut state.inputs),
            lost: std::mem::take(&mut state.lost),
            resync: std::mem::take(&mut state.resync),
            catching_up: std::mem::take(&mut state.catching_up),
        }
    }

    fn input(&self, input: Input) {
        {
            let mut state = lock(&self.shared.state);
            if state.inputs.len() >= CAPACITY {
                state.lost = true;
            } else {
                let at = Instant::now();
                state.inputs.push_back(Arrival { input, at });
            }
        }
        self.wake();
    }
}

#[cfg(test)]
mod tests;
