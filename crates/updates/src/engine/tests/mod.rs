mod account;
mod beginnings;
mod channels;
mod quarantine;
mod storing;

use std::time::Duration;

use super::*;
use crate::{
    ChannelDifference, ChannelState, Counter, Difference, Failure, Notice, Reason, Recovery,
    Request, Update,
};

const START: State = State {
    pts: 10,
    qts: 1,
    date: 1,
    seq: 1,
};
const MS: fn(u64) -> Duration = Duration::from_millis;
const SECS: fn(u64) -> Duration = Duration::from_secs;

/// Even numbers are new messages with that id; large ones begin with their date.
impl Content for u32 {
    fn message_id(&self) -> Option<i32> {
        i32::try_from(*self).ok().filter(|id| id % 2 == 0)
    }

    fn date(&self) -> Option<i32> {
        i32::try_from(self / 1000).ok().filter(|date| *date > 0)
    }
}

type Eng = Engine<u32>;

/// An engine that has caught up and knows of channel 5, which stands at 100.
fn ready() -> Eng {
    let mut e = Engine::new(Duration::ZERO, Some(START), [(5, ChannelState::at(100))]);
    assert_eq!(e.poll_request(), Some(Request::Difference { state: START }));
    e.handle_difference(Duration::ZERO, EMPTY);
    assert!(matches!(e.poll_notice(), Some(Notice::CaughtUp { .. })));
    e
}

const EMPTY: Difference<u32> = Difference::Empty { date: 1, seq: 1 };

fn batch(place: Place, value: impl Into<Option<u32>>) -> Batch<u32> {
    let value = value.into();
    Batch {
        seq: None,
        date: None,
        updates: vec![Update { place, value }],
    }
}

fn common(pts: i32, value: u32) -> Batch<u32> {
    batch(Place::Common { pts, count: 1 }, value)
}

fn channel(id: i64, pts: i32, value: u32) -> Batch<u32> {
    batch(Place::Channel { id, pts, count: 1 }, value)
}

fn too_long(id: i64, pts: impl Into<Option<i32>>) -> Batch<u32> {
    let pts = pts.into();
    batch(Place::ChannelTooLong { id, pts }, None)
}

fn plain(seq: (i32, i32), value: u32) -> Batch<u32> {
    Batch {
        seq: Some(seq),
        date: Some(9),
        ..batch(Place::Seq, value)
    }
}

fn part(consumed: Vec<u32>, pts: i32, last: bool) -> Difference<u32> {
    Difference::Part {
        consumed,
        others: vec![],
        state: State { pts, ..START },
        last,
    }
}

fn news(pts: i32, consumed: Vec<u32>, last: bool) -> ChannelDifference<u32> {
    ChannelDifference {
        pts,
        consumed,
        others: vec![],
        last,
        too_long: false,
        joined: None,
    }
}

fn drain(e: &mut Eng) -> Vec<u32> {
    std::iter::from_fn(|| e.poll_update()).collect()
}

fn notices(e: &mut Eng) -> Vec<Notice> {
    std::iter::from_fn(|| e.poll_notice()).collect()
}

/// Goes to the next deadline.
fn wait(e: &mut Eng) -> Duration {
    let now = e.poll_timeout();
    e.handle_timeout(now);
    now
}
