//! New keys: when, by whom, and what becomes of the old ones.

use super::{
    action::Action,
    keys::{Exchange, Exponent},
    *,
};

/// Sends messages to and fro until the first end asks for a new key.
fn worn() -> (SecretChat, SecretChat) {
    let (mut alice, mut bob) = greeted();
    let mut n = 0;
    while keys(&mut alice).current.messages < 100 {
        say(&mut alice, n);
        settle(&mut alice, &mut bob);
        n += 1;
    }
    events(&mut bob);
    (alice, bob)
}

fn changes(chat: &mut SecretChat) -> usize {
    let changed = |event: &Event| matches!(event, Event::KeyChanged { .. });
    events(chat).iter().filter(|event| changed(event)).count()
}

fn assert_settled(alice: &mut SecretChat, bob: &mut SecretChat, old: &AuthKey) {
    assert_eq!(key(alice), key(bob));
    assert_ne!(key(alice), *old);
    for chat in [alice, bob] {
        assert!(keys(chat).find(old.id()).is_none(), "the old key is wiped");
        assert!(matches!(keys(chat).exchange, Exchange::Idle));
    }
}

#[test]
fn a_key_is_replaced_after_a_hundred_messages_and_wiped() {
    let (mut alice, mut bob) = worn();
    let old = key(&mut alice);
    say(&mut alice, 1000);
    let sent = packets(&mut alice);
    assert_eq!(sent.len(), 2, "the message, and the request for a new key");
    for packet in &sent {
        deliver(packet, &mut bob).unwrap();
    }
    settle(&mut alice, &mut bob);
    assert_settled(&mut alice, &mut bob, &old);
    assert_eq!((changes(&mut alice), changes(&mut bob)), (1, 1));
    // A late packet under the old key is nobody's any more.
    assert_eq!(deliver(&sent[0], &mut bob), Err(PacketError::UnknownKey));
    say(&mut bob, 5);
    settle(&mut alice, &mut bob);
    assert_eq!(texts(&mut alice), [5]);
}

#[test]
fn a_key_is_replaced_after_a_week_if_it_was_used() {
    let (mut alice, mut bob) = greeted();
    let old = key(&mut alice);
    let due = alice.poll_timeout().unwrap();
    assert_eq!(due - NOW.unix, Duration::from_secs(7 * 24 * 60 * 60 + 1));
    let at = |unix| Now { unix, ..NOW };
    alice.handle_timeout(at(due - Duration::from_secs(1)));
    assert_eq!(packets(&mut alice), []);
    alice.handle_timeout(at(due));
    assert_eq!(alice.poll_timeout(), None);
    settle(&mut alice, &mut bob);
    assert_settled(&mut alice, &mut bob, &old);
    // Nothing worth another key has been sent with this one.
    assert_eq!((alice.poll_timeout(), bob.poll_timeout()), (None, None));
    alice.handle_timeout(at(3 * due));
    assert_eq!(packets(&mut alice), []);
    say(&mut alice, 1);
    assert!(alice.poll_timeout().is_some());
}

#[test]
fn of_two_requests_at_once_the_larger_id_wins() {
    for alice_wins in [true, false] {
        let (mut alice, mut bob) = worn();
        let old = key(&mut alice);
        let (of_alice, of_bob) = if alice_wins { (i64::MAX, -3) } else { (-3, 0) };
        ask(&mut alice, of_alice);
        ask(&mut bob, of_bob);
        let (requests, others) = (packets(&mut alice), packets(&mut bob));
        requests
            .iter()
            .for_each(|p| assert_eq!(deliver(p, &mut bob), Ok(Received::InOrder)));
        others
            .iter()
            .for_each(|p| assert_eq!(deliver(p, &mut alice), Ok(Received::InOrder)));
        let (winner, loser, won) = if alice_wins {
            (&mut alice, &mut bob, of_alice)
        } else {
            (&mut bob, &mut alice, of_bob)
        };
        assert!(matches!(keys(winner).exchange, Exchange::Requested { id, .. } if id == won));
        assert!(matches!(keys(loser).exchange, Exchange::Accepted { id, .. } if id == won));
        settle(&mut alice, &mut bob);
        assert_settled(&mut alice, &mut bob, &old);
        assert_eq!((changes(&mut alice), changes(&mut bob)), (1, 1));
    }
}

#[test]
fn of_two_requests_with_one_id_neither_is_heard() {
    let (mut alice, mut bob) = greeted();
    let old = key(&mut alice);
    ask(&mut alice, 77);
    ask(&mut bob, 77);
    settle(&mut alice, &mut bob);
    for chat in [&mut alice, &mut bob] {
        assert_eq!(key(chat), old);
        assert!(matches!(keys(chat).exchange, Exchange::Idle));
        assert_eq!(changes(chat), 0);
    }
}

/// Asks for a new key under an id of choice.
fn ask(chat: &mut SecretChat, id: i64) {
    let (exponent, g_a) = Exponent::draw(&group(), &mut SeededRandom::new([id as u8; 32]));
    keys(chat).exchange = Exchange::Requested { id, exponent };
    let g_a = g_a.to_vec();
    open(chat).answer(&Action::RequestKey { id, g_a }).unwrap();
}

