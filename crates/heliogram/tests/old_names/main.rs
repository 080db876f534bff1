//! Whoever comes from Telethon or Pyrogram finds things by the names they know: every name of
//! theirs for events, handlers, filters, conversations and messages is the name of an item or an
//! alias that the search of the documentation knows.
#![allow(clippy::unwrap_used, clippy::panic)]

mod names;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use names::{ELSEWHERE, GROUPS, Group};

/// All Rust files of a folder, or the one file.
fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            files(&entry.unwrap().path(), found);
        }
    } else if path.is_file() && path.extension().is_some_and(|e| e == "rs") {
        found.push(path.to_owned());
    }
}

/// The identifier that a text begins with.
fn identifier(text: &str) -> Option<&str> {
    let text = text.strip_prefix("r#").unwrap_or(text);
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    text.get(..end.unwrap_or(text.len()))
        .filter(|n| !n.is_empty())
}

/// The names of public items of a line: what is declared, rows of tables, variants, aliases.
fn names(line: &str) -> Vec<&str> {
    let line = line.trim();
    if line.starts_with("//") {
        return Vec::new();
    }
    if line.starts_with("#[") || line.starts_with("#!") {
        let after = line.split_once("alias").map_or("", |(_, after)| after);
        return after.split('"').skip(1).step_by(2).collect();
    }
    let declared = line.strip_prefix("macro_rules! ").or_else(|| {
        let item = line.strip_prefix("pub ")?;
        let words = ["async ", "const ", "unsafe "];
        let item = words
            .iter()
            .fold(item, |item, w| item.strip_prefix(w).unwrap_or(item));
        let kinds = ["fn ", "struct ", "enum ", "trait ", "mod ", "type "];
        // A constant has lost the word that says so.
        Some(
            kinds
                .iter()
                .find_map(|k| item.strip_prefix(k))
                .unwrap_or(item),
        )
    });
    if let Some(declared) = declared {
        return identifier(declared).into_iter().collect();
    }
    let Some(name) = identifier(line) else {
        return Vec::new();
    };
    let after = &line[name.len()..];
    let variant = name.starts_with(char::is_uppercase) && after.starts_with(['(', ',', '{', ' ']);
    let row = after.starts_with(" = ") || after.starts_with(": ");
    match variant || row {
        true => vec![name],
        false => Vec::new(),
    }
}

/// Everything that can be found in these files.
fn known(group: &Group) -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    for place in group.places {
        files(&source.join(place), &mut paths);
    }
    let mut known = BTreeSet::new();
    for path in paths {
        let text = fs::read_to_string(path).unwrap();
        known.extend(text.lines().flat_map(names).map(str::to_owned));
    }
    known
}

#[test]
fn every_old_name_is_found() {
    let mut missing = BTreeMap::new();
    for group in GROUPS {
        let known = known(group);
        let names = group.names.split_whitespace();
        let unknown: Vec<_> = names.filter(|n| !known.contains(*n)).collect();
        if !unknown.is_empty() {
            missing.insert(group.what, unknown);
        }
    }
    let list: Vec<_> = missing
        .iter()
        .map(|(what, names)| format!("  {what}: {}", names.join(" ")))
        .collect();
    assert!(
        missing.is_empty(),
        "These names are not found. Add `#[doc(alias = \"...\")]` to what does their work:\n{}",
        list.join("\n")
    );
}

#[test]
fn what_is_left_to_other_parts_has_a_reason_and_is_asked_for_nowhere() {
    for (names, reason) in ELSEWHERE {
        assert!(!reason.is_empty(), "{names}");
        for name in names.split_whitespace() {
            let asked = GROUPS
                .iter()
                .find(|g| g.names.split_whitespace().any(|n| n == name));
            assert!(asked.is_none(), "{name} is asked for and left out");
        }
    }
}

#[test]
fn names_are_read_from_items_rows_variants_and_aliases() {
    let read = |line| names(line).join(" ");
    assert_eq!(read("    pub async fn replied(&self) -> X {"), "replied");
    assert_eq!(read("#[doc(alias = \"get_chat\")]"), "get_chat");
    assert_eq!(read("#[doc(alias(\"one\", \"two\"))]"), "one two");
    assert_eq!(read("    photo = is!(Photo);"), "photo");
    assert_eq!(
        read("    NewMessage(Message) = NEW_MESSAGE by message::new,"),
        "NewMessage"
    );
    assert_eq!(read("macro_rules! commands {"), "commands");
    assert_eq!(read("pub const LIMIT: u8 = 1;"), "LIMIT");
    assert_eq!(read("/// pub fn not_this() {"), "");
    assert_eq!(read("fn hidden() {"), "");
}
