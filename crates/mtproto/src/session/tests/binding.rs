//! Binding a temporary key: the request is made for the message it travels in.

use heliogram_crypto::v1;
use heliogram_tl::Reader;

use super::*;
use crate::tl::types::BindAuthKeyInner;

const EXPIRES_AT: i32 = 1_790_086_400;

fn permanent() -> AuthKey {
    AuthKey::new([7; 256])
}

/// Opens the only binding that goes out now as the server would; answers its message id.
fn bound(rig: &mut Rig) -> i64 {
    let sent = rig.sent();
    let is_binding = |m: &&(Message, bool)| m.0.constructor() == 0xcdd4_2a05;
    let all: Vec<_> = sent.iter().filter(is_binding).collect();
    let [(message, _)] = all[..] else {
        panic!("{sent:?}");
    };
    let mut r = Reader::new(&message.body);
    r.u32();
    assert_eq!(r.i64(), permanent().id());
    let nonce = r.i64();
    assert_eq!(r.i32(), EXPIRES_AT);
    let opened = v1::open_binding(&permanent(), &r.bytes()).unwrap();
    r.finish().unwrap();
    assert_eq!(opened.msg_id, message.msg_id, "sealed for another message");
    let inner = Bytes::copy_from_slice(&opened.inner);
    let inner: BindAuthKeyInner = from_prefix(&inner).unwrap();
    let expected = BindAuthKeyInner {
        nonce,
        temp_auth_key_id: rig.key.id(),
        perm_auth_key_id: permanent().id(),
        temp_session_id: rig.session.session_id(),
        expires_at: EXPIRES_AT,
    };
    assert_eq!(to_bytes(&inner), to_bytes(&expected));
    message.msg_id
}

#[test]
fn sec_34_a_binding_is_sealed_for_the_message_it_travels_in() {
    let mut rig = Rig::new();
    let id = rig.session.bind(rig.now, &permanent(), EXPIRES_AT);
    let msg_id = bound(&mut rig);
    rig.answer(msg_id, &[0xb5, 0x75, 0x72, 0x99]);
    let result = Ok(Bytes::from_static(&[0xb5, 0x75, 0x72, 0x99]));
    assert_eq!(rig.ends(), [Event::Reply { id, result }]);
}

#[test]
fn sec_34_a_refused_binding_is_sealed_anew_for_its_next_message() {
    let mut rig = Rig::new();
    rig.session.bind(rig.now, &permanent(), EXPIRES_AT);
    let first = bound(&mut rig);
    rig.refuse(first, 34);
    let second = bound(&mut rig);
    assert!(second > first);
}

#[test]
fn sec_34_a_binding_asked_for_again_does_not_go_out_under_its_old_id() {
    let mut rig = Rig::new();
    rig.session.bind(rig.now, &permanent(), EXPIRES_AT);
    let msg_id = bound(&mut rig);
    rig.say(&crate::tl::types::MsgResendReq {
        msg_ids: vec![msg_id],
    });
    let again = rig.sent();
    assert!(again.iter().all(|(message, _)| message.msg_id != msg_id));
}

#[test]
fn sec_34_nothing_of_the_permanent_key_is_printed() {
    let mut rig = Rig::new();
    rig.session.bind(rig.now, &permanent(), EXPIRES_AT);
    let text = format!("{:?} {:?}", rig.session, rig.session.requests);
    assert!(!text.contains("7, 7") && !text.contains("0707"), "{text}");
}
