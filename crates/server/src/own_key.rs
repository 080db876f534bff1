//! The RSA keys of a server.

use std::sync::Mutex;

use heliogram_crypto::{RsaPrivateKey, SeededRandom};

use crate::persist::Store;
use crate::server::StartError;
use crate::shared::lock;

/// One of the server's RSA keys: where it is kept, and the one for all servers of a process that
/// have no other. Making one takes longer than most tests.
pub(crate) struct OwnKey {
    setting: &'static str,
    of_process: Mutex<Option<RsaPrivateKey>>,
}

pub(crate) static MAIN_KEY: OwnKey = OwnKey {
    setting: "rsa_key",
    of_process: Mutex::new(None),
};
pub(crate) static CDN_KEY: OwnKey = OwnKey {
    setting: "cdn_rsa_key",
    of_process: Mutex::new(None),
};

/// The key that was given, else the one in the data file, else one made for this process.
pub(crate) fn rsa_key(
    pem: Option<&str>,
    own: &OwnKey,
    store: Option<&Store>,
) -> Result<RsaPrivateKey, StartError> {
    let kept = match store {
        Some(store) if pem.is_none() => store.setting(own.setting)?,
        _ => None,
    };
    if let Some(pem) = pem.or(kept.as_deref()) {
        return RsaPrivateKey::from_pem(pem).map_err(|error| StartError::Key(error.to_string()));
    }
    let key = own.of_process()?;
    if let Some(store) = store {
        let pem = key
            .to_pem()
            .map_err(|error| StartError::Key(error.to_string()))?;
        store.set_setting(own.setting, &pem)?;
    }
    Ok(key)
}

impl OwnKey {
    fn of_process(&self) -> Result<RsaPrivateKey, StartError> {
        let mut key = lock(&self.of_process);
        if let Some(key) = &*key {
            return Ok(key.clone());
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| StartError::Random)?;
        let made = RsaPrivateKey::generate(&mut SeededRandom::new(seed));
        let made = made.map_err(|error| StartError::Key(error.to_string()))?;
        *key = Some(made.clone());
        Ok(made)
    }
}
