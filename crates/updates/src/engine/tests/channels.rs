use super::*;
use crate::engine::outputs::MAX_CHANNEL_FETCHES;

#[test]
fn a_channel_that_is_gone_disturbs_nobody_and_remembers_how_far_it_was() {
    let mut e = ready();
    e.handle_updates(MS(0), channel(5, 103, 7));
    wait(&mut e);
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
    e.handle_failure(MS(600), Key::Channel(5), Failure::Gone);
    // What had come of it is delivered.
    assert_eq!(drain(&mut e), [7]);
    let stored = e.take_changes().unwrap().channels;
    let channel_is = 5;
    let gone = Notice::Gone {
        channel: channel_is,
        pts: 100,
    };
    let lost = Notice::Lost {
        counter: Counter::Channel(5),
        from: 100,
        to: 102,
    };
    let told = notices(&mut e);
    assert!(told.contains(&gone) && told.contains(&lost), "{told:?}");
    // After a restart as well as before it, late copies are known, and it is not asked for.
    let again = stored.into_iter().filter_map(|(id, c)| Some((id, c?)));
    let mut again = Engine::<u32>::new(Duration::ZERO, Some(START), again);
    assert!(matches!(
        again.poll_request(),
        Some(Request::Difference { .. })
    ));
    for e in [&mut e, &mut again] {
        e.handle_updates(MS(700), channel(5, 103, 7));
        e.handle_updates(MS(700), too_long(5, 103));
        assert_eq!((drain(e), e.poll_request()), (vec![], None));
        assert_eq!(e.load().channels, 0);
        // It is there again: what came since it was joined, at 9, is delivered.
        e.handle_updates(MS(700), too_long(5, 200));
        assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 103 }));
        let answer = ChannelDifference {
            joined: Some(9),
            ..news(200, vec![8_106, 9_108, 10_110], true)
        };
        e.handle_channel_difference(MS(800), 5, answer);
        assert_eq!((drain(e), e.load().channels), (vec![9_108, 10_110], 1));
    }
}

#[test]
fn a_channel_of_which_something_comes_meanwhile_is_not_gone() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(5, 103));
    assert!(e.poll_request().is_some());
    e.handle_updates(MS(1), channel(5, 104, 9));
    e.handle_failure(MS(2), Key::Channel(5), Failure::Gone);
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
    e.handle_channel_difference(MS(3), 5, news(104, vec![2, 4], true));
    assert_eq!((drain(&mut e), e.counts().gone), (vec![2, 4], 0));
}

#[test]
fn a_channel_that_is_gone_goes_on_with_what_comes_next_in_it() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(5, 103));
    assert!(e.poll_request().is_some());
    e.handle_failure(MS(600), Key::Channel(5), Failure::Gone);
    e.handle_updates(MS(700), channel(5, 101, 9));
    assert_eq!((drain(&mut e), e.load().channels), (vec![9], 1));
}

#[test]
fn channels_are_fetched_ten_at_once_each_in_its_turn_and_the_account_first() {
    let channels = (1..=300).map(|id| (id, ChannelState::at(1)));
    let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), channels);
    for id in 1..=300 {
        e.handle_updates(Duration::ZERO, too_long(id, 50));
    }
    assert!(matches!(e.poll_request(), Some(Request::Difference { .. })));
    let mut running: Vec<Request> = std::iter::from_fn(|| e.poll_request()).collect();
    assert_eq!(running.len(), MAX_CHANNEL_FETCHES);
    // The first has a hundred slices; the others are not kept waiting by it.
    let mut order = Vec::new();
    while let Some(request) = (!running.is_empty()).then(|| running.remove(0)) {
        let Request::Channel { id, pts } = request else {
            panic!("{request:?}")
        };
        order.push(id);
        let slice = match id {
            1 if pts < 100 => news(pts + 1, vec![], false),
            _ => news(50.max(pts), vec![], true),
        };
        e.handle_channel_difference(Duration::ZERO, id, slice);
        running.extend(std::iter::from_fn(|| e.poll_request()));
        assert!(running.len() <= MAX_CHANNEL_FETCHES);
    }
    let last_other = order.iter().rposition(|id| *id != 1).unwrap();
    assert_eq!(order.iter().filter(|id| **id != 1).count(), 299);
    assert!(last_other < 310, "{last_other}");
    assert_eq!(e.load().queued, 0);
}

