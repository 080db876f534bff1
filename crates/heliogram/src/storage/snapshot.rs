//! The format of `File`: all tables in one piece, with a checksum.
//!
//! `HELIOGRM`, version (u32), then for each table its number (u8), the count of its rows (u32) and
//! each row's key and value (u32 lengths), then the CRC-32 of everything before. Little-endian.
//!
//! Version 1 has no table of dialogues.

use std::path::Path;

use super::{
    Error, Table,
    crc::crc32,
    record::{RecordReader, RecordWriter},
    tables::Tables,
};

pub(super) const MAGIC: &[u8; 8] = b"HELIOGRM";
const VERSION: u32 = 2;
/// Magic and version in front, checksum behind.
const FRAME: usize = 8 + 4 + 4;

const fn number(table: Table) -> u8 {
    match table {
        Table::Keys => 0,
        Table::Settings => 1,
        Table::Peers => 2,
        Table::Updates => 3,
        Table::Dialogues => 4,
    }
}

/// The contents of a file with these tables.
pub(super) fn write(tables: &Tables) -> Vec<u8> {
    let mut w = RecordWriter::default();
    w.raw(MAGIC).u32(VERSION);
    for (table, rows) in tables.rows() {
        w.u8(number(table)).count(rows.len());
        for (key, value) in rows {
            w.bytes(&key).bytes(&value);
        }
    }
    let mut bytes = w.finish();
    let sum = crc32(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

/// The tables of a file with these contents.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Tables, Error> {
    let version = identify(path, bytes)?;
    let damaged = |what| Error::corrupt(path, what);
    let (body, sum) = bytes
        .split_last_chunk::<4>()
        .ok_or_else(|| damaged("it is cut short"))?;
    if crc32(body) != u32::from_le_bytes(*sum) {
        return Err(damaged("its checksum is wrong, it may be half written"));
    }
    let rows = body.get(FRAME - 4..).unwrap_or_default();
    parse(version, rows).ok_or_else(|| damaged("its tables cannot be read"))
}

/// Tells the format's files from others by their first bytes; gives their version.
fn identify(path: &Path, bytes: &[u8]) -> Result<u32, Error> {
    let not = |what, remedy| {
        Err(Error::NotASession {
            path: path.to_owned(),
            what,
            remedy,
        })
    };
    if bytes.starts_with(b"SQLite format 3\0") {
        return not(
            "an SQLite database",
            "open it with `storage::Sqlite`, or use another file",
        );
    }
    let head = bytes.get(..8).unwrap_or(bytes);
    if !MAGIC.starts_with(head) {
        return not("a file of another program", "use another file");
    }
    if bytes.is_empty() {
        return Err(Error::corrupt(path, "it is empty"));
    }
    let version = bytes
        .get(8..)
        .and_then(|b| b.first_chunk())
        .map(|v| u32::from_le_bytes(*v));
    match version {
        Some(found) if found > VERSION => Err(Error::Newer {
            path: path.to_owned(),
            found,
            known: VERSION,
        }),
        Some(found @ 1..=VERSION) if bytes.len() >= FRAME => Ok(found),
        Some(1..=VERSION) | None => Err(Error::corrupt(path, "it is cut short")),
        Some(_) => Err(Error::corrupt(path, "its version is none")),
    }
}

fn parse(version: u32, rows: &[u8]) -> Option<Tables> {
    let mut tables = Tables::default();
    let mut r = RecordReader::bare(rows);
    let there = |table: &Table| version > 1 || *table != Table::Dialogues;
    for table in Table::ALL.into_iter().filter(there) {
        if r.u8()? != number(table) {
            return None;
        }
        for _ in 0..r.count(8)? {
            let (key, value) = (r.bytes()?, r.bytes()?);
            tables.restore(table, key, value).ok()?;
        }
    }
    r.end(tables)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::storage::{Batch, PeerIndex, PeerRow, StoredKind};

    fn sample() -> Vec<u8> {
        let mut batch = Batch::new();
        batch
            .put(Table::Keys, "dc:2", vec![7; 300])
            .put(Table::Updates, "state", "x")
            .put(Table::Dialogues, "form:1", "y");
        let row = PeerRow {
            usernames: vec!["Ada".into()],
            ..PeerRow::new(5, StoredKind::User)
        };
        batch.put_peer(row);
        let mut tables = Tables::default();
        tables.apply(batch.into_ops().unwrap());
        write(&tables)
    }

    #[test]
    fn tables_come_back_with_their_indexes() {
        let tables = read(Path::new("x"), &sample()).unwrap();
        assert_eq!(tables.get(Table::Keys, b"dc:2"), Some(vec![7; 300]));
        assert_eq!(
            tables.find_peer(PeerIndex::Username("ada")).map(|p| p.id),
            Some(5)
        );
        assert_eq!(write(&tables), sample());
    }

    #[test]
    fn a_file_of_the_first_version_is_read_and_becomes_one_of_this() {
        let mut old = RecordWriter::default();
        old.raw(MAGIC).u32(1);
        for number in 0..4_u8 {
            old.u8(number).count(usize::from(number == 1));
            if number == 1 {
                old.bytes(b"home").bytes(b"2");
            }
        }
        let mut old = old.finish();
        old.extend_from_slice(&crc32(&old).to_le_bytes());
        let tables = read(Path::new("x"), &old).unwrap();
        assert_eq!(tables.get(Table::Settings, b"home"), Some(b"2".to_vec()));
        let new = read(Path::new("x"), &write(&tables)).unwrap();
        assert_eq!(new.get(Table::Settings, b"home"), Some(b"2".to_vec()));
        assert_eq!(new.scan(Table::Dialogues), vec![]);
    }

    #[test]
    fn a_file_cut_anywhere_or_with_a_flipped_bit_is_refused() {
        let whole = sample();
        for n in 0..whole.len() {
            let cut = read(Path::new("x"), &whole[..n]);
            assert!(matches!(cut, Err(Error::Corrupt { .. })), "cut at {n}");
            let mut flipped = whole.clone();
            flipped[n] ^= 1;
            assert!(read(Path::new("x"), &flipped).is_err(), "flipped at {n}");
        }
    }

    #[test]
    fn other_files_are_told_apart() {
        let kind = |bytes: &[u8]| read(Path::new("x"), bytes).err();
        assert!(matches!(kind(b"hello"), Some(Error::NotASession { .. })));
        let sqlite = kind(b"SQLite format 3\0....").unwrap().to_string();
        assert!(sqlite.contains("storage::Sqlite"), "{sqlite}");
        let mut newer = sample();
        newer[8] = 9;
        assert!(matches!(
            kind(&newer),
            Some(Error::Newer {
                found: 9,
                known: VERSION,
                ..
            })
        ));
    }
}
