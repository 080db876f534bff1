//! Packets that are sealed and opened side by side.

use super::*;

#[test]
fn packets_made_together_are_those_made_one_by_one() {
    let body = Bytes::from(vec![7; 100_000]);
    let rigs = || {
        let mut rig = Rig::new();
        let options = SendOptions {
            compress: false,
            ..SendOptions::default()
        };
        for _ in 0..12 {
            rig.session.send(rig.now, body.clone(), options.clone());
        }
        rig
    };
    let (mut one, mut many) = (rigs(), rigs());
    let mut packet = Vec::new();
    let mut singly = Vec::new();
    while one.session.poll_packet(one.now, &mut packet) {
        singly.push(packet.clone());
    }
    let mut together = Vec::new();
    let mut rounds = 0;
    loop {
        let some = many.session.poll_packets(many.now, 250_000);
        if some.is_empty() {
            break;
        }
        assert!(
            some.len() <= 3,
            "250,000 bytes are filled by three of 100,000"
        );
        together.extend(some.into_iter().map(|packet| packet.bytes));
        rounds += 1;
    }
    assert_eq!(singly, together);
    assert_eq!((singly.len(), rounds), (12, 4));
}

#[test]
fn packets_taken_together_are_taken_in_their_order_up_to_the_first_bad_one() {
    let mut rig = Rig::new();
    let update = |n: u8| Bytes::from(vec![9, 9, 9, 9, n, 0, 0, 0]);
    let mut packets: Vec<_> = (0..20)
        .map(|n| {
            let message = rig.message(update(n), true);
            rig.packet(&message)
        })
        .collect();
    packets[17][30] ^= 1;
    let result = rig.session.handle_packets(rig.now, packets);
    assert_eq!(result, Err(SessionError::Unauthentic));
    let events = rig.events();
    let expected: Vec<_> = (0..17).map(|n| Event::Update(update(n))).collect();
    assert_eq!(events, expected);
}

#[test]
fn a_batch_beyond_what_may_wait_is_refused() {
    let mut rig = Rig::new();
    let packets: Vec<_> = (0..MAX_EVENTS + 1)
        .map(|_| {
            let message = rig.message(Bytes::from_static(&CALL), false);
            rig.packet(&message)
        })
        .collect();
    let result = rig.session.handle_packets(rig.now, packets);
    assert_eq!(result, Err(SessionError::Backlog));
    assert_eq!(rig.events().len(), MAX_EVENTS);
}
