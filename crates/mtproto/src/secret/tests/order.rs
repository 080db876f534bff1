//! Numbers, gaps, layers and limits, among honest ends.

use super::{action::Action, *};

#[test]
fn both_ends_tell_their_layers_and_agree_on_the_lower_one() {
    let offer = Offer::new(&group(), [1; 32], b"");
    let acceptance = Acceptance::new(&group(), offer.g_a(), [2; 32], b"").unwrap();
    let (g_b, fingerprint) = (*acceptance.g_b(), acceptance.fingerprint());
    let mut bob = acceptance.complete(fingerprint, 123, [3; 32], NOW).unwrap();
    let mut alice = offer.complete(&g_b, fingerprint, 8, [4; 32], NOW).unwrap();
    assert_eq!((alice.layer(), bob.layer()), (MIN_LAYER, MIN_LAYER));
    assert_eq!(alice.visualization(), bob.visualization());
    settle(&mut alice, &mut bob);
    assert_eq!((alice.layer(), bob.layer()), (MIN_LAYER, MIN_LAYER));
    let told = |events: Vec<Event>| -> Vec<i32> {
        let layer = |event: &Event| match event {
            Event::PeerLayer { layer } => Some(*layer),
            _ => None,
        };
        events.iter().filter_map(layer).collect()
    };
    assert_eq!(told(events(&mut alice)), [73, 123]);
    assert_eq!(told(events(&mut bob)), [73]);
    let (mut alice, mut bob) = greeted();
    assert_eq!((alice.layer(), bob.layer()), (LAYER, LAYER));
    let mut forged = Forged::by(&mut bob);
    forged.message = Action::NotifyLayer(200).write(5).to_vec();
    assert_eq!(forged.to(&mut alice), Ok(Received::InOrder));
    assert_eq!(told(events(&mut alice)), [200]);
    assert_eq!(alice.layer(), LAYER);
}

#[test]
fn the_picture_is_of_the_first_key_and_stays() {
    let (mut alice, mut bob) = pair();
    let first = key(&mut alice);
    let picture = alice.visualization().unwrap();
    assert_eq!(
        picture[..16],
        heliogram_crypto::sha1(&[first.as_bytes()])[..16]
    );
    assert_eq!(
        picture[16..],
        heliogram_crypto::sha256(&[first.as_bytes()])[..20]
    );
    for n in 0..120 {
        say(&mut alice, n);
        settle(&mut alice, &mut bob);
    }
    assert_ne!(key(&mut alice), first);
    assert_eq!(alice.visualization(), Some(picture));
    assert_eq!(bob.visualization(), Some(picture));
}

#[test]
fn a_gap_is_asked_for_once_and_filled_in_order() {
    let (mut alice, mut bob) = greeted();
    (0..6).for_each(|n| say(&mut bob, n));
    let sent = packets(&mut bob);
    assert_eq!(deliver(&sent[0], &mut alice), Ok(Received::InOrder));
    for packet in [&sent[4], &sent[5], &sent[3]] {
        assert_eq!(deliver(packet, &mut alice), Ok(Received::Early));
    }
    assert_eq!(texts(&mut alice), [0]);
    let asked = packets(&mut alice);
    assert_eq!(asked.len(), 1, "one request for one gap");
    assert!(asked[0].service);
    assert_eq!(deliver(&asked[0], &mut bob), Ok(Received::InOrder));
    let again = packets(&mut bob);
    let numbers: Vec<u32> = again.iter().map(|p| p.number).collect();
    assert_eq!(numbers, [sent[1].number, sent[2].number, sent[3].number]);
    assert_eq!(again[0].random_id, sent[1].random_id);
    assert_eq!(deliver(&again[0], &mut alice), Ok(Received::InOrder));
    assert_eq!(texts(&mut alice), [1]);
    assert_eq!(deliver(&again[1], &mut alice), Ok(Received::InOrder));
    assert_eq!(texts(&mut alice), [2, 3, 4, 5]);
    assert_eq!(deliver(&again[2], &mut alice), Ok(Received::Duplicate));
    assert_eq!(packets(&mut alice), []);
}

