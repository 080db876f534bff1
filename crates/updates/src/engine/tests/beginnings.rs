use super::*;

const ID: i64 = 8;
/// Everything before this is history.
const STATE: State = State { date: 5, ..START };

/// An engine that has caught up and knows no channel.
fn ready() -> Eng {
    let mut e = Engine::new(Duration::ZERO, Some(STATE), []);
    assert!(e.poll_request().is_some());
    let empty = Difference::Empty { date: 5, seq: 1 };
    e.handle_difference(Duration::ZERO, empty);
    notices(&mut e);
    e
}

fn asked(e: &mut Eng) -> Option<i32> {
    match e.poll_request()? {
        Request::Channel { id: ID, pts } => Some(pts),
        other => panic!("{other:?}"),
    }
}

fn restarted(e: &mut Eng) -> Eng {
    let changes = e.take_changes().unwrap();
    let channels = changes.channels.into_iter();
    let channels = channels.filter_map(|(id, c)| Some((id, c?)));
    let mut e = Engine::new(Duration::ZERO, changes.common.or(Some(STATE)), channels);
    assert!(matches!(e.poll_request(), Some(Request::Difference { .. })));
    e
}

fn skipped(to: i32, delivered: usize) -> Notice {
    Notice::TooLong {
        counter: Counter::Channel(ID),
        from: None,
        to: Some(to),
        delivered,
    }
}

#[test]
fn of_a_channel_heard_of_for_the_first_time_what_is_new_is_delivered() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(ID, 500));
    assert_eq!(asked(&mut e), Some(490));
    // Its history ends with 4_020.
    e.handle_channel_difference(MS(1), ID, news(500, vec![4_020, 5_022, 6_024], true));
    assert_eq!(drain(&mut e), [5_022, 6_024]);
    assert!(notices(&mut e).iter().all(|n| !n.is_loss()));
    e.handle_updates(MS(2), channel(ID, 501, 7_026));
    assert_eq!((drain(&mut e), asked(&mut e)), (vec![7_026], None));
}

#[test]
fn it_is_asked_from_further_back_until_something_old_comes() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(ID, 5000));
    for from in [4990, 4900] {
        assert_eq!(asked(&mut e), Some(from));
        e.handle_channel_difference(MS(1), ID, news(5000, vec![6_024], true));
        assert_eq!(drain(&mut e), [0; 0]);
    }
    assert_eq!(asked(&mut e), Some(4000));
    // The answer comes in parts, of which the second is new as a whole.
    e.handle_channel_difference(MS(2), ID, news(4100, vec![4_002, 5_004], false));
    assert_eq!(asked(&mut e), Some(4100));
    e.handle_channel_difference(MS(3), ID, news(5000, vec![5_006, 6_024], true));
    assert_eq!(drain(&mut e), [5_004, 5_006, 6_024]);
    assert!(notices(&mut e).iter().all(|n| !n.is_loss()));
    assert_eq!(asked(&mut e), None);
}

#[test]
fn what_is_beyond_the_reach_is_told() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(ID, 5000));
    for from in [4990, 4900, 4000] {
        assert_eq!(asked(&mut e), Some(from));
        e.handle_channel_difference(MS(1), ID, news(5000, vec![6_024], true));
    }
    assert_eq!((drain(&mut e), asked(&mut e)), (vec![6_024], None));
    assert!(notices(&mut e).contains(&skipped(4000, 0)));
}

#[test]
fn a_channel_that_was_joined_begins_with_that() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(ID, 500));
    assert_eq!(asked(&mut e), Some(490));
    // Nothing before is seen; the first that is, is that somebody joined, at 7.
    let answer = ChannelDifference {
        joined: Some(7),
        ..news(500, vec![7_022, 8_024], true)
    };
    e.handle_channel_difference(MS(1), ID, answer);
    assert_eq!((drain(&mut e), asked(&mut e)), (vec![7_022, 8_024], None));
    assert_eq!(e.counts().too_long, 0);
}

#[test]
fn what_was_written_before_joining_is_not_delivered() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(ID, 500));
    assert!(asked(&mut e).is_some());
    let answer = ChannelDifference {
        joined: Some(7),
        ..news(500, vec![6_020, 7_022, 8_024], true)
    };
    e.handle_channel_difference(MS(1), ID, answer);
    assert_eq!(drain(&mut e), [7_022, 8_024]);
}

