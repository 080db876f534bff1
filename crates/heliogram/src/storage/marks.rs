use super::record::{RecordReader, RecordWriter};

/// Version of the bytes of a list of marks.
const VERSION: u8 = 1;

/// What tells an update from all others of an account, so that it can be known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum UpdateMark {
    /// A new message: its channel by bare id, 0 outside of channels, and its own id.
    Message(i64, i32),
    /// Anything counted by a `pts`: its channel by bare id, 0 outside of channels, and the pts.
    Pts(i64, i32),
    /// Anything counted by the `qts`.
    Qts(i32),
}

impl UpdateMark {
    pub(super) fn list_to_bytes(list: &[Self]) -> Vec<u8> {
        let mut w = RecordWriter::new(VERSION);
        w.count(list.len());
        for mark in list {
            let (kind, channel, number) = match *mark {
                Self::Message(channel, id) => (0, channel, id),
                Self::Pts(channel, pts) => (1, channel, pts),
                Self::Qts(qts) => (2, 0, qts),
            };
            w.u8(kind).i64(channel).i32(number);
        }
        w.finish()
    }

    pub(super) fn list_from_bytes(bytes: &[u8]) -> Option<Vec<Self>> {
        let mut r = RecordReader::new(bytes, VERSION)?;
        let mut list = Vec::new();
        for _ in 0..r.count(13)? {
            let (kind, channel, number) = (r.u8()?, r.i64()?, r.i32()?);
            list.push(match kind {
                0 => Self::Message(channel, number),
                1 => Self::Pts(channel, number),
                2 => Self::Qts(number),
                _ => return None,
            });
        }
        r.end(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_whole_and_cut_ones_not_at_all() {
        let list = [
            UpdateMark::Message(7, 8),
            UpdateMark::Pts(0, -1),
            UpdateMark::Qts(3),
        ];
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