#[test]
fn the_word_that_a_channel_moved_on_is_followed_unless_it_is_old() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(5, 100));
    assert_eq!(e.poll_request(), None);
    e.handle_updates(MS(0), too_long(5, 103));
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
    // Something newer is heard of meanwhile: the answer may not have it.
    e.handle_updates(MS(1), too_long(5, 104));
    e.handle_channel_difference(MS(2), 5, news(103, vec![2], true));
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 103 }));
    e.handle_channel_difference(MS(3), 5, news(104, vec![4], true));
    assert_eq!(e.poll_request(), None);
    assert_eq!(drain(&mut e), [2, 4]);
}

#[test]
fn a_channel_that_was_met_begins_there() {
    let mut e = ready();
    e.handle_channel_met(9, 70);
    e.handle_updates(MS(0), channel(9, 72, 2));
    assert_eq!(drain(&mut e), [0; 0]);
    assert_eq!(e.counts().gaps, 1);
}

#[test]
fn of_a_skip_to_the_present_the_messages_that_are_new_are_delivered() {
    let mut e = ready();
    e.handle_updates(MS(0), channel(5, 101, 50));
    e.handle_updates(MS(0), channel(5, 109, 57));
    e.handle_updates(MS(0), channel(5, 110, 56));
    wait(&mut e);
    assert!(e.poll_request().is_some());
    // Newest first, as they come from the server; 50 was delivered before.
    let answer = ChannelDifference {
        too_long: true,
        ..news(112, vec![58, 56, 54, 50, 48], true)
    };
    e.handle_channel_difference(MS(600), 5, answer);
    // 57 is no message: it waited, and comes after the messages.
    assert_eq!(drain(&mut e), [50, 54, 56, 58, 57]);
    let told = Notice::TooLong {
        counter: Counter::Channel(5),
        from: Some(101),
        to: Some(112),
        delivered: 4,
    };
    assert!(notices(&mut e).contains(&told));
    let channel = ChannelState {
        newest: 58,
        ..ChannelState::at(112)
    };
    assert_eq!(e.take_changes().unwrap().channels, [(5, Some(channel))]);
}

#[test]
fn messages_of_a_skip_are_told_apart_by_what_an_earlier_run_delivered() {
    let answer = ChannelDifference {
        too_long: true,
        ..news(500, vec![58, 56], true)
    };
    // Nobody knows which of them are new; the newest delivered is 56; it is 58.
    for (newest, delivered) in [(0, vec![]), (56, vec![58]), (58, vec![])] {
        let channel = ChannelState {
            newest,
            ..ChannelState::at(100)
        };
        let mut e = Engine::new(Duration::ZERO, Some(START), [(5, channel)]);
        assert!(e.poll_request().is_some());
        e.handle_updates(MS(0), too_long(5, 500));
        assert!(e.poll_request().is_some());
        e.handle_channel_difference(MS(1), 5, answer.clone());
        assert_eq!(drain(&mut e), delivered);
        assert_eq!(e.counts().too_long, 1);
        let stored = e.take_changes().unwrap().channels;
        assert_eq!(stored[0].1.unwrap().newest, 58);
    }
}

#[test]
fn what_waits_is_bounded_for_one_channel_and_for_all() {
    let channels = (1..=100).map(|id| (id, ChannelState::at(1)));
    let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), channels);
    for pts in 0..2000 {
        for id in 1..=100 {
            e.handle_updates(Duration::ZERO, channel(id, pts + 3, 1));
        }
    }
    let load = e.load();
    assert!(
        load.waiting <= MAX_HELD_OF_CHANNELS && load.waiting > 0,
        "{load:?}"
    );
    assert!(e.counts().overflows > 0);
    // Nothing of it is given up: it is fetched.
    wait(&mut e);
    let asked = std::iter::from_fn(|| e.poll_request()).count();
    assert_eq!(asked, 1 + MAX_CHANNEL_FETCHES);
    assert_eq!(e.load().queued, 100 - MAX_CHANNEL_FETCHES);
}

#[test]
fn a_channel_that_tells_of_itself_in_its_own_difference_is_not_fetched_for_ever() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(5, 103));
    assert!(e.poll_request().is_some());
    let mut answer = news(103, vec![], true);
    answer.others.extend(too_long(5, 999).updates);
    e.handle_channel_difference(MS(1), 5, answer);
    assert_eq!(e.poll_request(), None);
}
