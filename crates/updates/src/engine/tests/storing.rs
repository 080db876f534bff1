use super::*;

#[test]
fn counters_are_not_given_out_before_the_updates_they_are_past() {
    let mut e = ready();
    e.handle_updates(MS(0), common(11, 1));
    e.handle_updates(MS(0), channel(5, 101, 2));
    assert_eq!(e.take_changes(), None);
    assert_eq!(e.poll_update(), Some(1));
    assert_eq!(e.take_changes(), None);
    assert_eq!(e.poll_update(), Some(2));
    let changes = e.take_changes().unwrap();
    assert_eq!(changes.common, Some(State { pts: 11, ..START }));
    let channel = ChannelState {
        newest: 2,
        ..ChannelState::at(101)
    };
    assert_eq!(changes.channels, [(5, Some(channel))]);
    assert_eq!(e.take_changes(), None);
}

#[test]
fn that_a_channel_is_behind_outlives_a_restart() {
    let mut e = ready();
    e.handle_updates(MS(0), channel(5, 103, 7));
    let stored = e.take_changes().unwrap().channels;
    assert_eq!(stored, [(5, Some(ChannelState::at(!100)))]);
    let again = stored.into_iter().filter_map(|(id, n)| Some((id, n?)));
    let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), again);
    assert!(matches!(e.poll_request(), Some(Request::Difference { .. })));
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
    e.handle_channel_difference(MS(1), 5, news(103, vec![1, 2, 7], true));
    assert_eq!(drain(&mut e), [1, 2, 7]);
    let channel = ChannelState {
        newest: 2,
        ..ChannelState::at(103)
    };
    assert_eq!(e.take_changes().unwrap().channels, [(5, Some(channel))]);
}

#[test]
fn what_could_not_be_stored_is_given_out_again() {
    let mut e = ready();
    e.handle_updates(MS(0), common(11, 1));
    e.handle_updates(MS(0), channel(5, 101, 2));
    drain(&mut e);
    let changes = e.take_changes();
    assert!(changes.is_some());
    e.forget_stored();
    assert_eq!(e.take_changes(), changes);
}
