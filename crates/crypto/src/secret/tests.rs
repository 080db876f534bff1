use proptest::prelude::*;

use super::*;
use crate::{
    message::{OpenError as Broken, padding_len},
    random::SeededRandom,
};

fn key() -> AuthKey {
    AuthKey::new(std::array::from_fn(|i| i as u8))
}

fn sealed(object: &[u8], padding: usize) -> Vec<u8> {
    let mut out = Vec::new();
    seal(&key(), Role::Creator, object, &vec![7; padding], &mut out).unwrap();
    out
}

/// A packet whose length field says what it likes.
fn lying(length: i32, rest: &[u8]) -> Vec<u8> {
    let plain = [&length.to_le_bytes(), rest].concat();
    let mut out = Vec::new();
    message::seal(&key(), Side::Client, &plain, &[], &mut out).unwrap();
    out
}

/// A packet as MTProto 1.0 makes it, under the given key.
fn version_1(key: &AuthKey, object: &[u8]) -> Vec<u8> {
    let mut data = [&(object.len() as i32).to_le_bytes(), object].concat();
    let msg_key = cut::<16>(&sha1(&[&data]), 4);
    data.resize(data.len().next_multiple_of(16), 9);
    let (aes_key, aes_iv) = v1::derive(key, &msg_key);
    ige_encrypt(&aes_key, &aes_iv, &mut data).unwrap();
    [&key.id().to_le_bytes(), &msg_key[..], &data].concat()
}

#[test]
fn a_message_opens_as_its_author_s_only() {
    let packet = sealed(b"12345678", padding_len(12, 2));
    let fingerprint = cut::<8>(&sha1(&[key().as_bytes()]), 12);
    assert_eq!(packet[..8], fingerprint);
    let mut copy = packet.clone();
    assert_eq!(open(&key(), Role::Creator, &mut copy), Ok(&b"12345678"[..]));
    let mut mirrored = packet;
    assert_eq!(
        open(&key(), Role::Acceptor, &mut mirrored),
        Err(Broken::MsgKey.into())
    );
    let mut out = b"before".to_vec();
    assert!(seal(&key(), Role::Creator, b"1234", &[0; 11], &mut out).is_err());
    assert_eq!(out, b"before");
}

#[test]
fn sec_32_a_damaged_msg_key_is_refused() {
    let packet = sealed(b"12345678", 20);
    for at in 8..packet.len() {
        let mut damaged = packet.clone();
        damaged[at] ^= 0x10;
        assert_eq!(
            open(&key(), Role::Creator, &mut damaged),
            Err(Broken::MsgKey.into()),
            "byte {at}"
        );
    }
    let mut foreign = packet;
    foreign[0] ^= 1;
    assert_eq!(
        open(&key(), Role::Creator, &mut foreign),
        Err(Broken::KeyId.into())
    );
}

#[test]
fn sec_32_lengths_and_padding_follow_the_rules() {
    let refused = |mut packet: Vec<u8>| open(&key(), Role::Creator, &mut packet).unwrap_err();
    let length = |length| Broken::LengthRange { length }.into();
    assert_eq!(refused(lying(-4, &[0; 28])), length(-4));
    assert_eq!(refused(lying(32, &[0; 28])), length(32));
    assert_eq!(
        refused(lying(6, &[0; 28])),
        Broken::LengthUnaligned { length: 6 }.into()
    );
    assert_eq!(
        refused(lying(20, &[0; 28])),
        Broken::Padding { len: 8 }.into()
    );
    assert_eq!(
        refused(lying(0, &[0; 1036])),
        Broken::Padding { len: 1036 }.into()
    );
    let mut least = lying(0, &[0; 12]);
    assert_eq!(open(&key(), Role::Creator, &mut least), Ok(&[][..]));
}

#[test]
fn sec_32_version_1_is_recognised_and_refused() {
    for len in [4, 8, 12, 16, 400] {
        let object = vec![3; len];
        for from in [Role::Creator, Role::Acceptor] {
            assert_eq!(
                open(&key(), from, &mut version_1(&key(), &object)),
                Err(OpenError::Version1)
            );
        }
    }
    let mut damaged = version_1(&key(), &[3; 40]);
    damaged[30] ^= 1;
    assert_eq!(
        open(&key(), Role::Creator, &mut damaged),
        Err(Broken::MsgKey.into())
    );
}

#[test]
fn a_file_is_the_same_whole_and_in_parts_and_its_key_is_never_printed() {
    let key = FileKey::random(&mut SeededRandom::new([4; 32]));
    let plain: Vec<u8> = (0..=255).cycle().take(4096).collect();
    let mut whole = plain.clone();
    key.cipher().encrypt(&mut whole).unwrap();
    let mut parts = plain.clone();
    let mut cipher = key.cipher();
    for part in parts.chunks_mut(528) {
        cipher.encrypt(part).unwrap();
        cipher.encrypt(&mut []).unwrap();
    }
    assert_eq!(parts, whole);
    let mut cipher = key.cipher();
    for part in parts.chunks_mut(1024) {
        cipher.decrypt(part).unwrap();
    }
    assert_eq!(parts, plain);
    assert_eq!(
        cipher.decrypt(&mut [0; 15]),
        Err(crate::NotBlocks { len: 15 })
    );
    assert_eq!(format!("{key:?} {cipher:?}"), "FileKey(..) FileCipher(..)");
}

#[test]
fn the_fingerprint_of_a_file_key_is_its_folded_md5() {
    // md5 of 64 zero bytes is 3b5d3c7d 207e37dc eeedd301 e35e2e58.
    let expected = 0x3b5d_3c7du32 ^ 0x207e_37dc;
    let zero = FileKey::new([0; 32], [0; 32]);
    assert_eq!(zero.fingerprint(), expected.swap_bytes() as i32);
}

proptest! {
    #[test]
    fn hostile_packets_never_panic(mut packet in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = open(&key(), Role::Creator, &mut packet.clone());
        if let Some(id) = packet.first_chunk_mut::<8>() {
            *id = key().id().to_le_bytes();
        }
        prop_assert!(open(&key(), Role::Acceptor, &mut packet).is_err());
    }
}
