//! Faults of updates, as a client sees them.

use heliogram_api::enums;
use heliogram_api::functions::updates;
use heliogram_server::{Account, Fault, TestServer};

use crate::calls::two;
use crate::peer::{self, Peer};
use crate::{runtime, start};

/// Says something to an account.
type Say = Box<dyn Fn(&str)>;

/// Somebody who talks to an account that has heard the first two messages, which come in the long
/// form; with the account and its pts then.
fn talk(server: &TestServer) -> (Say, Account, Peer, i32) {
    let (alice, bob, mut peer) = two(server);
    let to = bob.clone();
    let say = move |text: &str| {
        runtime().block_on(alice.says(&to, text)).unwrap();
    };
    for text in ["1", "2"] {
        say(text);
        peer.next_update();
    }
    let before = peer.call(updates::GetState::new()).unwrap().pts;
    (Box::new(say), bob, peer, before)
}

/// The pts of updates that come in the short form.
fn pts_of(update: &enums::Updates) -> i32 {
    let enums::Updates::UpdateShortMessage(short) = update else {
        panic!("{update:?}")
    };
    short.pts
}

#[test]
fn fault_lose_update_makes_pts_jump_and_the_difference_has_it() {
    let server = start();
    let (say, bob, mut peer, before) = talk(&server);
    server
        .faults()
        .add(Fault::lose_update().account(&bob))
        .unwrap();
    say("lost");
    say("seen");
    assert_eq!(pts_of(&peer.next_update()), before + 2);
    let missed = updates::GetDifference::new(before, 0, 0);
    let enums::updates::Difference::Difference(missed) = peer.call(missed).unwrap() else {
        panic!()
    };
    let texts: Vec<_> = missed.new_messages.iter().map(peer::text_of).collect();
    assert_eq!(texts, ["lost", "seen"]);
}

#[test]
fn fault_gap_update_sends_it_after_others() {
    let server = start();
    let (say, _, mut peer, before) = talk(&server);
    server.faults().add(Fault::gap_update(2)).unwrap();
    for text in ["late", "4", "5", "6"] {
        say(text);
    }
    let order: Vec<i32> = (0..4)
        .map(|_| pts_of(&peer.next_update()) - before)
        .collect();
    assert_eq!(order, [2, 3, 1, 4]);
}

#[test]
fn fault_repeat_update_sends_it_once_more_after_others() {
    let server = start();
    let (say, _, mut peer, before) = talk(&server);
    server.faults().add(Fault::repeat_update(1)).unwrap();
    for text in ["twice", "4", "5"] {
        say(text);
    }
    let order: Vec<i32> = (0..4)
        .map(|_| pts_of(&peer.next_update()) - before)
        .collect();
    assert_eq!(order, [1, 2, 1, 3]);
}
