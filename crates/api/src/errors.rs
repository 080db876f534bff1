//! The errors Telegram's servers are known to answer, as constants.

use std::{borrow::Cow, fmt};

/// The name and number of an error, without the value it may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErrorName {
    /// The name, such as `FLOOD_WAIT`.
    pub name: &'static str,
    /// The number, such as 420.
    pub code: i32,
}

impl fmt::Display for ErrorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.name)
    }
}

/// Looks an error up by its name, such as `FLOOD_WAIT`.
#[must_use]
pub fn find(name: &str) -> Option<ErrorName> {
    let index = ALL.binary_search_by(|known| known.name.cmp(name)).ok()?;
    ALL.get(index).copied()
}

/// Parts a server's message into the name and the number in it, if there is one.
///
/// ```
/// use heliogram_api::errors::parse;
///
/// assert_eq!(parse("FLOOD_WAIT_17"), ("FLOOD_WAIT".into(), Some(17)));
/// assert_eq!(parse("FILE_PART_3_MISSING"), ("FILE_PART_MISSING".into(), Some(3)));
/// assert_eq!(parse("2FA_CONFIRM_WAIT_60"), ("2FA_CONFIRM_WAIT".into(), Some(60)));
/// assert_eq!(parse("PEER_ID_INVALID"), ("PEER_ID_INVALID".into(), None));
/// ```
#[must_use]
pub fn parse(message: &str) -> (Cow<'_, str>, Option<i64>) {
    if find(message).is_some() {
        return (message.into(), None);
    }
    let number = |part: &str| {
        let digits = part.strip_suffix("MIN").unwrap_or(part);
        digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| digits.parse().ok())
            .flatten()
    };
    let mut value = None;
    let mut kept = Vec::new();
    for part in message.split('_') {
        match number(part) {
            Some(n) if value.is_none() => value = Some(n),
            _ => kept.push(part),
        }
    }
    if value.is_none() || kept.is_empty() {
        return (message.into(), None);
    }
    (kept.join("_").into(), value)
}

include!(concat!(env!("OUT_DIR"), "/errors.rs"));
