//! A client against servers that break a rule.

use super::*;

#[test]
fn sec_11_the_key_counts_only_with_the_right_hash_and_nonces() {
    let broken = |change: fn(&mut DhGenOk)| {
        let (client, ok, _) = proposed();
        let mut ok: DhGenOk = from_prefix(&body(&ok)).unwrap();
        change(&mut ok);
        client.handle(NOW, &answer(&ok)).unwrap_err()
    };
    assert_eq!(
        broken(|ok| ok.new_nonce_hash1[15] ^= 1),
        ExchangeError::NewNonceHash { number: 1 }
    );
    assert_eq!(broken(|ok| ok.nonce[0] ^= 1), ExchangeError::Nonce);
    assert_eq!(
        broken(|ok| ok.server_nonce[0] ^= 1),
        ExchangeError::ServerNonce
    );
}

/// What a client says to a changed `resPQ`.
fn after_pq(change: impl Fn(&mut ResPQ)) -> ExchangeError {
    let key = rsa();
    let (client, packet) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
    let reply = server(key, 2).handle(NOW, &packet).unwrap().reply;
    let mut pq: ResPQ = from_prefix(&body(&reply)).unwrap();
    change(&mut pq);
    client.handle(NOW, &answer(&pq)).unwrap_err()
}

#[test]
fn sec_01_03_04_a_false_res_pq_is_refused() {
    assert_eq!(after_pq(|pq| pq.nonce[7] ^= 1), ExchangeError::Nonce);
    for bad in [
        vec![],
        vec![1],
        vec![0xff; 9],
        vec![13],
        49u64.to_be_bytes().to_vec(),
    ] {
        let error = after_pq(|pq| pq.pq = bad.clone().into());
        assert_eq!(error, ExchangeError::Pq, "{bad:?}");
    }
    let error = after_pq(|pq| pq.server_public_key_fingerprints = vec![1, 2, 3]);
    assert_eq!(error, ExchangeError::UnknownKey);
}

#[test]
fn a_message_out_of_turn_is_refused() {
    let (client, _, _) = proposed();
    let pq = ResPQ::new([0; 16], [0; 16], Bytes::new(), Vec::new());
    let error = client.handle(NOW, &answer(&pq)).unwrap_err();
    assert_eq!(error, ExchangeError::UnexpectedMessage { id: ResPQ::ID });
}

/// A server whose second answer can be forged, because the test decrypts what the client sends.
struct Forger {
    client: ClientExchange,
    nonce: [u8; 16],
    server_nonce: [u8; 16],
    new_nonce: [u8; 32],
    inner: ServerDHInnerData,
}

fn forger() -> Forger {
    let key = rsa();
    let mut server = server(key.clone(), 2);
    let (client, packet) = ClientExchange::start(client_config(&key, None), [1; 32], NOW);
    let reply = server.handle(NOW, &packet).unwrap().reply;
    let (client, packet) = sent(client.handle(NOW, &reply).unwrap());
    let request: ReqDHParams = from_prefix(&body(&packet)).unwrap();
    let padded = key.decrypt_pad(&request.encrypted_data).unwrap();
    let (inner, _) = inner::Inner::decode(&padded[..]).unwrap();
    let reply = server.handle(NOW, &packet).unwrap().reply;
    let ok: ServerDHParamsOk = from_prefix(&body(&reply)).unwrap();
    let temp = TempKey::derive(&inner.new_nonce, &inner.server_nonce);
    let mut data = ok.encrypted_answer.to_vec();
    let opened = Bytes::copy_from_slice(temp.open(&mut data).unwrap());
    let (nonce, server_nonce) = (inner.nonce, inner.server_nonce);
    let new_nonce = *inner.new_nonce;
    Forger {
        client,
        nonce,
        server_nonce,
        new_nonce,
        inner: from_prefix(&opened).unwrap(),
    }
}

/// What a client says to a changed answer inside of a well-made envelope.
fn after_params(change: impl Fn(&mut ServerDHInnerData)) -> ExchangeError {
    let Forger {
        client,
        nonce,
        server_nonce,
        new_nonce,
        mut inner,
    } = forger();
    change(&mut inner);
    let temp = TempKey::derive(&new_nonce, &server_nonce);
    let encrypted_answer = temp
        .seal(&to_bytes(&inner), &mut SeededRandom::new([3; 32]))
        .into();
    let ok = ServerDHParamsOk {
        nonce,
        server_nonce,
        encrypted_answer,
    };
    client.handle(NOW, &answer(&ok)).unwrap_err()
}

#[test]
fn sec_01_02_nonces_inside_of_the_encrypted_answer_are_checked() {
    assert_eq!(after_params(|i| i.nonce[0] ^= 1), ExchangeError::Nonce);
    assert_eq!(
        after_params(|i| i.server_nonce[0] ^= 1),
        ExchangeError::ServerNonce
    );
}

#[test]
fn sec_05_a_damaged_answer_is_refused_before_anything_in_it_is_read() {
    let Forger {
        client,
        nonce,
        server_nonce,
        new_nonce,
        inner,
    } = forger();
    let temp = TempKey::derive(&new_nonce, &server_nonce);
    let mut data = temp.seal(&to_bytes(&inner), &mut SeededRandom::new([3; 32]));
    data[40] ^= 1;
    let ok = ServerDHParamsOk {
        nonce,
        server_nonce,
        encrypted_answer: data.into(),
    };
    let error = client.handle(NOW, &answer(&ok)).unwrap_err();
    assert!(matches!(error, ExchangeError::Answer(_)), "{error}");
}

#[test]
fn sec_06_to_10_unfit_groups_and_values_are_refused() {
    type Change = fn(&mut ServerDHInnerData);
    let changes: [Change; 7] = [
        |i| i.dh_prime = i.dh_prime.slice(1..),
        |i| i.dh_prime = [&[0x7f], &i.dh_prime[1..]].concat().into(),
        |i| i.dh_prime = [&i.dh_prime[..255], &[0x59]].concat().into(),
        |i| i.g = 2,
        |i| i.g = 8,
        |i| i.g_a = Bytes::from_static(&[1]),
        |i| i.g_a = i.dh_prime.clone(),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let error = after_params(change);
        assert!(matches!(error, ExchangeError::Dh(_)), "change {n}: {error}");
    }
}

#[test]
fn the_old_refusal_of_parameters_needs_its_hash() {
    for (damage, expected) in [
        (0, ExchangeError::Refused),
        (1, ExchangeError::NewNonceHash { number: 0 }),
    ] {
        let Forger {
            client,
            nonce,
            server_nonce,
            new_nonce,
            ..
        } = forger();
        let mut new_nonce_hash = params_fail_hash(&new_nonce);
        new_nonce_hash[0] ^= damage;
        let fail = ServerDHParamsFail {
            nonce,
            server_nonce,
            new_nonce_hash,
        };
        assert_eq!(client.handle(NOW, &answer(&fail)).unwrap_err(), expected);
    }
}
