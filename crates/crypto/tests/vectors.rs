//! Published and independently computed values, replayed one by one.
//!
//! Where each comes from stands at the top of `vectors.json`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests count as library code

use heliogram_crypto::{
    AuthKey, Ctr, Random, RsaPublicKey, SeededRandom, Side, Zeroizing,
    dh::{Group, KNOWN_PRIME, Primes},
    factorize, handshake,
    handshake::TempKey,
    ige_decrypt, ige_encrypt,
    lanes::{self, Engine, Lane},
    message::{self, Packet},
    sha1, sha256, srp, v1,
};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().expect("a value of the vectors");
    assert_eq!(text.len() % 2, 0);
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
        .collect()
}

fn array<const N: usize>(text: &Value) -> [u8; N] {
    hex(text).try_into().unwrap()
}

/// Gives out bytes written down before.
struct Script(Vec<u8>);

impl Random for Script {
    fn fill(&mut self, out: &mut [u8]) {
        let rest = self.0.split_off(out.len());
        out.copy_from_slice(&self.0);
        self.0 = rest;
    }
}

#[test]
fn the_published_numbers_factor() {
    let v = vectors();
    let sample = &v["handshake_sample"];
    let number = |name: &str| sample[name].as_u64().unwrap();
    assert_eq!(factorize(number("pq")), Some((number("p"), number("q"))));
    let old = |name: &str| u64::from_str_radix(v["pq_old"][name].as_str().unwrap(), 16).unwrap();
    assert_eq!(factorize(old("pq")), Some((old("p"), old("q"))));
}

#[test]
fn the_published_key_exchange_gives_the_published_answer() {
    let v = vectors();
    let sample = &v["handshake_sample"];
    let key = TempKey::derive(
        &array(&sample["new_nonce"]),
        &array(&sample["server_nonce"]),
    );

    let mut decrypted = hex(&sample["encrypted_answer"]);
    ige_decrypt(
        &array(&sample["tmp_aes_key"]),
        &array(&sample["tmp_aes_iv"]),
        &mut decrypted,
    )
    .unwrap();
    assert_eq!(decrypted, hex(&sample["answer_with_hash"]));

    let mut opened = hex(&sample["encrypted_answer"]);
    let answer = key.open(&mut opened).unwrap();
    assert_eq!(answer, hex(&sample["answer"]));
    assert_eq!(sha1(&[answer]), decrypted[..20]);

    // The same key and filling give the published ciphertext back, so they are the published
    // key and vector.
    let filling = decrypted[20 + answer.len()..].to_vec();
    assert_eq!(
        key.seal(answer, &mut Script(filling)),
        hex(&sample["encrypted_answer"])
    );
}

#[test]
fn the_published_key_exchange_gives_the_published_keys() {
    let v = vectors();
    let sample = &v["handshake_sample"];
    let (new_nonce, server_nonce) = (array(&sample["new_nonce"]), array(&sample["server_nonce"]));
    let mut rng = SeededRandom::new([0; 32]);
    let group = Primes::new()
        .check(
            &hex(&sample["dh_prime"]),
            sample["g"].as_i64().unwrap() as i32,
            &mut rng,
        )
        .unwrap();
    assert_eq!(group.prime(), &KNOWN_PRIME);
    assert_eq!(group, Group::known(3).unwrap());

    let secret = group.secret(&mut Script(hex(&sample["b"])));
    assert_eq!(secret.public()[..], hex(&sample["g_b"]));
    let key = AuthKey::new(*secret.agree(&hex(&sample["g_a"])).unwrap());
    assert_eq!(key.as_bytes()[..], hex(&sample["auth_key"]));
    assert_eq!(key.aux_hash()[..], hex(&sample["auth_key_aux_hash"]));
    assert_eq!(key.id().to_le_bytes()[..], hex(&sample["auth_key_id_le"]));
    for number in 1..=3 {
        let wanted = &sample[format!("new_nonce_hash{number}")];
        assert_eq!(key.new_nonce_hash(number, &new_nonce)[..], hex(wanted));
    }
    let salt = handshake::initial_salt(&new_nonce, &server_nonce);
    assert_eq!(
        salt.to_le_bytes()[..],
        hex(&sample["initial_server_salt_le"])
    );
}

#[test]
fn the_published_key_exchange_gives_the_published_client_data() {
    let v = vectors();
    let sample = &v["handshake_sample"];
    let key = TempKey::derive(
        &array(&sample["new_nonce"]),
        &array(&sample["server_nonce"]),
    );
    let inner = hex(&sample["client_DH_inner_data"]);
    let mut sealed = key.seal(&inner, &mut Script(hex(&sample["client_padding"])));
    assert_eq!(sealed, hex(&sample["client_encrypted_data"]));
    assert_eq!(key.open(&mut sealed), Ok(&inner[..]));
}