#[test]
fn the_old_key_lives_until_the_gaps_before_the_new_one_are_filled() {
    let (mut alice, mut bob) = worn();
    let old = key(&mut alice);
    ask(&mut alice, 5);
    for packet in packets(&mut alice) {
        deliver(&packet, &mut bob).unwrap();
    }
    say(&mut alice, 1000);
    let before = packets(&mut alice).remove(0);
    for packet in packets(&mut bob) {
        deliver(&packet, &mut alice).unwrap();
    }
    let commit = packets(&mut alice).remove(0);
    say(&mut alice, 1001);
    let after = packets(&mut alice).remove(0);
    assert_eq!(&commit.data[..8], old.id().to_le_bytes());
    assert_eq!(&after.data[..8], key(&mut alice).id().to_le_bytes());

    // Only what is under the new key arrives: bob uses it, and keeps the old one.
    assert_eq!(deliver(&after, &mut bob), Ok(Received::Early));
    assert!(matches!(
        keys(&mut bob).exchange,
        Exchange::Switched { id: 5 }
    ));
    assert_eq!(key(&mut bob), key(&mut alice));
    assert!(keys(&mut bob).find(old.id()).is_some());
    let answers = packets(&mut bob);
    assert!(answers.iter().all(|p| p.data[..8] == after.data[..8]));
    // The original of what is missing is still readable.
    assert_eq!(deliver(&before, &mut bob), Ok(Received::InOrder));
    assert!(keys(&mut bob).find(old.id()).is_some());
    for packet in &answers {
        deliver(packet, &mut alice).unwrap();
    }
    settle(&mut alice, &mut bob);
    assert_eq!(texts(&mut bob), [1000, 1001]);
    assert_settled(&mut alice, &mut bob, &old);
}

#[test]
fn a_deleted_message_under_the_new_key_does_not_wipe_the_old_one_too_early() {
    let (mut alice, mut bob) = worn();
    let old = key(&mut alice);
    ask(&mut alice, 5);
    for packet in packets(&mut alice) {
        deliver(&packet, &mut bob).unwrap();
    }
    let accept = packets(&mut bob);
    say(&mut alice, 1000);
    let _lost = packets(&mut alice);
    for packet in &accept {
        deliver(packet, &mut alice).unwrap();
    }
    let commit = packets(&mut alice).remove(0);
    say(&mut alice, 1001);
    let after = packets(&mut alice).remove(0);
    deliver(&after, &mut bob).unwrap();
    for packet in packets(&mut bob) {
        deliver(&packet, &mut alice).unwrap();
    }
    // Alice has wiped the old key, so the message that takes the lost one's place is under the new.
    assert!(keys(&mut alice).find(old.id()).is_none());
    assert!(alice.forget(1000));
    let again = packets(&mut alice).remove(0);
    assert_eq!(again.number, commit.number - 1);
    assert_eq!(again.data[..8], after.data[..8]);
    assert_eq!(deliver(&again, &mut bob), Ok(Received::InOrder));
    assert_eq!(deliver(&commit, &mut bob), Ok(Received::InOrder));
    settle(&mut alice, &mut bob);
    assert_settled(&mut alice, &mut bob, &old);
}

#[test]
fn messages_under_the_old_key_are_taken_by_the_end_that_switched_first() {
    let (mut alice, mut bob) = worn();
    let old = key(&mut alice);
    ask(&mut alice, 5);
    for packet in packets(&mut alice) {
        deliver(&packet, &mut bob).unwrap();
    }
    say(&mut bob, 2000);
    for packet in packets(&mut bob) {
        deliver(&packet, &mut alice).unwrap();
    }
    assert_ne!(key(&mut alice), old);
    assert_eq!(texts(&mut alice), [2000]);
    say(&mut bob, 2001);
    let late = packets(&mut bob).remove(0);
    assert_eq!(&late.data[..8], old.id().to_le_bytes());
    assert_eq!(deliver(&late, &mut alice), Ok(Received::InOrder));
    assert!(keys(&mut alice).find(old.id()).is_some());
    settle(&mut alice, &mut bob);
    assert_settled(&mut alice, &mut bob, &old);
}

#[test]
fn an_exchange_the_other_end_gives_up_is_over_and_not_begun_again_at_once() {
    let (mut alice, mut bob) = worn();
    let old = key(&mut alice);
    say(&mut alice, 1000);
    let Exchange::Requested { id, .. } = keys(&mut alice).exchange.clone() else {
        panic!("alice has asked");
    };
    let mut forged = Forged::by(&mut bob);
    forged.message = Action::AbortKey { id: id ^ 1 }.write(5).to_vec();
    assert_eq!(forged.to(&mut alice), Ok(Received::InOrder));
    assert!(matches!(
        keys(&mut alice).exchange,
        Exchange::Requested { .. }
    ));
    forged.message = Action::AbortKey { id }.write(5).to_vec();
    forged.out_seq_no += 2;
    assert_eq!(forged.to(&mut alice), Ok(Received::InOrder));
    assert!(matches!(keys(&mut alice).exchange, Exchange::Idle));
    assert_eq!(key(&mut alice), old);
}

#[test]
fn an_accepted_exchange_may_be_given_up_but_not_one_in_use() {
    let (mut alice, mut bob) = worn();
    ask(&mut alice, 5);
    for packet in packets(&mut alice) {
        deliver(&packet, &mut bob).unwrap();
    }
    let mut forged = Forged::by(&mut alice);
    forged.message = Action::AbortKey { id: 5 }.write(5).to_vec();
    let mut other = SecretChat::open(open(&mut bob).state.clone(), [1; 32]);
    assert_eq!(forged.to(&mut bob), Ok(Received::InOrder));
    assert!(matches!(keys(&mut bob).exchange, Exchange::Idle));

    let Exchange::Accepted { id, key } = keys(&mut other).exchange.clone() else {
        panic!("bob had accepted");
    };
    keys(&mut other).switch(key, Exchange::Switched { id }, NOW.unix);
    let result = forged.to(&mut other);
    assert_over(&mut other, result, AbortReason::UnexpectedKeyMessage);
}
