use super::*;

#[test]
fn a_new_account_asks_for_the_state_and_delivers_what_came_since() {
    let mut e = Engine::new(Duration::ZERO, None, []);
    assert_eq!(e.poll_request(), Some(Request::State));
    // The first of these is part of the state that the server is about to tell.
    e.handle_updates(Duration::ZERO, common(10, 1));
    e.handle_updates(Duration::ZERO, common(11, 2));
    e.handle_updates(Duration::ZERO, plain((1, 1), 3));
    e.handle_state(MS(9), START);
    assert_eq!(drain(&mut e), [3, 1, 2]);
    let changes = e.take_changes().unwrap();
    let state = State {
        pts: 11,
        date: 9,
        ..START
    };
    assert_eq!(changes.common, Some(state));
    assert_eq!(e.take_changes(), None);
    assert_eq!(
        notices(&mut e),
        [Notice::CaughtUp {
            key: Key::Common,
            updates: 0
        }]
    );
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
    e.handle_difference(MS(800), part(vec![1, 2], 12, true));
    assert_eq!(drain(&mut e), [1, 2]);
    assert_eq!(e.state().pts, 12);
    let counter = Counter::Pts;
    let (from, to) = (10, 11);
    assert_eq!(
        notices(&mut e),
        [
            Notice::Gap { counter, from, to },
            Notice::CaughtUp {
                key: Key::Common,
                updates: 2
            },
            Notice::Recovered {
                counter,
                from,
                to,
                how: Recovery::Fetched,
                updates: 2
            },
        ]
    );
    assert_eq!((e.counts().gaps, e.counts().recovered_fetched), (1, 1));
    assert_eq!(e.counts().duplicates, 2);
}

#[test]
fn a_gap_that_closes_itself_is_not_fetched() {
    let mut e = ready();
    e.handle_updates(MS(1), common(12, 2));
    e.handle_updates(MS(2), common(11, 1));
    assert_eq!(drain(&mut e), [1, 2]);
    e.handle_timeout(MS(1000));
    assert_eq!(e.poll_request(), None);
    let how = Recovery::Late;
    assert!(
        matches!(notices(&mut e)[..], [Notice::Gap { .. }, Notice::Recovered { how: h, updates: 1, .. }] if h == how)
    );
}

#[test]
fn a_second_hole_has_its_own_time_to_close() {
    let mut e = ready();
    e.handle_updates(MS(0), common(12, 2));
    e.handle_updates(MS(0), common(14, 4));
    e.handle_updates(MS(400), common(11, 1));
    assert_eq!(e.poll_timeout(), MS(900));
    e.handle_timeout(MS(500));
    assert_eq!(e.poll_request(), None);
    assert_eq!(drain(&mut e), [1, 2]);
    assert_eq!(e.counts().gaps, 2);
}

#[test]
fn seq_orders_what_has_no_counter_of_its_own() {
    let mut e = ready();
    e.handle_updates(MS(1), plain((4, 4), 4));
    e.handle_updates(MS(1), plain((1, 1), 1));
    assert!(drain(&mut e).is_empty());
    e.handle_updates(MS(2), plain((2, 3), 2));
    assert_eq!(drain(&mut e), [2, 4]);
    let state = State {
        seq: 4,
        date: 9,
        ..START
    };
    assert_eq!(e.state(), state);
    // Without a seq there is no order, and the date stays that of what has one.
    e.handle_updates(
        MS(3),
        Batch {
            date: Some(50),
            ..plain((0, 0), 7)
        },
    );
    assert_eq!(drain(&mut e), [7]);
    assert_eq!(e.state(), state);
}

#[test]
fn counted_updates_of_a_container_do_not_wait_for_its_seq() {
    let mut e = ready();
    let place = Place::Common { pts: 11, count: 1 };
    let mut container = plain((3, 3), 30);
    container.updates.push(Update {
        place,
        value: Some(11),
    });
    e.handle_updates(MS(1), container);
    assert_eq!(drain(&mut e), [11]);
    wait(&mut e);
    assert!(matches!(e.poll_request(), Some(Request::Difference { .. })));
}

#[test]
fn a_seq_that_starts_over_is_followed() {
    let mut e = ready();
    e.handle_updates(MS(1), plain((2, 900), 1));
    e.handle_too_long(MS(2));
    assert!(e.poll_request().is_some());
    e.handle_difference(MS(3), Difference::Empty { date: 10, seq: 3 });
    e.handle_updates(MS(4), plain((4, 4), 2));
    assert_eq!(drain(&mut e), [1, 2]);
}

