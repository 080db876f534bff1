//! Values as text and as JSON, by the table of definitions.

use std::{fmt, sync::OnceLock};

use heliogram_tl::{
    Bytes, Decode, Encode, from_bytes,
    reflect::{self, Expected, JsonError, JsonErrorKind, Table, WalkError},
    to_bytes,
};

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/table.bin"));

/// Every definition of the layer, for code that handles values whose type it does not know.
#[must_use]
pub fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        // The build script wrote it, and a test reads it: an empty table is never seen.
        Table::from_static(BLOB).unwrap_or_default()
    })
}

/// A value as indented text for people, with what must stay secret left out.
///
/// ```
/// let peer = heliogram_api::types::PeerUser::new(7);
/// assert!(heliogram_api::pretty(&peer).contains("user_id"));
/// ```
#[doc(alias = "stringify")]
#[must_use]
pub fn pretty(value: &impl Encode) -> String {
    reflect::pretty(table(), &to_bytes(value))
}

/// A value as JSON: `_` names the constructor, `bytes` are base64, 64-bit numbers are exact.
///
/// Secrets are not left out: the value can be read back with [`from_json`].
///
/// # Errors
/// None for values of this crate's types; the walk's, for values made elsewhere.
#[doc(alias = "to_dict")]
pub fn to_json(value: &impl Encode) -> Result<String, WalkError> {
    reflect::to_json(table(), &to_bytes(value))
}

/// Reads a value from JSON in the form [`to_json`] gives it.
///
/// # Errors
/// The first mistake, with its place, such as `$.peer.user_id`.
pub fn from_json<T: Decode>(json: &str) -> Result<T, JsonError> {
    let bytes = reflect::from_json(table(), json, Expected::Any)?;
    let id = bytes.first_chunk().map_or(0, |id| u32::from_le_bytes(*id));
    from_bytes(&Bytes::from(bytes)).map_err(|e| JsonError {
        path: "$".into(),
        kind: JsonErrorKind::WrongConstructor {
            name: table().name_of(id).unwrap_or("a number").to_owned(),
            expected: e.to_string(),
            choices: Vec::new(),
        },
    })
}

/// `Debug` of every generated value.
pub(crate) fn debug(value: &dyn Encode, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    reflect::debug(table(), &to_bytes(value), f)
}
