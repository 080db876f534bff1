use super::record::{RecordReader, RecordWriter};

/// Version of the bytes of a list of marks.
const VERSION: u8 = 1;

/// What tells an update from all others of an account, so that it can be known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UpdateMark {
    /// How it is counted.
    pub place: UpdatePlace,
    /// A hash of what it says. The server tells what is true now, even of what happened before, so
    /// the same update may come again with another content.
    pub content: u64,
}

/// How an update is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum UpdatePlace {
    /// A new message: its channel by bare id, 0 outside of channels, and its own id.
    Message(i64, i32),
    /// Anything else with a `pts`: its channel by bare id, 0 outside of channels, and the pts.
    Pts(i64, i32),
    /// Anything with a `qts`.
    Qts(i32),
}

impl UpdateMark {
    pub(super) fn list_to_bytes(list: &[Self]) -> Vec<u8> {
        let mut w = RecordWriter::new(VERSION);
        w.count(list.len());
        for mark in list {
            let (kind, channel, number) = match mark.place {
                UpdatePlace::Message(channel, id) => (0, channel, id),
                UpdatePlace::Pts(channel, pts) => (1, channel, pts),
                UpdatePlace::Qts(qts) => (2, 0, qts),
            };
            w.u8(kind).i64(channel).i32(number);
            w.raw(&mark.content.to_le_bytes());
        }
        w.finish()
    }

    pub(super) fn list_from_bytes(bytes: &[u8]) -> Option<Vec<Self>> {
        let mut r = RecordReader::new(bytes, VERSION)?;
        let mut list = Vec::new();
        for _ in 0..r.count(21)? {
            let (kind, channel, number) = (r.u8()?, r.i64()?, r.i32()?);
            let place = match kind {
                0 => UpdatePlace::Message(channel, number),
                1 => UpdatePlace::Pts(channel, number),
                2 => UpdatePlace::Qts(number),
                _ => return None,
            };
            let content = r.array().map(u64::from_le_bytes)?;
            list.push(Self { place, content });
        }
        r.end(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_whole_and_cut_ones_not_at_all() {
        let places = [
            UpdatePlace::Message(7, 8),
            UpdatePlace::Pts(0, -1),
            UpdatePlace::Qts(3),
        ];
        let content = u64::MAX - 1;
        let list = places.map(|place| UpdateMark { place, content });
        let bytes = UpdateMark::list_to_bytes(&list);
        assert_eq!(
            UpdateMark::list_from_bytes(&bytes).as_deref(),
            Some(&list[..])
        );
        for len in 0..bytes.len() {
            assert_eq!(UpdateMark::list_from_bytes(&bytes[..len]), None);
        }
    }
}
