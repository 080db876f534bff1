//! A server that asks for passwords with numbers and salts it must not send, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use heliogram::{
    Client, Error, ProtocolError, UsageError,
    api::{enums, functions as f, types},
};
use heliogram_crypto::{
    dh::{DhError, KNOWN_PRIME},
    srp::SrpError,
};
use heliogram_tl::{Call, to_bytes};
use script::{Answer, Seen, Server, usual};

/// What the owner of the account types; no error may show it.
const SECRET: &str = "correct horse";
/// Longer than all cases of a test take, shorter than a hang.
const SOON: Duration = Duration::from_secs(60);

type Kdf = types::PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow;
type Password = types::account::Password;

fn bytes(bytes: &[u8]) -> Bytes {
    Bytes::copy_from_slice(bytes)
}

fn kdf() -> Kdf {
    Kdf::new(bytes(&[1; 40]), bytes(&[2; 16]), 3, bytes(&KNOWN_PRIME))
}

/// What an honest server says of a password.
fn honest() -> Password {
    let secure = enums::SecurePasswordKdfAlgo::Unknown;
    Password {
        has_password: true,
        current_algo: Some(kdf().into()),
        srp_b: Some(bytes(&[0x55; 256])),
        srp_id: Some(77),
        hint: Some("a horse".into()),
        ..Password::new(kdf().into(), secure, bytes(&[3; 256]))
    }
}

/// The known prime with `by` added to its last byte.
fn prime_plus(by: u8) -> [u8; 256] {
    let mut number = KNOWN_PRIME;
    number[255] = number[255].wrapping_add(by);
    number
}

/// A number of 256 bytes that are zeros up to these.
fn number(low: &[u8]) -> [u8; 256] {
    let mut number = [0; 256];
    number[256 - low.len()..].copy_from_slice(low);
    number
}

/// Salts and groups that no client may use, and the rules they break.
fn unfit_algorithms() -> Vec<(Kdf, SrpError)> {
    let salt = |salt, len| SrpError::SaltLength { salt, len };
    let salts = |salt1: &[u8], salt2: &[u8]| Kdf {
        salt1: bytes(salt1),
        salt2: bytes(salt2),
        ..kdf()
    };
    let group = |p: &[u8], g, rule| {
        (
            Kdf {
                p: bytes(p),
                g,
                ..kdf()
            },
            SrpError::Group(rule),
        )
    };
    let size = |len| DhError::PrimeSize { len };
    vec![
        (salts(&[], &[2; 16]), salt("salt1", 0)),
        (salts(&[1; 7], &[2; 16]), salt("salt1", 7)),
        (salts(&[1; 40], &[]), salt("salt2", 0)),
        (salts(&[1; 40], &[2; 7]), salt("salt2", 7)),
        group(&[], 3, size(0)),
        group(&KNOWN_PRIME[1..], 3, size(255)),
        group(&[&[0][..], &KNOWN_PRIME].concat(), 3, size(257)),
        group(&vec![0xff; 1 << 20], 3, size(1 << 20)),
        group(&number(&KNOWN_PRIME[1..]), 4, size(256)),
        group(&prime_plus(12), 4, DhError::NotSafePrime),
        group(&prime_plus(1), 4, DhError::NotSafePrime),
        group(&KNOWN_PRIME, 0, DhError::Generator { g: 0 }),
        group(&KNOWN_PRIME, 1, DhError::Generator { g: 1 }),
        group(&KNOWN_PRIME, 8, DhError::Generator { g: 8 }),
        group(&KNOWN_PRIME, -3, DhError::Generator { g: -3 }),
        group(&KNOWN_PRIME, 2, DhError::GeneratorResidue { g: 2 }),
        group(&KNOWN_PRIME, 5, DhError::GeneratorResidue { g: 5 }),
    ]
}

