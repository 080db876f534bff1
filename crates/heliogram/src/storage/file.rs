use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::{
    Batch, BoxFuture, Error, Op, PeerIndex, PeerRow, Rows, Storage, Table,
    lock::Lock,
    path, snapshot,
    tables::Tables,
    worker::{Engine, Worker},
};

/// A session in one small file, without SQLite.
///
/// The file is held in memory and replaced as a whole by every change: right for bots and scripts.
/// An account that sees many thousands of peers is better off with `Sqlite`.
///
/// The file is readable by its owner only (on Unix) and locked while it is in use.
///
/// ```
/// use heliogram::storage::File;
///
/// let storage = File::open("me.session"); // opened, or created, by the first use
/// ```
pub struct File {
    worker: Worker<Snapshot>,
}

impl File {
    /// The session in the file at `path`, which is created if it is not there.
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

impl Storage for File {
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

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("File").field(&self.path()).finish()
    }
}

/// A [`PeerIndex`] that can go to another thread.
pub(super) enum OwnedIndex {
    Id(i64),
    Username(String),
    Phone(String),
}

impl From<PeerIndex<'_>> for OwnedIndex {
    fn from(by: PeerIndex<'_>) -> Self {
        match by {
            PeerIndex::Id(id) => Self::Id(id),
            PeerIndex::Username(name) => Self::Username(name.to_owned()),
            PeerIndex::Phone(phone) => Self::Phone(phone.to_owned()),
        }
    }
}

impl OwnedIndex {
    pub(super) fn borrow(&self) -> PeerIndex<'_> {
        match self {
            Self::Id(id) => PeerIndex::Id(*id),
            Self::Username(name) => PeerIndex::Username(name),
            Self::Phone(phone) => PeerIndex::Phone(phone),
        }
    }
}

struct Snapshot {
    tables: Tables,
    path: PathBuf,
    _lock: Lock,
}

impl Engine for Snapshot {
    fn open(path: &Path) -> Result<Self, Error> {
        let lock = Lock::take(path)?;
        let tables = match std::fs::read(path) {
            Ok(bytes) => snapshot::read(path, &bytes)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                // Shows right away whether the place can be written to.
                path::replace(path, &snapshot::write(&Tables::default()))?;
                Tables::default()
            }
            Err(e) => return Err(Error::io(path, "read", e)),
        };
        Ok(Self {
            tables,
            path: path.to_owned(),
            _lock: lock,
        })
    }

    fn get(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.tables.get(table, key))
    }

    fn scan(&mut self, table: Table) -> Result<Rows, Error> {
        Ok(self.tables.scan(table))
    }

    fn find_peer(&mut self, by: PeerIndex<'_>) -> Result<Option<PeerRow>, Error> {
        Ok(self.tables.find_peer(by))
    }

    fn apply(&mut self, ops: &[Op]) -> Result<(), Error> {
        if ops.is_empty() {
            return Ok(());
        }
        let mut changed = self.tables.clone();
        changed.apply(ops.to_vec());
        path::replace(&self.path, &snapshot::write(&changed))?;
        self.tables = changed;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::storage::conformance;

    fn put(value: &str) -> Batch {
        let mut batch = Batch::new();
        batch.put(Table::Settings, "key", value);
        batch
    }

    #[tokio::test]
    async fn conforms_and_persists() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("me.session");
        conformance::run(&File::open(&path)).await.unwrap();
        conformance::persistence(|| File::open(&path))
            .await
            .unwrap();
        #[cfg(unix)]
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "only the session is left"
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("me.session");
        let store = File::open(&path);
        store.apply(put("value")).await.unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[tokio::test]
    async fn a_second_user_is_told_who_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("me.session");
        let first = File::open(&path);
        first.apply(put("value")).await.unwrap();
        let second = File::open(folder.path().join(".").join("me.session"));
        let e = second.get(Table::Settings, b"key").await.unwrap_err();
        assert!(matches!(e, Error::Locked { holder: Some(h), .. } if h.pid == std::process::id()));
        drop(first);
        // The failed opening is tried again.
        assert_eq!(
            second.get(Table::Settings, b"key").await.unwrap(),
            Some(b"value".to_vec())
        );
    }

    #[tokio::test]
    async fn files_that_are_no_session_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("me.session");
        File::open(&path).apply(put("value")).await.unwrap();
        let whole = std::fs::read(&path).unwrap();
        let cut = (0..whole.len()).map(|n| whole[..n].to_vec());
        let strange = [b"not a session".to_vec(), b"SQLite format 3\0".to_vec()];
        for contents in cut.chain(strange) {
            std::fs::write(&path, &contents).unwrap();
            let store = File::open(&path);
            let e = store.apply(put("other")).await.unwrap_err();
            assert!(
                matches!(e, Error::Corrupt { .. } | Error::NotASession { .. }),
                "{e}"
            );
            assert!(e.to_string().contains("me.session"), "{e}");
            drop(store);
            assert_eq!(std::fs::read(&path).unwrap(), contents);
        }
    }

    #[tokio::test]
    async fn a_crash_while_writing_leaves_the_old_contents() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("me.session");
        File::open(&path).apply(put("old")).await.unwrap();
        std::fs::write(path::beside(&path, ".new"), "half wri").unwrap();
        let store = File::open(&path);
        assert_eq!(
            store.get(Table::Settings, b"key").await.unwrap(),
            Some(b"old".to_vec())
        );
        store.apply(put("new")).await.unwrap();
        assert_eq!(
            store.get(Table::Settings, b"key").await.unwrap(),
            Some(b"new".to_vec())
        );
    }

    #[tokio::test]
    async fn a_place_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let e = File::open(folder.path().join("none/me.session"))
            .apply(put("x"))
            .await
            .unwrap_err();
        assert!(matches!(&e, Error::Io { .. }), "{e}");
        assert!(e.to_string().contains("none"), "{e}");
        let e = File::open(folder.path()).apply(put("x")).await.unwrap_err();
        assert!(matches!(&e, Error::Io { .. }), "{e}");
    }
}
