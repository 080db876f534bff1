use std::time::Duration;

use super::record::{RecordReader, RecordWriter};

/// Version of the bytes of a list of waits.
const VERSION: u8 = 1;

/// A method that must not be called before a moment, because it was called too often.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "FLOOD_WAIT")]
pub struct MethodWait {
    /// The method, as the schema names it.
    pub method: Box<str>,
    /// The server's name for the wait, such as `FLOOD_WAIT`.
    pub name: Box<str>,
    /// The data centre it was called at; 0 for the account's own.
    pub dc: i32,
    /// The one call this is about, as a number that tells it from others; 0 for all of the method.
    pub call: u64,
    /// The end, since the Unix epoch.
    pub until: Duration,
}

impl MethodWait {
    pub(super) fn list_to_bytes(list: &[Self]) -> Vec<u8> {
        let mut w = RecordWriter::new(VERSION);
        w.count(list.len());
        for wait in list {
            let until = i64::try_from(wait.until.as_millis()).unwrap_or(i64::MAX);
            w.text(&wait.method).text(&wait.name).i32(wait.dc);
            w.raw(&wait.call.to_le_bytes()).i64(until);
        }
        w.finish()
    }

    pub(super) fn list_from_bytes(bytes: &[u8]) -> Option<Vec<Self>> {
        let mut r = RecordReader::new(bytes, VERSION)?;
        let mut list = Vec::new();
        for _ in 0..r.count(28)? {
            list.push(Self {
                method: r.text()?.into(),
                name: r.text()?.into(),
                dc: r.i32()?,
                call: r.array().map(u64::from_le_bytes)?,
                until: Duration::from_millis(u64::try_from(r.i64()?).ok()?),
            });
        }
        r.end(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_come_back_whole_and_cut_ones_not_at_all() {
        let wait = MethodWait {
            method: "messages.search".into(),
            name: "FLOOD_WAIT".into(),
            dc: 4,
            call: u64::MAX,
            until: Duration::from_millis(1_700_000_000_123),
        };
        let list = vec![wait.clone(), wait];
        let bytes = MethodWait::list_to_bytes(&list);
        assert_eq!(MethodWait::list_from_bytes(&bytes), Some(list));
        assert!((0..bytes.len()).all(|n| MethodWait::list_from_bytes(&bytes[..n]).is_none()));
    }
}