#[test]
fn two_gaps_are_asked_for_apart_and_a_long_one_piece_by_piece() {
    let (mut alice, mut bob) = greeted();
    (0..6).for_each(|n| say(&mut bob, n));
    let sent = packets(&mut bob);
    for (early, requests) in [(1, 1), (3, 1), (5, 1), (3, 0)] {
        deliver(&sent[early], &mut alice).unwrap();
        assert_eq!(packets(&mut alice).len(), requests);
    }
    let next = open(&mut alice).state.incoming.next;
    let mut forged = Forged::by(&mut bob);
    forged.out_seq_no += 2 * 5000;
    assert_eq!(forged.to(&mut alice), Ok(Received::Early));
    assert_eq!(packets(&mut alice).len(), 1);
    let forgotten = open(&mut alice).state.incoming.forgotten;
    assert_eq!(forgotten, Some(next + 6 + MAX_KEPT as u32));
    for early in [0, 2, 4] {
        deliver(&sent[early], &mut alice).unwrap();
        assert_eq!(packets(&mut alice).len(), 0);
    }
    let next = open(&mut alice).state.incoming.next;
    open(&mut alice).state.incoming.forgotten = Some(next);
    forged.out_seq_no += 2;
    assert_eq!(forged.to(&mut alice), Ok(Received::Early));
    assert_eq!(packets(&mut alice).len(), 1, "its turn has come");
    let forgotten = open(&mut alice).state.incoming.forgotten;
    assert_eq!(forgotten, Some(next + MAX_KEPT as u32));
}

#[test]
fn requests_to_resend_are_answered_at_once_and_only_once() {
    let (mut alice, mut bob) = greeted();
    // Both ends miss something of the other, and their requests are behind the gaps.
    say(&mut alice, 1);
    say(&mut bob, 2);
    let (lost_a, lost_b) = (packets(&mut alice), packets(&mut bob));
    assert_eq!((lost_a.len(), lost_b.len()), (1, 1));
    say(&mut alice, 3);
    say(&mut bob, 4);
    settle(&mut alice, &mut bob);
    assert_eq!(texts(&mut bob), [1, 3]);
    assert_eq!(texts(&mut alice), [2, 4]);
}

#[test]
fn what_is_behind_a_message_is_told_with_it() {
    let (mut alice, mut bob) = greeted();
    let base = open(&mut alice).state.outgoing.next;
    (0..2).for_each(|n| say(&mut alice, n));
    settle(&mut alice, &mut bob);
    (2..5).for_each(|n| say(&mut alice, n));
    say(&mut bob, 9);
    let answer = packets(&mut bob).remove(0);
    deliver(&answer, &mut alice).unwrap();
    let events = events(&mut alice);
    assert_eq!(events[0], Event::Acknowledged { next: base + 2 });
    assert!(matches!(events[1], Event::Message { after, .. } if after == base + 2));
    assert_eq!(open(&mut alice).state.outgoing.kept.len(), 3);
}

#[test]
fn a_deleted_message_deletes_itself_when_it_is_sent_again() {
    let (mut alice, mut bob) = greeted();
    say(&mut alice, 5);
    let lost = packets(&mut alice).remove(0);
    assert!(alice.forget(5));
    assert!(!alice.forget(5), "there is nothing left of it");
    assert!(!alice.forget(6));
    say(&mut alice, 6);
    settle(&mut alice, &mut bob);
    let bodies: Vec<_> = events(&mut bob)
        .into_iter()
        .filter_map(|event| match event {
            Event::Message { body, .. } => Some(body),
            _ => None,
        })
        .collect();
    assert_eq!(bodies.len(), 2);
    assert_eq!(bodies[0], *action::self_delete(5));
    assert_eq!(bodies[1], text(6));
    assert_eq!(deliver(&lost, &mut bob), Ok(Received::Duplicate));
}

#[test]
fn what_is_kept_is_bounded_and_never_what_was_not_sent() {
    let (mut alice, mut bob) = greeted();
    let full = (0..=MAX_KEPT as u32).find_map(|n| alice.send(NOW, n.into(), &text(n)).err());
    assert_eq!(full, Some(SendError::Backlog));
    let kept = open(&mut alice).state.outgoing.kept.len();
    assert_eq!(kept, MAX_KEPT);
    let first = packets(&mut alice);
    first.iter().for_each(|p| alice.handle_sent(p.number));
    for n in 0..50 {
        alice.send(NOW, n, &text(n as u32)).unwrap();
    }
    assert_eq!(open(&mut alice).state.outgoing.kept.len(), MAX_KEPT);
    // The first are not there any more, and who still needs them has lost the chat.
    let last = packets(&mut alice);
    deliver(&last[0], &mut bob).unwrap();
    let request = packets(&mut bob).remove(0);
    let result = deliver(&request, &mut alice);
    assert!(matches!(
        result,
        Err(PacketError::Over(AbortReason::Resend { .. }))
    ));
}