#[test]
fn the_published_data_for_rsa_has_the_published_lengths() {
    // The key of the sample's padding is not published, so the value itself cannot be replayed.
    let v = vectors();
    let sample = &v["handshake_sample"];
    let data = hex(&sample["p_q_inner_data_dc"]);
    assert_eq!(
        data.len() + hex(&sample["rsa_pad_random_padding"]).len(),
        192
    );
    let key = RsaPublicKey::telegram();
    let ours = key
        .encrypt_pad(&data, &mut SeededRandom::new([1; 32]))
        .unwrap();
    assert_eq!(ours.len(), hex(&sample["encrypted_data"]).len());
    assert!(ours < *key.modulus());
}

#[test]
fn the_built_in_keys_are_the_published_ones() {
    let v = vectors();
    for (listed, ours) in v["rsa_keys"]
        .as_array()
        .unwrap()
        .iter()
        .zip([RsaPublicKey::telegram(), RsaPublicKey::telegram_test()])
    {
        assert_eq!(
            Ok(&ours),
            RsaPublicKey::new(&hex(&listed["n"]), &hex(&listed["e"])).as_ref()
        );
        let fingerprint = listed["fingerprint"]
            .as_str()
            .unwrap()
            .trim_start_matches("0x");
        assert_eq!(
            ours.fingerprint() as u64,
            u64::from_str_radix(fingerprint, 16).unwrap()
        );
    }
    let offered = &v["handshake_sample"]["server_fingerprints_le"];
    let ours = RsaPublicKey::telegram().fingerprint().to_le_bytes();
    assert!(offered.as_array().unwrap().iter().any(|f| hex(f) == ours));
}

#[test]
fn messages_seal_to_the_listed_packets_and_open_again() {
    let v = vectors();
    let key = AuthKey::new(std::array::from_fn(|i| i as u8));
    for vector in v["record_layer_v2_own"].as_array().unwrap() {
        let from = match vector["direction"].as_str().unwrap() {
            "client_to_server" => Side::Client,
            _ => Side::Server,
        };
        let plaintext = hex(&vector["plaintext"]);
        let packet = hex(&vector["packet"]);
        let padding_len = vector["padding_len"].as_u64().unwrap() as usize;
        let (plain, padding) = plaintext.split_at(plaintext.len() - padding_len);

        let mut out = Vec::new();
        let large = message::seal(&key, from, plain, padding, &mut out).unwrap();
        assert_eq!(large[..], hex(&vector["msg_key_large"]));
        assert_eq!(out, packet);
        let token = u32::from_str_radix(vector["quick_ack_token_le"].as_str().unwrap(), 16);
        assert_eq!(Ok(message::quick_ack_token(&large)), token);

        let opened = message::open(&key, from, &mut out).unwrap();
        assert_eq!(opened.salt, 0x0102_0304_0506_0708);
        assert_eq!(opened.session_id, 0x1112_1314_1516_1718);
        assert_eq!(opened.body, &plain[32..]);
        assert_eq!(Ok(opened.quick_ack), token);
    }
}

#[test]
fn the_binding_of_a_temporary_key_is_the_listed_one() {
    let v = vectors();
    let vector = &v["bind_temp_key_v1_own"];
    let permanent = AuthKey::new(std::array::from_fn(|i| i as u8));
    let inner = array::<40>(&vector["inner"]);
    let msg_id = i64::from_le_bytes([0, 0, 0, 0, 0xfd, 0xc0, 0xab, 0x65]);
    let wanted = hex(&vector["encrypted_message"]);
    let found = v1::open_binding(&permanent, &wanted).unwrap();
    assert_eq!(found.inner, inner);

    let mut random = [0; 24];
    random[..16].copy_from_slice(&hex(&vector["random_int128"]));
    random[16..].copy_from_slice(&hex(&vector["padding"]));
    assert_eq!(
        v1::seal_binding(&permanent, found.msg_id, &inner, &random)[..],
        wanted
    );
    assert_ne!(
        v1::seal_binding(&permanent, msg_id ^ 1, &inner, &random)[..],
        wanted
    );
}

#[test]
fn both_sides_of_a_password_check_give_the_listed_values() {
    let v = vectors();
    let vector = &v["srp_own"];
    let algorithm = srp::Algorithm {
        salt1: hex(&vector["salt1"]),
        salt2: hex(&vector["salt2"]),
        group: Group::known(3).unwrap(),
    };
    let password = vector["password"].as_str().unwrap();
    let verifier = algorithm.verifier(password);
    assert_eq!(verifier[..], hex(&vector["v"]));
    let challenge =
        srp::Challenge::new(algorithm.clone(), *verifier, &mut Script(hex(&vector["b"])));
    assert_eq!(challenge.public()[..], hex(&vector["B"]));
    let answer = algorithm
        .answer(password, challenge.public(), &mut Script(hex(&vector["a"])))
        .unwrap();
    assert_eq!(answer.a[..], hex(&vector["A"]));
    assert_eq!(answer.m1[..], hex(&vector["M1"]));
    assert_eq!(challenge.check(&answer.a, &answer.m1), Ok(()));
}

