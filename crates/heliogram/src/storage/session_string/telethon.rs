//! Telethon: `1` and padded base64url of dc ‖ ip (4 or 16) ‖ port ‖ key. GramJS: `1` and base64 of
//! dc ‖ length ‖ ip as text ‖ port ‖ key. Numbers are big-endian.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use base64::Engine;
use heliogram_crypto::AuthKey;

use super::{
    super::model::ip_from_bytes, PLAIN, SessionFormat, SessionString, SessionStringError,
    URL_PADDED, bytes_of,
};

const VERSION: char = '1';
/// Data centre, port and key.
const FIXED: usize = 1 + 2 + 256;
/// Telegram's test servers: these formats have no mark for them.
const TEST_SERVERS: [IpAddr; 6] = [
    IpAddr::V4(Ipv4Addr::new(149, 154, 175, 10)),
    IpAddr::V4(Ipv4Addr::new(149, 154, 167, 40)),
    IpAddr::V4(Ipv4Addr::new(149, 154, 175, 117)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xb28, 0xf23d, 0xf001, 0, 0, 0, 0xe)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0x67c, 0x4e8, 0xf002, 0, 0, 0, 0xe)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xb28, 0xf23d, 0xf003, 0, 0, 0, 0xe)),
];

pub(super) fn decode(text: &str) -> Result<(SessionString, SessionFormat), SessionStringError> {
    let mut chars = text.chars();
    let version = chars.next().unwrap_or_default();
    let bytes = bytes_of(chars.as_str()).ok_or(SessionStringError::NotASession)?;
    // A text of some other kind may well begin with a digit.
    if bytes.len() < 32 {
        return Err(SessionStringError::NotASession);
    }
    if version != VERSION {
        let version = version.to_digit(10).unwrap_or_default();
        return Err(SessionStringError::Version {
            format: SessionFormat::Telethon,
            version,
        });
    }
    if let Some(session) = gramjs(&bytes) {
        return Ok((session, SessionFormat::GramJs));
    }
    let format = SessionFormat::Telethon;
    let length = SessionStringError::Length {
        format,
        bytes: bytes.len(),
    };
    let ip = bytes
        .get(1..bytes.len().saturating_sub(FIXED - 1))
        .and_then(ip_from_bytes);
    let session = ip.and_then(|ip| rest(&bytes, ip)).ok_or(length)?;
    if session.dc == 0 {
        return Err(SessionStringError::Damaged {
            format,
            what: "it names no data centre",
        });
    }
    Ok((session, format))
}

/// The session if the bytes have the form of GramJS.
fn gramjs(bytes: &[u8]) -> Option<SessionString> {
    let length = u16::from_be_bytes(*bytes.get(1..)?.first_chunk()?);
    let host = bytes.get(3..3 + usize::from(length))?;
    let host = std::str::from_utf8(host)
        .ok()
        .filter(|h| h.len() + FIXED + 2 == bytes.len())?;
    let named = |h: &str| {
        h.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b))
    };
    if host.is_empty() || !named(host) {
        return None;
    }
    let mut session = rest(bytes, IpAddr::V4(Ipv4Addr::UNSPECIFIED))?;
    // In browsers it is the name of a host for WebSockets, of no use elsewhere.
    let ip = host.parse().ok();
    session.address = ip
        .zip(session.address)
        .map(|(ip, a)| SocketAddr::new(ip, a.port()));
    session.test_mode = ip.is_some_and(is_test);
    (session.dc != 0).then_some(session)
}

/// The parts at both ends, which the two formats share.
fn rest(bytes: &[u8], ip: IpAddr) -> Option<SessionString> {
    let (head, key) = bytes.split_last_chunk::<256>()?;
    let (_, port) = head.split_last_chunk::<2>()?;
    let mut session = SessionString::new(i32::from(*head.first()?), AuthKey::new(*key));
    session.address = Some(SocketAddr::new(ip, u16::from_be_bytes(*port)));
    session.test_mode = is_test(ip);
    Some(session)
}

fn is_test(ip: IpAddr) -> bool {
    TEST_SERVERS.contains(&ip)
}

pub(super) fn encode(
    session: &SessionString,
    format: SessionFormat,
) -> Result<String, SessionStringError> {
    let what = "the address of the data centre";
    let address = session
        .address
        .ok_or(SessionStringError::Missing { format, what })?;
    let mut bytes = vec![session.short_dc(format)?];
    let gramjs = format == SessionFormat::GramJs;
    match address.ip() {
        ip if gramjs => {
            let host = ip.to_string();
            // An address has at most 45 characters.
            bytes.extend_from_slice(&(host.len() as u16).to_be_bytes());
            bytes.extend_from_slice(host.as_bytes());
        }
        IpAddr::V4(ip) => bytes.extend_from_slice(&ip.octets()),
        IpAddr::V6(ip) => bytes.extend_from_slice(&ip.octets()),
    }
    bytes.extend_from_slice(&address.port().to_be_bytes());
    bytes.extend_from_slice(session.auth_key.as_bytes());
    let engine = if gramjs { &PLAIN } else { &URL_PADDED };
    Ok(format!("{VERSION}{}", engine.encode(bytes)))
}
