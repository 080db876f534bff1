//! `hg1_` and base64url of flags ‖ data centre ‖ [ip ‖ port] ‖ [user] ‖ [api id] ‖ key ‖ CRC-32.

use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use heliogram_crypto::AuthKey;

use super::{
    super::{
        crc::crc32,
        model::ip_from_bytes,
        record::{RecordReader, RecordWriter},
    },
    SessionFormat, SessionString, SessionStringError, URL,
};

/// What texts of every version begin with.
pub(super) const PREFIX: &str = "hg";
const VERSION: u32 = 1;
const FORMAT: SessionFormat = SessionFormat::Heliogram;

const TEST: u8 = 1;
const ADDRESS: u8 = 2;
const USER: u8 = 4;
const BOT_KNOWN: u8 = 8;
const BOT: u8 = 16;
const API_ID: u8 = 32;

pub(super) fn encode(s: &SessionString) -> String {
    let bit = |bit: u8, on: bool| if on { bit } else { 0 };
    let mut w = RecordWriter::default();
    w.u8(bit(TEST, s.test_mode)
        | bit(ADDRESS, s.address.is_some())
        | bit(USER, s.user_id.is_some())
        | bit(BOT_KNOWN, s.bot.is_some())
        | bit(BOT, s.bot == Some(true))
        | bit(API_ID, s.api_id.is_some()));
    w.i32(s.dc);
    if let Some(address) = s.address {
        match address.ip() {
            IpAddr::V4(ip) => w.bytes(&ip.octets()),
            IpAddr::V6(ip) => w.bytes(&ip.octets()),
        };
        w.raw(&address.port().to_le_bytes());
    }
    if let Some(user) = s.user_id {
        w.i64(user);
    }
    if let Some(api_id) = s.api_id {
        w.i32(api_id);
    }
    w.raw(s.auth_key.as_bytes());
    let mut bytes = w.finish();
    let sum = crc32(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    format!("{PREFIX}{VERSION}_{}", URL.encode(bytes))
}

/// Reads what follows the prefix.
pub(super) fn decode(rest: &str) -> Result<SessionString, SessionStringError> {
    let (version, body) = rest
        .split_once('_')
        .ok_or(SessionStringError::NotASession)?;
    let version: u32 = version
        .parse()
        .map_err(|_| SessionStringError::NotASession)?;
    if version != VERSION {
        return Err(SessionStringError::Version {
            format: FORMAT,
            version,
        });
    }
    let damaged = |what| SessionStringError::Damaged {
        format: FORMAT,
        what,
    };
    let bytes = URL
        .decode(body)
        .map_err(|_| damaged("it has signs that do not belong there"))?;
    let length = SessionStringError::Length {
        format: FORMAT,
        bytes: bytes.len(),
    };
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or(length)?;
    if crc32(body) != u32::from_le_bytes(*sum) {
        return Err(damaged("its checksum is wrong"));
    }
    parse(body).ok_or_else(|| damaged("its parts do not fit together"))
}

fn parse(body: &[u8]) -> Option<SessionString> {
    let mut r = RecordReader::bare(body);
    let flags = r.u8()?;
    let has = |bit: u8| flags & bit != 0;
    let dc = r.i32()?;
    let mut address = None;
    if has(ADDRESS) {
        let ip = ip_from_bytes(r.bytes()?)?;
        address = Some(SocketAddr::new(ip, u16::from_le_bytes(r.array()?)));
    }
    let user_id = if has(USER) { Some(r.i64()?) } else { None };
    let api_id = if has(API_ID) { Some(r.i32()?) } else { None };
    let auth_key = AuthKey::new(r.array()?);
    let bot = has(BOT_KNOWN).then(|| has(BOT));
    let test_mode = has(TEST);
    r.end(SessionString {
        dc,
        address,
        test_mode,
        auth_key,
        user_id,
        bot,
        api_id,
    })
}