/// Public values that no client may use, and the rules they break.
fn unfit_values() -> Vec<(Vec<u8>, SrpError)> {
    let range = || SrpError::Public(DhError::PublicRange);
    let margin = || SrpError::Public(DhError::PublicMargin);
    let length = |len| SrpError::PublicLength { len };
    vec![
        (vec![], length(0)),
        (vec![1; 247], length(247)),
        (vec![0; 257], length(257)),
        (vec![0; 256], range()),
        (vec![0; 248], range()),
        (number(&[1]).to_vec(), range()),
        (prime_plus(u8::MAX).to_vec(), range()),
        (KNOWN_PRIME.to_vec(), range()),
        (prime_plus(1).to_vec(), range()),
        (vec![0xff; 256], range()),
        (number(&[2]).to_vec(), margin()),
        (number(&[0xff; 248]).to_vec(), margin()),
        (prime_plus(u8::MAX - 1).to_vec(), margin()),
    ]
}

/// All that an existing password can be asked for with.
fn unfit_questions() -> Vec<(Password, SrpError)> {
    let algorithms = unfit_algorithms().into_iter().map(|(algo, rule)| {
        let current_algo = Some(algo.into());
        (
            Password {
                current_algo,
                ..honest()
            },
            rule,
        )
    });
    let values = unfit_values().into_iter().map(|(b, rule)| {
        let srp_b = Some(b.into());
        (Password { srp_b, ..honest() }, rule)
    });
    algorithms.chain(values).collect()
}

/// A server that says of the password what the test wants said, and a client of it.
struct Scene {
    server: Arc<Server>,
    client: Client,
    said: Arc<Mutex<Password>>,
}

fn answer(seen: &Seen, said: &Password) -> Answer {
    usual(seen).unwrap_or_else(|| match seen.id {
        f::auth::SendCode::ID => {
            let kind = types::auth::SentCodeTypeApp::new(5);
            let sent = types::auth::SentCode::new(kind.into(), "hash".into());
            Answer::Result(to_bytes(&enums::auth::SentCode::from(sent)))
        }
        f::auth::SignIn::ID => Answer::Error(401, "SESSION_PASSWORD_NEEDED"),
        f::account::GetPassword::ID => Answer::Result(to_bytes(said)),
        f::auth::CheckPassword::ID if seen.before == 0 => Answer::Error(400, "SRP_ID_INVALID"),
        f::auth::CheckPassword::ID => Answer::Error(400, "PASSWORD_HASH_INVALID"),
        f::account::UpdatePasswordSettings::ID if seen.before == 0 => {
            Answer::Error(400, "SRP_ID_INVALID")
        }
        f::account::UpdatePasswordSettings::ID => Answer::Result(to_bytes(&true)),
        _ => Answer::Error(400, "INPUT_METHOD_INVALID"),
    })
}

impl Scene {
    async fn start() -> Self {
        let said = Arc::new(Mutex::new(honest()));
        let script = Arc::clone(&said);
        let server = Server::start(move |seen| answer(seen, &script.lock().unwrap())).await;
        let client = server.client().connect().await.unwrap();
        Self {
            server,
            client,
            said,
        }
    }

    fn say(&self, said: Password) {
        *self.said.lock().unwrap() = said;
    }

    /// How often something left the client that was made from the password.
    fn proofs(&self) -> usize {
        self.server.count::<f::auth::CheckPassword>()
            + self.server.count::<f::account::UpdatePasswordSettings>()
    }

    async fn check(&self) -> Error {
        let checked = self.client.check_password(SECRET);
        let checked = tokio::time::timeout(SOON, checked).await.expect("it hangs");
        checked.unwrap_err()
    }

    async fn set(&self, current: Option<&str>, new: Option<&str>) -> heliogram::Result<()> {
        let set = self.client.set_password(current, new, "");
        tokio::time::timeout(SOON, set).await.expect("it hangs")
    }

