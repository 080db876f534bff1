//! `heliogram demo`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::{command, lines, names, text};

/// A demo that runs.
fn begin(folder: &Path) -> Child {
    command(folder)
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn the_demo_ends_well_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file.bin");
    std::fs::write(&file, vec![7; 1_000_000]).unwrap();
    let output = command(folder.path())
        .args(["demo", "--json", "--file"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = lines(&output);
    assert_eq!((told.len(), &told[0]["ok"]), (1, &true.into()));
    let steps = told[0]["steps"].as_array().unwrap();
    assert!(steps.len() > 10 && steps.iter().all(|s| s["ok"] == true && s["ms"].is_u64()));
    assert_eq!(names(folder.path()), ["a file.bin"]);
    let wrong = command(folder.path())
        .args(["demo", "--json", "--file", "."])
        .output();
    let wrong = wrong.unwrap();
    assert_eq!(
        (wrong.status.code(), &lines(&wrong)[0]["ok"]),
        (Some(1), &false.into())
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_demo_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = begin(folder.path());
    let mut told = BufReader::new(demo.stdout.take().unwrap());
    let mut line = String::new();
    // In the middle: a server is up and somebody has signed in.
    while !line.contains("password") {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "it ended early");
    }
    let id = demo.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    std::io::copy(&mut told, &mut std::io::sink()).unwrap();
    assert_eq!(demo.wait().unwrap().code(), Some(130));
    assert_eq!(names(folder.path()), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_stops_nothing_and_a_full_disk_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = begin(folder.path());
    drop(demo.stdout.take());
    assert!(demo.wait().unwrap().success());
    assert_eq!(names(folder.path()), [""; 0], "it was brought to its end");
    if !Path::new("/dev/full").exists() {
        return;
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let stats = command(folder.path())
        .args(["schema", "stats"])
        .stdout(full.unwrap())
        .output()
        .unwrap();
    assert_eq!(stats.status.code(), Some(1));
    assert!(
        text(&stats.stderr).contains("cannot be written"),
        "{stats:?}"
    );
}
