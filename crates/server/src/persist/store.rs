use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::records::take;
use super::{DataError, VERSION};
use crate::world::{Rec, World};

/// Marks a file as one of ours.
const APPLICATION: i32 = 0x4847_5356;

/// Keeps a setting.
const SET: &str = "INSERT OR REPLACE INTO settings VALUES (?1, ?2)";

/// The records of a world in one SQLite file.
pub(crate) struct Store {
    db: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens a data file, or makes it.
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        if path.is_dir() {
            return Err(DataError::Folder(path.to_owned()));
        }
        let sqlite = |source| Self::explain(path, source);
        make_private(path);
        let db = Connection::open(path).map_err(sqlite)?;
        let mut store = Self {
            db,
            path: path.to_owned(),
        };
        store
            .db
            .busy_timeout(std::time::Duration::from_millis(200))
            .map_err(sqlite)?;
        store.check().map_err(sqlite)??;
        store.prepare().map_err(sqlite)?;
        Ok(store)
    }

    fn check(&self) -> rusqlite::Result<Result<(), DataError>> {
        let number = |name: &str| {
            self.db
                .pragma_query_value(None, name, |row| row.get::<_, i32>(0))
        };
        let (application, version) = (number("application_id")?, number("user_version")?);
        let tables: i64 = self
            .db
            .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
        let path = self.path.clone();
        Ok(match (application, version) {
            (0, 0) if tables == 0 => Ok(()),
            (APPLICATION, found) if found > VERSION => Err(DataError::Newer { path, found }),
            (APPLICATION, found) if found < VERSION => Err(DataError::Older { path, found }),
            (APPLICATION, _) => Ok(()),
            _ => Err(DataError::Foreign(path)),
        })
    }

    /// A write-ahead log survives the end of the process at any point; the lock is held for as
    /// long as the server runs, so that two servers cannot share a file.
    fn prepare(&mut self) -> rusqlite::Result<()> {
        self.db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        self.db.pragma_update(None, "journal_mode", "WAL")?;
        self.db.pragma_update(None, "synchronous", "NORMAL")?;
        // All of it or nothing: a file that is half made would be taken for another program's.
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.pragma_update(None, "application_id", APPLICATION)?;
        tx.pragma_update(None, "user_version", VERSION)?;
        tx.execute_batch(
            "CREATE TABLE IF NOT EXISTS records (
                 kind INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL, body BLOB NOT NULL,
                 PRIMARY KEY (kind, a, b)) WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);",
        )?;
        tx.commit()
    }

    fn explain(path: &Path, source: rusqlite::Error) -> DataError {
        use rusqlite::ErrorCode as Code;
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(Code::NotADatabase) => DataError::Foreign(path),
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => DataError::InUse(path),
            Some(Code::CannotOpen) => DataError::Unreachable(path),
            Some(Code::ReadOnly | Code::PermissionDenied) => DataError::ReadOnly(path),
            Some(Code::DiskFull) => DataError::Full(path),
            _ => DataError::Sqlite { path, source },
        }
    }

    /// A setting that was kept under that name.
    pub(crate) fn setting(&self, name: &str) -> Result<Option<String>, DataError> {
        self.db
            .query_row(
                "SELECT value FROM settings WHERE name = ?1",
                [name],
                |row| row.get(0),
            )
            .optional()
            .map_err(|source| Self::explain(&self.path, source))
    }

    /// Keeps a setting.
    pub(crate) fn set_setting(&self, name: &str, value: &str) -> Result<(), DataError> {
        self.db
            .execute(SET, [name, value])
            .map(|_| ())
            .map_err(|source| Self::explain(&self.path, source))
    }

    /// Writes everything that changed, all of it or nothing.
    pub(crate) fn write(&mut self, world: &mut World) -> Result<(), DataError> {
        self.write_with(world, None)
    }

    /// The same with a setting, together.
    pub(crate) fn write_with(
        &mut self,
        world: &mut World,
        setting: Option<(&str, &str)>,
    ) -> Result<(), DataError> {
        let recs = world.dirty.take();
        if recs.is_empty() && setting.is_none() {
            return Ok(());
        }
        self.write_all(world, &recs, setting).map_err(|source| {
            let error = Self::explain(&self.path, source);
            world.dirty.restore(recs);
            error
        })
    }

    fn write_all(
        &mut self,
        world: &World,
        recs: &[Rec],
        setting: Option<(&str, &str)>,
    ) -> rusqlite::Result<()> {
        let tx = self.db.transaction()?;
        if let Some((name, value)) = setting {
            tx.execute(SET, [name, value])?;
        }
        {
            let mut put = tx.prepare("INSERT OR REPLACE INTO records VALUES (?1, ?2, ?3, ?4)")?;
            let mut remove =
                tx.prepare("DELETE FROM records WHERE kind = ?1 AND a = ?2 AND b = ?3")?;
            for rec in recs {
                let (kind, a, b) = rec.key();
                match rec.body(world) {
                    Some(body) => put.execute(params![kind, a, b, body])?,
                    None => remove.execute(params![kind, a, b])?,
                };
            }
        }
        tx.commit()
    }

    /// Fills an empty world with what was kept, and begins to note what changes.
    pub(crate) fn load(&self, world: &mut World) -> Result<(), DataError> {
        let sqlite = |source| Self::explain(&self.path, source);
        // Boxes come before what lies in them: kinds are ordered that way.
        let mut all = self
            .db
            .prepare("SELECT kind, a, b, body FROM records ORDER BY kind, a, b")
            .map_err(sqlite)?;
        let mut rows = all.query([]).map_err(sqlite)?;
        while let Some(row) = rows.next().map_err(sqlite)? {
            let read = || {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get::<_, Vec<u8>>(3)?,
                ))
            };
            let (kind, a, b, body): (i64, i64, i64, Vec<u8>) = read().map_err(sqlite)?;
            if !take(world, (kind, a, b), body.into()) {
                return Err(DataError::Damaged {
                    path: self.path.clone(),
                    kind,
                });
            }
        }
        world.reindex();
        world.dirty.turn_on();
        Ok(())
    }
}