#[test]
fn an_update_that_counts_nothing_is_in_order_where_it_stands() {
    let mut e = ready();
    let marks = |pts| batch(Place::Common { pts, count: 0 }, 100);
    e.handle_updates(MS(1), marks(10));
    assert_eq!(drain(&mut e), [100]);
    e.handle_updates(MS(1), marks(9));
    assert!(drain(&mut e).is_empty());
    e.handle_updates(MS(1), marks(11));
    assert!(drain(&mut e).is_empty());
    e.handle_updates(MS(2), common(11, 1));
    assert_eq!(drain(&mut e), [1, 100]);
}

#[test]
fn a_gap_that_nobody_can_fill_is_told_as_lost_in_the_end() {
    let mut e = ready();
    let mut now = MS(0);
    e.handle_updates(now, common(20, 7));
    // That the server's clock goes on is no progress.
    for date in 2..2 + crate::sequence::MAX_TRIES.cast_signed() {
        assert!(drain(&mut e).is_empty());
        now = wait(&mut e);
        assert!(e.poll_request().is_some());
        e.handle_difference(now, Difference::Empty { date, seq: 1 });
    }
    assert_eq!(drain(&mut e), [7]);
    assert!(now > MS(3000), "{now:?}");
    let (counter, from, to) = (Counter::Pts, 10, 19);
    assert_eq!(
        notices(&mut e),
        [
            Notice::Gap { counter, from, to },
            Notice::Lost { counter, from, to }
        ]
    );
}

#[test]
fn differences_for_other_reasons_do_not_make_it_give_up_sooner() {
    let mut e = ready();
    e.handle_updates(MS(0), common(20, 7));
    for _ in 0..50 {
        e.handle_too_long(MS(10));
        assert!(e.poll_request().is_some());
        e.handle_difference(MS(10), EMPTY);
    }
    assert!(drain(&mut e).is_empty());
    assert_eq!(e.counts().lost, 0);
}

#[test]
fn a_gap_in_qts_is_given_up_although_pts_moves_on() {
    let mut e = ready();
    e.handle_updates(MS(0), batch(Place::Qts { qts: 5 }, 5));
    let mut pts = 10;
    while e.counts().lost == 0 {
        let now = wait(&mut e);
        assert!(e.poll_request().is_some());
        pts += 1;
        e.handle_difference(now, part(vec![1], pts, true));
        assert!(pts < 100);
    }
    assert_eq!(drain(&mut e).last(), Some(&5));
}

#[test]
fn what_a_difference_repeats_of_qts_is_not_told_again() {
    let mut e = ready();
    e.handle_updates(MS(0), batch(Place::Qts { qts: 2 }, 5));
    assert_eq!(drain(&mut e), [5]);
    // Asked from where it was stored, which is before that.
    e.handle_too_long(MS(1));
    assert!(e.poll_request().is_some());
    let again = |qts, value| Update {
        place: Place::Qts { qts },
        value: Some(value),
    };
    let state = State { qts: 3, ..START };
    let others = vec![again(2, 5), again(3, 7)];
    let part = Difference::Part {
        consumed: vec![],
        others,
        state,
        last: true,
    };
    e.handle_difference(MS(2), part);
    assert_eq!((drain(&mut e), e.counts().duplicates), (vec![7], 1));
    assert_eq!(e.state(), state);
}

#[test]
fn notices_that_nobody_takes_are_bounded_but_losses_are_kept() {
    let mut e = ready();
    let mut lost = 0;
    for n in 0..3000 {
        // Gaps that open and close, and now and then the server skips something.
        let pts = e.state().pts;
        e.handle_updates(MS(0), common(pts + 2, 1));
        e.handle_too_long(MS(0));
        assert!(e.poll_request().is_some());
        if n % 10 == 0 {
            lost += 1;
            e.handle_difference(MS(0), Difference::TooLong { pts: pts + 2 });
            assert!(e.poll_request().is_some());
        }
        e.handle_difference(MS(0), part(vec![], pts + 2, true));
    }
    assert!(e.counts().notices_dropped > 0);
    let kept = notices(&mut e);
    assert_eq!(kept.len(), 1024);
    assert_eq!(kept.iter().filter(|n| n.is_loss()).count(), lost);
}

