use super::*;
use crate::engine::fetching::{MAX_QUARANTINE, MAX_REFUSALS, QUARANTINE};

/// A channel whose difference the server refused until it was left alone.
fn refused() -> (Eng, Duration) {
    let mut e = ready();
    e.handle_updates(MS(0), channel(5, 103, 7));
    let mut now = MS(0);
    for _ in 0..MAX_REFUSALS {
        now = wait(&mut e);
        assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
        e.handle_failure(now, Key::Channel(5), Failure::Refused);
    }
    (e, now)
}

const TOLD: Notice = Notice::Quarantined {
    channel: 5,
    pts: 100,
    reason: Reason::Refused(MAX_REFUSALS),
};

#[test]
fn a_channel_that_is_refused_again_and_again_is_left_alone_and_that_is_told_once() {
    let (mut e, now) = refused();
    assert!(notices(&mut e).contains(&TOLD));
    assert_eq!(e.load().quarantined, 1);
    // A flood of its updates does not make it ask.
    for pts in 104..200 {
        e.handle_updates(now + SECS(1), channel(5, pts, 7));
        e.handle_timeout(now + SECS(1));
        assert_eq!(e.poll_request(), None);
    }
    assert_eq!(drain(&mut e), [0; 0]);
}

#[test]
fn it_is_tried_again_when_something_new_comes_of_it_and_in_any_case_after_an_hour() {
    let (mut e, now) = refused();
    e.handle_updates(now + QUARANTINE, channel(5, 104, 8));
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
    let (mut e, now) = refused();
    e.handle_timeout(now + MAX_QUARANTINE);
    // The account was silent for as long.
    assert!(matches!(e.poll_request(), Some(Request::Difference { .. })));
    assert_eq!(e.poll_request(), Some(Request::Channel { id: 5, pts: 100 }));
    e.handle_channel_difference(now + MAX_QUARANTINE, 5, news(103, vec![2, 4, 7], true));
    assert_eq!(drain(&mut e), [2, 4, 7]);
    assert!(notices(&mut e).contains(&Notice::Released { channel: 5 }));
    assert_eq!((e.load().quarantined, e.counts().lost), (0, 0));
}

#[test]
fn what_waits_for_what_nobody_gives_is_delivered_at_the_second_attempt() {
    let (mut e, now) = refused();
    let now = now + QUARANTINE;
    e.handle_updates(now, channel(5, 110, 9));
    assert!(e.poll_request().is_some());
    e.handle_failure(now, Key::Channel(5), Failure::Refused);
    assert_eq!(drain(&mut e), [7, 9]);
    let told = notices(&mut e);
    assert_eq!(told.iter().filter(|n| **n == TOLD).count(), 1);
    assert_eq!(e.counts().lost, 2);
    // And from there on in order, without asking.
    e.handle_updates(now, channel(5, 111, 10));
    assert_eq!((drain(&mut e), e.poll_request()), (vec![10], None));
}

#[test]
fn a_channel_that_cannot_be_addressed_is_left_alone_at_once() {
    let mut e = ready();
    e.handle_updates(MS(0), too_long(5, 103));
    assert!(e.poll_request().is_some());
    e.handle_failure(MS(1), Key::Channel(5), Failure::Unreachable);
    e.handle_updates(MS(2), too_long(5, 104));
    assert_eq!(e.poll_request(), None);
    assert_eq!(e.counts().quarantined, 1);
}

#[test]
fn broken_channels_keep_nobody_from_being_fetched() {
    let channels = (1..=200).map(|id| (id, ChannelState::at(1)));
    let mut e = Engine::<u32>::new(Duration::ZERO, Some(START), channels);
    (1..=200).for_each(|id| e.handle_updates(Duration::ZERO, too_long(id, 2)));
    let (mut whole, mut asked, mut now) = (0, 0, MS(0));
    while now < SECS(3000) {
        while let Some(request) = e.poll_request() {
            asked += 1;
            match request {
                // Half of them are broken.
                Request::Channel { id, .. } if id % 2 == 0 => {
                    e.handle_failure(now, Key::Channel(id), Failure::Refused);
                }
                Request::Channel { id, .. } => {
                    assert_eq!(now, MS(0));
                    e.handle_channel_difference(now, id, news(2, vec![], true));
                    whole += 1;
                }
                _ => e.handle_difference(now, EMPTY),
            }
        }
        now = wait(&mut e);
    }
    assert_eq!(whole, 100);
    // Each broken one was tried five times, not for fifty minutes.
    assert!(asked <= 100 + 500 + 5, "{asked}");
    assert_eq!(e.counts().quarantined, 100);
}

#[test]
fn a_copy_that_comes_during_a_fetch_that_fails_is_not_delivered_again() {
    let (mut e, now) = refused();
    let now = now + QUARANTINE;
    // The gap closes by itself, and yet it is fetched, because that was due.
    for (pts, value) in [(101, 1), (102, 2)] {
        e.handle_updates(now, channel(5, pts, value));
    }
    assert!(e.poll_request().is_some());
    e.handle_updates(now, channel(5, 102, 2));
    e.handle_updates(now, channel(5, 104, 8));
    e.handle_failure(now, Key::Channel(5), Failure::Refused);
    assert_eq!(drain(&mut e), [1, 2, 7, 8]);
    assert_eq!(e.counts().lost, 0);
}
