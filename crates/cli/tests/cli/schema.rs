//! `heliogram schema`, and what commands say about themselves.

use crate::{command, lines, names, text};

#[test]
fn the_schema_is_counted_shown_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| command(folder.path()).args(args).output().unwrap();
    let stats = lines(&run(&["schema", "stats", "--json"])).remove(0);
    assert_eq!(stats["layer"], 232);
    let published = include_str!("../../../../schema/api.tl");
    let (types, functions) = published.split_once("---functions---").unwrap();
    let count = |text: &str| text.lines().filter(|l| l.ends_with(';')).count();
    assert_eq!(stats["constructors"], count(types));
    assert_eq!(stats["functions"], count(functions));

    let shown = run(&["schema", "show", "7da07ec9"]);
    assert!(text(&shown.stdout).contains("inputPeerSelf"), "{shown:?}");
    let near = run(&["schema", "show", "messages.sendMesage"]);
    assert!(
        text(&near.stderr).contains("messages.sendMessage?"),
        "{near:?}"
    );
    std::fs::write(
        folder.path().join("broken.tl"),
        "a = A;\nb c:Nothing = B;\n",
    )
    .unwrap();
    let broken = run(&["schema", "sync", "broken.tl", "-o", "out.tl"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        text(&broken.stderr).contains("broken.tl: line 2: "),
        "{broken:?}"
    );
    assert_eq!(names(folder.path()), ["broken.tl"]);
}

#[test]
fn every_command_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    let help = |command_name: &str| {
        let output = command(folder.path())
            .args([command_name, "--help"])
            .output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout)
    };
    for name in [
        "demo", "serve", "login", "send", "history", "download", "raw",
    ] {
        assert!(help(name).contains("\nExamples:\n"), "{name}");
    }
    for name in ["demo", "serve", "schema"] {
        assert!(!help(name).contains("--api-id"), "{name} connects nowhere");
    }
    let wrong = command(folder.path()).arg("dmeo").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}
