//! Numbers and bytes out of JSON.

use super::{
    base64::read_base64,
    json_error::{JsonError, JsonErrorKind, Path},
    json_text::Json,
};

/// The error of a value of the wrong kind.
pub(super) fn wrong(
    path: &Path<'_>,
    expected: impl std::fmt::Display,
    found: &Json<'_>,
) -> JsonError {
    path.error(JsonErrorKind::WrongType {
        expected: expected.to_string(),
        found: found.kind(),
    })
}

/// A whole number, as a number or as a string.
pub(super) fn whole<T: std::str::FromStr>(
    json: &Json<'_>,
    path: &Path<'_>,
    ty: &'static str,
) -> Result<T, JsonError> {
    let digits = match json {
        Json::Number(digits) => *digits,
        Json::String(text) => text.as_ref(),
        other => return Err(wrong(path, ty, other)),
    };
    let body = digits.strip_prefix('-').unwrap_or(digits);
    if body.is_empty() || !body.bytes().all(|c| c.is_ascii_digit()) {
        return Err(match json {
            Json::Number(_) => path.error(JsonErrorKind::NotWhole {
                ty,
                number: digits.to_owned(),
            }),
            other => wrong(path, ty, other),
        });
    }
    digits.parse().map_err(|_| {
        path.error(JsonErrorKind::OutOfRange {
            ty,
            number: digits.chars().take(40).collect(),
        })
    })
}

pub(super) fn double(json: &Json<'_>, path: &Path<'_>) -> Result<f64, JsonError> {
    let number = match json {
        Json::Number(digits) => digits.parse().ok(),
        Json::String(text) => match text.as_ref() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    };
    number.ok_or_else(|| wrong(path, "double", json))
}

pub(super) fn base64(
    json: &Json<'_>,
    path: &Path<'_>,
    ty: &'static str,
    len: Option<usize>,
) -> Result<Vec<u8>, JsonError> {
    let Json::String(text) = json else {
        return Err(wrong(path, format_args!("{ty} as a base64 string"), json));
    };
    let bytes = read_base64(text).ok_or_else(|| path.error(JsonErrorKind::NotBase64))?;
    match len {
        Some(len) if len != bytes.len() => Err(path.error(JsonErrorKind::WrongLength {
            expected: len,
            found: bytes.len(),
        })),
        _ => Ok(bytes),
    }
}