#[test]
fn slices_without_progress_end_in_a_pause_that_is_told_once() {
    let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), []);
    for _ in 0..2 * fetching::MAX_STALLS {
        if e.poll_request().is_none() {
            assert_eq!(e.poll_timeout(), fetching::MAX_PAUSE);
            wait(&mut e);
            assert!(e.poll_request().is_some());
        }
        e.handle_difference(Duration::ZERO, part(vec![], START.pts, false));
    }
    assert_eq!(e.poll_request(), None);
    assert_eq!(notices(&mut e), [Notice::Stalled(Key::Common)]);
}

#[test]
fn what_is_in_order_is_delivered_although_fetching_fails() {
    let (mut e, mut now) = (ready(), MS(0));
    e.handle_too_long(now);
    for pts in 11..18 {
        assert!(e.poll_request().is_some());
        e.handle_failure(now, Key::Common, Failure::Refused);
        e.handle_updates(now, common(pts, 1));
        assert_eq!(drain(&mut e), [1]);
        now = wait(&mut e);
    }
    assert_eq!(notices(&mut e), [Notice::Stalled(Key::Common)]);
}

#[test]
fn what_is_heard_of_during_a_fetch_is_fetched_after_it() {
    let mut e = ready();
    e.handle_too_long(MS(0));
    assert!(e.poll_request().is_some());
    // The answer may have been made before what this speaks of.
    e.handle_too_long(MS(1));
    assert_eq!(e.poll_request(), None);
    e.handle_difference(MS(2), EMPTY);
    assert!(e.poll_request().is_some());
    e.handle_difference(MS(3), EMPTY);
    assert_eq!(e.poll_request(), None);
}

#[test]
fn a_connection_that_is_back_ends_a_pause_but_not_one_the_server_asked_for() {
    let mut e = ready();
    for (after, asked) in [(0, true), (90, false)] {
        e.handle_too_long(MS(0));
        assert!(e.poll_request().is_some());
        let after = SECS(after);
        e.handle_failure(MS(0), Key::Common, Failure::Retry { after });
        e.handle_too_long(MS(1));
        assert_eq!(e.poll_request(), None);
        e.handle_reconnected(MS(1));
        assert_eq!(e.poll_request().is_some(), asked);
        e.handle_difference(MS(1), EMPTY);
    }
    assert_eq!(e.poll_timeout(), SECS(90));
}

#[test]
fn a_difference_that_is_too_long_is_told_with_its_range_and_gone_on_from() {
    let mut e = ready();
    e.handle_updates(MS(0), common(40, 40));
    e.handle_updates(MS(0), common(90, 90));
    wait(&mut e);
    assert!(e.poll_request().is_some());
    e.handle_difference(MS(600), Difference::TooLong { pts: 80 });
    assert!(matches!(e.poll_request(), Some(Request::Difference { state }) if state.pts == 80));
    e.handle_difference(MS(700), part(vec![81], 89, true));
    // What had come by itself is not thrown away.
    assert_eq!(drain(&mut e), [40, 81, 90]);
    let too_long = Notice::TooLong {
        counter: Counter::Pts,
        from: Some(10),
        to: Some(80),
        delivered: 1,
    };
    assert!(notices(&mut e).contains(&too_long));
}

#[test]
fn a_server_that_forgot_the_state_is_asked_for_it_and_the_range_is_told() {
    let mut e = ready();
    e.handle_updates(MS(0), common(33, 33));
    wait(&mut e);
    assert!(e.poll_request().is_some());
    e.handle_failure(MS(600), Key::Common, Failure::Reset);
    let now = wait(&mut e);
    assert_eq!(e.poll_request(), Some(Request::State));
    e.handle_state(now, State { pts: 34, ..START });
    assert_eq!(drain(&mut e), [33]);
    let counter = Counter::Pts;
    let reset = Notice::Reset {
        counter,
        from: 10,
        to: 34,
    };
    assert!(notices(&mut e).contains(&reset));
}

