//! What a command that connects was told: before it, after it, and by the environment.

use std::{env, fmt, path::PathBuf};

use anyhow::{Context, Result, ensure};
use heliogram::Proxy;

use crate::args::Connection;

/// Settings of a connection, wherever they were given.
pub(crate) struct Options {
    pub(crate) session: Option<PathBuf>,
    pub(crate) server: Option<String>,
    pub(crate) server_key: Option<PathBuf>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) test_servers: bool,
    pub(crate) api_id: Option<i32>,
    pub(crate) api_hash: Option<String>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret of the app stays one.
        f.debug_struct("Options")
            .field("session", &self.session)
            .field("server", &self.server)
            .field("server_key", &self.server_key)
            .field("proxy", &self.proxy)
            .field("test_servers", &self.test_servers)
            .field("api_id", &self.api_id)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// What stands after the command counts most, then what stands before it, then the environment.
    pub(crate) fn gather(before: Connection, after: Connection) -> Result<Self> {
        Self::from(before, after, variable)
    }

    fn from(
        before: Connection,
        after: Connection,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let api_id = || {
            let Some(text) = variable("HELIOGRAM_API_ID") else {
                return Ok(None);
            };
            let number = text.trim().parse();
            number.map(Some).with_context(|| {
                format!("the environment variable HELIOGRAM_API_ID holds `{text}`, not a number")
            })
        };
        let test_servers = after.test_servers || before.test_servers;
        let server = after.server.or(before.server);
        ensure!(
            server.is_none() || !test_servers,
            "--server and --test-servers name different servers; leave out one of them"
        );
        Ok(Self {
            session: after
                .session
                .or(before.session)
                .or_else(|| variable("HELIOGRAM_SESSION").map(PathBuf::from)),
            server: server
                .or_else(|| variable("HELIOGRAM_SERVER"))
                .filter(|_| !test_servers),
            server_key: after
                .server_key
                .or(before.server_key)
                .or_else(|| variable("HELIOGRAM_SERVER_KEY").map(PathBuf::from)),
            proxy: proxy(after.proxy.or(before.proxy), variable("HELIOGRAM_PROXY"))?,
            test_servers,
            api_id: match after.api_id.or(before.api_id) {
                Some(id) => Some(id),
                None => api_id()?,
            },
            api_hash: after
                .api_hash
                .or(before.api_hash)
                .or_else(|| variable("HELIOGRAM_API_HASH")),
        })
    }
}

/// The proxy of a link, from the command line or else from the environment. A link holds secrets
/// and is not repeated.
fn proxy(given: Option<String>, variable: Option<String>) -> Result<Option<Proxy>> {
    let (link, place) = match (given, variable) {
        (Some(link), _) => (link, "--proxy"),
        (None, Some(link)) => (link, "the environment variable HELIOGRAM_PROXY"),
        (None, None) => return Ok(None),
    };
    let proxy = link.parse();
    proxy
        .map(Some)
        .with_context(|| format!("{place} holds no link to a proxy"))
}

/// An environment variable; an empty one counts as not set.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn none(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn the_nearest_setting_counts() {
        let before = || Connection {
            api_id: Some(1),
            server: Some("before".into()),
            ..Connection::default()
        };
        let after = Connection {
            api_id: Some(2),
            ..Connection::default()
        };
        let variable = |name: &str| Some(format!("{name}!")).filter(|_| name != "HELIOGRAM_PROXY");
        let options = Options::from(before(), after, variable).unwrap();
        assert_eq!(options.api_id, Some(2));
        assert_eq!(options.server.as_deref(), Some("before"));
        assert_eq!(options.api_hash.as_deref(), Some("HELIOGRAM_API_HASH!"));
        let options = Options::from(before(), Connection::default(), none).unwrap();
        assert_eq!((options.api_id, options.api_hash), (Some(1), None));
    }

    #[test]
    fn options_shown_for_debugging_hold_no_secret() {
        let given = Connection {
            api_hash: Some("0123456789abcdef".into()),
            ..Connection::default()
        };
        let options = Options::from(given, Connection::default(), none).unwrap();
        assert!(!format!("{options:?}").contains("0123456789abcdef"));
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let wrong = |name: &str| (name == "HELIOGRAM_API_ID").then(|| "abc".to_owned());
        let e = Options::from(Connection::default(), Connection::default(), wrong).unwrap_err();
        assert!(e.to_string().contains("HELIOGRAM_API_ID"), "{e}");
        // What is given in words is not asked of the environment.
        let given = Connection {
            api_id: Some(7),
            ..Connection::default()
        };
        assert!(Options::from(given, Connection::default(), wrong).is_ok());
    }

    #[test]
    fn a_proxy_is_taken_from_the_command_line_or_the_environment_and_its_password_not_shown() {
        let variable = |name: &str| {
            (name == "HELIOGRAM_PROXY").then(|| "socks5://me:pass-word@10.0.0.1:1080".to_owned())
        };
        let options = Options::from(Connection::default(), Connection::default(), variable);
        let options = options.unwrap();
        let port = |options: &Options| options.proxy.as_ref().map(Proxy::port);
        assert_eq!(port(&options), Some(1080));
        assert!(!format!("{options:?}").contains("pass-word"));
        let given = |link: &str| Connection {
            proxy: Some(link.to_owned()),
            ..Connection::default()
        };
        let near = given("http://10.0.0.2:3128");
        let options = Options::from(near, Connection::default(), variable).unwrap();
        assert_eq!(port(&options), Some(3128));
        let wrong = given("socks5://me:pass-word@10.0.0.1:none");
        let error = Options::from(Connection::default(), wrong, none).unwrap_err();
        let text = format!("{error:#}");
        assert!(
            text.contains("--proxy") && !text.contains("pass-word"),
            "{text}"
        );
    }

    #[test]
    fn two_kinds_of_servers_are_one_too_many() {
        let test = || Connection {
            test_servers: true,
            ..Connection::default()
        };
        let own = Connection {
            server: Some("127.0.0.1:4430".into()),
            ..Connection::default()
        };
        assert!(Options::from(own, test(), none).is_err());
        // The environment gives way to the command line.
        let local = |name: &str| (name == "HELIOGRAM_SERVER").then(|| "127.0.0.1:4430".to_owned());
        let options = Options::from(test(), Connection::default(), local).unwrap();
        assert!(options.test_servers && options.server.is_none());
    }
}