#[test]
fn what_waits_is_bounded_and_what_was_forgotten_is_asked_for_in_its_turn() {
    let (mut alice, mut bob) = greeted();
    let long = |n| [text(n), vec![0; MAX_MESSAGE - 8]].concat();
    let most = MAX_WAITING_BYTES / MAX_MESSAGE;
    for n in 0..most as u32 + 5 {
        bob.send(NOW, n.into(), &long(n)).unwrap();
    }
    let sent = packets(&mut bob);
    for packet in sent[3..].iter().chain(&sent[1..3]) {
        assert_eq!(deliver(packet, &mut alice), Ok(Received::Early));
        assert!(open(&mut alice).state.incoming.queue.len() <= most);
    }
    let waiting: Vec<u32> = open(&mut alice)
        .state
        .incoming
        .queue
        .keys()
        .copied()
        .collect();
    let first: Vec<u32> = sent[1..=most].iter().map(|packet| packet.number).collect();
    assert_eq!(waiting, first, "the last ones are forgotten");
    assert_eq!(deliver(&sent[0], &mut alice), Ok(Received::InOrder));
    settle(&mut alice, &mut bob);
    let expected: Vec<u32> = (0..most as u32 + 5).collect();
    assert_eq!(texts(&mut alice), expected);
}

#[test]
fn messages_that_are_not_the_owner_s_to_send_are_refused() {
    let (mut alice, _) = greeted();
    let own = Action::Noop.write(5);
    assert_eq!(alice.send(NOW, 5, &own), Err(SendError::Reserved));
    assert_eq!(alice.send(NOW, 5, &[]), Err(SendError::NotTl { len: 0 }));
    assert_eq!(
        alice.send(NOW, 5, &[1; 7]),
        Err(SendError::NotTl { len: 7 })
    );
    let len = MAX_MESSAGE + 4;
    assert_eq!(
        alice.send(NOW, 5, &vec![1; len]),
        Err(SendError::TooLong { len })
    );
    assert!(alice.send(NOW, 5, &action::self_delete(5)).is_ok());
}

#[test]
fn a_packet_is_left_as_it_is_while_too_many_events_wait() {
    let (mut alice, mut bob) = greeted();
    say(&mut bob, 1);
    let mut packet = packets(&mut bob).remove(0).data;
    let event = Event::PeerLayer { layer: 1 };
    alice.events.extend(std::iter::repeat_n(event, MAX_EVENTS));
    let result = alice.handle_packet(NOW, &mut packet);
    assert_eq!(result, Err(PacketError::Backlog));
    events(&mut alice);
    let result = alice.handle_packet(NOW, &mut packet);
    assert_eq!(result, Ok(Received::InOrder));
    assert_eq!(texts(&mut alice), [1]);
}

#[test]
fn a_chat_ends_when_its_numbers_are_used_up() {
    let (mut alice, mut bob) = greeted();
    let mut forged = Forged::by(&mut bob);
    forged.out_seq_no = out_seq(forged.role, envelope::MAX_SEQ);
    let result = forged.to(&mut alice);
    assert_over(&mut alice, result, AbortReason::OutOfNumbers);
    open(&mut bob).state.outgoing.next = envelope::MAX_SEQ;
    let over = SendError::Over(AbortReason::OutOfNumbers);
    assert_eq!(bob.send(NOW, 1, &text(1)), Err(over));
    assert_eq!(bob.aborted(), Some(AbortReason::OutOfNumbers));
}

#[test]
fn nothing_secret_is_printed() {
    let (mut alice, mut bob) = pair();
    say(&mut alice, 0x4141_4141);
    let packet = packets(&mut alice);
    let offer = Offer::new(&group(), [1; 32], b"");
    let acceptance = Acceptance::new(&group(), offer.g_a(), [2; 32], b"").unwrap();
    for packet in &packet {
        deliver(packet, &mut bob).unwrap();
    }
    let printed = format!(
        "{alice:?} {packet:?} {:?} {:?} {offer:?} {acceptance:?}",
        events(&mut bob),
        alice.snapshot()
    );
    assert!(printed.contains("SecretChat { role: Creator"));
    assert!(printed.contains("Message { number: 1, after: 0, layer: 73, len: 8 }"));
    assert!(
        !printed.contains("AAAA") && !printed.contains("65, 65"),
        "{printed}"
    );
}
