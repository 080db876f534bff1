//! Content delivery networks: data centres that keep popular files encrypted, outside of Telegram's
//! own, and that are trusted with nothing.
//!
//! They are kept apart from all others: connections, keys and addresses of their own, even where a
//! number should be the same. Their RSA keys are those that the account's data centre names, their
//! auth keys are temporary, tell nothing of the account and are never stored.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use heliogram_api::types;
use heliogram_crypto::RsaPublicKey;
use tokio::{
    sync::{Mutex as AsyncMutex, MutexGuard},
    time::Instant,
};

use super::{dc::Dc, header, lock};
use crate::{Identity, config::Config};

/// For how long an auth key of a CDN is good; most of a day.
pub(super) const KEY_LIFE: Duration = Duration::from_secs(23 * 3600);
/// How long no file is fetched from CDNs after one of them failed.
const AVOIDED: Duration = Duration::from_secs(10 * 60);
/// Most CDNs, and most keys of one, that are kept.
const MAX_CDNS: usize = 64;
const MAX_KEYS: usize = 16;

/// What is known of the CDNs.
pub(crate) struct Cdns {
    /// What stands in front of the first call of a session; nothing of it is the user's choice.
    pub(super) header: Bytes,
    trusted: Mutex<Trusted>,
    /// Held while the keys are fetched, so that one call does it for all.
    fetching: AsyncMutex<()>,
    dcs: Mutex<HashMap<i32, Arc<Dc>>>,
    avoided_until: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct Trusted {
    keys: HashMap<i32, Arc<[RsaPublicKey]>>,
    /// How often they were fetched.
    version: u64,
}

impl Cdns {
    pub(super) fn new(config: &Config) -> Self {
        let nobody = Identity {
            device_model: "n/a".into(),
            system_version: "n/a".into(),
            ..Identity::default()
        };
        Self {
            header: header::encode(config.api_id, &nobody, None),
            trusted: Mutex::default(),
            fetching: AsyncMutex::default(),
            dcs: Mutex::default(),
            avoided_until: Mutex::default(),
        }
    }

    /// The state of one CDN.
    pub(super) fn dc(&self, id: i32) -> Arc<Dc> {
        Arc::clone(
            lock(&self.dcs)
                .entry(id)
                .or_insert_with(|| Arc::new(Dc::cdn(id))),
        )
    }

    /// The RSA keys that this CDN may have; none if it was not named.
    pub(super) fn keys(&self, dc: i32) -> Arc<[RsaPublicKey]> {
        lock(&self.trusted)
            .keys
            .get(&dc)
            .cloned()
            .unwrap_or_default()
    }

    /// Whether a key of this CDN is known.
    pub(crate) fn knows(&self, dc: i32) -> bool {
        lock(&self.trusted).keys.contains_key(&dc)
    }

    /// How often the keys were fetched, to tell whether that was done meanwhile.
    pub(crate) fn version(&self) -> u64 {
        lock(&self.trusted).version
    }

    /// Waits for its turn to fetch the keys.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.fetching.lock().await
    }

    /// Takes over the keys that the account's data centre names, in place of those known.
    pub(crate) fn learn(&self, config: &types::CdnConfig) {
        let mut keys = HashMap::<i32, Vec<RsaPublicKey>>::new();
        for told in &config.public_keys {
            let Ok(key) = RsaPublicKey::from_pem(&told.public_key) else {
                tracing::warn!(dc = told.dc_id, "a key of a CDN cannot be read");
                continue;
            };
            if keys.len() < MAX_CDNS || keys.contains_key(&told.dc_id) {
                let of_dc = keys.entry(told.dc_id).or_default();
                if of_dc.len() < MAX_KEYS {
                    of_dc.push(key);
                }
            }
        }
        let mut trusted = lock(&self.trusted);
        trusted.keys = keys.into_iter().map(|(dc, k)| (dc, k.into())).collect();
        trusted.version += 1;
    }

    /// Fetches files elsewhere for a while, for a CDN cannot be reached or is not honest.
    pub(crate) fn avoid(&self) {
        *lock(&self.avoided_until) = Some(Instant::now() + AVOIDED);
    }

    /// Whether files are to be fetched elsewhere.
    pub(crate) fn are_avoided(&self) -> bool {
        lock(&self.avoided_until).is_some_and(|until| Instant::now() < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cdns() -> Cdns {
        Cdns::new(&Config::new(1, "abc".into()))
    }

    #[test]
    fn a_key_is_trusted_for_the_cdn_it_was_named_for_alone() {
        let cdns = cdns();
        let pem = RsaPublicKey::telegram().to_pem();
        let named = |dc| types::CdnPublicKey::new(dc, pem.clone());
        let unreadable = types::CdnPublicKey::new(204, "no key".into());
        cdns.learn(&types::CdnConfig::new(vec![named(203), unreadable]));
        assert_eq!(cdns.keys(203).len(), 1);
        assert!(cdns.knows(203) && !cdns.knows(204) && cdns.keys(2).is_empty());
        // Keys that are named no more are trusted no more.
        cdns.learn(&types::CdnConfig::new(vec![named(205)]));
        assert!(!cdns.knows(203) && cdns.version() == 2);
    }

    #[test]
    fn what_a_hostile_list_of_keys_takes_is_bounded() {
        let cdns = cdns();
        let pem = RsaPublicKey::telegram().to_pem();
        let named = |dc| types::CdnPublicKey::new(dc, pem.clone());
        let many = (0..200).map(named).chain((0..50).map(|_| named(0)));
        cdns.learn(&types::CdnConfig::new(many.collect()));
        assert_eq!(cdns.keys(0).len(), MAX_KEYS);
        assert!(cdns.knows(63) && !cdns.knows(64));
    }

    #[tokio::test(start_paused = true)]
    async fn cdns_are_avoided_for_a_while_only() {
        let cdns = cdns();
        assert!(!cdns.are_avoided());
        cdns.avoid();
        assert!(cdns.are_avoided());
        tokio::time::advance(AVOIDED).await;
        assert!(!cdns.are_avoided());
    }
}
