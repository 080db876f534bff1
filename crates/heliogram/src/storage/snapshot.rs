//! The format of `File`: all tables in one piece, with a checksum.
//!
//! `HELIOGRM`, version (u32), then for each table its number (u8), the count of its rows (u32) and
//! each row's key and value (u32 lengths), then the CRC-32 of everything before. Little-endian.

use std::path::Path;

use super::{
    Error, Table,
    crc::crc32,
    record::{RecordReader, RecordWriter},
    tables::Tables,
};

pub(super) const MAGIC: &[u8; 8] = b"HELIOGRM";
const VERSION: u32 = 1;
/// Magic and version in front, checksum behind.
const FRAME: usize = 8 + 4 + 4;

const fn number(table: Table) -> u8 {
    match table {
        Table::Keys => 0,
        Table::Settings => 1,
        Table::Peers => 2,
        Table::Updates => 3,
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
    identify(path, bytes)?;
    let damaged = |what| Error::corrupt(path, what);
    let (body, sum) = bytes
        .split_last_chunk::<4>()
        .ok_or_else(|| damaged("it is cut short"))?;
    if crc32(body) != u32::from_le_bytes(*sum) {
        return Err(damaged("its checksum is wrong, it may be half written"));
    }
    let rows = body.get(FRAME - 4..).unwrap_or_default();
    parse(rows).ok_or_else(|| damaged("its tables cannot be read"))
}

/// Tells the format's files from others by their first bytes.
fn identify(path: &Path, bytes: &[u8]) -> Result<(), Error> {
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
        Some(VERSION) if bytes.len() >= FRAME => Ok(()),
        Some(VERSION) | None => Err(Error::corrupt(path, "it is cut short")),
        Some(_) => Err(Error::corrupt(path, "its version is none")),
    }
}

fn parse(rows: &[u8]) -> Option<Tables> {
    let mut tables = Tables::default();
    let mut r = RecordReader::bare(rows);
    for table in Table::ALL {
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
            .put(Table::Updates, "state", "x");
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
                known: 1,
                ..
            })
        ));
    }
}
