//! The links that proxies are given away by.

use std::borrow::Cow;

use super::{Kind, Proxy};
use crate::UsageError;

/// Longest link looked at, in bytes.
const LINK_MAX: usize = 4096;
/// Hosts of links that any app opens.
const SITES: [&str; 3] = ["t.me", "telegram.me", "telegram.dog"];

const NO_LINK: UsageError = UsageError::Proxy(
    "it is none of tg://proxy, tg://socks, https://t.me/proxy, https://t.me/socks, socks5:// and \
     http://",
);
const NO_SERVER: UsageError = UsageError::Proxy("its link names no server");
const NO_PORT: UsageError = UsageError::Proxy("its link names no port from 1 to 65535");
const NO_TEXT: UsageError = UsageError::Proxy("its link holds escapes that are none");

pub(super) fn parse(link: &str) -> Result<Proxy, UsageError> {
    let link = link.trim();
    if link.len() > LINK_MAX {
        return Err(NO_LINK);
    }
    let (scheme, rest) = match link.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => match link.split_at_checked(3) {
            Some((start, rest)) if start.eq_ignore_ascii_case("tg:") => ("tg".into(), rest),
            _ => (String::new(), link),
        },
    };
    match scheme.as_str() {
        "tg" => deep(rest),
        "" | "http" | "https" => match on_site(rest) {
            Some(rest) => deep(rest),
            None if scheme == "http" => plain(rest, Kind::Http(None)),
            None if scheme == "https" => {
                let why = "proxies that are spoken to over TLS are not supported";
                Err(UsageError::Proxy(why))
            }
            None => Err(NO_LINK),
        },
        "socks5" | "socks5h" | "socks" => plain(rest, Kind::Socks5(None)),
        _ => Err(NO_LINK),
    }
}

/// What stands behind the host of a link to Telegram's own site.
fn on_site(rest: &str) -> Option<&str> {
    let (host, rest) = rest.split_once('/')?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    SITES
        .iter()
        .any(|site| host.eq_ignore_ascii_case(site))
        .then_some(rest)
}

/// `proxy?server=..&port=..&secret=..` or `socks?server=..&port=..&user=..&pass=..`.
fn deep(rest: &str) -> Result<Proxy, UsageError> {
    let (path, query) = rest.split_once('?').ok_or(NO_LINK)?;
    let query = query.split('#').next().unwrap_or_default();
    let field = |wanted: &str| -> Result<Option<Cow<'_, str>>, UsageError> {
        let mut fields = query.split('&').filter_map(|field| field.split_once('='));
        let found = fields.find(|(name, _)| *name == wanted);
        found.map(|(_, value)| unescape(value)).transpose()
    };
    let text = |name| Ok::<_, UsageError>(field(name)?.filter(|value| !value.is_empty()));
    let host = text("server")?.ok_or(NO_SERVER)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = port(&text("port")?.unwrap_or_default())?;
    match path.trim_end_matches('/').to_ascii_lowercase().as_str() {
        "proxy" => Proxy::mtproxy(host, port, &text("secret")?.unwrap_or_default()),
        "socks" => {
            let proxy = Proxy::socks5(host, port);
            Ok(match (text("user")?, text("pass")?) {
                (Some(user), pass) => proxy.login(user, pass.unwrap_or_default()),
                (None, _) => proxy,
            })
        }
        _ => Err(NO_LINK),
    }
}

/// `name:password@host:port`.
fn plain(rest: &str, kind: Kind) -> Result<Proxy, UsageError> {
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (login, at) = match rest.rsplit_once('@') {
        Some((login, at)) => (Some(login), at),
        None => (None, rest),
    };
    let (host, port_text) = at.rsplit_once(':').ok_or(NO_PORT)?;
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host = match inner {
        Some(inner) => inner.into(),
        None if host.contains([':', '[', ']']) => return Err(NO_SERVER),
        None => unescape(host)?,
    };
    if host.is_empty() {
        return Err(NO_SERVER);
    }
    let proxy = Proxy::new(&*host, port(port_text)?, kind);
    Ok(match login {
        Some(login) => {
            let (name, password) = login.split_once(':').unwrap_or((login, ""));
            proxy.login(unescape(name)?, unescape(password)?)
        }
        None => proxy,
    })
}

fn port(text: &str) -> Result<u16, UsageError> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let port = text.parse().ok().filter(|port| digits && *port > 0);
    port.ok_or(NO_PORT)
}

