//! Plaintext packets: what the key exchange travels in.

use std::fmt;

const HEADER: usize = 20;

/// The rules a plaintext packet can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlainError {
    /// The packet is shorter than its header and 4 bytes.
    TooShort(usize),
    /// The packet names an auth key: it is not plaintext.
    Encrypted,
    /// The length field is not the number of bytes that follow, or no positive multiple of 4.
    BadLength {
        /// What the field says.
        field: u32,
        /// How many bytes follow.
        left: usize,
    },
}

impl fmt::Display for PlainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort(len) => write!(f, "a plaintext packet of {len} bytes is too short"),
            Self::Encrypted => write!(f, "an encrypted packet stands where plaintext is due"),
            Self::BadLength { field, left } => {
                write!(
                    f,
                    "a plaintext packet claims {field} bytes and carries {left}"
                )
            }
        }
    }
}

impl std::error::Error for PlainError {}

/// Wraps `body` as a plaintext packet.
#[must_use]
pub fn seal(msg_id: i64, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER + body.len());
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&msg_id.to_le_bytes());
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(body);
    out
}

/// Opens a plaintext packet: its message id and body.
///
/// # Errors
/// The rule that the packet breaks.
pub fn open(packet: &[u8]) -> Result<(i64, &[u8]), PlainError> {
    let short = PlainError::TooShort(packet.len());
    let (key_id, rest) = packet.split_first_chunk::<8>().ok_or(short)?;
    let (msg_id, rest) = rest.split_first_chunk::<8>().ok_or(short)?;
    let (len, body) = rest.split_first_chunk::<4>().ok_or(short)?;
    if *key_id != [0; 8] {
        return Err(PlainError::Encrypted);
    }
    let field = u32::from_le_bytes(*len);
    if field as usize != body.len() || field % 4 != 0 || field == 0 {
        return Err(PlainError::BadLength {
            field,
            left: body.len(),
        });
    }
    Ok((i64::from_le_bytes(*msg_id), body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens() {
        let packet = seal(0x1234, &[7; 12]);
        assert_eq!(open(&packet), Ok((0x1234, &[7; 12][..])));
    }

    #[test]
    fn each_broken_rule_has_its_error() {
        assert_eq!(open(&[0; 19]), Err(PlainError::TooShort(19)));
        assert_eq!(open(&[1; 24]), Err(PlainError::Encrypted));
        assert_eq!(
            open(&seal(1, &[])),
            Err(PlainError::BadLength { field: 0, left: 0 })
        );
        assert_eq!(
            open(&seal(1, &[1; 6])),
            Err(PlainError::BadLength { field: 6, left: 6 })
        );
        let mut long = seal(1, &[1; 8]);
        long.push(0);
        assert_eq!(
            open(&long),
            Err(PlainError::BadLength { field: 8, left: 9 })
        );
    }
}
