use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};

use super::{
    Net,
    actor::Actor,
    fault::{CallError, Fault},
    reply::{Reply, Unanswered},
};
use crate::invoke::{Leader, Order, Purpose, RawCall};

/// Calls that may wait to be taken by a connection, which takes them whether it can send them or
/// not; more callers wait in line.
const QUEUE: usize = 1024;

/// A call on its way to a connection.
pub(super) struct Request {
    pub(super) ticket: u64,
    pub(super) method: &'static str,
    pub(super) body: Bytes,
    pub(super) compress: bool,
    pub(super) quick_ack: bool,
    /// The ticket of the call this one has to follow.
    pub(super) after: Option<u64>,
    /// How long the call may take from the moment it is taken.
    pub(super) limit: Option<Duration>,
    pub(super) reply: Reply,
}

impl Request {
    /// From now on its time runs, unless it did before.
    pub(super) fn begin(&mut self, now: Duration) {
        if let Some(limit) = self.limit {
            self.reply.limit(now, limit);
        }
    }
}

/// What a connection is told besides calls.
pub(super) enum Signal {
    /// Nobody waits for the call of this ticket any more.
    Cancel(u64),
    /// The server shall forget the key; told is whether it has.
    DestroyKey(oneshot::Sender<bool>),
}

/// The handle of one connection; the connection ends with its last handle.
#[derive(Clone)]
pub(super) struct Connection(Arc<Handle>);

struct Handle {
    /// Boxed: the blocks of the queue would be large for what mostly holds one call, or none.
    requests: mpsc::Sender<Box<Request>>,
    /// Holds at most one entry for each call under way, and one for each sign-out.
    signals: mpsc::UnboundedSender<Signal>,
    load: AtomicUsize,
}

/// Numbers calls; no two have the same, on whatever connections.
static TICKETS: AtomicU64 = AtomicU64::new(0);

impl Connection {
    /// Starts a connection to a data centre.
    pub(super) fn spawn(net: &Arc<Net>, dc: i32, purpose: Purpose) -> Result<Self, Fault> {
        let (requests, inbox) = mpsc::channel(QUEUE);
        let (signals, signalled) = mpsc::unbounded_channel();
        let actor = Actor::new(
            Arc::clone(net),
            net.dc_for(dc, purpose),
            purpose,
            inbox,
            signalled,
        )?;
        if !net.tasks.spawn(actor.run()) {
            return Err(Fault::Closed);
        }
        Ok(Self(Arc::new(Handle {
            requests,
            signals,
            load: AtomicUsize::new(0),
        })))
    }

    /// Calls that wait for this connection or for an answer on it.
    pub(super) fn load(&self) -> usize {
        self.0.load.load(Ordering::Relaxed)
    }

    /// Whether the connection has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.0.requests.is_closed()
    }

    /// Carries a call, and ends it when its time is over. Dropping the future takes the call back.
    pub(super) async fn call(
        &self,
        call: &RawCall,
        limit: Option<Duration>,
    ) -> Result<Bytes, Unanswered> {
        let _load = Load::new(&self.0.load);
        let ticket = TICKETS.fetch_add(1, Ordering::Relaxed);
        let after = match call.order.as_ref().map(Order::leader) {
            None | Some(Leader::None) => None,
            Some(Leader::Ticket(ticket)) => Some(ticket),
            Some(Leader::Unknown) => return Err(CallError::OutOfOrder.into()),
        };
        let (reply, answer) = Reply::new();
        let request = Request {
            ticket,
            method: call.method,
            body: call.body.clone(),
            compress: call.compress,
            quick_ack: call.options.quick_ack,
            after,
            limit,
            reply,
        };
        let sent = match self.0.requests.try_send(Box::new(request)) {
            Ok(()) => true,
            Err(TrySendError::Full(request)) => {
                Box::pin(self.0.requests.send(request)).await.is_ok()
            }
            Err(TrySendError::Closed(_)) => false,
        };
        if !sent {
            return Err(CallError::NotTaken.into());
        }
        if let Some(order) = &call.order {
            order.sent(ticket);
        }
        let mut guard = CancelOnDrop {
            signals: &self.0.signals,
            ticket: Some(ticket),
        };
        let result = answer.await;
        guard.ticket = None;
        // Without an answer nobody can tell what became of the call; it must not run twice.
        let result = result.unwrap_or(Err(CallError::Fault(Fault::Closed).into()));
        result.map_err(|unanswered| match &unanswered.why {
            // The server knows that what it had to follow failed.
            CallError::Rpc(e) if after.is_some() && e.message.starts_with("MSG_WAIT_") => {
                CallError::OutOfOrder.into()
            }
            _ => unanswered,
        })
    }
}

impl Connection {
    /// Has the server forget the key of the connection; answers whether it has, as far as can be
    /// told.
    pub(super) async fn destroy_key(&self) -> bool {
        let (told, gone) = oneshot::channel();
        let asked = self.0.signals.send(Signal::DestroyKey(told)).is_ok();
        asked && gone.await.unwrap_or(false)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("load", &self.load())
            .finish_non_exhaustive()
    }
}

/// Tells the connection that nobody waits for a call any more.
struct CancelOnDrop<'a> {
    signals: &'a mpsc::UnboundedSender<Signal>,
    ticket: Option<u64>,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            // A connection that has ended has nothing to cancel.
            let _ = self.signals.send(Signal::Cancel(ticket));
        }
    }
}

/// Counts a call while it lasts.
struct Load<'a>(&'a AtomicUsize);

impl<'a> Load<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Load<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
