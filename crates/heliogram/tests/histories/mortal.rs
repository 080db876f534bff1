//! A storage that stops at a moment: what a process leaves behind when it dies.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use heliogram::storage::{Batch, BoxFuture, Error, PeerIndex, PeerRow, Rows, Storage, Table};

pub(crate) struct Mortal {
    inner: Arc<dyn Storage>,
    dead: AtomicBool,
}

impl Mortal {
    pub(crate) fn new(inner: Arc<dyn Storage>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            dead: AtomicBool::new(false),
        })
    }

    /// Nothing is written any more.
    pub(crate) fn die(&self) {
        self.dead.store(true, Ordering::SeqCst);
    }
}

impl Storage for Mortal {
    fn get<'a>(
        &'a self,
        table: Table,
        key: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, Error>> {
        self.inner.get(table, key)
    }

    fn apply(&self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
        if self.dead.load(Ordering::SeqCst) {
            return Box::pin(async { Err(Error::Backend("it is dead".into())) });
        }
        self.inner.apply(batch)
    }

    fn find_peer<'a>(&'a self, by: PeerIndex<'a>) -> BoxFuture<'a, Result<Option<PeerRow>, Error>> {
        self.inner.find_peer(by)
    }

    fn scan(&self, table: Table) -> BoxFuture<'_, Result<Rows, Error>> {
        self.inner.scan(table)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), Error>> {
        self.inner.close()
    }
}
