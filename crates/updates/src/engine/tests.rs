use crate::Update;

use super::{
    fetching::{MAX_PAUSE, MAX_STALLS},
    *,
};

const START: State = State {
    pts: 10,
    qts: 1,
    date: 1,
    seq: 1,
};
const MS: fn(u64) -> Duration = Duration::from_millis;

/// An engine that has caught up.
fn ready() -> Engine<u32> {
    let mut e = Engine::new(Duration::ZERO, Some(START), []);
    assert_eq!(e.poll_request(), Some(Request::Difference { state: START }));
    e.handle_difference(Duration::ZERO, Difference::Empty { date: 1, seq: 1 });
    e
}

fn common(pts: i32, value: u32) -> Batch<u32> {
    let place = Place::Common { pts, count: 1 };
    Batch {
        seq: None,
        date: None,
        updates: vec![Update {
            place,
            value: Some(value),
        }],
    }
}

fn plain(seq: i32, value: u32) -> Batch<u32> {
    let updates = vec![Update {
        place: Place::Seq,
        value: Some(value),
    }];
    Batch {
        seq: Some((seq, seq)),
        date: Some(9),
        updates,
    }
}

fn drain(e: &mut Engine<u32>) -> Vec<u32> {
    std::iter::from_fn(|| e.poll_update()).collect()
}

#[test]
fn a_new_account_asks_for_the_state_and_delivers_what_came_since() {
    let mut e = Engine::new(Duration::ZERO, None, []);
    assert_eq!(e.poll_request(), Some(Request::State));
    // The first of these is part of the state that the server is about to tell.
    e.handle_updates(Duration::ZERO, common(10, 1));
    e.handle_updates(Duration::ZERO, common(11, 2));
    e.handle_state(MS(9), START);
    assert_eq!(drain(&mut e), [1, 2]);
    assert_eq!(
        e.take_changes().unwrap().common,
        Some(State { pts: 11, ..START })
    );
    assert_eq!(e.take_changes(), None);
}

#[test]
fn a_gap_is_waited_for_and_then_fetched() {
    let mut e = ready();
    e.handle_updates(MS(100), common(12, 2));
    assert_eq!(e.poll_timeout(), MS(600));
    e.handle_timeout(MS(599));
    assert_eq!(e.poll_request(), None);
    e.handle_timeout(MS(600));
    assert!(matches!(e.poll_request(), Some(Request::Difference { state }) if state.pts == 10));
    // What arrives meanwhile waits, and is not doubled by the difference.
    e.handle_updates(MS(700), common(11, 1));
    let state = State { pts: 12, ..START };
    let part = Difference::Part {
        consumed: vec![1, 2],
        others: vec![],
        state,
        last: true,
    };
    e.handle_difference(MS(800), part);
    assert_eq!(drain(&mut e), [1, 2]);
    assert_eq!(e.state().pts, 12);
}

#[test]
fn a_gap_that_closes_itself_is_not_fetched() {
    let mut e = ready();
    e.handle_updates(MS(1), common(12, 2));
    e.handle_updates(MS(2), common(11, 1));
    assert_eq!(drain(&mut e), [1, 2]);
    e.handle_timeout(MS(1000));
    assert_eq!(e.poll_request(), None);
}

#[test]
fn seq_orders_what_has_no_counter_of_its_own() {
    let mut e = ready();
    e.handle_updates(MS(1), plain(3, 3));
    e.handle_updates(MS(1), plain(1, 1));
    assert!(drain(&mut e).is_empty());
    e.handle_updates(MS(2), plain(2, 2));
    assert_eq!(drain(&mut e), [2, 3]);
    assert_eq!(
        e.state(),
        State {
            seq: 3,
            date: 9,
            ..START
        }
    );
}

#[test]
fn a_server_that_never_fills_a_gap_is_believed_after_three_times() {
    let mut e = ready();
    let mut now = MS(0);
    e.handle_updates(now, common(20, 7));
    for _ in 0..MAX_STALLS {
        now = e.poll_timeout();
        e.handle_timeout(now);
        assert!(e.poll_request().is_some());
        assert!(drain(&mut e).is_empty());
        e.handle_difference(now, Difference::Empty { date: 1, seq: 1 });
    }
    assert_eq!(drain(&mut e), [7]);
    let lost = Notice::Lost {
        key: Key::Common,
        from: 10,
        to: 19,
    };
    assert_eq!(e.poll_notice(), Some(lost));
}

#[test]
fn slices_without_progress_end_in_a_pause() {
    let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), []);
    for _ in 0..MAX_STALLS {
        assert!(e.poll_request().is_some());
        let part = Difference::Part {
            consumed: vec![],
            others: vec![],
            state: START,
            last: false,
        };
        e.handle_difference(Duration::ZERO, part);
    }
    assert_eq!(e.poll_request(), None);
    assert_eq!(e.poll_notice(), Some(Notice::Stalled(Key::Common)));
    assert_eq!(e.poll_timeout(), MAX_PAUSE);
}

#[test]
fn a_channel_that_is_gone_disturbs_nobody() {
    let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), [(5, 100)]);
    assert!(e.poll_request().is_some());
    let place = Place::ChannelTooLong {
        id: 5,
        pts: Some(104),
    };
    let others = vec![Update { place, value: None }];
    let part = Difference::Part {
        consumed: vec![],
        others,
        state: START,
        last: true,
    };
    e.handle_difference(Duration::ZERO, part);
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
    e.handle_failure(Duration::ZERO, Key::Channel(5), Failure::Gone);
    assert_eq!(e.take_changes().unwrap().channels, [(5, None)]);
    e.handle_updates(MS(1), common(11, 1));
    assert_eq!(drain(&mut e), [1]);
}

#[test]
fn no_more_than_ten_channels_are_fetched_at_once() {
    let channels = (1..=30).map(|id| (id, 1));
    let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), channels);
    let updates = (1..=30)
        .map(|id| Update {
            place: Place::ChannelTooLong { id, pts: None },
            value: None,
        })
        .collect();
    e.handle_updates(
        Duration::ZERO,
        Batch {
            seq: None,
            date: None,
            updates,
        },
    );
    let asked = std::iter::from_fn(|| e.poll_request()).count();
    assert_eq!(asked, 1 + MAX_CHANNEL_FETCHES);
    let nothing = ChannelDifference {
        pts: 1,
        consumed: vec![],
        others: vec![],
        last: true,
        too_long: false,
    };
    e.handle_channel_difference(Duration::ZERO, 1, nothing);
    assert!(matches!(e.poll_request(), Some(Request::Channel { .. })));
    assert_eq!(e.poll_request(), None);
}

#[test]
fn silence_makes_it_ask() {
    let mut e = ready();
    e.handle_timeout(IDLE_WAIT);
    assert!(matches!(e.poll_request(), Some(Request::Difference { .. })));
}
