use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use tokio::{sync::mpsc, time::timeout};

use super::{
    Net,
    connection::Connection,
    fault::{CallError, Fault},
    lock,
};
use crate::{
    Error, Result,
    invoke::{Purpose, RawCall},
};

/// How often a call moves on because its connection was closed before taking it.
const MAX_HANDOVERS: u32 = 8;

/// The open connections by data centre and purpose; they open when they are first needed.
pub(crate) struct Pool {
    net: Arc<Net>,
    slots: Mutex<Slots>,
    /// Ends when all connections have ended.
    done: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

struct Slots {
    open: HashMap<(i32, Purpose), Vec<Connection>>,
    /// Held by each connection; `None` once the pool is stopped.
    done: Option<mpsc::Sender<()>>,
}

impl Pool {
    pub(crate) fn new(net: Arc<Net>) -> Self {
        let (sender, done) = mpsc::channel(1);
        let slots = Slots {
            open: HashMap::new(),
            done: Some(sender),
        };
        Self {
            net,
            slots: Mutex::new(slots),
            done: tokio::sync::Mutex::new(done),
        }
    }

    /// Carries a call to a data centre and waits for the answer.
    pub(crate) async fn call(&self, dc: i32, call: &RawCall) -> Result<Bytes> {
        for _ in 0..MAX_HANDOVERS {
            let connection = self.pick(dc, call.purpose)?;
            match connection.call(call).await {
                Ok(answer) => return Ok(answer),
                Err(CallError::NotTaken) => {}
                Err(e) => return Err(e.into_error(call.method)),
            }
        }
        Err(Error::Closed)
    }

    /// The least busy connection, or a new one.
    fn pick(&self, dc: i32, purpose: Purpose) -> Result<Connection, Fault> {
        let most = match purpose {
            Purpose::Main => 1,
            Purpose::Upload | Purpose::Download => self.net.config.file_connections.max(1),
        };
        let mut slots = lock(&self.slots);
        let Some(done) = slots.done.clone() else {
            return Err(Fault::Closed);
        };
        let list = slots.open.entry((dc, purpose)).or_default();
        list.retain(|c| !c.is_closed());
        let idlest = list.iter().min_by_key(|c| c.load());
        match idlest {
            Some(c) if c.load() == 0 || list.len() >= most => Ok(c.clone()),
            _ => {
                let connection = Connection::spawn(&self.net, dc, purpose, done)?;
                list.push(connection.clone());
                Ok(connection)
            }
        }
    }

    /// Closes the connections of a purpose once the calls on them are answered.
    pub(crate) fn retire(&self, dc: i32, purpose: Purpose) {
        lock(&self.slots).open.remove(&(dc, purpose));
    }

    /// Closes all connections and waits until they have ended, for a bounded time.
    pub(crate) async fn stop(&self) {
        {
            let mut slots = lock(&self.slots);
            slots.done = None;
            slots.open.clear();
        }
        self.net.stop();
        let mut done = self.done.lock().await;
        // Each connection bounds its own end; the margin is for the scheduler.
        let grace = self.net.config.stop_grace * 2;
        let _ = timeout(grace, done.recv()).await;
    }
}