/// Reads `%20` and the like. A plus stays one, because base64 has it.
fn unescape(text: &str) -> Result<Cow<'_, str>, UsageError> {
    if !text.contains('%') {
        return Ok(text.into());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return Err(NO_TEXT);
        };
        out.push((high << 4 | low) as u8);
    }
    String::from_utf8(out).map(Cow::Owned).map_err(|_| NO_TEXT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEX: &str = "00112233445566778899aabbccddeeff";

    fn read(link: &str) -> Proxy {
        link.parse().unwrap_or_else(|e| panic!("{link}: {e}"))
    }

    fn refused(link: &str) -> String {
        link.parse::<Proxy>().unwrap_err().to_string()
    }

    #[test]
    fn every_kind_of_link_is_read() {
        let mtproxy = Proxy::mtproxy("a.example", 443, HEX).unwrap();
        let query = format!("proxy?server=a.example&port=443&secret={HEX}");
        for link in [
            format!("tg://{query}"),
            format!("tg:{query}"),
            format!("TG://{query}#x"),
            format!("https://t.me/{query}"),
            format!("http://telegram.me/{query}&more=1"),
            format!("t.me/{query}"),
            format!(" https://www.t.me/{query} "),
        ] {
            assert_eq!(read(&link), mtproxy, "{link}");
        }
        let socks = Proxy::socks5("1.2.3.4", 1080);
        assert_eq!(read("tg://socks?server=1.2.3.4&port=1080"), socks);
        let socks = socks.login("me", "p&w");
        for link in [
            "tg://socks?server=1.2.3.4&port=1080&user=me&pass=p%26w",
            "https://t.me/socks?pass=p%26w&user=me&port=1080&server=1.2.3.4",
            "socks5://me:p%26w@1.2.3.4:1080",
            "socks5h://me:p%26w@1.2.3.4:1080/",
        ] {
            assert_eq!(read(link), socks, "{link}");
        }
        assert_eq!(read("http://h:8080"), Proxy::http("h", 8080));
        let http = Proxy::http("::1", 3128).login("me@home", "a:b");
        assert_eq!(read("http://me%40home:a%3ab@[::1]:3128/"), http);
        assert_eq!(read("http://me%40home:a:b@[::1]:3128"), http);
    }

    #[test]
    fn secrets_in_links_may_be_base64_escaped_or_not() {
        let wanted = Proxy::mtproxy("h", 1, "+/8AESIzRFVmd4iZqrvM3Q==").unwrap();
        for secret in [
            "+/8AESIzRFVmd4iZqrvM3Q==",
            "%2B%2F8AESIzRFVmd4iZqrvM3Q",
            "-_8AESIzRFVmd4iZqrvM3Q",
        ] {
            assert_eq!(
                read(&format!("tg://proxy?server=h&port=1&secret={secret}")),
                wanted
            );
        }
    }

    #[test]
    fn what_is_no_link_to_a_proxy_is_refused_with_the_reason() {
        let secret = format!("&secret={HEX}");
        assert!(refused("").contains("none of"));
        assert!(refused("ftp://h:1").contains("none of"));
        assert!(refused("tg://resolve?domain=a&server=h&port=1").contains("none of"));
        assert!(refused("https://h:1").contains("TLS"));
        assert!(refused(&format!("tg://proxy?port=1{secret}")).contains("no server"));
        assert!(refused(&format!("tg://proxy?server=h&port=0{secret}")).contains("no port"));
        assert!(refused("tg://proxy?server=h&port=1").contains("secret"));
        assert!(refused("socks5://h").contains("no port"));
        assert!(refused("socks5://h:+1").contains("no port"));
        assert!(refused("socks5://h:99999").contains("no port"));
        assert!(refused("socks5://::1:80").contains("no server"));
        assert!(refused("socks5://:80").contains("no server"));
        assert!(refused("socks5://a%zz:b@h:80").contains("escapes"));
        assert!(refused("socks5://a:@h:80").contains("password"));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_no_error_repeats_it(
            start in prop_oneof![
                Just("tg://proxy?server=h&port=1&secret="), Just("tg://socks?"), Just("socks5://"),
                Just("http://"), Just("t.me/"), Just("")
            ],
            rest in "[a-zA-Z0-9%&=:@/?#\\[\\].\\PC]{0,60}",
        ) {
            let link = format!("{start}{rest}qqq");
            if let Err(e) = link.parse::<Proxy>() {
                prop_assert!(!e.to_string().contains("qqq"));
            }
        }
    }
}
