//! Everything a client can be set to, in one place.

use std::{fmt, sync::Arc, time::Duration};

use heliogram_mtproto::framing::Transport;

use crate::{
    dispatch::Workers,
    invoke::Rule,
    net::{carrier::Carrier, proxy::Proxy, servers::Servers},
};

/// How an app presents itself to Telegram; shown in the account's list of devices.
///
/// Raw `initConnection`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The device, such as `Desktop`.
    pub device_model: String,
    /// The operating system and its version.
    pub system_version: String,
    /// The app's version. That of this crate by default.
    pub app_version: String,
    /// The language of the operating system, such as `en`.
    pub system_lang_code: String,
    /// The language pack; empty for apps of third parties.
    pub lang_pack: String,
    /// The language of the app, such as `en`.
    pub lang_code: String,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            device_model: "Desktop".into(),
            system_version: std::env::consts::OS.into(),
            app_version: env!("CARGO_PKG_VERSION").into(),
            system_lang_code: "en".into(),
            lang_pack: String::new(),
            lang_code: "en".into(),
        }
    }
}

/// What a wait is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FloodKind {
    /// A method was called too often (raw `FLOOD_WAIT`).
    Flood,
    /// Accounts without Premium move files slower (raw `FLOOD_PREMIUM_WAIT`).
    Premium,
    /// A chat in slow mode takes no message from this account yet (raw `SLOWMODE_WAIT`). This
    /// one says nothing of other chats.
    Slowmode,
    /// A number of the test servers was asked for too often (raw `FLOOD_TEST_PHONE_WAIT`).
    TestPhone,
}

impl FloodKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Flood, Self::Premium, Self::Slowmode, Self::TestPhone];

    /// The server's name for it, without the number of seconds.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flood => "FLOOD_WAIT",
            Self::Premium => "FLOOD_PREMIUM_WAIT",
            Self::Slowmode => "SLOWMODE_WAIT",
            Self::TestPhone => "FLOOD_TEST_PHONE_WAIT",
        }
    }
}

/// A wait that the server asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FloodWait {
    /// The method that was called too often.
    pub method: &'static str,
    /// What the wait is about.
    pub kind: FloodKind,
    /// How long it still lasts.
    pub wait: Duration,
    /// Whether the client sleeps and calls again; otherwise the call fails with the error.
    pub slept: bool,
    /// Whether the client knew of it from an earlier call and did not ask the server again.
    pub known: bool,
}

/// What is told of a flood wait.
pub(crate) type FloodHook = Arc<dyn Fn(&FloodWait) + Send + Sync>;

/// The options of a client; immutable once it is connected.
#[derive(Clone)]
pub(crate) struct Config {
    /// The app's number.
    pub(crate) api_id: i32,
    /// The app's secret.
    pub(crate) api_hash: Box<str>,
    /// Name and version of the app.
    pub(crate) identity: Identity,
    /// How long temporary keys live, where they are used.
    pub(crate) temporary_keys: Option<Duration>,
    /// How packets are delimited.
    pub(crate) transport: Transport,
    /// Whether the connection is scrambled so that it does not look like MTProto.
    pub(crate) obfuscated: bool,
    /// What stands between the client and the servers.
    pub(crate) proxy: Option<Arc<Proxy>>,
    /// What carries the connections, where it is not TCP alone.
    pub(crate) carrier: Option<Carrier>,
    /// Addresses and keys.
    pub(crate) servers: Servers,
    /// The longest flood wait that is slept rather than reported.
    pub(crate) flood_sleep: Duration,
    /// Told of each flood wait.
    pub(crate) on_flood: Option<FloodHook>,
    /// How often calls may be made.
    pub(crate) budgets: Vec<Rule>,
    /// How long one call may take, connecting again and repeating included.
    pub(crate) request_timeout: Duration,
    /// How long connecting a socket, and each answer of the key exchange, may take.
    pub(crate) connect_timeout: Duration,
    /// How often a connection that never worked is tried.
    pub(crate) connect_attempts: u32,
    /// How often a call is repeated after faults of the server.
    pub(crate) retries: u32,
    /// The longest time between two attempts to connect again.
    pub(crate) max_backoff: Duration,
    /// How many connections carry uploads, for each data centre; the same for downloads.
    pub(crate) file_connections: usize,
    /// Whether files may come from CDNs.
    pub(crate) cdn: bool,
    /// Whether what happened while the client was away is fetched.
    pub(crate) catch_up: bool,
    /// Whether the server sends updates.
    pub(crate) receive_updates: bool,
    /// After how long without calls a connection that carries files is closed.
    pub(crate) file_idle: Duration,
    /// How long `stop` waits for calls under way and for the last bytes to leave.
    pub(crate) stop_grace: Duration,
    /// How handlers work.
    pub(crate) workers: Workers,
}

impl Config {
    /// The defaults, for an app.
    pub(crate) fn new(api_id: i32, api_hash: Box<str>) -> Self {
        Self {
            api_id,
            api_hash,
            identity: Identity::default(),
            temporary_keys: None,
            transport: Transport::default(),
            obfuscated: false,
            proxy: None,
            carrier: None,
            servers: Servers::telegram(),
            flood_sleep: Duration::from_secs(60),
            on_flood: None,
            budgets: Vec::new(),
            request_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            connect_attempts: 3,
            retries: 5,
            max_backoff: Duration::from_secs(15),
            file_connections: 4,
            cdn: true,
            catch_up: true,
            receive_updates: true,
            file_idle: Duration::from_secs(60),
            stop_grace: Duration::from_secs(3),
            workers: Workers::new(),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("api_id", &self.api_id)
            .field("identity", &self.identity)
            .field("transport", &self.transport)
            .field("obfuscated", &self.obfuscated)
            .field("proxy", &self.proxy)
            .field("carrier", &self.carrier)
            .field("flood_sleep", &self.flood_sleep)
            .field("request_timeout", &self.request_timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_debug_form_keeps_the_api_hash_secret() {
        let text = format!("{:?}", Config::new(1, "very-secret".into()));
        assert!(!text.contains("very-secret"), "{text}");
    }
}
