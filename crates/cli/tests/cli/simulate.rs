//! `heliogram simulate`.

use crate::{command, lines, text};

#[test]
fn histories_are_run_replayed_and_lived_through() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| command(folder.path()).args(args).output().unwrap();
    let done = run(&["simulate", "updates", "--histories", "30", "--json"]);
    let sum = lines(&done).pop().unwrap();
    assert_eq!(sum["histories"], 30);
    assert_eq!(sum["failed"], serde_json::json!([]));
    assert!(sum["stats"]["delivered"].as_u64() > Some(1000), "{sum}");

    let story = run(&["simulate", "updates", "--seed", "7"]);
    let story = text(&story.stdout);
    assert!(
        story.contains("arrives: ") && story.contains("delivered: "),
        "{story}"
    );

    let days = run(&[
        "simulate",
        "updates",
        "--days",
        "1",
        "--channels",
        "3",
        "--json",
    ]);
    let days = lines(&days);
    assert_eq!(
        (&days[0]["event"], &days[0]["channels"]),
        (&"day".into(), &3.into())
    );
    assert_eq!(days.last().unwrap()["event"], "soaked");

    let seeds = run(&["simulate", "--seeds", "5", "--from", "3", "--json"]);
    assert_eq!(lines(&seeds).pop().unwrap()["seeds"], 5);
    let both = run(&["simulate", "updates", "--seed", "7", "--days", "1"]);
    assert_eq!(both.status.code(), Some(2));
}
