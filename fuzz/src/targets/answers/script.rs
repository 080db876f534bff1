//! A layer that answers calls itself, by a script.

use std::sync::{Mutex, MutexGuard, PoisonError};

use heliogram::{BoxFuture, Layer, Next, RawCall, Result, RpcError, api::enums, api::types};
use heliogram_crypto::{Ctr, sha256};
use heliogram_tl::{Bytes, Decode, from_bytes, reflect::Expected, to_bytes};

use super::super::events::generator;
use crate::Input;

/// Constructors in one answer.
const BUDGET: usize = 80;
/// An answer that sends to a CDN, and one that fits the redirect.
pub(super) const REDIRECT: u8 = 14;
pub(super) const CDN: u8 = 15;
/// Most calls for one input; a client that makes more goes round in circles.
const MOST: usize = 20_000;
const KEY: [u8; 32] = [0x5a; 32];
const IV: [u8; 16] = [0xa5; 16];
/// How much of the file one hash stands for.
const HASHED: usize = 128 << 10;
/// Length of the file that lies on the CDN.
pub(super) const LEN: usize = 300_000;

/// What is left of the input, and how many calls there were; `None` while calls go to the server.
static LEFT: Mutex<Option<(Vec<u8>, usize)>> = Mutex::new(None);

fn left() -> MutexGuard<'static, Option<(Vec<u8>, usize)>> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn begin(data: &[u8]) {
    *left() = Some((data.to_vec(), 0));
}

pub(super) fn end() {
    *left() = None;
}

/// Takes something from what is left of the input.
pub(super) fn take<T>(taken: impl FnOnce(&mut Input<'_>) -> T) -> Option<T> {
    let mut left = left();
    let (bytes, _) = left.as_mut()?;
    let mut input = Input::new(bytes);
    let value = taken(&mut input);
    let rest = input.rest().len();
    bytes.drain(..bytes.len() - rest);
    Some(value)
}

/// The next byte, if any is left.
pub(super) fn next() -> Option<u8> {
    take(|input| (!input.is_empty()).then(|| input.byte())).flatten()
}

/// A value of a constructor.
pub(super) fn made<T: Decode>(name: &str) -> Option<T> {
    let def = heliogram_api::table().by_name(name)?;
    let made = take(|input| generator().definition(def, &mut input.words(), BUDGET)).flatten()?;
    Some(from_bytes(&Bytes::from(made)).expect("what was generated can be read"))
}

/// Answers by the script once there is one.
pub(super) struct Scripted;

impl Layer for Scripted {
    fn invoke<'a>(&'a self, call: RawCall, next: Next<'a>) -> BoxFuture<'a, Result<Bytes>> {
        match answer(&call) {
            Some(answer) => Box::pin(async move {
                // As a call does that has to wait for the network.
                tokio::task::yield_now().await;
                answer
            }),
            None => next.run(call),
        }
    }
}

fn answer(call: &RawCall) -> Option<Result<Bytes>> {
    if let Some((_, calls)) = left().as_mut() {
        *calls += 1;
        assert!(*calls < MOST, "{} is called for ever", call.method);
    }
    take(|input| {
        if input.is_empty() {
            return Err(RpcError::new(call.method, 400, "THE_END").into());
        }
        match input.byte() % 16 {
            kind @ (REDIRECT | CDN) => {
                let made = match kind {
                    REDIRECT => redirect(call),
                    _ => of_cdn(call, input),
                };
                let made = made.or_else(|| value(call, input));
                made.map(|bytes| damaged(bytes, input))
                    .ok_or_else(|| RpcError::new(call.method, 400, "NO_VALUE").into())
            }
            12 => {
                let code = i32::from(input.u16() as i16);
                let text = String::from_utf8_lossy(input.piece()).into_owned();
                Err(RpcError::new(call.method, code, &text).into())
            }
            13 => {
                let bytes = value(call, input).unwrap_or_default();
                Ok(damaged(bytes, input))
            }
            _ => {
                value(call, input).ok_or_else(|| RpcError::new(call.method, 400, "NO_VALUE").into())
            }
        }
    })
}

fn value(call: &RawCall, input: &mut Input<'_>) -> Option<Bytes> {
    let expected = Expected::Answer(call.method);
    let value = generator().value(expected, &mut input.words(), BUDGET);
    value.map(Bytes::from)
}

/// The same with a byte changed, or cut off.
fn damaged(bytes: Bytes, input: &mut Input<'_>) -> Bytes {
    let (how, at) = (input.byte(), usize::from(input.byte()));
    let mut bytes = bytes.to_vec();
    match how % 4 {
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= input.byte().max(1);
            }
        }
        2 => bytes.truncate(at),
        _ => {}
    }
    bytes.into()
}

fn content() -> Vec<u8> {
    (0..LEN as u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn hashes() -> Vec<types::FileHash> {
    let hash = |(n, part): (usize, &[u8])| {
        let sum = Bytes::copy_from_slice(&sha256(&[part]));
        types::FileHash::new((n * HASHED) as i64, part.len() as i32, sum)
    };
    content().chunks(HASHED).enumerate().map(hash).collect()
}

fn redirect(call: &RawCall) -> Option<Bytes> {
    if call.method != "upload.getFile" {
        return None;
    }
    let (key, iv) = (Bytes::from_static(&KEY), Bytes::from_static(&IV));
    let token = Bytes::from_static(b"token");
    let redirect = types::upload::FileCdnRedirect::new(203, token, key, iv, hashes());
    Some(to_bytes(&enums::upload::File::from(redirect)))
}

fn of_cdn(call: &RawCall, input: &mut Input<'_>) -> Option<Bytes> {
    match call.method {
        "upload.getCdnFile" => {
            // Token, offset and limit, behind the id.
            let (offset, limit) = call
                .body
                .get(call.body.len().checked_sub(12)?..)?
                .split_first_chunk::<8>()?;
            let offset = usize::try_from(i64::from_le_bytes(*offset)).ok()?;
            let limit = i32::from_le_bytes(*limit.first_chunk()?) as usize;
            let mut part = content().get(offset..)?.to_vec();
            part.truncate(limit);
            Ctr::for_cdn(&KEY, &IV, offset as u64).apply(&mut part);
            if input.byte() % 4 == 3 {
                part.truncate(input.u16().into());
            }
            Some(to_bytes(&enums::upload::CdnFile::from(
                types::upload::CdnFile::new(part.into()),
            )))
        }
        "upload.getCdnFileHashes" | "upload.reuploadCdnFile" => Some(to_bytes(&hashes())),
        _ => None,
    }
}
