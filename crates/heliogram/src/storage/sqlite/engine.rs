//! The database itself; runs on the thread of [`Worker`](super::super::worker::Worker).
//!
//! Only what rusqlite 0.32 to 0.41 have in common is used, and integers go in and out as `i64`.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, params};

use super::{
    super::{
        Error, Op, PeerIndex, PeerRow, Rows, Table, lock::Lock, normalize_phone,
        normalize_username, path, worker::Engine,
    },
    inspect::{self, APPLICATION_ID, VERSION},
};

/// How long to wait for a program that looks into the file with SQLite's own tools.
const BUSY: Duration = Duration::from_secs(2);

const SCHEMA: &str = "
    CREATE TABLE keys (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE settings (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE updates (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE peers (id INTEGER PRIMARY KEY, row BLOB NOT NULL);
    CREATE TABLE usernames (username TEXT PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE phones (phone TEXT PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX usernames_id ON usernames (id);
    CREATE INDEX phones_id ON phones (id);
";

/// What the second version has that the first has not.
const SECOND: &str =
    "CREATE TABLE dialogues (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";

pub(super) struct Database {
    // Dropped in this order: the lock goes last.
    connection: Connection,
    path: PathBuf,
    _lock: Lock,
}

impl Engine for Database {
    fn open(path: &Path) -> Result<Self, Error> {
        let lock = Lock::take(path)?;
        if inspect::exists(path)? {
            // SQLite would open a file it may not write to, and fail at the first change.
            let writable = std::fs::OpenOptions::new().write(true).open(path);
            writable.map_err(|e| Error::io(path, "write to", e))?;
        } else {
            create(path)?;
        }
        let connection = connect(path).map_err(|e| translate(path, &e))?;
        let database = Self {
            connection,
            path: path.to_owned(),
            _lock: lock,
        };
        database.check_pages()?;
        database.update().map_err(|e| database.failed(&e))?;
        database.check_tables()?;
        Ok(database)
    }

    fn get(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if table == Table::Peers {
            return Ok(PeerRow::id_of(key)
                .map(|id| self.peer(id))
                .transpose()?
                .flatten());
        }
        let sql = format!("SELECT value FROM {} WHERE key = ?1", table.name());
        let found = self
            .connection
            .query_row(&sql, params![key], |row| row.get(0))
            .optional();
        found.map_err(|e| self.failed(&e))
    }

    fn scan(&mut self, table: Table) -> Result<Rows, Error> {
        self.rows(table).map_err(|e| self.failed(&e))
    }

    fn find_peer(&mut self, by: PeerIndex<'_>) -> Result<Option<PeerRow>, Error> {
        let row = match by {
            PeerIndex::Id(id) => self.peer(id)?,
            PeerIndex::Username(name) => self.named(
                "SELECT p.row FROM usernames n JOIN peers p ON p.id = n.id WHERE n.username = ?1",
                &normalize_username(name),
            )?,
            PeerIndex::Phone(phone) => self.named(
                "SELECT p.row FROM phones n JOIN peers p ON p.id = n.id WHERE n.phone = ?1",
                &normalize_phone(phone),
            )?,
        };
        row.map(|bytes| PeerRow::from_bytes(&bytes)).transpose()
    }

    fn apply(&mut self, ops: &[Op]) -> Result<(), Error> {
        let written = self.connection.transaction().and_then(|transaction| {
            carry_out(&transaction, ops)?;
            transaction.commit()
        });
        written.map_err(|e| self.failed(&e))
    }
}

impl Database {
    /// Reads all of the database once: damage is better found now than half way through.
    fn check_pages(&self) -> Result<(), Error> {
        let check = self
            .connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
        let verdict: String = check.map_err(|e| self.failed(&e))?;
        if verdict != "ok" {
            return Err(Error::corrupt(&self.path, "its pages do not fit together"));
        }
        Ok(())
    }

    /// Brings a database of an earlier version to this one.
    fn update(&self) -> rusqlite::Result<()> {
        let sql = "PRAGMA user_version";
        let version: i32 = self.connection.query_row(sql, [], |row| row.get(0))?;
        if version == 1 {
            let batch = format!("BEGIN; {SECOND} PRAGMA user_version = {VERSION}; COMMIT;");
            self.connection.execute_batch(&batch)?;
        }
        Ok(())
    }

    fn check_tables(&self) -> Result<(), Error> {
        for table in Table::ALL {
            let sql = format!(
                "SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 1)",
                table.name()
            );
            let found = self
                .connection
                .query_row(&sql, [], |row| row.get::<_, i64>(0));
            if found.is_err() {
                return Err(Error::corrupt(
                    &self.path,
                    format!("it has no table {}", table.name()),
                ));
            }
        }
        Ok(())
    }

    fn peer(&self, id: i64) -> Result<Option<Vec<u8>>, Error> {
        let sql = "SELECT row FROM peers WHERE id = ?1";
        let found = self
            .connection
            .query_row(sql, params![id], |row| row.get(0))
            .optional();
        found.map_err(|e| self.failed(&e))
    }

    fn named(&self, sql: &str, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let found = self
            .connection
            .query_row(sql, params![name], |row| row.get(0))
            .optional();
        found.map_err(|e| self.failed(&e))
    }

    fn rows(&self, table: Table) -> rusqlite::Result<Rows> {
        if table == Table::Peers {
            let mut all = self
                .connection
                .prepare("SELECT id, row FROM peers ORDER BY id")?;
            let rows = all.query_map([], |row| {
                let id: i64 = row.get(0)?;
                Ok((PeerRow::key(id).to_vec(), row.get(1)?))
            })?;
            return rows.collect();
        }
        let sql = format!("SELECT key, value FROM {} ORDER BY key", table.name());
        let mut all = self.connection.prepare(&sql)?;
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    }

    fn failed(&self, e: &rusqlite::Error) -> Error {
        translate(&self.path, e)
    }
}

/// Makes an empty session; it is complete before it has its name.
fn create(path: &Path) -> Result<(), Error> {
    let temporary = path::beside(path, ".new");
    let made = make(&temporary)
        .and_then(|()| std::fs::rename(&temporary, path).map_err(|e| Error::io(path, "create", e)));
    if made.is_err() {
        // The first failure is the one to report.
        let _ = std::fs::remove_file(&temporary);
        return made;
    }
    path::sync_folder(path)
}

fn make(temporary: &Path) -> Result<(), Error> {
    let failed = |e| Error::io(temporary, "create", e);
    path::remove(temporary).map_err(failed)?;
    path::remove(&path::beside(temporary, "-journal")).map_err(failed)?;
    let mut options = std::fs::OpenOptions::new();
    path::private(options.write(true).create_new(true), temporary).map_err(failed)?;
    let fill = || {
        let connection = Connection::open_with_flags(temporary, flags())?;
        connection.execute_batch(&format!(
            "PRAGMA synchronous = FULL; BEGIN; PRAGMA application_id = {APPLICATION_ID};
             PRAGMA user_version = {VERSION}; {SCHEMA} {SECOND} COMMIT;"
        ))
    };
    fill().map_err(|e| translate(temporary, &e))
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags())?;
    connection.busy_timeout(BUSY)?;
    // Locked for good before the log is first used: no shared memory file is needed then.
    connection.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;",
    )?;
    Ok(connection)
}

fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn carry_out(transaction: &Transaction<'_>, ops: &[Op]) -> rusqlite::Result<()> {
    for op in ops {
        match op {
            Op::Put { table, key, value } => {
                let sql = format!("REPLACE INTO {} (key, value) VALUES (?1, ?2)", table.name());
                transaction.execute(&sql, params![key, value])?;
            }
            Op::Delete { table, key } => {
                let sql = format!("DELETE FROM {} WHERE key = ?1", table.name());
                transaction.execute(&sql, params![key])?;
            }
            Op::PutPeer(row) => put_peer(transaction, row)?,
            Op::DeletePeer(id) => {
                forget_names(transaction, *id)?;
                transaction.execute("DELETE FROM peers WHERE id = ?1", params![id])?;
            }
            Op::Clear(Table::Peers) => transaction
                .execute_batch("DELETE FROM peers; DELETE FROM usernames; DELETE FROM phones;")?,
            Op::Clear(table) => {
                transaction.execute(&format!("DELETE FROM {}", table.name()), [])?;
            }
        }
    }
    Ok(())
}

fn put_peer(transaction: &Transaction<'_>, row: &PeerRow) -> rusqlite::Result<()> {
    forget_names(transaction, row.id)?;
    let sql = "REPLACE INTO peers (id, row) VALUES (?1, ?2)";
    transaction.execute(sql, params![row.id, row.to_bytes()])?;
    for name in row.index_names() {
        let sql = "REPLACE INTO usernames (username, id) VALUES (?1, ?2)";
        transaction.execute(sql, params![name, row.id])?;
    }
    if let Some(phone) = row.index_phone() {
        let sql = "REPLACE INTO phones (phone, id) VALUES (?1, ?2)";
        transaction.execute(sql, params![phone, row.id])?;
    }
    Ok(())
}

fn forget_names(transaction: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM usernames WHERE id = ?1", params![id])?;
    transaction.execute("DELETE FROM phones WHERE id = ?1", params![id])?;
    Ok(())
}

fn translate(path: &Path, e: &rusqlite::Error) -> Error {
    match e.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Error::corrupt(path, "SQLite cannot make sense of it")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked {
            path: path.to_owned(),
            holder: None,
        },
        Some(ErrorCode::DiskFull) => Error::io(path, "write to", io::ErrorKind::StorageFull.into()),
        // As text: which library is used is nobody's business.
        _ => Error::io(path, "use the database", io::Error::other(e.to_string())),
    }
}