    /// This rule was named, and nothing left the client.
    fn refused(&self, error: &Error, rule: SrpError) {
        let Error::Protocol(e) = error else {
            panic!("{rule:?}: {error:?}");
        };
        assert_eq!(**e, ProtocolError::Password { source: rule });
        let text = error.to_string();
        assert!(
            text.contains(&rule.to_string()) && text.ends_with('.'),
            "{text}"
        );
        assert!(!format!("{text} {error:?}").contains(SECRET));
        assert_eq!(self.proofs(), 0, "{rule:?}");
    }
}

#[tokio::test]
async fn a_fit_question_is_answered_and_a_used_one_is_asked_for_again_once() {
    let scene = Scene::start().await;
    let error = scene.check().await;
    assert!(error.is_wrong_secret(), "{error:?}");
    assert_eq!(scene.server.count::<f::auth::CheckPassword>(), 2);
    scene.set(Some(SECRET), Some("another")).await.unwrap();
    assert_eq!(
        scene.server.count::<f::account::UpdatePasswordSettings>(),
        2
    );
    assert_eq!(scene.server.count::<f::account::GetPassword>(), 4);
}

#[tokio::test]
async fn sec_27_no_proof_answers_an_unfit_question_at_sign_in() {
    let scene = Scene::start().await;
    for (question, rule) in unfit_questions() {
        scene.say(question);
        scene.refused(&scene.check().await, rule);
    }
}

#[tokio::test]
async fn sec_27_no_proof_answers_an_unfit_question_when_a_password_is_changed_or_removed() {
    let scene = Scene::start().await;
    for (question, rule) in unfit_questions() {
        scene.say(question);
        for new in [Some("another"), None] {
            let error = scene.set(Some(SECRET), new).await.unwrap_err();
            scene.refused(&error, rule);
        }
    }
}

#[tokio::test]
async fn sec_27_no_new_password_is_set_with_an_unfit_algorithm() {
    let scene = Scene::start().await;
    for (algo, rule) in unfit_algorithms() {
        let new_algo = enums::PasswordKdfAlgo::from(algo);
        let question = Password {
            new_algo,
            ..honest()
        };
        scene.say(Password {
            has_password: false,
            current_algo: None,
            srp_b: None,
            srp_id: None,
            ..question.clone()
        });
        scene.refused(&scene.set(None, Some(SECRET)).await.unwrap_err(), rule);
        scene.say(question);
        scene.refused(
            &scene.set(Some(SECRET), Some("another")).await.unwrap_err(),
            rule,
        );
    }
}

#[tokio::test]
async fn sec_27_no_proof_is_made_by_an_unknown_algorithm() {
    let scene = Scene::start().await;
    let unknown = || enums::PasswordKdfAlgo::Unknown;
    let newer = |error: Error| {
        assert!(
            matches!(error, Error::Usage(UsageError::LoginUnsupported(what)) if what.contains("newer")),
            "{error:?}"
        );
        assert_eq!(scene.proofs(), 0);
    };
    scene.say(Password {
        current_algo: Some(unknown()),
        ..honest()
    });
    newer(scene.check().await);
    newer(scene.set(Some(SECRET), None).await.unwrap_err());
    scene.say(Password {
        new_algo: unknown(),
        ..honest()
    });
    newer(scene.set(Some(SECRET), Some("another")).await.unwrap_err());
}

#[tokio::test]
async fn sec_27_the_owner_is_not_asked_again_for_a_password_the_server_cannot_check() {
    let scene = Scene::start().await;
    scene.say(Password {
        srp_b: Some(bytes(&[0; 256])),
        ..honest()
    });
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let signed_in = scene
        .client
        .sign_in("+15550100")
        .code(|| async { Ok("12345".to_owned()) })
        .password(move |hint| {
            assert_eq!(hint, "a horse");
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok(SECRET.to_owned()) }
        })
        .send();
    let error = tokio::time::timeout(SOON, signed_in)
        .await
        .expect("it hangs");
    scene.refused(&error.unwrap_err(), SrpError::Public(DhError::PublicRange));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
