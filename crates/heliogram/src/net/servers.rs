//! Which servers a client talks to: addresses of data centres and public keys.

use std::fmt;

use heliogram_crypto::RsaPublicKey;

use super::telegram;
use crate::{Result, UsageError};

/// Where one data centre listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddr {
    /// Number of the data centre, from 1.
    pub id: i32,
    /// Host name or IP address, IPv6 without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl ServerAddr {
    /// The data centre `id` at `host` and `port`.
    #[must_use]
    pub fn new(id: i32, host: impl Into<String>, port: u16) -> Self {
        Self {
            id,
            host: host.into(),
            port,
        }
    }
}

impl fmt::Display for ServerAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// The servers a client talks to: Telegram's, its test servers, or others.
///
/// ```
/// use heliogram::Servers;
/// # let pem = "";
/// let local = Servers::custom().dc(1, "127.0.0.1", 4431).dc(2, "127.0.0.1", 4432).public_key(pem);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Servers {
    kind: Kind,
    dcs: Vec<ServerAddr>,
    keys: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Production,
    Test,
    Custom,
}

impl Servers {
    /// Telegram's own servers.
    #[must_use]
    pub fn telegram() -> Self {
        Self {
            kind: Kind::Production,
            dcs: telegram::addresses(telegram::PRODUCTION),
            keys: Vec::new(),
        }
    }

    /// Telegram's test servers, which have accounts of their own.
    ///
    /// Phone numbers there are `99966XYYYY` with the data centre X, and the code is X five times.
    #[must_use]
    pub fn telegram_test() -> Self {
        Self {
            kind: Kind::Test,
            dcs: telegram::addresses(telegram::TEST),
            keys: Vec::new(),
        }
    }

    /// Other servers: name their data centres with [`dc`](Self::dc) and at least one
    /// [`public_key`](Self::public_key).
    #[must_use]
    pub fn custom() -> Self {
        Self {
            kind: Kind::Custom,
            dcs: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// Adds an address of a data centre. The first one named is where new sessions start.
    ///
    /// Addresses given here are kept even when the server advertises others.
    #[must_use]
    pub fn dc(mut self, id: i32, host: impl Into<String>, port: u16) -> Self {
        self.dcs.push(ServerAddr::new(id, host, port));
        self
    }

    /// Trusts an RSA public key: PEM, PKCS#1 (`BEGIN RSA PUBLIC KEY`).
    #[must_use]
    pub fn public_key(mut self, pem: impl Into<String>) -> Self {
        self.keys.push(pem.into());
        self
    }

    /// The addresses, in the order they are tried.
    #[must_use]
    pub fn addresses(&self) -> &[ServerAddr] {
        &self.dcs
    }

    /// The data centre where new sessions start.
    pub(crate) fn first_dc(&self) -> Result<i32> {
        match self.kind {
            Kind::Production | Kind::Test => Ok(telegram::FIRST_DC),
            Kind::Custom => match self.dcs.first() {
                Some(dc) if self.dcs.iter().all(|d| d.id > 0) => Ok(dc.id),
                Some(_) => Err(UsageError::Servers("numbers of data centres start at 1").into()),
                None => Err(UsageError::Servers("no data centre is named").into()),
            },
        }
    }

    /// The keys to trust: those given by hand and Telegram's own, each with its own servers only.
    pub(crate) fn keys(&self) -> Result<Vec<RsaPublicKey>> {
        let mut keys = match self.kind {
            Kind::Production => vec![RsaPublicKey::telegram()],
            Kind::Test => vec![RsaPublicKey::telegram_test()],
            Kind::Custom if self.keys.is_empty() => {
                return Err(UsageError::Servers("no public key is given").into());
            }
            Kind::Custom => Vec::new(),
        };
        for pem in &self.keys {
            keys.push(RsaPublicKey::from_pem(pem).map_err(|_| UsageError::PublicKey)?);
        }
        Ok(keys)
    }

    /// Whether addresses given by the server replace those of this data centre.
    pub(crate) fn may_replace(&self, dc: i32) -> bool {
        self.kind != Kind::Custom || self.dcs.iter().all(|d| d.id != dc)
    }

    /// Whether the servers listen at other ports than those named as well.
    pub(crate) fn has_ports(&self) -> bool {
        self.kind != Kind::Custom
    }

    /// The name of a data centre for web apps, if it has one.
    pub(crate) fn web_host(&self, dc: i32) -> Option<String> {
        let name = telegram::WEB_NAMES.get(usize::try_from(dc).ok()?.checked_sub(1)?)?;
        (self.kind != Kind::Custom).then(|| format!("{name}.{}", telegram::WEB_DOMAIN))
    }

    /// The number a data centre goes by inside the protocol.
    pub(crate) fn wire_dc(&self, dc: i32) -> i32 {
        if self.kind == Kind::Test {
            dc + 10_000
        } else {
            dc
        }
    }

    /// Whether these are Telegram's test servers.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.kind == Kind::Test
    }
}

impl Default for Servers {
    fn default() -> Self {
        Self::telegram()
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Servers")
            .field("kind", &self.kind)
            .field("dcs", &self.dcs)
            .field("keys", &self.keys.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telegrams_keys_have_the_published_fingerprints() {
        let fingerprint = |s: Servers| {
            let keys = s.keys().unwrap();
            keys.iter()
                .map(RsaPublicKey::fingerprint)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            fingerprint(Servers::telegram()),
            [0xd09d_1d85_de64_fd85_u64 as i64]
        );
        assert_eq!(
            fingerprint(Servers::telegram_test()),
            [0xb258_98df_208d_2603_u64 as i64]
        );
    }

    #[test]
    fn all_data_centres_have_addresses_of_both_families() {
        for (servers, count) in [(Servers::telegram(), 5), (Servers::telegram_test(), 3)] {
            for id in 1..=count {
                let of_dc: Vec<_> = servers.addresses().iter().filter(|a| a.id == id).collect();
                assert!(of_dc.iter().any(|a| a.host.contains(':')), "{id}");
                assert!(of_dc.iter().any(|a| a.host.contains('.')), "{id}");
            }
        }
    }

    #[test]
    fn unusable_servers_are_refused_with_the_reason() {
        let text = |s: Servers| match (s.first_dc(), s.keys()) {
            (Err(e), _) | (Ok(_), Err(e)) => e.to_string(),
            (Ok(_), Ok(_)) => String::new(),
        };
        assert!(text(Servers::custom()).contains("no data centre"));
        assert!(text(Servers::custom().dc(0, "h", 1)).contains("start at 1"));
        assert!(text(Servers::custom().dc(1, "h", 1)).contains("no public key"));
        assert!(text(Servers::custom().dc(1, "h", 1).public_key("x")).contains("PEM"));
    }

    #[test]
    fn addresses_given_by_hand_are_kept() {
        let servers = Servers::custom().dc(2, "localhost", 1);
        assert!(!servers.may_replace(2));
        assert!(servers.may_replace(3));
        assert!(Servers::telegram().may_replace(2));
    }
}
