use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::record::{RecordReader, RecordWriter};

/// Version of the bytes of a row.
const VERSION: u8 = 1;

/// What is stored of one dialogue.
#[derive(Clone, PartialEq, Eq)]
pub struct DialogueRow {
    /// Which shape its state has; the program's own count.
    pub shape: u32,
    /// Grows with every change, also from one dialogue to the next under the same key.
    pub revision: i64,
    /// When it is over, since the Unix epoch; `None` if it lasts until it is ended.
    pub expires: Option<Duration>,
    /// The state, as JSON.
    pub state: Box<str>,
}

impl DialogueRow {
    /// Whether its time has run out.
    #[must_use]
    pub fn is_expired(&self, now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.expires.is_some_and(|at| at <= now)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let millis = |at: Duration| i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
        let expires = self.expires.map_or(i64::MAX, millis);
        let mut w = RecordWriter::new(VERSION);
        w.u32(self.shape).i64(self.revision).i64(expires);
        w.text(&self.state).finish()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut r = RecordReader::new(bytes, VERSION)?;
        let (shape, revision, expires) = (r.u32()?, r.i64()?, r.i64()?);
        let millis = (expires < i64::MAX).then(|| u64::try_from(expires).unwrap_or(0));
        let row = Self {
            shape,
            revision,
            expires: millis.map(Duration::from_millis),
            state: r.text()?.into(),
        };
        r.end(row)
    }
}

/// Leaves out the state: it is what people said.
impl fmt::Debug for DialogueRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DialogueRow")
            .field("shape", &self.shape)
            .field("revision", &self.revision)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(expires: Option<Duration>) -> DialogueRow {
        DialogueRow {
            shape: 3,
            revision: 1 << 41,
            expires,
            state: "{\"password\":\"hunter2\"}".into(),
        }
    }

    #[test]
    fn rows_come_back_whole_and_cut_ones_not_at_all() {
        for expires in [None, Some(Duration::from_millis(7))] {
            let row = row(expires);
            let bytes = row.to_bytes();
            assert_eq!(DialogueRow::from_bytes(&bytes), Some(row));
            for n in 0..bytes.len() {
                assert_eq!(DialogueRow::from_bytes(&bytes[..n]), None, "cut at {n}");
            }
        }
    }

    #[test]
    fn only_a_row_whose_time_has_come_is_expired() {
        let now = UNIX_EPOCH + Duration::from_secs(9);
        assert!(!row(None).is_expired(now));
        assert!(!row(Some(Duration::from_millis(9001))).is_expired(now));
        assert!(row(Some(Duration::from_secs(9))).is_expired(now));
    }

    #[test]
    fn debug_text_shows_no_state() {
        assert!(!format!("{:?}", row(None)).contains("hunter2"));
    }
}
