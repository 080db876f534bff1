//! Long constants, written in hexadecimal.

/// The bytes of a hexadecimal constant. Evaluated when compiling, for constants of this crate
/// only; a digit outside of `0-9a-f` would count as 0, which the tests of each constant rule out.
pub(crate) const fn hex<const N: usize>(text: &str) -> [u8; N] {
    let digits = text.as_bytes();
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = value(digits[2 * i]) << 4 | value(digits[2 * i + 1]);
        i += 1;
    }
    out
}

const fn value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => 0,
    }
}
