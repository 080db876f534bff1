//! docs/security.md says where each check of the security list is attacked: this holds it against
//! the tests there are.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const CHECKS: u32 = 34;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All Rust files below a folder.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The numbers a name begins with: `sec_04_a` has 4, `sec_01_02_a` 1 and 2, `sec_06_to_08_a` 6 to 8.
fn numbers(name: &str) -> BTreeSet<u32> {
    let mut numbers = BTreeSet::new();
    let mut reach = false;
    for part in name.split('_') {
        match part.parse::<u32>() {
            Ok(number) if part.len() == 2 => {
                let last = numbers.last().copied().filter(|_| reach);
                numbers.extend(last.unwrap_or(number)..=number);
                reach = false;
            }
            _ if part == "to" => reach = true,
            _ if ["sec", "and"].contains(&part) => {}
            _ => break,
        }
    }
    numbers
}

/// Names of tests and attacks in a text: words that begin with `sec_`.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("sec_"))
}

/// For each check the files with tests or attacks named after it.
fn attacked() -> BTreeMap<u32, BTreeSet<String>> {
    let root = root();
    let mut files = Vec::new();
    rust_files(&root.join("crates"), &mut files);
    let mut attacked = BTreeMap::<u32, BTreeSet<String>>::new();
    for file in files
        .iter()
        .filter(|file| !file.ends_with("security_table.rs"))
    {
        let place = file.strip_prefix(&root).unwrap().display().to_string();
        for number in names(&fs::read_to_string(file).unwrap()).flat_map(numbers) {
            attacked.entry(number).or_default().insert(place.clone());
        }
    }
    attacked
}

/// The cells of each row of the table, by check.
fn table() -> BTreeMap<u32, Vec<String>> {
    let text = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| SEC-"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().to_owned()).collect();
        (cells[0].parse().unwrap(), cells)
    })
    .collect()
}

/// The paths in backquotes of a cell.
fn paths(cell: &str) -> BTreeSet<String> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.map(|path| format!("crates/{path}")).collect()
}

#[test]
fn every_check_has_its_row_and_every_row_names_what_there_is() {
    let (table, attacked) = (table(), attacked());
    assert!(table.keys().copied().eq(1..=CHECKS), "{:?}", table.keys());
    for (number, cells) in table {
        let enforced = paths(&cells[2]);
        assert!(!enforced.is_empty(), "SEC-{number:02} is enforced nowhere");
        for path in enforced {
            assert!(root().join(&path).exists(), "SEC-{number:02}: no {path}");
        }
        let tested = attacked.get(&number).cloned().unwrap_or_default();
        assert_eq!(paths(&cells[3]), tested, "SEC-{number:02}");
    }
}

#[test]
fn names_tell_their_numbers() {
    let of = |name| numbers(name).into_iter().collect::<Vec<_>>();
    assert_eq!(of("sec_04_unknown_keys"), [4]);
    assert_eq!(of("sec_01_02_nonces_of_12_bytes"), [1, 2]);
    assert_eq!(of("sec_06_to_10_unfit"), [6, 7, 8, 9, 10]);
    assert_eq!(of("sec_09_and_sec_10_public"), [9, 10]);
}
