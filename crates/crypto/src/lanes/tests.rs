use proptest::{collection::vec, prelude::*};

use super::*;

/// A message with a key and a vector of its own.
#[derive(Clone, Debug, PartialEq)]
struct Own {
    key: [u8; 32],
    iv: [u8; 32],
    data: Vec<u8>,
}

fn lanes(of: &mut [Own]) -> Vec<Lane<'_>> {
    of.iter_mut()
        .map(|own| Lane {
            key: &own.key,
            iv: &own.iv,
            data: &mut own.data,
        })
        .collect()
}

/// Encrypts `plain` on every engine, compares with one message after another on the portable
/// path, and decrypts it again.
fn check(plain: &[Own]) {
    let mut wanted = plain.to_vec();
    for Own { key, iv, data } in &mut wanted {
        portable_encrypt(key, iv, data.as_chunks_mut().0);
    }
    for engine in Engine::ALL {
        let mut ours = plain.to_vec();
        assert_eq!(encrypt_with(engine, &mut lanes(&mut ours)), Ok(()));
        assert!(ours == wanted, "{engine:?} encrypts {} lanes", plain.len());
        assert_eq!(decrypt_with(engine, &mut lanes(&mut ours)), Ok(()));
        assert!(ours == plain, "{engine:?} decrypts {} lanes", plain.len());
    }
}

/// Messages of these numbers of blocks, no two of them alike.
fn messages(blocks: impl IntoIterator<Item = usize>) -> Vec<Own> {
    let mut seed = 0u32;
    let mut byte = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    blocks
        .into_iter()
        .map(|n| Own {
            key: std::array::from_fn(|_| byte()),
            iv: std::array::from_fn(|_| byte()),
            data: (0..16 * n).map(|_| byte()).collect(),
        })
        .collect()
}

#[test]
fn every_number_of_lanes_gives_what_single_messages_give() {
    for count in 0..=20 {
        for blocks in [1, 2, 33] {
            check(&messages(std::iter::repeat_n(blocks, count)));
        }
    }
}

#[test]
fn lanes_may_end_at_different_times_and_be_empty() {
    check(&messages(0..24));
    check(&messages((0..24).rev()));
    check(&messages([0, 500, 1, 0, 1, 1, 130, 1, 64, 65]));
    check(&messages([0, 0, 0, 0, 0, 0, 0, 0]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_lanes_give_what_single_messages_give(
        all in (1usize..=8).prop_flat_map(|count| vec(
            (any::<[u8; 32]>(), any::<[u8; 32]>(), (0usize..48)
                .prop_flat_map(|n| vec(any::<u8>(), n * 16))),
            count,
        )),
    ) {
        let all: Vec<_> =
            all.into_iter().map(|(key, iv, data)| Own { key, iv, data }).collect();
        check(&all);
    }
}

#[test]
fn one_partial_block_leaves_all_lanes_alone() {
    for at in 0..3 {
        let mut all = messages([2, 3, 4]);
        all[at].data.truncate(17);
        let before = all.clone();
        let partial = Err(NotBlocks { len: 17 });
        for engine in Engine::ALL {
            assert_eq!(encrypt_with(engine, &mut lanes(&mut all)), partial);
            assert_eq!(decrypt_with(engine, &mut lanes(&mut all)), partial);
        }
        assert_eq!(encrypt(&mut lanes(&mut all)), partial);
        assert_eq!(decrypt(&mut lanes(&mut all)), partial);
        assert!(all == before);
    }
}

#[test]
fn the_engine_is_the_fastest_that_the_processor_has() {
    assert!(Engine::Portable.is_available());
    let available = Engine::ALL.into_iter().find(|engine| engine.is_available());
    assert_eq!(Some(Engine::best()), available);
    for engine in Engine::ALL {
        assert!(engine.or_slower().is_available());
        assert_eq!(engine.or_slower() == engine, engine.is_available());
    }
    #[cfg(target_arch = "x86_64")]
    assert_eq!(
        Engine::AesNi.is_available(),
        is_x86_feature_detected!("aes")
    );
}

#[test]
fn debug_shows_no_key_and_no_data() {
    let shown = format!("{:?}", lanes(&mut messages([1])));
    assert_eq!(shown, "[Lane { len: 16, .. }]");
}
