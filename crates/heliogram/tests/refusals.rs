//! Handlers that the compiler refuses, and what it says: a sentence that tells what to do.
//!
//! Each file in `refusals` is compiled against the library as it was built for this test. Its lines
//! that begin with `//~` are what the compiler must say, as far as it is ours; the rest of its words
//! may change with its version. A file without them must compile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where cargo keeps what this test was linked with.
fn deps() -> PathBuf {
    env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// The library this test was linked with: the one that was built last.
fn library(deps: &Path) -> PathBuf {
    let files = fs::read_dir(deps).unwrap().map(|entry| entry.unwrap());
    let built = files.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libheliogram-") && name.ends_with(".rlib")
    });
    built
        .max_by_key(|entry| entry.metadata().unwrap().modified().unwrap())
        .expect("the library")
        .path()
}

/// What the compiler says to a file; `None` if it has nothing against it.
fn compile(file: &Path, deps: &Path, library: &Path) -> Option<String> {
    let object = tempfile::NamedTempFile::new().unwrap();
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args([
            "--edition=2024",
            "--crate-type=lib",
            "--emit=obj",
            "-Aunused",
        ])
        .arg("-L")
        .arg(format!("dependency={}", deps.display()))
        .arg("--extern")
        .arg(format!("heliogram={}", library.display()))
        .arg("-o")
        .arg(object.path())
        .arg(file)
        .output()
        .unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

fn expected(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("//~"));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_wrong_handler_is_refused_with_a_sentence_that_says_what_to_do() {
    let deps = deps();
    let library = library(&deps);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refusals");
    let mut wrong = Vec::new();
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let expected = expected(&file);
        let said = compile(&file, &deps, &library);
        files += 1;
        match (&said, expected.is_empty()) {
            (None, true) => {}
            (Some(said), false) if expected.iter().all(|line| said.contains(line)) => {}
            _ => wrong.push(format!(
                "{}: expected {expected:#?}, got {}",
                file.display(),
                said.as_deref().unwrap_or("no refusal")
            )),
        }
    }
    assert!(files >= 30, "only {files} files");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
