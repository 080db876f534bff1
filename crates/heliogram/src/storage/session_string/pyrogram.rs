//! Pyrogram, base64url without padding of: dc ‖ api id (4) ‖ test ‖ key ‖ user (8) ‖ bot (271 bytes);
//! before 2.0 dc ‖ test ‖ key ‖ user (8 or 4) ‖ bot (267 or 263 bytes). Numbers are big-endian.

use base64::Engine;
use heliogram_crypto::AuthKey;

use super::{SessionFormat, SessionString, SessionStringError, URL, bytes_of, flag};

pub(super) fn decode(text: &str) -> Result<(SessionString, SessionFormat), SessionStringError> {
    let bytes = bytes_of(text)
        .filter(|b| b.len() >= 32)
        .ok_or(SessionStringError::NotASession)?;
    let format = match bytes.len() {
        271 => SessionFormat::Pyrogram,
        267 => SessionFormat::Pyrogram267,
        263 => SessionFormat::Pyrogram263,
        // Long base64 may be anything; only what is nearly right is called cut.
        bytes @ 200..=300 => {
            return Err(SessionStringError::Length {
                format: SessionFormat::Pyrogram,
                bytes,
            });
        }
        _ => return Err(SessionStringError::NotASession),
    };
    let what = "its parts do not fit together";
    let session = parse(&bytes, format).ok_or(SessionStringError::Damaged { format, what })?;
    Ok((session, format))
}

fn parse(bytes: &[u8], format: SessionFormat) -> Option<SessionString> {
    let mut rest = bytes;
    let dc = i32::from(take::<1>(&mut rest)?[0]);
    let api_id = match format {
        SessionFormat::Pyrogram => Some(i32::from_be_bytes(take(&mut rest)?)),
        _ => None,
    };
    let test_mode = flag(take::<1>(&mut rest)?[0])?;
    let auth_key = AuthKey::new(take(&mut rest)?);
    let user = match format {
        SessionFormat::Pyrogram263 => i64::from(u32::from_be_bytes(take(&mut rest)?)),
        _ => i64::from_be_bytes(take(&mut rest)?),
    };
    let bot = flag(take::<1>(&mut rest)?[0])?;
    let known = |n: &i64| *n != 0;
    let session = SessionString {
        test_mode,
        user_id: Some(user).filter(known),
        bot: Some(bot),
        api_id: api_id.filter(|id| *id != 0),
        ..SessionString::new(dc, auth_key)
    };
    (dc != 0 && user >= 0 && rest.is_empty()).then_some(session)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

pub(super) fn encode(
    session: &SessionString,
    format: SessionFormat,
) -> Result<String, SessionStringError> {
    let missing = |what| SessionStringError::Missing { format, what };
    let user = session.user_id.ok_or_else(|| missing("the account's id"))?;
    let bot = session
        .bot
        .ok_or_else(|| missing("to know whether the account is a bot"))?;
    let mut bytes = vec![session.short_dc(format)?];
    if format == SessionFormat::Pyrogram {
        let api_id = session.api_id.ok_or_else(|| missing("the api id"))?;
        bytes.extend_from_slice(&api_id.to_be_bytes());
    }
    bytes.push(session.test_mode.into());
    bytes.extend_from_slice(session.auth_key.as_bytes());
    if format == SessionFormat::Pyrogram263 {
        let short = u32::try_from(user).map_err(|_| missing("an account id of 32 bits"))?;
        bytes.extend_from_slice(&short.to_be_bytes());
    } else {
        bytes.extend_from_slice(&user.to_be_bytes());
    }
    bytes.push(bot.into());
    Ok(URL.encode(bytes))
}
