//! The four envelopes, as functions over bytes.

use heliogram_crypto::Random;

use super::{FrameError, MAX_FRAME, Role, Transport, noise::Noise};

const QUICK_BIT: u32 = 1 << 31;

/// What stands at the start of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    /// How many bytes it takes, envelope included.
    pub(super) taken: usize,
    pub(super) item: Item,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A payload between two offsets; the sender may want a quick acknowledgement.
    Payload {
        start: usize,
        end: usize,
        quick_ack: bool,
    },
    /// A quick acknowledgement outside of any envelope.
    QuickAck(u32),
}

/// Numbers of the full framing, one count per direction.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counters {
    pub(super) received: u32,
    pub(super) sent: u32,
}

/// Reads the envelope at the start of `input`; `None` while it is incomplete.
pub(super) fn parse(
    transport: Transport,
    role: Role,
    counters: &mut Counters,
    input: &[u8],
) -> Result<Option<Parsed>, FrameError> {
    match transport {
        Transport::Abridged => abridged(role, input),
        Transport::Intermediate => intermediate(role, input, true),
        Transport::PaddedIntermediate => intermediate(role, input, false),
        Transport::Full => full(counters, input),
    }
}

fn abridged(role: Role, input: &[u8]) -> Result<Option<Parsed>, FrameError> {
    let Some(&first) = input.first() else {
        return Ok(None);
    };
    let quick_ack = first & 0x80 != 0;
    if quick_ack && role == Role::Client {
        let token = input.first_chunk().map(|b| u32::from_be_bytes(*b));
        return Ok(token.map(|t| Parsed {
            taken: 4,
            item: Item::QuickAck(t),
        }));
    }
    let (start, words) = match first & 0x7f {
        0x7f => {
            let Some(&[_, a, b, c]) = input.first_chunk() else {
                return Ok(None);
            };
            (4, u32::from_le_bytes([a, b, c, 0]) as usize)
        }
        words => (1, usize::from(words)),
    };
    payload(input, start, words * 4, quick_ack)
}

fn intermediate(role: Role, input: &[u8], aligned: bool) -> Result<Option<Parsed>, FrameError> {
    let Some(field) = input.first_chunk().map(|b| u32::from_le_bytes(*b)) else {
        return Ok(None);
    };
    let quick_ack = field & QUICK_BIT != 0;
    if quick_ack && role == Role::Client {
        return Ok(Some(Parsed {
            taken: 4,
            item: Item::QuickAck(field),
        }));
    }
    let len = (field & !QUICK_BIT) as usize;
    if aligned && !len.is_multiple_of(4) {
        return Err(FrameError::Misaligned { len });
    }
    payload(input, 4, len, quick_ack)
}

fn payload(
    input: &[u8],
    start: usize,
    len: usize,
    quick_ack: bool,
) -> Result<Option<Parsed>, FrameError> {
    if len == 0 {
        return Err(FrameError::Empty);
    }
    if len > MAX_FRAME {
        return Err(FrameError::TooLong { len });
    }
    let end = start + len;
    let item = Item::Payload {
        start,
        end,
        quick_ack,
    };
    Ok((input.len() >= end).then_some(Parsed { taken: end, item }))
}

fn full(counters: &mut Counters, input: &[u8]) -> Result<Option<Parsed>, FrameError> {
    let Some(total) = input.first_chunk().map(|b| u32::from_le_bytes(*b)) else {
        return Ok(None);
    };
    if total < 12 || total % 4 != 0 {
        return Err(FrameError::BadTotal(total));
    }
    let len = total as usize;
    if len > MAX_FRAME + 12 {
        return Err(FrameError::TooLong { len });
    }
    let Some((frame, _)) = input.split_at_checked(len) else {
        return Ok(None);
    };
    let Some((covered, crc)) = frame.split_last_chunk::<4>() else {
        return Ok(None);
    };
    if crc32fast::hash(covered) != u32::from_le_bytes(*crc) {
        return Err(FrameError::BadChecksum);
    }
    let Some(&[_, _, _, _, a, b, c, d]) = covered.first_chunk() else {
        return Ok(None);
    };
    let got = u32::from_le_bytes([a, b, c, d]);
    if got != counters.received {
        return Err(FrameError::BadSequence {
            expected: counters.received,
            got,
        });
    }
    if len == 12 {
        return Err(FrameError::Empty);
    }
    counters.received = counters.received.wrapping_add(1);
    let item = Item::Payload {
        start: 8,
        end: len - 4,
        quick_ack: false,
    };
    Ok(Some(Parsed { taken: len, item }))
}

/// Appends `payload` in its envelope.
///
/// `pad` allows as many random bytes behind it where the framing has them, less one, which is a
/// power of two up to 16; `quick_ack` asks for a quick acknowledgement.
pub(super) fn write(
    transport: Transport,
    counters: &mut Counters,
    noise: &mut Noise,
    payload: &[u8],
    (pad, quick_ack): (u8, bool),
    out: &mut Vec<u8>,
) -> Result<(), FrameError> {
    let len = payload.len();
    match len {
        0 => return Err(FrameError::Empty),
        _ if len > MAX_FRAME => return Err(FrameError::TooLong { len }),
        _ if !len.is_multiple_of(4) => return Err(FrameError::Misaligned { len }),
        _ => {}
    }
    match transport {
        Transport::Abridged => {
            let bit = u8::from(quick_ack) << 7;
            match len / 4 {
                words @ 0..0x7f => out.push(words as u8 | bit),
                words => {
                    out.push(0x7f | bit);
                    out.extend_from_slice(&(words as u32).to_le_bytes()[..3]);
                }
            }
            out.extend_from_slice(payload);
        }
        Transport::Intermediate | Transport::PaddedIntermediate => {
            let mut padding = [0; 16];
            let mut most = 0;
            if transport == Transport::PaddedIntermediate {
                noise.fill(&mut padding);
                most = pad.saturating_sub(1) & 15;
            }
            let padding = padding
                .split_last()
                .and_then(|(n, rest)| rest.get(..usize::from(n & most)));
            let padding = padding.unwrap_or_default();
            let field = (len + padding.len()) as u32 | if quick_ack { QUICK_BIT } else { 0 };
            out.extend_from_slice(&field.to_le_bytes());
            out.extend_from_slice(payload);
            out.extend_from_slice(padding);
        }
        Transport::Full => {
            if quick_ack {
                return Err(FrameError::NoQuickAck);
            }
            let start = out.len();
            out.extend_from_slice(&(len as u32 + 12).to_le_bytes());
            out.extend_from_slice(&counters.sent.to_le_bytes());
            out.extend_from_slice(payload);
            let crc = crc32fast::hash(out.get(start..).unwrap_or_default());
            out.extend_from_slice(&crc.to_le_bytes());
            counters.sent = counters.sent.wrapping_add(1);
        }
    }
    Ok(())
}

/// Appends a quick acknowledgement, which has no envelope.
pub(super) fn write_quick_ack(
    transport: Transport,
    token: u32,
    out: &mut Vec<u8>,
) -> Result<(), FrameError> {
    let token = token | QUICK_BIT;
    match transport {
        Transport::Abridged => out.extend_from_slice(&token.to_be_bytes()),
        Transport::Intermediate | Transport::PaddedIntermediate => {
            out.extend_from_slice(&token.to_le_bytes());
        }
        Transport::Full => return Err(FrameError::NoQuickAck),
    }
    Ok(())
}
