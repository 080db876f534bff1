//! What the two ends say to each other: numbered requests, answers and updates.

use bytes::Bytes;
use heliogram_mtproto::RpcFailure;

pub(crate) const CALL: u32 = 0x1111_1111;
pub(crate) const UPDATE: u32 = 0x3333_3333;
const ANSWER: u32 = 0x2222_2222;

/// A body of this kind and number, with so many bytes more.
pub(crate) fn body(id: u32, number: u64, filler: usize) -> Bytes {
    let mut out = id.to_le_bytes().to_vec();
    out.extend_from_slice(&number.to_le_bytes());
    // Half of the bodies do not pack.
    let noise = |i: usize| {
        if number.is_multiple_of(2) {
            7
        } else {
            (i * i * 31 + i) as u8
        }
    };
    out.extend((0..filler).map(noise));
    out.into()
}

/// The number of a body of this kind.
pub(crate) fn number(id: u32, body: &[u8]) -> Option<u64> {
    let (kind, rest) = body.split_first_chunk()?;
    let (number, _) = rest.split_first_chunk()?;
    (u32::from_le_bytes(*kind) == id).then(|| u64::from_le_bytes(*number))
}

/// What the server answers to a request.
pub(crate) fn answer(number: u64) -> Result<Bytes, RpcFailure> {
    match number % 7 {
        6 => Err(RpcFailure::new(400, format!("NUMBER_{number}"))),
        5 if number % 2 == 1 => Ok(body(ANSWER, number, 8000)),
        _ => Ok(body(ANSWER, number, 40)),
    }
}
