//! Proxies behind a TLS that is none, and that break its rules, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod proxy;

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};

use heliogram::{
    Client, Error, NetworkError, Proxy, Servers,
    proxy::{FakeTlsError, ProxyError},
};
use heliogram_crypto::{RsaPrivateKey, SeededRandom};
use heliogram_simulation::hostile::tls_answer;
use proxy::mtproxy::{Secret, greeting};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const KEY: [u8; 16] = *b"sixteen bytes !!";
/// How long each answer may take; a few of them are shorter than a hang.
const PATIENCE: Duration = Duration::from_millis(1500);
/// The longest record of TLS: 16 KiB, and what encryption may add.
const LONGEST: usize = 16_384 + 256;

/// What a proxy says, and all that it hears after the greeting.
struct Told {
    error: ProxyError,
    heard: Vec<u8>,
}

/// Servers that are never asked: no client gets as far as to them.
fn servers() -> Servers {
    static KEY: OnceLock<String> = OnceLock::new();
    let pem = KEY.get_or_init(|| {
        let key = RsaPrivateKey::generate(&mut SeededRandom::new([5; 32])).unwrap();
        key.public().to_pem()
    });
    Servers::custom().dc(2, "127.0.0.1", 9).public_key(pem)
}

/// Has a client greet a proxy that says what `what` makes of the right answer, and `then` once it
/// hears more.
async fn greeted_by(
    what: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static,
    then: Vec<u8>,
) -> Told {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (what, ears) = (Arc::new(what), Arc::clone(&heard));
    let proxy = proxy::Proxy::start(move |mut client, _| {
        let (what, ears, then) = (Arc::clone(&what), Arc::clone(&ears), then.clone());
        async move {
            let hello = greeting(&mut client).await?;
            client.write_all(&what(tls_answer(&KEY, &hello))).await?;
            let mut bytes = [0; 4096];
            loop {
                let len = client.read(&mut bytes).await?;
                if len == 0 {
                    return Ok(());
                }
                ears.lock().unwrap().extend_from_slice(&bytes[..len]);
                client.write_all(&then).await?;
            }
        }
    })
    .await;
    let secret = Secret::FakeTls(KEY, "example.com").link();
    let begun = Instant::now();
    let failed = Client::builder(1, "abc")
        .server(servers())
        .proxy(Proxy::mtproxy("127.0.0.1", proxy.port, &secret).unwrap())
        .connect_attempts(1)
        .connect_timeout(PATIENCE)
        .connect()
        .await
        .unwrap_err();
    assert!(begun.elapsed() < 10 * PATIENCE);
    let text = failed.to_string();
    assert!(text.contains("127.0.0.1") && text.ends_with('.'), "{text}");
    let Error::Network(e) = failed else {
        panic!("{failed:?}");
    };
    let NetworkError::Proxy { source: error, .. } = *e else {
        panic!("{e:?}");
    };
    let heard = heard.lock().unwrap().clone();
    Told { error, heard }
}

/// The rule that was broken before anything but the greeting was sent.
async fn refused(what: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static) -> FakeTlsError {
    let told = greeted_by(what, Vec::new()).await;
    assert!(told.heard.is_empty(), "it was given data");
    match told.error {
        ProxyError::FakeTls(e) => e,
        other => panic!("{other:?}"),
    }
}

/// The rule that was broken by a record after a greeting that was right.
async fn refused_later(record: Vec<u8>) -> FakeTlsError {
    let told = greeted_by(|right| right, record).await;
    match told.error {
        ProxyError::FakeTls(e) => e,
        other => panic!("{other:?}"),
    }
}

/// The head of a record of data.
fn head(len: usize) -> Vec<u8> {
    let [high, low] = u16::try_from(len).unwrap().to_be_bytes();
    vec![0x17, 3, 3, high, low]
}

