use crate::{Definition, SchemaError};

/// Definitions whose id is not the CRC-32 of their line; Telegram gave them these ids.
///
/// They are the constructors with bare vectors of boxed types, those from before `bytes` was
/// told from `string`, and those that are defined in words only.
pub const IRREGULAR: &[(&str, u32)] = &[
    ("ipPortSecret", 0x3798_2646),
    ("accessPointRule", 0x4679_b65f),
    ("help.configSimple", 0x5a59_2a6c),
    ("message", 0x5bb8_e511),
    ("msg_container", 0x73f1_f8dc),
    ("msg_copy", 0xe060_46b2),
    ("gzip_packed", 0x3072_cfa1),
    ("rpc_result", 0xf35c_6d01),
];

/// CRC-32 of the normalised definition: what its id is by rule.
#[must_use]
pub fn of(definition: &Definition) -> u32 {
    crc32fast::hash(normalise(&definition.without_id()).as_bytes())
}

/// Brings a definition (without id and `;`) into the form the CRC-32 is taken of.
fn normalise(definition: &str) -> String {
    let kept: Vec<String> = definition
        .split_ascii_whitespace()
        .filter(|word| !(word.ends_with("?true") && word.contains(':')))
        .map(|word| match word.strip_suffix("bytes") {
            Some(start) if start.ends_with([':', '?']) => format!("{start}string"),
            _ => word.to_owned(),
        })
        .collect();
    kept.join(" ")
        .replace('<', " ")
        .replace(['>', '{', '}'], "")
}

pub(crate) fn check(definition: &Definition) -> Result<(), SchemaError> {
    let right = of(definition);
    let known = || {
        let name = definition.name.to_string();
        IRREGULAR
            .iter()
            .any(|&(n, id)| n == name && id == definition.id)
    };
    if definition.id == right || known() {
        return Ok(());
    }
    Err(SchemaError::new(
        definition.line,
        format!(
            "{} has the id {:08x}, but its definition gives {right:08x}: \
             the id or the definition is wrong",
            definition.name, definition.id
        ),
    ))
}
