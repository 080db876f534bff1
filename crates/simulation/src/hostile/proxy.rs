//! A proxy that pretends to be a web site and breaks one rule of that.

use heliogram_crypto::hmac_sha256;
use heliogram_mtproto::proxy::FakeTlsError;

super::attacks! { $
    /// One broken rule of a proxy for fake TLS.
    ProxyAttack tested by proxy_attack_tests;
    /// The answer proves that the proxy knows another secret.
    OtherSecret = sec_33_an_answer_made_with_another_secret_is_refused,
    /// The answer belongs to another greeting.
    OtherGreeting = sec_33_an_answer_to_another_greeting_is_refused,
    /// The answer is damaged where it means nothing.
    Damaged = sec_33_the_proof_covers_all_of_the_answer,
    /// The answer is an alert.
    Alert = sec_33_an_alert_in_place_of_an_answer_is_named,
    /// The answer is none of TLS.
    Plain = sec_33_an_answer_that_is_none_of_tls_is_refused,
    /// A record of the answer is longer than TLS allows.
    Long = sec_33_an_answer_longer_than_tls_allows_is_refused,
    /// The answer has no room for a proof.
    Short = sec_33_an_answer_too_short_for_a_proof_is_refused,
    /// An alert among the data.
    DataAlert = sec_33_an_alert_in_place_of_data_is_named,
    /// A record of another type among the data.
    DataKind = sec_33_a_record_of_another_type_than_data_is_refused,
    /// A record of another version among the data.
    DataVersion = sec_33_a_record_of_another_version_is_refused,
    /// A record that is longer than TLS allows.
    DataLong = sec_33_a_record_longer_than_tls_allows_is_refused,
}

/// Where the random bytes are, in a greeting and in its answer.
const RANDOM: std::ops::Range<usize> = 11..43;

/// The answer of a proxy that knows `secret` to the greeting `hello`.
#[must_use]
pub fn tls_answer(secret: &[u8; 16], hello: &[u8]) -> Vec<u8> {
    let mut answer = vec![0x16, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3];
    answer.resize(5 + 122, 0);
    answer.extend([0x14, 3, 3, 0, 1, 1, 0x17, 3, 3, 0x0f, 0xa0]);
    answer.resize(answer.len() + 4000, 0x5a);
    let random = hello.get(RANDOM).unwrap_or_default();
    let proof = hmac_sha256(secret, &[random, &answer]);
    answer[RANDOM].copy_from_slice(&proof);
    answer
}

impl ProxyAttack {
    /// What a client has to find in it.
    #[must_use]
    pub fn error(self) -> FakeTlsError {
        use FakeTlsError as E;
        match self {
            Self::OtherSecret | Self::OtherGreeting | Self::Damaged => E::Unproven,
            Self::Alert | Self::DataAlert => E::Alert,
            Self::Plain | Self::Short | Self::DataVersion => E::NotTls,
            Self::Long => E::TooLong { len: 0xffff },
            Self::DataKind => E::BadRecord { kind: 0x16 },
            Self::DataLong => E::TooLong { len: 0x4101 },
        }
    }

    /// What the proxy says to the greeting `hello`.
    #[must_use]
    pub fn answer(self, secret: &[u8; 16], hello: &[u8]) -> Vec<u8> {
        let mut answer = tls_answer(secret, hello);
        match self {
            Self::OtherSecret => {
                let other = secret.map(|byte| byte ^ 1);
                answer = tls_answer(&other, hello);
            }
            Self::OtherGreeting => answer = tls_answer(secret, &[0x55; 64]),
            Self::Damaged => answer[4000] ^= 1,
            Self::Alert => answer = vec![0x15, 3, 3, 0, 2, 2, 40],
            Self::Plain => answer = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            Self::Long => answer = vec![0x16, 3, 3, 0xff, 0xff],
            Self::Short => {
                answer = vec![0x16, 3, 3, 0, 0, 0x14, 3, 3, 0, 1, 1, 0x17, 3, 3, 0, 0];
            }
            _ => {}
        }
        answer
    }

    /// What comes in place of the first data, where the answer keeps all rules.
    #[must_use]
    pub fn data(self) -> Option<&'static [u8]> {
        Some(match self {
            Self::DataAlert => &[0x15, 3, 3, 0, 2, 2, 40],
            Self::DataKind => &[0x16, 3, 3, 0, 1, 0],
            Self::DataVersion => &[0x17, 3, 1, 0, 1, 0],
            Self::DataLong => &[0x17, 3, 3, 0x41, 0x01],
            _ => return None,
        })
    }
}
