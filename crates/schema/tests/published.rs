//! The schema files of the tree: every line is understood and every id is the one the rule gives.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::{fs, path::PathBuf};

use heliogram_schema::{IRREGULAR, Schema, check, crc_of, diff, parse, stats, sync};

fn files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "tl") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push((name, fs::read_to_string(path).unwrap()));
        }
    }
    assert!(files.len() >= 3, "{files:?}");
    files
}

fn layer(name: &str) -> Schema {
    let (_, text) = files().into_iter().find(|(n, _)| n == name).unwrap();
    parse(&text).unwrap()
}

#[test]
fn every_id_is_the_checksum_of_its_line() {
    for (name, text) in files() {
        let schema = parse(&text).unwrap();
        check(&schema).unwrap();
        for d in &schema.definitions {
            let known = IRREGULAR.contains(&(d.name.to_string().as_str(), d.id));
            assert!(d.id == crc_of(d) || known, "{name}: {d}");
        }
    }
}

/// Counted with other tools: lines that end in `;` before and after `---functions---`.
#[test]
fn the_counts_are_those_of_the_file() {
    let counts = stats(&layer("api.tl"));
    assert_eq!(counts.layer, Some(232));
    assert_eq!(
        (counts.constructors, counts.types, counts.functions),
        (1720, 659, 859)
    );
    let counts = stats(&layer("mtproto.tl"));
    assert_eq!((counts.constructors, counts.functions), (56, 10));
}

#[test]
fn the_files_are_in_the_form_that_sync_gives() {
    for (name, text) in files() {
        assert_eq!(sync(&text, None, None).unwrap(), text, "{name}");
        assert!(
            parse(&text).unwrap().source.is_some(),
            "{name} does not say where it is from"
        );
    }
}

/// The figures are those that were counted when the files were collected.
#[test]
fn the_difference_between_two_layers_is_exact() {
    let diff = diff(&layer("api-229.tl"), &layer("api.tl"));
    assert_eq!(diff.layers, (Some(229), Some(232)));
    let other_id = diff.changed.iter().filter(|c| c.old.id != c.new.id).count();
    assert_eq!(
        (other_id, diff.removed.len(), diff.added.len()),
        (13, 1, 109)
    );
    let header = diff
        .changed
        .iter()
        .find(|c| c.new.name.to_string() == "messageReplyHeader");
    let lines = header.unwrap().lines();
    assert!(lines.iter().all(|line| line.starts_with("+ ")), "{lines:?}");
}
