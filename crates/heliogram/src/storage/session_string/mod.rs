//! A session as one line of text, in the formats of several libraries.

mod heliogram;
mod pyrogram;
mod telethon;

use std::{error, fmt, net::SocketAddr, str::FromStr};

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use heliogram_crypto::AuthKey;

/// Base64 with the two signs of URLs, padding optional when read and left out when written.
const URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The same for texts that may be cut.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The same with padding when written.
const URL_PADDED: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_encode_padding(true),
);
/// Base64 with `+` and `/`, and padding when written.
const PLAIN: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_encode_padding(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// No session text is longer.
const MAX_LEN: usize = 1024;

/// What a session text holds: enough to be signed in without a code.
///
/// Whoever has the text is signed in as the account: keep it like a password. For this reason there
/// is no `Display`, and `Debug` shows nothing of the key.
///
/// ```
/// use heliogram::storage::{AuthKey, SessionFormat, SessionString};
///
/// let mut session = SessionString::new(2, AuthKey::new([7; 256]));
/// session.address = Some("149.154.167.51:443".parse()?);
/// let telethon = session.encode(SessionFormat::Telethon)?;
///
/// let again: SessionString = telethon.parse()?; // of whichever library
/// assert_eq!(again, session);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[doc(alias = "StringSession")]
#[doc(alias = "export_session_string")]
pub struct SessionString {
    /// The data centre the account lives at.
    pub dc: i32,
    /// An address of that data centre, where the format has one.
    pub address: Option<SocketAddr>,
    /// Whether it is one of Telegram's test servers.
    pub test_mode: bool,
    /// The key that is signed in.
    pub auth_key: AuthKey,
    /// The account's id, where the format has it.
    pub user_id: Option<i64>,
    /// Whether the account is a bot, where the format tells.
    pub bot: Option<bool>,
    /// The `api_id` the key was made with, where the format has it.
    pub api_id: Option<i32>,
}

/// The formats a session text is read and written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionFormat {
    /// This library's: holds everything, and a checksum.
    Heliogram,
    /// Telethon's `StringSession`; needs an address.
    Telethon,
    /// GramJS's `StringSession`; needs an address.
    GramJs,
    /// Pyrogram's since 2.0 (271 bytes); needs user id, kind of account and `api_id`.
    Pyrogram,
    /// Pyrogram's before 2.0 (267 bytes); needs user id and kind of account.
    Pyrogram267,
    /// Pyrogram's before 64-bit ids (263 bytes); needs an id of 32 bits and the kind of account.
    Pyrogram263,
}

impl SessionFormat {
    /// The library's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Heliogram => "heliogram",
            Self::Telethon => "Telethon",
            Self::GramJs => "GramJS",
            Self::Pyrogram | Self::Pyrogram267 | Self::Pyrogram263 => "Pyrogram",
        }
    }
}

/// Why a text is no session, or a session has no such text.
///
/// No part of the text is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionStringError {
    /// The text has the form of no known library's session.
    NotASession,
    /// The form is right, the length is not.
    Length {
        /// Whose form the text has.
        format: SessionFormat,
        /// How many bytes it holds.
        bytes: usize,
    },
    /// A newer library wrote the text.
    Version {
        /// Whose form the text has.
        format: SessionFormat,
        /// The version it names.
        version: u32,
    },
    /// Length and form are right, the contents are not.
    Damaged {
        /// Whose form the text has.
        format: SessionFormat,
        /// What is wrong.
        what: &'static str,
    },
    /// The format needs something that is not known.
    Missing {
        /// The format that was asked for.
        format: SessionFormat,
        /// What it needs.
        what: &'static str,
    },
}

impl fmt::Display for SessionStringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASession => f.write_str(
                "this is not a session string of heliogram, Telethon, GramJS or Pyrogram; copy it \
                 as a whole, on one line",
            ),
            Self::Length { format, bytes } => write!(
                f,
                "a session string of {} does not have {bytes} bytes; part of it is missing or \
                 doubled",
                format.name()
            ),
            Self::Version { format, version } => write!(
                f,
                "version {version} of the session strings of {} is not known; update heliogram",
                format.name()
            ),
            Self::Damaged { format, what } => write!(
                f,
                "the session string of {} is damaged ({what}); copy it anew",
                format.name()
            ),
            Self::Missing { format, what } => {
                write!(f, "a session string of {} needs {what}", format.name())
            }
        }
    }
}

impl error::Error for SessionStringError {}

impl SessionString {
    /// A session of which nothing else is known.
    #[must_use]
    pub const fn new(dc: i32, auth_key: AuthKey) -> Self {
        Self {
            dc,
            address: None,
            test_mode: false,
            auth_key,
            user_id: None,
            bot: None,
            api_id: None,
        }
    }

    /// Reads a text of any known format and tells which it was.
    ///
    /// # Errors
    /// Why the text is no session.
    pub fn decode(text: &str) -> Result<(Self, SessionFormat), SessionStringError> {
        let text = text.trim();
        if text.len() > MAX_LEN || !text.is_ascii() {
            return Err(SessionStringError::NotASession);
        }
        if let Some(rest) = text.strip_prefix(heliogram::PREFIX) {
            return heliogram::decode(rest).map(|s| (s, SessionFormat::Heliogram));
        }
        match text.as_bytes().first() {
            Some(b'0'..=b'9') => telethon::decode(text),
            Some(_) => pyrogram::decode(text),
            None => Err(SessionStringError::NotASession),
        }
    }

    /// Writes the session in a format, which may hold less than there is.
    ///
    /// # Errors
    /// [`SessionStringError::Missing`] if the format needs what is not known.
    pub fn encode(&self, format: SessionFormat) -> Result<String, SessionStringError> {
        match format {
            SessionFormat::Heliogram => Ok(heliogram::encode(self)),
            SessionFormat::Telethon | SessionFormat::GramJs => telethon::encode(self, format),
            SessionFormat::Pyrogram | SessionFormat::Pyrogram267 | SessionFormat::Pyrogram263 => {
                pyrogram::encode(self, format)
            }
        }
    }

    /// The data centre in one byte, as foreign formats have it.
    fn short_dc(&self, format: SessionFormat) -> Result<u8, SessionStringError> {
        let what = "a data centre between 1 and 255";
        match u8::try_from(self.dc) {
            Ok(dc) if dc > 0 => Ok(dc),
            _ => Err(SessionStringError::Missing { format, what }),
        }
    }
}

impl FromStr for SessionString {
    type Err = SessionStringError;

    fn from_str(text: &str) -> Result<Self, SessionStringError> {
        Self::decode(text).map(|(session, _)| session)
    }
}

impl fmt::Debug for SessionString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionString")
            .field("dc", &self.dc)
            .field("address", &self.address)
            .field("test_mode", &self.test_mode)
            .field("bot", &self.bot)
            .finish_non_exhaustive()
    }
}

/// The bytes of base64 in either alphabet, padded or not, and cut anywhere.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    // A last sign alone holds no byte.
    let text = text.get(..text.len() - usize::from(text.len() % 4 == 1))?;
    let engine = if text.contains(['+', '/']) {
        &PLAIN
    } else {
        &LENIENT
    };
    engine.decode(text).ok()
}

/// Reads a flag byte.
const fn flag(byte: u8) -> Option<bool> {
    match byte {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
