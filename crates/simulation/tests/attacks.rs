//! Every attack on a client in its key exchange and in its session, packet by packet.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{sync::LazyLock, time::Duration};

use bytes::Bytes;
use heliogram_crypto::{AuthKey, RsaPrivateKey, SeededRandom};
use heliogram_mtproto::{
    Event, Now, SendOptions, Session, SessionConfig,
    exchange::{ClientConfig, ClientExchange, ClientStep, ExchangeError},
};
use heliogram_simulation::hostile::{
    ExchangeAttack, HostileServer, Reaction, RecordAttack, Victim,
};

const NOW: Now = Now {
    mono: Duration::from_secs(1000),
    unix: Duration::from_secs(1_790_000_000),
};
/// Something a server may say: any constructor the protocol itself does not have.
const POISON: Bytes = Bytes::from_static(&[9, 9, 9, 9, 1, 2, 3, 4]);

fn rsa() -> RsaPrivateKey {
    static KEY: LazyLock<RsaPrivateKey> =
        LazyLock::new(|| RsaPrivateKey::generate(&mut SeededRandom::new([42; 32])).unwrap());
    KEY.clone()
}

/// The error a client ends its exchange with.
fn exchanged(attack: ExchangeAttack) -> ExchangeError {
    let mut server = HostileServer::new(attack, rsa(), 2, [7; 32]);
    let config = ClientConfig {
        keys: [rsa().public().clone()].into(),
        dc: 2,
        expires_in: None,
    };
    let (mut client, mut packet) = ClientExchange::start(config, [1; 32], NOW);
    for _ in 0..100 {
        let reply = server.handle(NOW, &packet).unwrap();
        match client.handle(NOW, &reply) {
            Ok(ClientStep::Send(next, request)) => (client, packet) = (next, request),
            Ok(ClientStep::Done(_)) => panic!("the client has a key"),
            Err(error) => return error,
        }
    }
    panic!("the exchange never ends");
}

fn exchange(name: &str) {
    let attack = ExchangeAttack::named(name).unwrap();
    let error = exchanged(attack);
    assert!(attack.is_seen_through(&error), "{error:?}");
}

/// What came of an attack.
struct Outcome {
    accepted: usize,
    refused: usize,
    updates: usize,
    other_events: Vec<Event>,
}

fn attacked(attack: RecordAttack) -> Outcome {
    let key = AuthKey::new(std::array::from_fn(|i| i as u8));
    let config = SessionConfig {
        salt: 77,
        time_offset_ms: Some(0),
        ..SessionConfig::default()
    };
    let mut session = Session::new(config, key.clone(), [1; 32], NOW);
    session.handle_connected(NOW);
    session.send(NOW, POISON, SendOptions::default());
    let mut out = Vec::new();
    while session.poll_packet(NOW, &mut out) {}
    let victim = Victim {
        key: &key,
        session_id: session.session_id(),
        time: NOW.unix,
        poison: &POISON,
    };
    let mut outcome = Outcome {
        accepted: 0,
        refused: 0,
        updates: 0,
        other_events: Vec::new(),
    };
    for mut packet in attack.packets(&victim) {
        match session.handle_packet(NOW, &mut packet) {
            Ok(()) => outcome.accepted += 1,
            Err(_) => outcome.refused += 1,
        }
        while let Some(event) = session.poll_event() {
            match event {
                Event::Update(data) if data == POISON => outcome.updates += 1,
                other => outcome.other_events.push(other),
            }
        }
    }
    assert_eq!(session.server_time(NOW), NOW.unix, "the clock moved");
    assert_eq!(session.pending(), 1, "the request is still waited for");
    outcome
}

fn record(name: &str) {
    let attack = RecordAttack::named(name).unwrap();
    let outcome = attacked(attack);
    assert_eq!(outcome.other_events, []);
    let expected = match attack.reaction() {
        Reaction::Reconnect => (1, 0),
        Reaction::Ignore => (0, 0),
        Reaction::TakeOnce => (0, 1),
    };
    assert_eq!((outcome.refused, outcome.updates), expected);
    assert!(outcome.refused == 1 || outcome.accepted > 0);
}

