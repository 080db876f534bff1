//! A server against clients of other makes, and such that break a rule.

use super::*;

#[test]
fn the_server_checks_data_centre_and_life_time() {
    let key = rsa();
    let result = |dc, expires_in| {
        let mut server = server(key.clone(), 2);
        let config = ClientConfig {
            dc,
            ..client_config(&key, expires_in)
        };
        let (client, packet) = ClientExchange::start(config, [1; 32], NOW);
        let reply = server.handle(NOW, &packet).unwrap().reply;
        let (_, packet) = sent(client.handle(NOW, &reply).unwrap());
        server.handle(NOW, &packet).err()
    };
    for dc in [2, 10_002, -2, -10_002] {
        assert_eq!(result(dc, None), None, "{dc}");
    }
    let wrong = result(3, None).unwrap();
    assert_eq!(
        (wrong, wrong.transport_code()),
        (ExchangeError::WrongDc { dc: 3 }, -444)
    );
    let never = result(2, Some(0)).unwrap();
    assert_eq!(
        (never, never.transport_code()),
        (ExchangeError::ExpiresIn { seconds: 0 }, -404)
    );
}

/// What the server says to a changed request of a client.
fn server_after(change: impl Fn(&mut ReqDHParams)) -> ExchangeError {
    let key = rsa();
    let mut server = server(key.clone(), 2);
    let (client, packet) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
    let reply = server.handle(NOW, &packet).unwrap().reply;
    let (_, packet) = sent(client.handle(NOW, &reply).unwrap());
    let mut request: ReqDHParams = from_prefix(&body(&packet)).unwrap();
    change(&mut request);
    server.handle(NOW, &answer(&request)).unwrap_err()
}

#[test]
fn sec_01_to_04_the_server_refuses_false_requests() {
    assert_eq!(server_after(|r| r.nonce[0] ^= 1), ExchangeError::Nonce);
    assert_eq!(
        server_after(|r| r.server_nonce[0] ^= 1),
        ExchangeError::ServerNonce
    );
    assert_eq!(server_after(|r| r.p = r.q.clone()), ExchangeError::Factors);
    assert_eq!(
        server_after(|r| r.public_key_fingerprint ^= 1),
        ExchangeError::UnknownKey
    );
    let damage = |r: &mut ReqDHParams| {
        let mut data = r.encrypted_data.to_vec();
        data[100] ^= 1;
        r.encrypted_data = data.into();
    };
    assert_eq!(server_after(damage), ExchangeError::Undecryptable);
    let short = |r: &mut ReqDHParams| r.encrypted_data = Bytes::from_static(b"short");
    assert_eq!(server_after(short), ExchangeError::Undecryptable);
}

#[test]
fn sec_04_the_padding_and_inner_data_of_older_clients_are_taken_if_their_hash_is_right() {
    let key = rsa();
    let make = |damage: u8| {
        let mut server = server(key.clone(), 2);
        let (client, packet) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
        let reply = server.handle(NOW, &packet).unwrap().reply;
        let (_, packet) = sent(client.handle(NOW, &reply).unwrap());
        let mut request: ReqDHParams = from_prefix(&body(&packet)).unwrap();
        let padded = key.decrypt_pad(&request.encrypted_data).unwrap();
        let (inner, _) = inner::Inner::decode(&padded[..]).unwrap();
        let (pq, p, q) = (inner.pq, inner.p, inner.q);
        let (nonce, server_nonce, new_nonce) = (inner.nonce, inner.server_nonce, *inner.new_nonce);
        let old = PQInnerData {
            pq,
            p,
            q,
            nonce,
            server_nonce,
            new_nonce,
        };
        request.encrypted_data = old_padding(&key, &to_bytes(&old), damage);
        server
            .handle(NOW, &answer(&request))
            .map(|step| constructor(&body(&step.reply)))
    };
    assert_eq!(make(0), Ok(ServerDHParamsOk::ID));
    assert_eq!(make(1), Err(ExchangeError::Undecryptable));
}

/// RSA as it was before 2021: a hash, the data, and anything up to 255 bytes.
fn old_padding(key: &RsaPrivateKey, data: &[u8], damage: u8) -> Bytes {
    use num_bigint::BigUint;
    let mut plain = [&heliogram_crypto::sha1(&[data])[..], data].concat();
    plain[0] ^= damage;
    plain.resize(255, 0x55);
    let modulus = BigUint::from_bytes_be(key.public().modulus());
    let exponent = BigUint::from(key.public().exponent());
    let sealed = BigUint::from_bytes_be(&plain)
        .modpow(&exponent, &modulus)
        .to_bytes_be();
    [vec![0; 256 - sealed.len()], sealed].concat().into()
}

#[test]
fn sec_12_a_client_that_repeats_its_retry_id_is_refused() {
    let (client, _, mut server) = proposed();
    let retry = server.refuse_key(NOW, KeyRefusal::Retry).unwrap();
    let (_, packet) = sent(client.handle(NOW, &retry).unwrap());
    assert_eq!(constructor(&body(&packet)), SetClientDHParams::ID);
    // The server wants a third one meanwhile, so this proposal names an old attempt.
    let request = body(&packet);
    server.handle(NOW, &packet).unwrap();
    server.refuse_key(NOW, KeyRefusal::Retry).unwrap();
    let late = plain::seal(9, &[&request[..], &[0; 4]].concat());
    assert_eq!(
        server.handle(NOW, &late).unwrap_err(),
        ExchangeError::RetryId
    );
}

#[test]
fn hostile_bytes_are_errors_at_both_ends() {
    let key = rsa();
    let mut rng = SeededRandom::new([5; 32]);
    for len in (0..400).step_by(7) {
        let mut noise = vec![0; len];
        rng.fill(&mut noise);
        let (client, _) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
        assert!(client.handle(NOW, &noise).is_err());
        let packet = plain::seal(4, &noise);
        let (client, _) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
        assert!(client.handle(NOW, &packet).is_err());
        assert!(server(key.clone(), 2).handle(NOW, &packet).is_err());
    }
}
