//! A session in an SQLite database.

mod engine;
mod inspect;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::{
    Batch, BoxFuture, Error, PeerIndex, PeerRow, Rows, Storage, Table,
    file::OwnedIndex,
    worker::{Engine, Worker},
};

/// A session in an SQLite database: the right choice for anything that runs for long.
///
/// All work is done by one thread of its own; every change is on disk when it is reported as done.
/// The file is readable by its owner only (on Unix) and locked while it is in use. Beside it, a
/// write-ahead log exists while it is open.
///
/// ```
/// use heliogram::storage::Sqlite;
///
/// let storage = Sqlite::open("me.session"); // opened, or created, by the first use
/// ```
#[doc(alias = "SQLiteSession")]
#[doc(alias = "SQLiteStorage")]
pub struct Sqlite {
    worker: Worker<engine::Database>,
}

impl Sqlite {
    /// The session in the database at `path`, which is created if it is not there.
    ///
    /// Nothing is touched before the first use, which is where a file that is no session, damaged
    /// or in use elsewhere is reported.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self {
            worker: Worker::new(path.into()),
        }
    }

    /// Where the session is kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.worker.path()
    }
}

impl Storage for Sqlite {
    fn get<'a>(
        &'a self,
        table: Table,
        key: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, Error>> {
        let key = key.to_vec();
        Box::pin(self.worker.read(move |engine| engine.get(table, &key)))
    }

    fn apply(&self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.worker.apply(batch))
    }

    fn find_peer<'a>(&'a self, by: PeerIndex<'a>) -> BoxFuture<'a, Result<Option<PeerRow>, Error>> {
        let by = OwnedIndex::from(by);
        Box::pin(
            self.worker
                .read(move |engine| engine.find_peer(by.borrow())),
        )
    }

    fn scan(&self, table: Table) -> BoxFuture<'_, Result<Rows, Error>> {
        Box::pin(self.worker.read(move |engine| engine.scan(table)))
    }

    fn close(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.worker.close())
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sqlite").field(&self.path()).finish()
    }
}

#[cfg(test)]
mod tests;