#[test]
fn channels_in_which_something_happened_are_named_although_the_server_forgot_the_state() {
    let mut e = ready();
    e.handle_too_long(MS(0));
    let new = State {
        pts: 34,
        date: 50,
        ..START
    };
    let kept = State { date: 1, ..new };
    for (asked_from, left) in [(START, kept), (kept, new)] {
        let request = e.poll_request();
        assert_eq!(request, Some(Request::Difference { state: asked_from }));
        e.handle_failure(MS(1), Key::Common, Failure::Reset);
        let now = wait(&mut e);
        assert_eq!(e.poll_request(), Some(Request::State));
        e.handle_state(now, new);
        assert_eq!(e.state(), left);
        while let Some(request) = e.poll_request() {
            if let Request::Channel { id, .. } = request {
                e.handle_channel_difference(now, id, news(100, vec![], true));
            } else {
                // It is refused once more, then no more.
                assert_eq!(request, Request::Difference { state: kept });
                assert_eq!(asked_from, START);
                e.handle_failure(now, Key::Common, Failure::Retry { after: MS(0) });
                wait(&mut e);
                break;
            }
        }
    }
    assert_eq!(e.poll_request(), None);
}

#[test]
fn new_counters_of_the_server_are_taken_from_it() {
    let mut e = ready();
    e.handle_pts_changed(MS(0));
    assert_eq!(e.poll_request(), Some(Request::State));
    e.handle_state(MS(1), State { pts: 3, ..START });
    e.handle_updates(MS(2), common(4, 4));
    assert_eq!(drain(&mut e), [4]);
}

#[test]
fn a_stale_answer_does_not_take_counters_back() {
    let mut e = ready();
    e.handle_too_long(MS(0));
    assert!(e.poll_request().is_some());
    e.handle_difference(MS(1), part(vec![], 7, true));
    assert_eq!(e.state().pts, 10);
    e.handle_updates(MS(2), common(10, 9));
    assert!(drain(&mut e).is_empty());
}

#[test]
fn answers_that_nobody_waits_for_are_ignored() {
    let mut e = ready();
    e.handle_difference(MS(0), part(vec![1], 50, true));
    e.handle_state(MS(0), State { pts: 70, ..START });
    e.handle_channel_difference(MS(0), 5, news(200, vec![2], true));
    e.handle_channel_difference(MS(0), 6, news(200, vec![2], true));
    e.handle_failure(MS(0), Key::Channel(5), Failure::Gone);
    assert_eq!(drain(&mut e), [0; 0]);
    assert_eq!((e.state(), e.take_changes()), (START, None));
}

#[test]
fn silence_makes_it_ask() {
    let mut e = ready();
    e.handle_timeout(IDLE_WAIT);
    assert!(matches!(e.poll_request(), Some(Request::Difference { .. })));
}

#[test]
fn numbers_made_to_hurt_do_no_harm() {
    let mut e = ready();
    for pts in [i32::MIN, -1, 0, 1, i32::MAX] {
        for count in [i32::MIN, -1, 0, 1, i32::MAX] {
            e.handle_updates(MS(1), batch(Place::Common { pts, count }, 1));
            e.handle_updates(MS(1), batch(Place::Channel { id: 9, pts, count }, 1));
            e.handle_updates(MS(1), plain((pts, count), 1));
        }
        e.handle_updates(MS(1), batch(Place::Qts { qts: pts }, 1));
        e.handle_updates(MS(1), too_long(9, pts));
    }
    assert!(e.state().pts >= START.pts);
    e.handle_timeout(Duration::MAX);
    while e.poll_request().is_some() {}
    e.handle_difference(Duration::MAX, Difference::TooLong { pts: i32::MAX });
    e.handle_channel_difference(Duration::MAX, 9, news(i32::MIN, vec![], true));
}

#[test]
fn it_has_caught_up_when_all_is_fetched_and_polled_and_not_when_a_fetch_failed() {
    let mut e = Engine::new(Duration::ZERO, Some(START), [(5, ChannelState::at(!100))]);
    assert!(!e.is_caught_up());
    let requests = [e.poll_request(), e.poll_request()];
    assert!(requests.iter().all(Option::is_some) && e.poll_request().is_none());
    e.handle_channel_difference(Duration::ZERO, 5, news(101, vec![2], true));
    let failure = Failure::Retry {
        after: Duration::ZERO,
    };
    e.handle_failure(Duration::ZERO, Key::Common, failure);
    assert_eq!(drain(&mut e), [2]);
    assert!(!e.is_caught_up(), "it is fetched after a pause");
    let now = wait(&mut e);
    assert!(e.poll_request().is_some() && !e.is_caught_up());
    e.handle_difference(now, part(vec![4], 11, true));
    assert!(!e.is_caught_up());
    assert_eq!(drain(&mut e), [4]);
    assert!(e.is_caught_up());
}
