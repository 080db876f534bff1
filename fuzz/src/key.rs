use std::sync::OnceLock;

use heliogram_crypto::{RsaPrivateKey, SeededRandom};

/// The RSA key of all servers that targets speak with; made once, as that takes long.
pub(crate) fn key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    let make = || RsaPrivateKey::generate(&mut SeededRandom::new([3; 32])).expect("a key");
    KEY.get_or_init(make)
}