#[test]
fn obfuscated_connections_use_the_listed_streams() {
    let v = vectors();
    for (name, secret) in [("plain", None), ("mtproxy", Some([0x99; 16]))] {
        let vector = &v["obfuscated2_own"][name];
        let init = hex(&vector["init"]);
        let reversed: Vec<u8> = init.iter().rev().copied().collect();
        let key_of = |bytes: &[u8]| -> Zeroizing<[u8; 32]> {
            Zeroizing::new(secret.map_or_else(
                || bytes[8..40].try_into().unwrap(),
                |secret| sha256(&[&bytes[8..40], &secret]),
            ))
        };
        let (send_key, receive_key) = (key_of(&init), key_of(&reversed));
        assert_eq!(send_key[..], hex(&vector["enc_key"]));
        assert_eq!(receive_key[..], hex(&vector["dec_key"]));
        let mut send = Ctr::new(&send_key, &array(&vector["enc_iv"]));
        let mut receive = Ctr::new(&receive_key, &array(&vector["dec_iv"]));

        let mut sent = init.clone();
        send.apply(&mut sent);
        assert_eq!([&init[..56], &sent[56..]].concat(), hex(&vector["sent"]));
        let mut up = vector["client_plain"].as_str().unwrap().as_bytes().to_vec();
        send.apply(&mut up);
        assert_eq!(up, hex(&vector["client_cipher"]));
        let mut down = hex(&vector["server_cipher"]);
        receive.apply(&mut down);
        assert_eq!(down, vector["server_plain"].as_str().unwrap().as_bytes());
    }
}

#[test]
fn ige_agrees_with_the_sample_in_both_directions() {
    let v = vectors();
    let sample = &v["handshake_sample"];
    let (key, iv) = (array(&sample["tmp_aes_key"]), array(&sample["tmp_aes_iv"]));
    let mut data = hex(&sample["answer_with_hash"]);
    ige_encrypt(&key, &iv, &mut data).unwrap();
    assert_eq!(data, hex(&sample["encrypted_answer"]));
}

#[test]
fn lanes_agree_with_the_sample_in_both_directions_whatever_runs_beside() {
    let v = vectors();
    let sample = &v["handshake_sample"];
    let (key, iv) = (array(&sample["tmp_aes_key"]), array(&sample["tmp_aes_iv"]));
    let plain = hex(&sample["answer_with_hash"]);
    let encrypted = hex(&sample["encrypted_answer"]);
    type Run = fn(Engine, &mut [Lane<'_>]) -> Result<(), heliogram_crypto::NotBlocks>;
    let ways: [(Run, &Vec<u8>, &Vec<u8>); 2] = [
        (lanes::encrypt_with, &plain, &encrypted),
        (lanes::decrypt_with, &encrypted, &plain),
    ];
    for (engine, count) in Engine::ALL
        .into_iter()
        .flat_map(|e| (1..=8).map(move |n| (e, n)))
    {
        for (run, before, after) in ways {
            for at in 0..count {
                // Strangers of other keys and lengths run beside the sample.
                let mut data: Vec<_> = (1..=count).map(|n| vec![n as u8; n * 80]).collect();
                data[at] = before.clone();
                let mut all: Vec<_> = data
                    .iter_mut()
                    .map(|data| Lane {
                        key: &[1; 32],
                        iv: &[2; 32],
                        data,
                    })
                    .collect();
                (all[at].key, all[at].iv) = (&key, &iv);
                assert_eq!(run(engine, &mut all), Ok(()));
                assert_eq!(data[at], *after, "{engine:?}, lane {at} of {count}");
            }
        }
    }
}

#[test]
fn messages_seal_together_to_the_listed_packets_and_open_again() {
    let v = vectors();
    let key = AuthKey::new(std::array::from_fn(|i| i as u8));
    let listed = v["record_layer_v2_own"].as_array().unwrap();
    let sides = || {
        listed
            .iter()
            .map(|vector| match vector["direction"].as_str().unwrap() {
                "client_to_server" => Side::Client,
                _ => Side::Server,
            })
    };
    let mut buffers: Vec<_> = listed
        .iter()
        .map(|vector| [vec![0; message::PREFIX], hex(&vector["plaintext"])].concat())
        .collect();
    let mut packets: Vec<_> = buffers
        .iter_mut()
        .zip(sides())
        .map(|(bytes, from)| Packet {
            key: &key,
            from,
            bytes,
        })
        .collect();
    for (large, vector) in message::seal_all(&mut packets).into_iter().zip(listed) {
        assert_eq!(large.unwrap()[..], hex(&vector["msg_key_large"]));
    }
    for (packet, vector) in packets.iter().zip(listed) {
        assert_eq!(packet.bytes, hex(&vector["packet"]));
    }
    for (opened, vector) in message::open_all(&mut packets).into_iter().zip(listed) {
        let plaintext = hex(&vector["plaintext"]);
        let padding = vector["padding_len"].as_u64().unwrap() as usize;
        assert_eq!(
            opened.unwrap().body,
            &plaintext[32..plaintext.len() - padding]
        );
    }
}
