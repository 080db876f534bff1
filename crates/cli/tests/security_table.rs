//! docs/security.md says how each check of the security list is attacked in each role: this holds it
//! against the tests there are.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const CHECKS: u32 = 34;

/// The columns of the table of attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    ClientInMemory,
    ClientOverSocket,
    ServerInMemory,
    ServerOverSocket,
}

use Column::{ClientInMemory, ClientOverSocket, ServerInMemory, ServerOverSocket};

const COLUMNS: [Column; 4] = [
    ClientInMemory,
    ClientOverSocket,
    ServerInMemory,
    ServerOverSocket,
];

/// The lists of attacks on a server; all others are on a client.
const ON_SERVERS: [&str; 2] = ["key_attack_tests", "request_attack_tests"];

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

/// The files below `crates`, by their paths in there, with what they hold.
fn sources() -> BTreeMap<String, String> {
    let crates = root().join("crates");
    let mut files = Vec::new();
    rust_files(&crates, &mut files);
    let own = |file: &PathBuf| file.ends_with("security_table.rs");
    let place = |file: &Path| file.strip_prefix(&crates).unwrap().display().to_string();
    files.retain(|file| !own(file));
    let read = |file: PathBuf| (place(&file), fs::read_to_string(&file).unwrap());
    files.into_iter().map(read).collect()
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

/// The word that a text begins with.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// The names of the tests in a file that begin with `sec_`; all functions of such names are tests.
fn tests(place: &str, text: &str) -> Vec<String> {
    let mut tests = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim_start) {
        if let Some((_, name)) = line.split_once("fn sec_") {
            assert!(is_test, "{place}: sec_{} is no test", word(name));
            tests.push(format!("sec_{}", word(name)));
        }
        let begins = line.starts_with("#[test") || line.starts_with("#[tokio::test");
        is_test = begins || is_test && line.starts_with("#[");
    }
    tests
}

/// The attacks of a file that lists some, with the macro that makes tests of them.
fn attacks(text: &str) -> Option<(&str, Vec<String>)> {
    let (_, list) = text.split_once(" tested by ")?;
    let names = list.lines().filter_map(|line| line.split_once(" = sec_"));
    let names = names.map(|(_, name)| format!("sec_{}", word(name)));
    // The macro that makes lists has no name there.
    let tests = Some(word(list)).filter(|tests| !tests.is_empty())?;
    Some((tests, names.collect()))
}

/// The roles that a test by itself is about, by where it is: servers, clients.
fn roles(place: &str) -> (bool, bool) {
    let begins = |starts: &[&str]| starts.iter().any(|start| place.starts_with(start));
    let of_server =
        begins(&["server/", "mtproto/src/server/"]) || place.ends_with("/false_clients.rs");
    let of_client = begins(&["crypto/src/factor", "crypto/src/secret"]);
    let of_both = begins(&["crypto/", "mtproto/src/ids.rs", "mtproto/tests/"]);
    (
        of_server || of_both && !of_client,
        !of_server || of_both || of_client,
    )
}

/// For each check and column, the files with tests of it.
fn tested() -> BTreeMap<(u32, Column), BTreeSet<String>> {
    let sources = sources();
    let lists: Vec<_> = sources.values().filter_map(|text| attacks(text)).collect();
    assert!(lists.len() >= 5, "{lists:?}");
    let mut tested = BTreeMap::<_, BTreeSet<String>>::new();
    for (place, text) in &sources {
        let socket = ["heliogram/tests/", "server/tests/wire/"];
        let socket = socket.iter().any(|start| place.starts_with(start));
        let mut add = |names: &[String], (server, client): (bool, bool)| {
            let columns = match socket {
                true => [(ServerOverSocket, server), (ClientOverSocket, client)],
                false => [(ServerInMemory, server), (ClientInMemory, client)],
            };
            for number in names.iter().flat_map(|name| numbers(name)) {
                for (column, _) in columns.into_iter().filter(|(_, holds)| *holds) {
                    let files = tested.entry((number, column)).or_default();
                    files.insert(format!("crates/{place}"));
                }
            }
        };
        add(&tests(place, text), roles(place));
        for (tests, names) in &lists {
            if text.contains(&format!("heliogram_simulation::{tests}!(")) {
                let server = ON_SERVERS.contains(tests);
                add(names, (server, !server));
            }
        }
    }
    tested
}

/// The rows of the two tables, by check: what it is and where it is enforced; how it is attacked.
fn tables() -> [BTreeMap<u32, Vec<String>>; 2] {
    let text = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let mut tables = [BTreeMap::new(), BTreeMap::new()];
    for row in text.lines().filter_map(|line| line.strip_prefix("| SEC-")) {
        let row = row.strip_suffix(" |").unwrap();
        let cells: Vec<_> = row
            .split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect();
        let number: u32 = cells[0].parse().unwrap();
        let table = match cells.len() {
            3 => &mut tables[0],
            5 => &mut tables[1],
            _ => panic!("{row}"),
        };
        let twice = table.insert(number, cells[1..].to_vec());
        assert_eq!(twice, None, "SEC-{number:02}");
    }
    tables
}

/// The paths in backquotes of a cell.
fn paths(cell: &str) -> BTreeSet<String> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.map(|path| format!("crates/{path}")).collect()
}

#[test]
fn every_check_is_enforced_somewhere() {
    let [rules, _] = tables();
    assert!(rules.keys().copied().eq(1..=CHECKS), "{:?}", rules.keys());
    for (number, cells) in rules {
        let enforced = paths(&cells[1]);
        assert!(!enforced.is_empty(), "SEC-{number:02} is enforced nowhere");
        for path in enforced {
            assert!(root().join(&path).exists(), "SEC-{number:02}: no {path}");
        }
    }
}

#[test]
fn every_check_is_attacked_where_the_table_says_and_what_is_not_says_why() {
    let ([_, rows], tested) = (tables(), tested());
    assert!(rows.keys().copied().eq(1..=CHECKS), "{:?}", rows.keys());
    for (number, cells) in rows {
        let mut attacked = false;
        for (column, cell) in COLUMNS.into_iter().zip(&cells) {
            let files = tested.get(&(number, column)).cloned().unwrap_or_default();
            assert_eq!(paths(cell), files, "SEC-{number:02}, {column:?}");
            let why = cell.split_whitespace().count() > 2;
            assert!(
                !files.is_empty() || why,
                "SEC-{number:02}, {column:?}: why?"
            );
            attacked |= !files.is_empty();
        }
        assert!(attacked, "SEC-{number:02} is attacked nowhere");
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

#[test]
fn tests_and_lists_of_attacks_are_found() {
    let text =
        "#[test]\n#[ignore]\nfn sec_01_a() {}\n    #[tokio::test]\n    async fn sec_02_b() {}";
    assert_eq!(tests("a", text), ["sec_01_a", "sec_02_b"]);
    let list = "X tested by x_tests;\n/// One.\nOne = sec_03_one,\n";
    assert_eq!(attacks(list), Some(("x_tests", vec!["sec_03_one".into()])));
}
