use heliogram_api::types;

use super::*;
use crate::{events::Join, storage::UpdatePlace, updates::Held};

fn at(pts: i32) -> Moved {
    Moved {
        channels: HashMap::from([(7, Some(ChannelState::at(pts)))]),
        ..Moved::to(pts)
    }
}

fn message(id: i32) -> Option<Arc<enums::Update>> {
    let peer = types::PeerUser { user_id: 7 }.into();
    let message = types::Message::new(id, peer, 1, String::new());
    let update = types::UpdateNewMessage::new(message.into(), 0, 0);
    Some(Arc::new(update.into()))
}

fn ready(ledger: &Ledger) -> Option<i32> {
    let moved = ledger.take_settled().moved;
    let common = moved.common.map(|s| s.pts);
    let channel = moved.channels.get(&7).copied().flatten();
    assert_eq!(channel.map(|c| c.pts), common);
    common
}

#[test]
fn nothing_is_stored_before_all_events_up_to_there_are_acknowledged() {
    let ledger = Arc::new(Ledger::default());
    let (one, two) = (ledger.open(None), ledger.open(None));
    ledger.moved(at(2));
    let three = ledger.open(None);
    ledger.moved(at(3));
    drop(three);
    drop(one);
    assert_eq!(ready(&ledger), None);
    drop(two);
    assert_eq!(ready(&ledger), Some(3));
    ledger.moved(at(4));
    assert_eq!(ready(&ledger), Some(4), "nothing is open");
}

#[test]
fn every_reader_has_to_acknowledge() {
    let ledger = Arc::new(Ledger::default());
    let one = ledger.open(None);
    let two = one.clone();
    ledger.moved(at(1));
    drop(one);
    assert_eq!(ready(&ledger), None);
    drop(two);
    assert_eq!(ready(&ledger), Some(1));
}

#[test]
fn what_is_given_back_holds_all_that_came_after_it() {
    let ledger = Arc::new(Ledger::default());
    let (one, two, three) = (ledger.open(None), ledger.open(None), ledger.open(None));
    ledger.moved(at(3));
    let shared = two.clone();
    drop(Held::new(two));
    Held::new(three).acknowledge();
    drop((one, shared));
    assert_eq!(ready(&ledger), None);
    assert!(ledger.len() == 1 && ledger.is_settled());
}

/// A ledger of four events, and what holds three of them for all four, whatever their order is.
fn covered(order: [usize; 3]) -> (Arc<Ledger>, Held) {
    let ledger = Arc::new(Ledger::default());
    let mut receipts: Vec<_> = (1..=4)
        .map(|id| {
            let receipt = ledger.open(message(id));
            ledger.moved(at(id));
            Some(receipt)
        })
        .collect();
    let mut held = Held::default();
    for at in order {
        held.cover(Held::new(receipts[at].take().unwrap()));
    }
    (ledger, held)
}

#[test]
fn one_place_holds_all_that_is_given_back_or_dealt_with_together() {
    for order in [[1, 2, 3], [3, 2, 1], [2, 1, 3]] {
        let (ledger, held) = covered(order);
        assert_eq!(ledger.len(), 1, "{order:?}");
        assert!(held.counts());
        assert_eq!(ready(&ledger), Some(1));
        held.acknowledge();
        assert_eq!(ready(&ledger), Some(4));
        let (ledger, held) = covered(order);
        drop(held);
        assert_eq!(ready(&ledger), Some(1));
        let marks = ledger.take_settled().ahead;
        assert!(
            marks.is_none_or(|marks| marks.is_empty()),
            "all of it comes again"
        );
    }
    assert!(!Held::default().counts());
}

#[test]
fn what_is_of_several_ledgers_is_held_in_each() {
    let ledgers = [Arc::new(Ledger::default()), Arc::new(Ledger::default())];
    let mut held = Held::default();
    for ledger in ledgers.iter().chain(&ledgers) {
        held.cover(Held::new(ledger.open(None)));
        ledger.moved(at(1));
    }
    assert!(ledgers.iter().all(|ledger| ready(ledger).is_none()));
    drop(held);
    assert!(ledgers.iter().all(|ledger| ready(ledger).is_none()));
}

