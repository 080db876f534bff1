//! What a file is, found out without changing it.

use std::{
    collections::HashSet,
    io::{self, Read},
    path::Path,
};

use rusqlite::{Connection, OpenFlags};

use super::super::{Error, path::beside, snapshot};

/// Marks our databases in the header of SQLite (`HGRM`).
pub(super) const APPLICATION_ID: i32 = 0x4847_524d;
/// The newest schema known here; 1 has no table of dialogues.
pub(super) const VERSION: i32 = 2;

const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Length of SQLite's header.
const HEADER: usize = 100;

/// Whether there is a session of ours at `path`; anything else there is an error.
pub(super) fn exists(path: &Path) -> Result<bool, Error> {
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| {
        let length = file.metadata()?.len();
        file.take(HEADER as u64).read_to_end(&mut head)?;
        Ok(length)
    });
    let length = match read {
        Ok(length) => length,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return absent(path),
        Err(e) => return Err(Error::io(path, "read", e)),
    };
    let Some(header) = head.first_chunk::<HEADER>() else {
        return Err(short(path, &head));
    };
    if !header.starts_with(SQLITE_MAGIC) {
        return Err(short(path, &head));
    }
    let number = |at: usize| {
        let bytes = header.get(at..).and_then(|b| b.first_chunk());
        bytes.map_or(0, |b| u32::from_be_bytes(*b))
    };
    if number(68) != APPLICATION_ID as u32 {
        return Err(foreign(path));
    }
    let found = number(60);
    if found > VERSION as u32 {
        return Err(Error::Newer {
            path: path.to_owned(),
            found,
            known: VERSION as u32,
        });
    }
    if found == 0 {
        return Err(Error::corrupt(path, "it has no version"));
    }
    // With a log, pages that the file lacks may be there.
    let log = std::fs::metadata(beside(path, "-wal")).map_or(0, |m| m.len());
    let page = match number(16) >> 16 {
        1 => 65_536,
        size => u64::from(size),
    };
    if log == 0 && length < page * u64::from(number(28)) {
        return Err(Error::corrupt(path, "it is cut short"));
    }
    Ok(true)
}

/// A log without its database would be played into the next one of this name.
fn absent(path: &Path) -> Result<bool, Error> {
    for suffix in ["-wal", "-journal"] {
        let log = beside(path, suffix);
        if log.exists() {
            return Err(Error::corrupt(
                log,
                "it belongs to a database that is not there",
            ));
        }
    }
    Ok(false)
}

/// What a file is that has no header of SQLite.
fn short(path: &Path, head: &[u8]) -> Error {
    let magic = head.get(..SQLITE_MAGIC.len()).unwrap_or(head);
    if head.is_empty() {
        return Error::corrupt(path, "it is empty");
    }
    if SQLITE_MAGIC.starts_with(magic) {
        return Error::corrupt(path, "it is cut short");
    }
    if head.starts_with(snapshot::MAGIC) {
        return Error::NotASession {
            path: path.to_owned(),
            what: "a session of `storage::File`",
            remedy: "open it with `storage::File`, or use another file",
        };
    }
    Error::NotASession {
        path: path.to_owned(),
        what: "a file of another program",
        remedy: "use another file",
    }
}

/// Whose database it is.
fn foreign(path: &Path) -> Error {
    let tables = tables(path).unwrap_or_default();
    let has = |names: &[&str]| names.iter().all(|n| tables.contains(*n));
    let (what, remedy) = if has(&["sessions", "entities", "version"]) {
        (
            "a session of Telethon",
            "export it there with `StringSession.save` and sign in with that text, or use another file",
        )
    } else if has(&["sessions", "peers", "version"]) {
        (
            "a session of Pyrogram",
            "export it there with `export_session_string` and sign in with that text, or use another file",
        )
    } else {
        ("an SQLite database of another program", "use another file")
    };
    Error::NotASession {
        path: path.to_owned(),
        what,
        remedy,
    }
}

/// The tables of a database; it is opened so that nothing is written beside it either.
fn tables(path: &Path) -> Option<HashSet<String>> {
    let mut uri = String::from("file:");
    for c in path.to_str()?.chars() {
        match c {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            _ => uri.push(c),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri, flags).ok()?;
    let mut names = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .ok()?;
    let rows = names.query_map([], |row| row.get(0)).ok()?;
    rows.collect::<Result<_, _>>().ok()
}