#[tokio::test]
async fn sec_33_an_answer_that_proves_nothing_gets_no_data() {
    let changed = |at: usize| {
        move |mut right: Vec<u8>| {
            right[at] ^= 1;
            right
        }
    };
    // The proof, what it is about, and the bytes that look like a web site's.
    for at in [11, 42, 43, 126, 138, 4137] {
        assert_eq!(refused(changed(at)).await, FakeTlsError::Unproven, "{at}");
    }
    let zeros = |mut right: Vec<u8>| {
        right[11..43].fill(0);
        right
    };
    assert_eq!(refused(zeros).await, FakeTlsError::Unproven);
}

#[tokio::test]
async fn sec_33_the_answer_to_another_greeting_gets_no_data() {
    let replayed = |_| tls_answer(&KEY, &[7; 64]);
    assert_eq!(refused(replayed).await, FakeTlsError::Unproven);
}

#[tokio::test]
async fn sec_33_an_answer_of_wrong_records_or_lengths_gets_no_data() {
    let begin = |bytes: &'static [u8]| move |_: Vec<u8>| bytes.to_vec();
    let alert = begin(&[0x15, 3, 3, 0, 2, 2, 40]);
    assert_eq!(refused(alert).await, FakeTlsError::Alert);
    for other in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        // Another version, another kind of record, a first record that cannot hold a proof.
        &[0x16, 3, 1, 0, 122],
        &[0x17, 3, 3, 0, 122],
        &[0x16, 3, 3, 0, 0, 0x14, 3, 3, 0, 1, 1, 0x17, 3, 3, 0, 0],
    ] {
        assert_eq!(
            refused(begin(other)).await,
            FakeTlsError::NotTls,
            "{other:?}"
        );
    }
    for len in [LONGEST + 1, 0xffff] {
        let long = move |mut right: Vec<u8>| {
            right[3..5].copy_from_slice(&head(len)[3..]);
            right
        };
        assert_eq!(refused(long).await, FakeTlsError::TooLong { len });
        let long_data = move |mut right: Vec<u8>| {
            right[136..138].copy_from_slice(&head(len)[3..]);
            right
        };
        assert_eq!(refused(long_data).await, FakeTlsError::TooLong { len });
    }
    // One byte less than is there: it is not what was proved.
    let shorter = |mut right: Vec<u8>| {
        right[137] -= 1;
        right
    };
    assert_eq!(refused(shorter).await, FakeTlsError::Unproven);
}

#[tokio::test]
async fn sec_33_an_answer_that_never_ends_is_waited_for_no_longer_than_others() {
    // One byte more than there is, and an answer of half a record.
    let longer = |mut right: Vec<u8>| {
        right[137] += 1;
        right
    };
    let half = |right: Vec<u8>| right[..60].to_vec();
    let longer = greeted_by(longer, Vec::new()).await;
    let half = greeted_by(half, Vec::new()).await;
    for told in [longer, half] {
        assert!(matches!(told.error, ProxyError::Silent), "{:?}", told.error);
        assert!(told.heard.is_empty());
    }
}

#[tokio::test]
async fn sec_33_records_that_are_none_end_the_connection_after_a_right_greeting() {
    let alert = vec![0x15, 3, 3, 0, 2, 2, 40];
    assert_eq!(refused_later(alert).await, FakeTlsError::Alert);
    for kind in [0, 0x14, 0x16, 0x18, 0xff] {
        let record = vec![kind, 3, 3, 0, 1, 1];
        assert_eq!(
            refused_later(record).await,
            FakeTlsError::BadRecord { kind }
        );
    }
    for version in [[3, 1], [2, 3], [0, 0]] {
        let record = [&[0x17][..], &version, &[0, 1, 1]].concat();
        assert_eq!(refused_later(record).await, FakeTlsError::NotTls);
    }
    for len in [LONGEST + 1, 0xffff] {
        assert_eq!(
            refused_later(head(len)).await,
            FakeTlsError::TooLong { len }
        );
    }
    // Good records in front of it change nothing.
    let late = [[0x17, 3, 3, 0, 0].repeat(1000), head(LONGEST + 1)].concat();
    let len = LONGEST + 1;
    assert_eq!(refused_later(late).await, FakeTlsError::TooLong { len });
}
