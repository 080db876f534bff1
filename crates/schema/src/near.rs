//! Names that resemble one that was mistyped.

use crate::Schema;

/// Names that resemble one that was not found, the nearest first.
#[must_use]
pub fn near(schema: &Schema, name: &str) -> Vec<String> {
    nearest(schema.definitions.iter().map(|d| d.name.to_string()), name)
}

/// Those of `names` that resemble `name`, the nearest first, at most five.
pub fn nearest(names: impl IntoIterator<Item = String>, name: &str) -> Vec<String> {
    let last = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or_default();
        last.to_ascii_lowercase()
    };
    // No name is longer; whatever is given, the search stays short.
    let wanted: String = last(name).chars().take(64).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let slips = 1 + wanted.len() / 6;
    let mut found: Vec<(usize, String)> = names
        .into_iter()
        .filter_map(|name| {
            let plain = last(&name);
            let distance = slips_between(&plain, &wanted);
            (distance <= slips || plain.contains(&wanted)).then_some((distance, name))
        })
        .collect();
    found.sort();
    found.truncate(5);
    found.into_iter().map(|(_, name)| name).collect()
}

/// How many letters were mistyped, left out or added between two words.
fn slips_between(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut before = i + 1;
        let mut diagonal = i;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let changed = diagonal + usize::from(x != y);
            diagonal = *cell;
            before = changed.min(before + 1).min(diagonal + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "\
user id:long = User;
inputUserSelf = InputUser;
---functions---
messages.sendMessage message:string = User;
messages.sendMedia = User;
";

    #[test]
    fn mistyped_names_have_neighbours() {
        let schema = crate::parse(SCHEMA).unwrap();
        for (typed, meant) in [
            ("sendMesage", "messages.sendMessage"),
            ("messages.sendmessage", "messages.sendMessage"),
            ("sendMedai", "messages.sendMedia"),
            ("usr", "user"),
            ("self", "inputUserSelf"),
        ] {
            assert_eq!(
                near(&schema, typed).first().map(String::as_str),
                Some(meant),
                "{typed}"
            );
        }
        assert!(near(&schema, "").is_empty());
        assert!(near(&schema, "zebra").is_empty());
        assert!(near(&schema, &"ü".repeat(100_000)).is_empty());
    }
}