#[test]
fn the_first_update_of_a_channel_waits_for_those_that_are_lost_before_it() {
    let mut e = ready();
    e.handle_updates(MS(0), channel(ID, 501, 6_030));
    assert_eq!(drain(&mut e), [0; 0]);
    assert_eq!(asked(&mut e), Some(490));
    e.handle_updates(MS(1), channel(ID, 502, 6_032));
    // The answer was made before the second.
    let mut answer = news(501, vec![4_020, 5_022, 6_030], true);
    // Changes of what is old are old if they were made then, and have come if nobody says when.
    for value in [4_001, 3, 6_001] {
        let place = Place::Channel {
            id: ID,
            pts: 500,
            count: 1,
        };
        let value = Some(value);
        answer.others.push(Update { place, value });
    }
    e.handle_channel_difference(MS(2), ID, answer);
    assert_eq!(drain(&mut e), [5_022, 6_030, 3, 6_001, 6_032]);
    assert_eq!((asked(&mut e), e.counts().lost), (None, 0));
}

#[test]
fn what_the_server_sends_is_news_although_its_date_is_old() {
    let mut e = ready();
    e.handle_updates(MS(0), channel(ID, 501, 4_030));
    e.handle_updates(MS(0), channel(ID, 502, 4_001));
    assert_eq!(asked(&mut e), Some(490));
    let mut answer = news(502, vec![4_028, 4_030], true);
    for (pts, value) in [(500, 4_003), (502, 4_001)] {
        let (id, count) = (ID, 1);
        let place = Place::Channel { id, pts, count };
        let value = Some(value);
        answer.others.push(Update { place, value });
    }
    e.handle_channel_difference(MS(1), ID, answer);
    assert_eq!(drain(&mut e), [4_030, 4_001]);
}

#[test]
fn a_channel_that_is_new_itself_begins_at_once() {
    let mut e = ready();
    e.handle_updates(MS(0), channel(ID, 2, 6_002));
    assert_eq!((drain(&mut e), asked(&mut e)), (vec![6_002], None));
}

#[test]
fn before_the_account_has_begun_nothing_is_sought() {
    let mut e = Eng::new(Duration::ZERO, None, []);
    assert_eq!(e.poll_request(), Some(Request::State));
    e.handle_updates(MS(0), channel(ID, 501, 30));
    assert_eq!((drain(&mut e), asked(&mut e)), (vec![30], None));
    e.handle_updates(MS(0), too_long(ID + 1, 40));
    assert_eq!(asked(&mut e), None);
    assert_eq!(e.counts().too_long, 1);
}

#[test]
fn a_search_outlives_a_restart() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(ID, 500));
    assert_eq!(asked(&mut e), Some(490));
    // What it is searched for is of the time before the next difference.
    e.handle_too_long(MS(1));
    assert!(matches!(e.poll_request(), Some(Request::Difference { .. })));
    e.handle_difference(MS(2), Difference::Empty { date: 9, seq: 1 });
    let mut e = restarted(&mut e);
    assert_eq!(asked(&mut e), Some(490));
    e.handle_channel_difference(MS(1), ID, news(495, vec![4_020, 5_022], false));
    assert_eq!(drain(&mut e), [5_022]);
    // The rest of the answer, too.
    let mut e = restarted(&mut e);
    assert_eq!(asked(&mut e), Some(495));
    e.handle_channel_difference(MS(2), ID, news(500, vec![4_024, 6_026], true));
    assert_eq!(drain(&mut e), [6_026]);
    let channel = ChannelState {
        newest: 6_026,
        ..ChannelState::at(500)
    };
    let stored = e.take_changes().unwrap().channels;
    assert_eq!(stored, [(ID, Some(channel))]);
}

#[test]
fn a_word_without_a_pts_is_followed_from_where_the_server_says_the_channel_is() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(ID, None));
    assert_eq!(asked(&mut e), Some(1));
    let answer = |pts, consumed| ChannelDifference {
        too_long: true,
        ..news(pts, consumed, true)
    };
    e.handle_channel_difference(MS(1), ID, answer(500, vec![6_024, 5_022]));
    assert_eq!((drain(&mut e), asked(&mut e)), (vec![], Some(490)));
    // It skips again: then its messages are what there is.
    e.handle_updates(MS(2), channel(ID, 501, 6_026));
    e.handle_channel_difference(MS(3), ID, answer(501, vec![6_026, 6_024, 5_022, 4_020]));
    assert_eq!(drain(&mut e), [5_022, 6_024, 6_026]);
    assert!(notices(&mut e).contains(&skipped(501, 3)));
    e.handle_updates(MS(4), channel(ID, 502, 6_028));
    assert_eq!((drain(&mut e), asked(&mut e)), (vec![6_028], None));
}

