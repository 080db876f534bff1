//! Reading and writing the one structure a public key file holds:
//! `SEQUENCE { INTEGER n, INTEGER e }` in PEM.
//!
//! Written by hand since a general ASN.1 library costs a client seven packages.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::RsaError;

const BEGIN: &str = "-----BEGIN RSA PUBLIC KEY-----";
const END: &str = "-----END RSA PUBLIC KEY-----";
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
/// Characters of base64 on a line.
const LINE: usize = 64;

/// Modulus and exponent, big-endian.
pub(super) fn read_public(pem: &str) -> Result<(Vec<u8>, Vec<u8>), RsaError> {
    let pem = pem.trim();
    let body = pem.strip_prefix(BEGIN).ok_or_else(|| wrong_label(pem))?;
    let body = body.strip_suffix(END).ok_or(RsaError::Pem)?;
    let text: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(text).map_err(|_| RsaError::Pem)?;

    let (mut key, rest) = element(&der, SEQUENCE)?;
    let n = integer(&mut key)?;
    let e = integer(&mut key)?;
    if !rest.is_empty() || !key.is_empty() {
        return Err(RsaError::Der);
    }
    Ok((n.to_vec(), e.to_vec()))
}

/// The PEM of these big-endian numbers, which have no leading zeros.
pub(super) fn write_public(n: &[u8], e: &[u8]) -> String {
    let mut numbers = Vec::new();
    for number in [n, e] {
        // A leading bit that is set would make the number negative.
        let sign: &[u8] = if number.first().is_none_or(|top| top >> 7 == 1) {
            &[0]
        } else {
            &[]
        };
        push(&mut numbers, INTEGER, &[sign, number].concat());
    }
    let mut der = Vec::new();
    push(&mut der, SEQUENCE, &numbers);

    let mut pem = String::from(BEGIN);
    for (i, character) in STANDARD.encode(der).chars().enumerate() {
        if i % LINE == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push('\n');
    pem.push_str(END);
    pem.push('\n');
    pem
}

fn wrong_label(pem: &str) -> RsaError {
    if pem.starts_with("-----BEGIN ") {
        RsaError::PemLabel
    } else {
        RsaError::Pem
    }
}

/// Takes one positive integer off the front.
fn integer<'a>(input: &mut &'a [u8]) -> Result<&'a [u8], RsaError> {
    let (value, rest) = element(input, INTEGER)?;
    *input = rest;
    match value {
        // One zero stands in front of a set bit, and nowhere else.
        [0, tail @ ..] if tail.first().is_none_or(|top| top >> 7 == 1) => Ok(tail),
        [top, ..] if *top != 0 && top >> 7 == 0 => Ok(value),
        _ => Err(RsaError::Der),
    }
}

/// Content of the first element, which has this tag, and what follows it.
fn element(input: &[u8], tag: u8) -> Result<(&[u8], &[u8]), RsaError> {
    let (len, rest) = match input {
        [t, len @ 0..=0x7f, rest @ ..] if *t == tag => (usize::from(*len), rest),
        [t, 0x81, len @ 0x80..=0xff, rest @ ..] if *t == tag => (usize::from(*len), rest),
        [t, 0x82, high @ 1..=0xff, low, rest @ ..] if *t == tag => {
            (usize::from(u16::from_be_bytes([*high, *low])), rest)
        }
        _ => return Err(RsaError::Der),
    };
    rest.split_at_checked(len).ok_or(RsaError::Der)
}

fn push(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let len = content.len();
    match len {
        0..0x80 => out.push(len as u8),
        0x80..0x100 => out.extend([0x81, len as u8]),
        _ => {
            out.push(0x82);
            out.extend((len as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(content);
}