#[test]
fn what_is_joined_is_acknowledged_together() {
    let ledger = Arc::new(Ledger::default());
    let (mut one, two) = (ledger.open(None), ledger.open(None));
    one.join(two.clone());
    drop(two);
    assert_eq!(ledger.len(), 2);
    drop(one);
    assert_eq!(ledger.len(), 0);
}

#[test]
fn one_event_that_is_never_dealt_with_costs_no_memory_for_those_behind_it() {
    let ledger = Arc::new(Ledger::default());
    let stuck = ledger.open(None);
    for pts in 1..=100_000 {
        drop(ledger.open(None));
        ledger.moved(at(pts));
    }
    assert_eq!(ledger.len(), 1);
    drop(stuck);
    assert_eq!(ready(&ledger), Some(100_000));
}

#[test]
fn what_is_acknowledged_out_of_order_is_remembered_until_the_counters_have_come_to_it() {
    let ledger = Arc::new(Ledger::default());
    let (one, two) = (ledger.open(message(1)), ledger.open(message(2)));
    ledger.moved(at(2));
    let three = ledger.open(message(3));
    drop(two);
    let places = |settled: &Settled| -> Vec<UpdatePlace> {
        settled.ahead.iter().flatten().map(|m| m.place).collect()
    };
    let settled = ledger.take_settled();
    assert_eq!(places(&settled), [UpdatePlace::Message(0, 2)]);
    assert!(settled.moved.is_empty() && ledger.take_settled().is_empty());
    drop(three);
    drop(one);
    // Nothing has told yet that the third is counted.
    let settled = ledger.take_settled();
    assert_eq!(places(&settled), [UpdatePlace::Message(0, 3)]);
    assert_eq!(settled.moved.common.map(|s| s.pts), Some(2));
    ledger.moved(at(3));
    assert_eq!(ledger.take_settled().ahead, Some(vec![]));
}

#[test]
fn a_changed_message_is_known_by_what_was_dealt_with_last_of_it() {
    let ledger = Arc::new(Ledger::default());
    let stuck = ledger.open(None);
    let (place, content) = (UpdatePlace::Message(0, 2), 9);
    let known = UpdateMark { place, content };
    let marks = || ledger.take_settled().ahead;
    let change = |ledger: &Arc<Ledger>| ledger.open_change(message(2).unwrap(), known);
    // Whoever got the change has not dealt with it, or never will.
    let (first, second) = (change(&ledger), change(&ledger));
    ledger.count_ahead();
    assert_eq!(marks(), Some(vec![known, known]));
    first.forfeit();
    drop(second);
    let new = marks::mark(&message(2).unwrap()).unwrap();
    assert_eq!(marks(), Some(vec![known, new]));
    drop(stuck);
    ledger.moved(at(3));
    assert_eq!(ready(&ledger), None, "the first was given back");
}

#[test]
fn a_message_whose_edit_was_dealt_with_is_known_by_what_it_says_now() {
    let ledger = Arc::new(Ledger::default());
    let stuck = ledger.open(None);
    drop(ledger.open(message(2)));
    let message = |text: &str| -> enums::Message {
        let peer = types::PeerUser { user_id: 7 }.into();
        types::Message::new(2, peer, 1, text.to_owned()).into()
    };
    let edit = types::UpdateEditMessage::new(message("now"), 5, 1);
    drop(ledger.open(Some(Arc::new(edit.clone().into()))));
    let new = types::UpdateNewMessage::new(message("now"), 0, 0);
    let marks = ledger.take_settled().ahead.unwrap();
    assert_eq!(
        marks,
        [new.into(), edit.into()].map(|u| marks::mark(&u).unwrap())
    );
    drop(stuck);
}

#[test]
fn a_newer_value_wins_whichever_set_is_larger() {
    let many = |pts| Moved {
        common: None,
        channels: (1..=9).map(|id| (id, pts)).collect(),
        through: 0,
    };
    let channel = |pts| Some(ChannelState::at(pts));
    for (mut old, new) in [(many(channel(1)), at(2)), (at(1), many(channel(2)))] {
        old.then(new);
        assert_eq!(old.channels.get(&7), Some(&channel(2)));
    }
}