#[test]
fn a_channel_that_cannot_be_asked_begins_with_what_came_of_it() {
    for failure in [Failure::Unreachable, Failure::Gone] {
        let mut e = ready();
        e.handle_updates(MS(0), channel(ID, 501, 6_030));
        assert!(asked(&mut e).is_some());
        e.handle_failure(MS(1), Key::Channel(ID), failure);
        assert_eq!(drain(&mut e), [6_030]);
        assert!(notices(&mut e).contains(&skipped(500, 0)), "{failure:?}");
        e.handle_updates(MS(2), channel(ID, 502, 6_032));
        assert_eq!(drain(&mut e), [6_032]);
    }
}

#[test]
fn of_a_channel_that_is_gone_before_anything_came_of_it_nothing_is_kept() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(ID, None));
    assert!(asked(&mut e).is_some());
    e.handle_failure(MS(1), Key::Channel(ID), Failure::Gone);
    assert_eq!(e.take_changes().unwrap().channels, [(ID, None)]);
    assert_eq!(e.load().channels, 0);
}

#[test]
fn a_channel_whose_pts_the_server_does_not_know_for_a_moment_goes_on() {
    let mut e = super::ready();
    e.handle_updates(MS(0), channel(5, 103, 7));
    wait(&mut e);
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
    e.handle_failure(MS(600), Key::Channel(5), Failure::Reset);
    // It is asked from before, and dies; after that it begins with what it knows.
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 90 }));
    let stored = e.take_changes().unwrap().channels;
    assert_eq!(stored, [(5, Some(ChannelState::at(!100)))]);
    e.handle_channel_difference(MS(601), 5, news(103, vec![90, 2, 4], true));
    assert_eq!(drain(&mut e), [0; 0]);
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
    e.handle_channel_difference(MS(602), 5, news(103, vec![2, 4, 7], true));
    assert_eq!(drain(&mut e), [2, 4, 7]);
    assert!(notices(&mut e).iter().all(|n| !n.is_loss()));
}

#[test]
fn a_channel_whose_pts_the_server_lost_goes_on_where_it_is_and_that_is_told() {
    let channel = ChannelState {
        newest: 2_060,
        ..ChannelState::at(5000)
    };
    let mut e = Engine::new(Duration::ZERO, Some(START), [(5, channel)]);
    assert!(e.poll_request().is_some());
    e.handle_updates(MS(0), too_long(5, None));
    for pts in [5000, 4990, 4900, 4000] {
        assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts }));
        e.handle_failure(MS(1), Key::Channel(5), Failure::Reset);
    }
    // It counts anew, and from the first it must know. What was delivered is not delivered again.
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 1 }));
    e.handle_channel_difference(MS(2), 5, news(9, vec![2_058, 2_060, 2_062], true));
    assert_eq!(drain(&mut e), [2_062]);
    let counter = Counter::Channel(5);
    let reset = Notice::Reset {
        counter,
        from: 5000,
        to: 1,
    };
    assert!(notices(&mut e).contains(&reset));
    let stored = e.take_changes().unwrap().channels;
    let channel = ChannelState {
        newest: 2_062,
        ..ChannelState::at(9)
    };
    assert_eq!(stored, [(5, Some(channel))]);
}

#[test]
fn a_server_that_knows_a_pts_and_does_not_is_not_asked_for_ever() {
    let mut e = super::ready();
    e.handle_updates(MS(0), too_long(5, 103));
    let mut asked = 0;
    while let Some(Request::Channel { pts, .. }) = e.poll_request() {
        asked += 1;
        match pts {
            100 => e.handle_failure(MS(1), Key::Channel(5), Failure::Reset),
            _ => e.handle_channel_difference(MS(1), 5, news(103, vec![], true)),
        }
    }
    assert!(asked < 10, "{asked}");
    assert!(notices(&mut e).contains(&Notice::Stalled(Key::Channel(5))));
}

#[test]
fn a_server_that_does_not_know_any_pts_is_left_alone() {
    let mut e = super::ready();
    e.handle_updates(MS(0), channel(5, 103, 7));
    for _ in 0..30 {
        wait(&mut e);
        while let Some(request) = e.poll_request() {
            let key = match request {
                Request::Channel { id, .. } => Key::Channel(id),
                _ => Key::Common,
            };
            e.handle_failure(e.poll_timeout(), key, Failure::Reset);
        }
    }
    assert_eq!(drain(&mut e), [7]);
    assert_eq!(e.load().quarantined, 1);
}
