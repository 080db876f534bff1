use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::{Instant, timeout};

use super::{
    Net,
    connection::Connection,
    fault::{CallError, Fault},
    lock,
    reply::Unanswered,
};
use crate::{
    Error, Result,
    invoke::{Purpose, RawCall},
};

/// How often a call moves on because its connection was closed before taking it.
const MAX_HANDOVERS: u32 = 8;

/// How long a sign-out waits for the key to be destroyed.
const DESTROY_KEY: Duration = Duration::from_secs(5);

/// The open connections by data centre and purpose; they open when they are first needed.
pub(crate) struct Pool {
    net: Arc<Net>,
    open: Mutex<BTreeMap<(i32, Purpose), Vec<Connection>>>,
}

/// How a call failed, and when the time is over that it had, if that was running.
pub(crate) struct Failed {
    pub(crate) error: Error,
    pub(crate) due: Option<Instant>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, due: None }
    }
}

impl Pool {
    pub(crate) fn new(net: Arc<Net>) -> Self {
        Self {
            net,
            open: Mutex::default(),
        }
    }

    /// Carries a call to a data centre and waits for the answer.
    pub(crate) async fn call(&self, dc: i32, call: &RawCall) -> Result<Bytes> {
        self.call_within(dc, call, None).await.map_err(|e| e.error)
    }

    /// The same, for as long as the limit says, counted from when a connection takes the call.
    pub(crate) async fn call_within(
        &self,
        dc: i32,
        call: &RawCall,
        limit: Option<Duration>,
    ) -> Result<Bytes, Failed> {
        for _ in 0..MAX_HANDOVERS {
            let connection = self.pick(dc, call.purpose).map_err(Error::from)?;
            match connection.call(call, limit).await {
                Ok(answer) => return Ok(answer),
                Err(unanswered) if matches!(unanswered.why, CallError::NotTaken) => {}
                Err(Unanswered { why, due }) => {
                    return Err(Failed {
                        error: why.into_error(call.method),
                        due: due.map(|due| self.net.clock.at(due)),
                    });
                }
            }
        }
        Err(Error::Closed.into())
    }

    /// The least busy connection, or a new one.
    fn pick(&self, dc: i32, purpose: Purpose) -> Result<Connection, Fault> {
        let most = match purpose {
            Purpose::Main => 1,
            Purpose::Upload | Purpose::Download | Purpose::Cdn => {
                self.net.config.file_connections.max(1)
            }
        };
        let mut open = lock(&self.open);
        let list = open.entry((dc, purpose)).or_default();
        list.retain(|c| !c.is_closed());
        let idlest = list.iter().min_by_key(|c| c.load());
        match idlest {
            Some(c) if c.load() == 0 || list.len() >= most => Ok(c.clone()),
            _ => {
                let connection = Connection::spawn(&self.net, dc, purpose)?;
                list.push(connection.clone());
                Ok(connection)
            }
        }
    }

    /// Closes the connections of a purpose once the calls on them are answered.
    pub(crate) fn retire(&self, dc: i32, purpose: Purpose) {
        lock(&self.open).remove(&(dc, purpose));
    }

    /// Has a data centre forget the key in use there, which is good for nothing after a sign-out, and
    /// forgets it as well. The next connection makes a new one.
    ///
    /// Temporary keys end by themselves, and the permanent ones behind them are never spoken under.
    pub(crate) async fn destroy_key(&self, dc: i32) {
        if self.net.config.temporary_keys.is_some() {
            return;
        }
        let main = lock(&self.open).get(&(dc, Purpose::Main)).cloned();
        let Some(connection) = main.unwrap_or_default().into_iter().next() else {
            return;
        };
        // A server that gives no answer keeps a key that no account is signed in with.
        let gone = timeout(DESTROY_KEY, connection.destroy_key()).await;
        tracing::debug!(dc, gone = ?gone, "key destroyed after the sign-out");
        if gone == Ok(true) {
            self.net.dc(dc).renew(&self.net.records).await;
            for purpose in [Purpose::Main, Purpose::Upload, Purpose::Download] {
                self.retire(dc, purpose);
            }
        }
    }

    /// Closes all connections and waits until they, and all other tasks of the client, have ended,
    /// for a bounded time.
    pub(crate) async fn stop(&self) {
        self.net.tasks.close();
        lock(&self.open).clear();
        self.net.stop();
        // Each connection bounds its own end; the margin is for the scheduler.
        let grace = self.net.config.stop_grace * 2;
        if !self.net.tasks.ended(grace).await {
            tracing::warn!("a task of the client did not end in time");
        }
    }
}