/// A test for each attack, named after it, and one that none is left out.
macro_rules! attacks {
    ($all:ident: $attack:ident with $run:ident; $($name:ident)*) => {
        $(#[test] fn $name() { $run(stringify!($name)); })*

        #[test]
        fn $all() {
            let tested = [$(stringify!($name)),*];
            let all: Vec<_> = $attack::ALL.iter().map(|attack| attack.name()).collect();
            assert_eq!(all, tested);
        }
    };
}

attacks! { every_attack_on_the_exchange_has_its_test: ExchangeAttack with exchange;
    sec_01_nonce_of_res_pq_is_compared
    sec_01_nonce_of_dh_params_is_compared
    sec_01_nonce_inside_the_answer_is_compared
    sec_01_nonce_of_dh_gen_ok_is_compared
    sec_02_server_nonce_of_dh_params_is_compared
    sec_02_server_nonce_inside_the_answer_is_compared
    sec_02_server_nonce_of_dh_gen_ok_is_compared
    sec_03_an_empty_pq_is_refused
    sec_03_a_prime_pq_is_refused
    sec_03_a_square_pq_is_refused
    sec_03_a_long_pq_is_refused_before_it_is_factored
    sec_04_unknown_rsa_keys_are_refused
    sec_05_answer_hash_is_checked_before_use
    sec_05_answer_of_broken_blocks_is_refused
    sec_05_answer_with_more_behind_it_is_refused
    sec_06_a_prime_of_fewer_bytes_is_refused
    sec_06_a_prime_of_2047_bits_is_refused
    sec_07_a_composite_is_refused
    sec_07_a_prime_that_is_not_safe_is_refused
    sec_08_a_generator_out_of_range_is_refused
    sec_08_a_generator_of_the_wrong_group_is_refused_for_the_known_prime_too
    sec_09_a_public_value_of_one_is_refused
    sec_09_a_public_value_of_the_prime_less_one_is_refused
    sec_10_a_small_public_value_is_refused
    sec_10_a_public_value_close_to_the_prime_is_refused
    sec_11_hash_of_the_new_key_is_checked
    sec_12_hash_of_a_retry_is_checked
    sec_12_retries_are_bounded
    sec_12_hash_of_a_refusal_is_checked
}

attacks! { every_attack_on_the_session_has_its_test: RecordAttack with record;
    sec_14_a_packet_of_another_key_is_refused
    sec_14_plaintext_is_refused_once_encrypted
    sec_15_a_damaged_message_key_is_refused
    sec_15_the_message_key_covers_the_padding
    sec_15_a_packet_of_the_clients_direction_is_refused
    sec_16_a_length_of_broken_words_is_refused
    sec_16_a_negative_length_is_refused
    sec_16_a_length_beyond_the_packet_is_refused
    sec_17_less_padding_than_12_bytes_is_refused
    sec_17_more_padding_than_1024_bytes_is_refused
    sec_18_a_message_of_another_session_is_refused
    sec_19_an_even_message_id_is_refused
    sec_19_an_even_id_inside_a_container_is_refused
    sec_20_a_replayed_message_is_dropped
    sec_20_a_message_replayed_in_a_container_is_dropped
    sec_20_a_replay_after_newer_messages_is_dropped
    sec_21_a_message_older_than_all_remembered_is_refused
    sec_22_a_message_of_long_ago_is_refused
    sec_22_a_message_of_the_future_is_refused_and_moves_no_clock
    sec_24_a_refusal_of_nothing_we_sent_is_ignored
    sec_24_a_salt_for_nothing_we_sent_is_ignored
    sec_24_a_pong_to_no_ping_is_ignored
    sec_24_salts_nobody_asked_for_are_ignored
    sec_24_states_nobody_asked_for_are_ignored
    sec_25_a_container_in_a_container_is_refused
    sec_25_a_container_of_too_many_messages_is_refused
    sec_25_a_message_newer_than_its_container_is_refused
    sec_25_a_message_longer_than_its_container_is_refused
    sec_25_bytes_after_a_container_are_refused
    sec_25_packed_data_is_bounded
    sec_25_packed_data_in_packed_data_is_refused
    sec_26_an_answer_to_no_request_is_dropped
}
