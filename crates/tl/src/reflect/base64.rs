//! Base64 of the standard alphabet, as JSON strings hold it.

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends bytes as base64 (the standard alphabet, padded) in quotes.
pub(super) fn write_base64(out: &mut String, bytes: &[u8]) {
    out.reserve(bytes.len().div_ceil(3) * 4 + 2);
    out.push('"');
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |n, byte| n << 8 | u32::from(*byte));
        let word = word << (8 * (3 - chunk.len()));
        for place in 0..4 {
            match BASE64.get((word >> (18 - 6 * place) & 63) as usize) {
                Some(&c) if place <= chunk.len() => out.push(char::from(c)),
                _ => out.push('='),
            }
        }
    }
    out.push('"');
}

/// Reads base64 of the standard alphabet; padding may be left out, other characters may not stand.
pub(super) fn read_base64(text: &str) -> Option<Vec<u8>> {
    let digits = match text.len() % 4 {
        0 => text
            .strip_suffix("==")
            .or_else(|| text.strip_suffix('='))
            .unwrap_or(text),
        _ => text,
    };
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for chunk in digits.as_bytes().chunks(4) {
        let mut word = 0u32;
        for &c in chunk {
            let value = match c {
                b'A'..=b'Z' => c - b'A',
                b'a'..=b'z' => c - b'a' + 26,
                b'0'..=b'9' => c - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            word = word << 6 | u32::from(value);
        }
        let spare = match chunk.len() {
            4 => 0,
            3 => 2,
            2 => 4,
            _ => return None,
        };
        if word & ((1 << spare) - 1) != 0 {
            return None;
        }
        let word = word >> spare;
        let bytes = word.to_be_bytes();
        out.extend_from_slice(bytes.get(5 - chunk.len()..).unwrap_or(&[]));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_its_published_forms_and_reads_back() {
        let forms = [
            "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy",
        ];
        for (len, form) in forms.iter().enumerate() {
            let bytes = &b"foobar"[..len];
            let mut out = String::new();
            write_base64(&mut out, bytes);
            assert_eq!(out, format!("\"{form}\""));
            assert_eq!(read_base64(form).as_deref(), Some(bytes));
            assert_eq!(
                read_base64(form.trim_end_matches('=')).as_deref(),
                Some(bytes)
            );
        }
        for bad in [
            "Z", "Zh==", "Zm9=", "Zm 9", "Zm9v====", "Z===", "Zm9vYg=", "____",
        ] {
            assert_eq!(read_base64(bad), None, "{bad}");
        }
        let all: Vec<u8> = (0..=255).collect();
        let mut out = String::new();
        write_base64(&mut out, &all);
        assert_eq!(read_base64(out.trim_matches('"')), Some(all));
    }
}
