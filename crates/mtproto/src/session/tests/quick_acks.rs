//! What the server confirms at once.

use heliogram_tl::Call;

use super::*;
use crate::{
    framing::{Frame, Framing, Transport},
    tl::{functions::DestroyAuthKey, types::MsgsAllInfo},
};

fn asking() -> SendOptions {
    SendOptions {
        quick_ack: true,
        ..SendOptions::default()
    }
}

#[test]
fn a_packet_is_confirmed_at_once_by_the_token_that_its_receiver_finds() {
    let mut rig = Rig::new();
    rig.sent();
    let plain = rig.call();
    let body = Bytes::from_static(&CALL);
    let asked = rig.session.send(rig.now, body, asking());
    let packets = rig.session.poll_packets(rig.now, 1 << 16);
    assert_eq!(packets.len(), 1);
    assert!(packets[0].quick_ack && plain != asked);

    // Over the wire and back.
    let mut client = Framing::client(Transport::Abridged, None, [1; 32]);
    let mut server = Framing::server([2; 32]);
    let mut wire = Vec::new();
    client
        .encode_with_quick_ack(&packets[0].bytes, &mut wire)
        .unwrap();
    server.receive(&wire);
    let Some(Frame::Packet(mut packet)) = server.next_frame().unwrap() else {
        panic!("no packet");
    };
    assert!(server.quick_ack_wanted());
    let token = crate::server::open(&rig.key, &mut packet)
        .unwrap()
        .quick_ack;
    let mut wire = Vec::new();
    server.encode_quick_ack(token, &mut wire).unwrap();
    client.receive(&wire);
    let Some(Frame::QuickAck(token)) = client.next_frame().unwrap() else {
        panic!("no confirmation");
    };

    rig.session.handle_quick_ack(rig.now, token ^ 1);
    assert_eq!(rig.events(), [], "another packet's token");
    rig.session.handle_quick_ack(rig.now, token);
    assert_eq!(rig.events(), [Event::Received { id: asked }]);
    rig.session.handle_quick_ack(rig.now, token);
    assert_eq!(rig.events(), [], "it is said once");
}

#[test]
fn what_was_confirmed_is_not_sent_again_when_the_server_denies_it() {
    let mut rig = Rig::new();
    let body = Bytes::from_static(&CALL);
    let id = rig.session.send(rig.now, body, asking());
    let mut packets = rig.session.poll_packets(rig.now, 1 << 16);
    let sent = packets.pop().unwrap();
    let mut bytes = sent.bytes;
    let opened = crate::server::open(&rig.key, &mut bytes).unwrap();
    let (token, msg_id) = (opened.quick_ack, opened.msg_id);
    rig.session.handle_quick_ack(rig.now, token);
    rig.events();
    rig.say(&MsgsAllInfo {
        msg_ids: vec![msg_id],
        info: vec![1].into(),
    });
    let reason = FailReason::MayHaveRun;
    assert_eq!(rig.ends(), [Event::Failed { id, reason }]);
}

#[test]
fn a_confirmation_from_before_a_reconnect_means_nothing() {
    let mut rig = Rig::new();
    let body = Bytes::from_static(&CALL);
    rig.session.send(rig.now, body, asking());
    let mut bytes = rig.session.poll_packets(rig.now, 1 << 16).remove(0).bytes;
    let token = crate::server::open(&rig.key, &mut bytes).unwrap().quick_ack;
    rig.session.handle_disconnected(rig.now);
    rig.session.handle_connected(rig.now);
    rig.session.handle_quick_ack(rig.now, token);
    assert_eq!(rig.events(), []);
}

#[test]
fn the_key_is_destroyed_on_demand_and_answers_nobody_asked_for_are_ignored() {
    use crate::tl::enums::DestroyAuthKeyRes as Answer;
    let mut rig = Rig::new();
    rig.say(&Answer::DestroyAuthKeyOk);
    assert_eq!(rig.events(), []);
    for (answer, gone) in [
        (Answer::DestroyAuthKeyFail, false),
        (Answer::DestroyAuthKeyNone, true),
        (Answer::DestroyAuthKeyOk, true),
    ] {
        rig.session.destroy_key();
        rig.session.destroy_key();
        assert_eq!(rig.sent_of(DestroyAuthKey::ID).len(), 1);
        rig.say(&answer);
        assert_eq!(rig.events(), [Event::KeyDestroyed(gone)]);
    }
}