/// Makes the file if it is not there, so that its owner alone can read it: it holds the server's
/// private key, auth keys and the tokens of bots. SQLite gives the files beside it the same mode.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Whatever is wrong with the path, SQLite tells in words of its own.
    let _ = options.open(path);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::testing::world;

    #[cfg(unix)]
    #[test]
    fn the_file_and_its_log_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let _store = Store::open(&path).unwrap();
        for name in ["world.db", "world.db-wal"] {
            let meta = std::fs::metadata(folder.path().join(name)).unwrap();
            assert_eq!(meta.permissions().mode() & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_file_is_made_ours_wholly_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let db = Connection::open(&path).unwrap();
        let mut store = Store {
            db,
            path: path.clone(),
        };
        let full = |store: &Store, pages: u32| {
            let set = store.db.pragma_update(None, "max_page_count", pages);
            set.unwrap();
        };
        full(&store, 1);
        let failed = Store::explain(&path, store.prepare().unwrap_err());
        assert!(matches!(failed, DataError::Full(_)), "{failed}");
        let id = store
            .db
            .pragma_query_value(None, "application_id", |row| row.get(0));
        assert_eq!(id, Ok(0));
        full(&store, 1000);
        store.prepare().unwrap();
    }

    #[test]
    fn a_file_that_may_not_be_written_to_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        drop(Store::open(&path).unwrap());
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let db = Connection::open_with_flags(&path, flags).unwrap();
        let refused = db.execute(SET, ["a", "b"]).unwrap_err();
        let said = Store::explain(&path, refused).to_string();
        assert!(said.contains("may not be written to"), "{said}");
    }

    #[test]
    fn files_of_others_and_of_the_future_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(
            &path,
            "not a database, but a text that is long enough".repeat(50),
        )
        .unwrap();
        assert!(matches!(Store::open(&path), Err(DataError::Foreign(_))));

        let path = folder.path().join("y");
        Connection::open(&path)
            .unwrap()
            .execute("CREATE TABLE t (x)", [])
            .unwrap();
        assert!(matches!(Store::open(&path), Err(DataError::Foreign(_))));

        let path = folder.path().join("z");
        let store = Store::open(&path).unwrap();
        store
            .db
            .pragma_update(None, "user_version", VERSION + 1)
            .unwrap();
        drop(store);
        assert!(matches!(
            Store::open(&path),
            Err(DataError::Newer { found, .. }) if found == VERSION + 1
        ));
    }

    #[test]
    fn a_file_in_use_and_a_damaged_record_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let store = Store::open(&path).unwrap();
        assert!(matches!(Store::open(&path), Err(DataError::InUse(_))));
        store
            .db
            .execute("INSERT INTO records VALUES (1, 5, 0, x'0102')", [])
            .unwrap();
        let mut w = world();
        assert!(matches!(
            store.load(&mut w),
            Err(DataError::Damaged { kind: 1, .. })
        ));
    }

    #[test]
    fn a_path_that_cannot_be_a_file_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let told = |path: &Path| Store::open(path).err().unwrap().to_string();
        let said = told(folder.path());
        assert!(said.ends_with("is a folder; name a file in it"), "{said}");
        let said = told(&folder.path().join("none").join("world.db"));
        assert!(said.contains("check that its folder is there"), "{said}");
    }
}
