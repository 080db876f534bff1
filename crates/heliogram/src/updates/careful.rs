//! Answers that this version cannot read: a newer layer, or a mistake of the server.
//!
//! A value of an unknown kind has no length that could be skipped, so whatever it stands in cannot be
//! read as a whole. The difference is asked for in ever smaller steps until one of them holds little
//! more than what cannot be read; that step is handed out as bytes and stepped over, for where it
//! leads can be told even so.

use bytes::Bytes;
use heliogram_api::types;
use heliogram_tl::Constructor;

use super::engine::State;

/// How many updates are asked for at once after an answer that could not be read; at last, one.
const STEPS: [i32; 3] = [64, 8, 1];

/// The next smaller step after `limit`; `None` after the smallest.
pub(super) fn smaller(limit: Option<i32>) -> Option<i32> {
    let below = limit.unwrap_or(i32::MAX);
    STEPS.into_iter().find(|step| *step < below)
}

/// Where a step leads, and whether it is the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leads<T> {
    pub(super) to: T,
    pub(super) last: bool,
}

/// Where a difference of the account leads: its state stands at its end, whatever is before it.
pub(super) fn account(answer: &[u8]) -> Option<Leads<State>> {
    let last = match word(answer, 0)? {
        id if id == types::updates::Difference::ID => true,
        id if id == types::updates::DifferenceSlice::ID => false,
        _ => return None,
    };
    let state = answer.len().checked_sub(24)?;
    if word(answer, state)? != types::updates::State::ID {
        return None;
    }
    let number = |n: usize| word(answer, state + 4 * n).map(u32::cast_signed);
    let to = State {
        pts: number(1)?,
        qts: number(2)?,
        date: number(3)?,
        seq: number(4)?,
    };
    Some(Leads { to, last })
}

/// Where a difference of a channel leads: its pts stands at its beginning.
pub(super) fn channel(answer: &[u8]) -> Option<Leads<i32>> {
    if word(answer, 0)? != types::updates::ChannelDifference::ID {
        return None;
    }
    Some(Leads {
        to: word(answer, 8)?.cast_signed(),
        last: word(answer, 4)? & 1 != 0,
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*word))
}

/// Something that cannot be read, and where it was.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) bytes: Bytes,
    /// The channel it is about, by its bare id, if it came in a channel's difference.
    pub(super) channel: Option<i64>,
    /// The pts before and after it, if it came in a difference.
    pub(super) range: Option<(i32, i32)>,
}

#[cfg(test)]
mod tests {
    use heliogram_api::enums;
    use heliogram_tl::to_bytes;

    use super::*;

    #[test]
    fn where_an_answer_leads_is_told_without_reading_what_is_in_it() {
        let state = types::updates::State::new(9, 8, 7, 6, 5);
        let mut slice = types::updates::DifferenceSlice::new(
            Vec::new(),
            Vec::new(),
            vec![enums::Update::Config],
            Vec::new(),
            Vec::new(),
            state,
        );
        let read = |bytes: Bytes| account(&bytes);
        let to = State {
            pts: 9,
            qts: 8,
            date: 7,
            seq: 6,
        };
        let sliced = read(to_bytes(&enums::updates::Difference::from(slice.clone())));
        assert_eq!(sliced, Some(Leads { to, last: false }));
        slice.other_updates.clear();
        let empty = types::updates::DifferenceEmpty::new(1, 1);
        assert_eq!(
            read(to_bytes(&enums::updates::Difference::from(empty))),
            None
        );
        let part = types::updates::ChannelDifference {
            r#final: true,
            timeout: Some(3),
            ..types::updates::ChannelDifference::new(44, vec![], vec![], vec![], vec![])
        };
        let part = to_bytes(&enums::updates::ChannelDifference::from(part));
        assert_eq!(channel(&part), Some(Leads { to: 44, last: true }));
    }

    #[test]
    fn garbage_leads_nowhere() {
        for len in 0..40 {
            let zeros = vec![0; len];
            assert_eq!((account(&zeros), channel(&zeros)), (None, None));
            let mut cut = types::updates::Difference::ID.to_le_bytes().to_vec();
            cut.resize(len.max(4), 0);
            assert_eq!(account(&cut), None);
        }
    }

    #[test]
    fn steps_get_smaller_and_end() {
        let mut steps = vec![smaller(None)];
        while let Some(step) = steps[steps.len() - 1] {
            steps.push(smaller(Some(step)));
        }
        assert_eq!(steps, [Some(64), Some(8), Some(1), None]);
    }
}
